//! A static file server over one folder, as plain as the hosts the site is meant for: MIME types,
//! no special headers, optionally under a sub-path. Tests make it misbehave ([`Fault`]) and read
//! which files were asked for. One thread and one request a connection.

mod fault;
mod file;

use std::io::ErrorKind::{TimedOut, WouldBlock};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub use fault::Fault;
use fault::Rules;

/// Requests with a longer head are refused.
const MAX_HEAD: u64 = 16 * 1024;
/// Browsers open connections ahead and may never use them.
const IDLE: Duration = Duration::from_secs(30);

/// How often a stalled answer looks whether anybody still waits for it.
const STALL_POLL: Duration = Duration::from_millis(100);

/// A running server; dropping it stops it.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

struct Shared {
    root: PathBuf,
    /// `/` or `/some/path/`.
    prefix: String,
    stop: AtomicBool,
    /// What browsers may keep.
    keep: Mutex<Option<String>>,
    rules: Mutex<Rules>,
    requests: Mutex<Vec<String>>,
}

impl Server {
    /// Serves `root` at `http://127.0.0.1:port/prefix/`; port 0 takes a free one.
    ///
    /// # Errors
    /// If `root` is not there or the port is taken.
    pub fn start(root: &Path, port: u16, prefix: &str) -> io::Result<Self> {
        let trimmed = prefix.trim_matches('/');
        let shared = Arc::new(Shared {
            root: root.canonicalize()?,
            prefix: if trimmed.is_empty() {
                "/".to_owned()
            } else {
                format!("/{trimmed}/")
            },
            stop: AtomicBool::new(false),
            keep: Mutex::default(),
            rules: Mutex::default(),
            requests: Mutex::default(),
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let acceptor = thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared)
        });
        Ok(Self {
            address,
            shared,
            acceptor: Some(acceptor),
        })
    }

    /// Where the site is, with a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, self.shared.prefix)
    }

    /// From now on a browser may keep each matching file for an hour, and with a program the code it
    /// made of it. Kept files are not asked for again, whatever [`Server::fault`] says.
    pub fn let_keep(&self, pattern: &str) {
        *lock(&self.shared.keep) = Some(pattern.to_owned());
    }

    /// Every matching request from now on meets this fault. `pattern` is a path inside the site
    /// (`weights/digits.bin`), in which `*` stands for anything.
    pub fn fault(&self, pattern: &str, fault: Fault) {
        lock(&self.shared.rules).add(pattern, fault, None);
    }

    /// As [`Server::fault`], but only for the next `times` matching requests.
    pub fn fault_times(&self, pattern: &str, fault: Fault, times: u32) {
        lock(&self.shared.rules).add(pattern, fault, Some(times));
    }

    /// Behaves well again.
    pub fn clear_faults(&self) {
        *lock(&self.shared.rules) = Rules::default();
    }

    /// The paths asked for so far, in order, inside the site, with their queries:
    /// `engine_cpu.js?v=1`. A path outside the site starts with a slash.
    pub fn requests(&self) -> Vec<String> {
        lock(&self.shared.requests).clone()
    }

    /// Was a file that matches (see [`Server::fault`]) asked for since the list of requests began?
    pub fn was_asked_for(&self, pattern: &str) -> bool {
        let requests = lock(&self.shared.requests);
        requests
            .iter()
            .any(|path| fault::matches(pattern, path.split('?').next().unwrap_or(path)))
    }

    /// Starts the list of requests anew.
    pub fn forget_requests(&self) {
        lock(&self.shared.requests).clear();
    }

    /// Blocks until the server stops (which it does only when dropped elsewhere, or on an error).
    pub fn wait(mut self) {
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        // Wakes the acceptor, which then sees `stop`.
        let _ = TcpStream::connect(self.address);
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

/// A thread that panicked while holding the lock leaves the list whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.stop.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let shared = Arc::clone(shared);
        // A client that goes away in the middle is its own business.
        thread::spawn(move || drop(answer(stream, &shared)));
    }
}

