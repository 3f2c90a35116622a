//! A chromedriver of our own at a free port.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail};

/// Waits for the end of its input, which comes with the end of our process, whatever its reason.
/// Then it ends its group, chromedriver and browsers, and removes the folder it was given: killed
/// alone, a chromedriver leaves its browsers behind.
const KEEPER: &str =
    "trap : TERM; chromedriver --port=0 & read -r _; kill 0; wait; sleep 1; rm -rf \"$0\"";

/// Ends with its browsers when dropped, or with our process.
pub(crate) struct Chromedriver {
    keeper: Child,
    port: u16,
}

impl Chromedriver {
    /// `profile` is the folder of its browsers.
    pub(crate) fn start(profile: &Path) -> Result<Self> {
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER])
            .arg(profile)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("could not start sh")?;
        let stdout = keeper.stdout.take().context("chromedriver has no output")?;
        let mut this = Self { keeper, port: 0 };
        this.port = read_port(BufReader::new(stdout))
            .context("no chromedriver; `cargo xtask fetch-tools` installs it")?;
        Ok(this)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// Waits for `... started successfully on port 12345.` and then keeps the pipe empty.
fn read_port(mut stdout: impl BufRead + Send + 'static) -> Result<u16> {
    let mut line = String::new();
    while stdout
        .read_line(&mut line)
        .context("chromedriver's output")?
        > 0
    {
        if let Some((_, port)) = line
            .split_once("on port ")
            .filter(|_| line.contains("success"))
        {
            let digits: String = port.chars().take_while(char::is_ascii_digit).collect();
            thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
            return digits.parse().context("chromedriver's port");
        }
        line.clear();
    }
    bail!("chromedriver ended before it was ready")
}
