//! A chromedriver of our own at a free port.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long it may take to close its browsers.
const PATIENCE: Duration = Duration::from_secs(5);

/// Ends with its browsers when dropped.
pub(crate) struct Chromedriver {
    child: Child,
    port: u16,
}

impl Chromedriver {
    pub(crate) fn start() -> Result<Self> {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("could not start chromedriver; `cargo xtask fetch-tools` installs it")?;
        let stdout = child.stdout.take().context("chromedriver has no output")?;
        match read_port(BufReader::new(stdout)) {
            Ok(port) => Ok(Self { child, port }),
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Asks it to close its browsers and to end; killed alone, it would leave them behind.
    fn ask_to_end(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream
            .write_all(b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        stream.read_to_end(&mut Vec::new()).map(drop)
    }
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        if self.ask_to_end().is_ok() {
            while Instant::now() < deadline {
                if matches!(self.child.try_wait(), Ok(Some(_))) {
                    return;
                }
                thread::sleep(Duration::from_millis(20));
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
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
