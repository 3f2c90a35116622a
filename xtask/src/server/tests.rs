//! The server over real sockets.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{Fault, Server};

/// A site in a folder of its own, removed afterwards.
struct Site {
    folder: PathBuf,
    server: Server,
}

impl Site {
    fn new(name: &str, prefix: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
        let site = folder.join("site");
        fs::create_dir_all(site.join("weights")).unwrap();
        fs::write(site.join("index.html"), "<p>hello</p>").unwrap();
        fs::write(site.join("app.wasm"), b"\0asm").unwrap();
        fs::write(site.join("weights/a b.bin"), [1, 2, 3, 4]).unwrap();
        fs::write(folder.join("secret"), "secret").unwrap();
        let server = Server::start(&site, 0, prefix).unwrap();
        Self { folder, server }
    }

    fn get(&self, target: &str) -> Answer {
        self.ask("GET", target)
    }

    fn ask(&self, method: &str, target: &str) -> Answer {
        let mut stream = TcpStream::connect(self.server.address).unwrap();
        write!(stream, "{method} {target} HTTP/1.1\r\nHost: here\r\n\r\n").unwrap();
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        Answer::parse(&bytes)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[derive(Debug, Default)]
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Self {
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            return Self::default();
        };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self {
            status,
            head,
            body: bytes[end + 4..].to_vec(),
        }
    }
}

#[test]
fn serves_files_with_their_types() {
    let site = Site::new("files", "");
    let index = site.get("/");
    assert_eq!(
        (index.status, index.body.as_slice()),
        (200, b"<p>hello</p>".as_slice())
    );
    assert!(
        index
            .head
            .contains("Content-Type: text/html; charset=utf-8")
    );
    assert!(
        site.get("/app.wasm?v=1")
            .head
            .contains("Content-Type: application/wasm")
    );
    assert_eq!(site.get("/weights/a%20b.bin").body, [1, 2, 3, 4]);
    assert_eq!(site.get("/missing").status, 404);
    assert_eq!(site.ask("POST", "/").status, 405);
    let head = site.ask("HEAD", "/");
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert!(head.head.contains("Content-Length: 12"));
    let asked = ["", "app.wasm?v=1", "weights/a%20b.bin", "missing", ""];
    assert_eq!(site.server.requests(), asked);
    site.server.forget_requests();
    assert!(site.server.requests().is_empty());
}

#[test]
fn what_is_whole_may_be_kept_where_that_is_allowed() {
    let site = Site::new("kept", "");
    let may_keep = |path| site.get(path).head.contains("Cache-Control: max-age");
    assert!(!may_keep("/app.wasm"));
    site.server.let_keep("*.wasm");
    assert!(may_keep("/app.wasm") && !may_keep("/weights/a%20b.bin"));
    site.server.fault("app.wasm", Fault::FlipByte(0));
    assert!(!may_keep("/app.wasm"));
}

#[test]
fn nothing_outside_the_folder_is_served() {
    let site = Site::new("safety", "");
    for target in [
        "/../secret",
        "/%2e%2e/secret",
        "/weights/../../secret",
        "//etc/passwd",
        "/%zz",
    ] {
        assert_eq!(site.get(target).status, 404, "{target}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(Path::new("../secret"), site.folder.join("site/link")).unwrap();
        assert_eq!(site.get("/link").status, 404);
    }
}

#[test]
fn a_sub_path_is_the_whole_site() {
    let site = Site::new("prefix", "some/where");
    assert!(site.server.url().ends_with("/some/where/"));
    assert_eq!(site.get("/some/where/app.wasm").status, 200);
    assert_eq!(site.get("/app.wasm").status, 404);
    let moved = site.get("/some/where");
    assert_eq!(moved.status, 301);
    assert!(moved.head.contains("Location: /some/where/"));
    assert_eq!(
        site.server.requests(),
        ["app.wasm", "/app.wasm", "/some/where"]
    );
}

#[test]
fn faults_change_what_is_sent() {
    let site = Site::new("faults", "");
    let with = |fault| {
        site.server.clear_faults();
        site.server.fault("weights/*", fault);
        assert_eq!(
            site.get("/app.wasm").status,
            200,
            "other files are untouched"
        );
        site.get("/weights/a%20b.bin")
    };
    assert_eq!(with(Fault::NotFound).status, 404);
    assert_eq!(with(Fault::Unavailable).status, 503);
    let short = with(Fault::Truncate(2));
    assert_eq!(short.body, [1, 2]);
    assert!(short.head.contains("Content-Length: 2"));
    assert_eq!(with(Fault::FlipByte(1)).body, [1, 3, 3, 4]);
    assert_eq!(with(Fault::Drop).status, 0);
    let cut = with(Fault::DropAfter(3));
    assert_eq!(cut.body, [1, 2, 3]);
    assert!(cut.head.contains("Content-Length: 4"));
    let start = Instant::now();
    assert_eq!(with(Fault::Delay(Duration::from_millis(80))).status, 200);
    assert!(start.elapsed() >= Duration::from_millis(80));
}

#[test]
fn a_stalled_answer_stays_open() {
    let site = Site::new("stall", "");
    site.server.fault("weights/*", Fault::StallAfter(2));
    let mut stream = TcpStream::connect(site.server.address).unwrap();
    write!(stream, "GET /weights/a%20b.bin HTTP/1.1\r\n\r\n").unwrap();
    stream
        .set_read_timeout(Some(Duration::from_millis(400)))
        .unwrap();
    let mut bytes = Vec::new();
    let error = stream.read_to_end(&mut bytes).unwrap_err();
    let waits = [std::io::ErrorKind::WouldBlock, std::io::ErrorKind::TimedOut];
    assert!(waits.contains(&error.kind()), "{error}");
    assert_eq!(Answer::parse(&bytes).body, [1, 2]);
    // It ends with the server.
    drop(site);
    stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    assert_eq!(stream.read(&mut [0; 8]).unwrap(), 0);
}

#[test]
fn a_fault_can_pass() {
    let site = Site::new("passing", "");
    site.server.fault_times("*.wasm", Fault::Unavailable, 2);
    let statuses: Vec<_> = (0..4).map(|_| site.get("/app.wasm").status).collect();
    assert_eq!(statuses, [503, 503, 200, 200]);
}