/// Reads one request, answers it, and closes the connection.
fn answer(mut stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_read_timeout(Some(IDLE))?;
    let Some(request) = read_request(&stream)? else {
        return Ok(());
    };
    if request.method != "GET" && request.method != "HEAD" {
        return send(
            &mut stream,
            &Response::status("405 Method Not Allowed"),
            true,
        );
    }
    let inside = shared.inside(&request.target);
    lock(&shared.requests).push(inside.unwrap_or(&request.target).to_owned());
    let Some(inside) = inside else {
        return send(&mut stream, &shared.outside(&request.target), true);
    };
    let path = inside.split(['?', '#']).next().unwrap_or_default();
    let faults = lock(&shared.rules).take(path);
    let Some(mut response) = fault::apply(&faults, path, |path| file::respond(&shared.root, path))
    else {
        return stream.shutdown(Shutdown::Both);
    };
    let kept = lock(&shared.keep).clone();
    response.keep = faults.is_empty() && kept.is_some_and(|kept| fault::matches(&kept, path));
    send(&mut stream, &response, request.method == "GET")?;
    if response.stalls {
        stall(&mut stream, shared)?;
    }
    stream.shutdown(Shutdown::Write)
}

/// Keeps the connection open and silent until the client gives up or the server stops.
fn stall(stream: &mut TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_read_timeout(Some(STALL_POLL))?;
    while !shared.stop.load(Ordering::SeqCst) {
        match stream.read(&mut [0; 64]) {
            Ok(0) => break,
            Err(error) if !matches!(error.kind(), WouldBlock | TimedOut) => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

impl Shared {
    /// The part of a target that lies inside the site.
    fn inside<'a>(&self, target: &'a str) -> Option<&'a str> {
        target.strip_prefix(self.prefix.as_str())
    }

    /// `/site` leads to `/site/`, as on static hosts; everything else outside is not there.
    fn outside(&self, target: &str) -> Response {
        if format!("{target}/") == self.prefix {
            let mut response = Response::status("301 Moved Permanently");
            response.location = Some(self.prefix.clone());
            return response;
        }
        Response::status("404 Not Found")
    }
}

struct Request {
    method: String,
    target: String,
}

/// `None` if the client sent nothing, or nothing that is HTTP.
fn read_request(stream: &TcpStream) -> io::Result<Option<Request>> {
    let mut reader = BufReader::new(stream).take(MAX_HEAD);
    let mut head = Vec::new();
    while reader.read_until(b'\n', &mut head)? > 0 && !head.ends_with(b"\r\n\r\n") {}
    let mut headers = [httparse::EMPTY_HEADER; 96];
    let mut parsed = httparse::Request::new(&mut headers);
    let complete = parsed.parse(&head).is_ok_and(|status| status.is_complete());
    Ok(match (complete, parsed.method, parsed.path) {
        (true, Some(method), Some(target)) => Some(Request {
            method: method.to_owned(),
            target: target.to_owned(),
        }),
        _ => None,
    })
}

/// What goes back over the wire.
#[derive(Debug)]
struct Response {
    status: &'static str,
    mime: &'static str,
    location: Option<String>,
    /// May the client keep it?
    keep: bool,
    body: Vec<u8>,
    /// Close after this many bytes of the body, though the head promises all of them.
    cut_at: Option<usize>,
    /// Stay open after that.
    stalls: bool,
    bytes_a_second: Option<usize>,
    /// A line more of the head.
    header: Option<&'static str>,
}

impl Response {
    fn status(status: &'static str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", status.into())
    }

    fn new(status: &'static str, mime: &'static str, body: Vec<u8>) -> Self {
        Self {
            status,
            mime,
            location: None,
            keep: false,
            body,
            cut_at: None,
            stalls: false,
            bytes_a_second: None,
            header: None,
        }
    }
}

fn send(stream: &mut TcpStream, response: &Response, with_body: bool) -> io::Result<()> {
    let mut head = format!(
        "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n",
        response.status,
        response.mime,
        response.body.len()
    );
    if let Some(location) = &response.location {
        head.push_str(&format!("Location: {location}\r\n"));
    }
    if response.keep {
        head.push_str("Cache-Control: max-age=3600\r\n");
    }
    if let Some(header) = response.header {
        head.push_str(&format!("{header}\r\n"));
    }
    stream.write_all(head.as_bytes())?;
    stream.write_all(b"\r\n")?;
    if with_body {
        let end = response
            .cut_at
            .unwrap_or(usize::MAX)
            .min(response.body.len());
        let body = &response.body[..end];
        match response.bytes_a_second {
            None => stream.write_all(body)?,
            Some(bytes) => {
                for part in body.chunks((bytes / 10).max(1)) {
                    stream.write_all(part)?;
                    thread::sleep(Duration::from_millis(100));
                }
            }
        }
    }
    stream.flush()
}

#[cfg(test)]
mod tests;
