//! HTTP/1.1 on one connection: requests read within limits of size and time, responses written with the page's rules on them.

// The deadline of a socket is outside itself.
#![allow(clippy::disallowed_types)]

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// What a client may take of the server.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most bytes of a request's head.
    pub head: usize,
    /// The most bytes of a request's body.
    pub body: usize,
    /// How long a request may take to arrive, from its first byte on.
    pub patience: Duration,
    /// How long a connection may wait between two requests.
    pub idle: Duration,
    /// How many connections there are at once; another one takes the place of the one that waits longest.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            head: 16 << 10,
            body: 4 << 20,
            patience: Duration::from_secs(10),
            idle: Duration::from_secs(60),
            connections: 64,
        }
    }
}

/// A request as it arrived.
#[derive(Debug, Default)]
pub struct Request {
    /// `GET`
    pub method: String,
    /// The path, without what stands behind `?`.
    pub path: String,
    /// What stands behind `?`.
    pub query: String,
    headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// The value of a header; `None` where it is not there or there are several.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(own, _)| own.eq_ignore_ascii_case(name));
        let value = found.next()?;
        found.next().is_none().then_some(value.1.as_str())
    }

    /// Does it have the header, once or more?
    pub fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name))
    }
}

/// Why a request is not read: its status, and what is said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Refused(pub u16, pub &'static str);

/// What comes of waiting for a request.
#[derive(Debug)]
pub enum Arrived {
    /// A request.
    Whole(Request),
    /// It is refused, and the connection ends.
    Refused(Refused),
    /// The other side has gone, or asks nothing any more.
    Nothing,
}

/// A response.
#[derive(Debug)]
pub struct Response {
    /// `200`
    pub status: u16,
    /// `text/html`
    pub kind: &'static str,
    /// The cookie that is set.
    pub cookie: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// With status 200.
    pub fn new(kind: &'static str, body: impl Into<Vec<u8>>) -> Response {
        Response { status: 200, kind, cookie: None, body: body.into() }
    }

    /// A refusal, in a line of text.
    pub fn refusal(refused: Refused) -> Response {
        let body = format!("{}\n", refused.1);
        Response { status: refused.0, ..Response::new("text/plain; charset=utf-8", body) }
    }
}

/// One connection.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    limits: Limits,
    /// What has arrived and is not read yet.
    rest: Vec<u8>,
}

/// What every response says: nothing but the page's own files is loaded or asked, nobody else may show or read it.
const RULES: &str = "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; \
connect-src 'self'; img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n\
X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\nReferrer-Policy: no-referrer\r\n\
Cross-Origin-Opener-Policy: same-origin\r\nCross-Origin-Resource-Policy: same-origin\r\nCache-Control: no-store\r\n";

impl Wire {
    /// Over a connection.
    pub fn new(stream: TcpStream, limits: Limits) -> Wire {
        // Answers are small and wanted at once.
        let _ = stream.set_nodelay(true);
        let _ = stream.set_write_timeout(Some(limits.patience));
        Wire { stream, limits, rest: vec![] }
    }

    /// Waits for the next request.
    pub fn read(&mut self) -> Arrived {
        if self.rest.is_empty() {
            let until = Instant::now() + self.limits.idle;
            match self.more(until) {
                Ok(0) | Err(_) => return Arrived::Nothing,
                Ok(_) => {}
            }
        }
        let until = Instant::now() + self.limits.patience;
        match self.request(until) {
            Ok(Some(request)) => Arrived::Whole(request),
            Ok(None) => Arrived::Nothing,
            Err(refused) => Arrived::Refused(refused),
        }
    }

    /// The request whose first bytes are there.
    fn request(&mut self, until: Instant) -> Result<Option<Request>, Refused> {
        let (mut request, head) = loop {
            if let Some(found) = head(&self.rest)? {
                break found;
            }
            if self.rest.len() > self.limits.head {
                return Err(Refused(431, "the head of the request is too large"));
            }
            match self.more(until) {
                Ok(0) => return Ok(None),
                Ok(_) => {}
                Err(_) => return Err(Refused(408, "the request takes too long")),
            }
        };
        self.rest.drain(..head);
        if request.has("transfer-encoding") {
            return Err(Refused(501, "a body has to come with its length"));
        }
        let length = match (request.has("content-length"), request.header("content-length")) {
            (false, _) => 0,
            (true, Some(text)) if text.bytes().all(|b| b.is_ascii_digit()) => {
                text.parse().map_err(|_| Refused(413, "the request is too large"))?
            }
            (true, _) => return Err(Refused(400, "the length of the request cannot be read")),
        };
        if length > self.limits.body {
            return Err(Refused(413, "the request is too large"));
        }
        if length > self.rest.len() && request.has("expect") {
            let _ = self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n");
        }
        while self.rest.len() < length {
            match self.more(until) {
                Ok(0) => return Ok(None),
                Ok(_) => {}
                Err(_) => return Err(Refused(408, "the request takes too long")),
            }
        }
        request.body = self.rest.drain(..length).collect();
        Ok(Some(request))
    }

    /// Reads what is there, or waits for it until then.
    fn more(&mut self, until: Instant) -> io::Result<usize> {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        let mut bytes = [0u8; 16 << 10];
        let count = self.stream.read(&mut bytes)?;
        self.rest.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    /// Writes a response; of a `HEAD` without its body. The connection is open afterwards where it `stays`.
    ///
    /// # Errors
    /// The other side does not take it.
    pub fn write(&mut self, response: &Response, without_body: bool, stays: bool) -> io::Result<()> {
        let Response { status, kind, cookie, body } = response;
        let cookie = cookie.as_ref().map(|cookie| format!("Set-Cookie: {cookie}\r\n")).unwrap_or_default();
        let goes_on = if stays { "keep-alive" } else { "close" };
        let head = format!(
            "HTTP/1.1 {status} {}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: {goes_on}\r\n{cookie}{RULES}\r\n",
            reason(*status),
            body.len(),
        );
        let mut bytes = head.into_bytes();
        if !without_body {
            bytes.extend_from_slice(body);
        }
        self.stream.write_all(&bytes)
    }

    /// Begins a stream of events.
    ///
    /// # Errors
    /// The other side does not take it.
    pub fn begin_events(&mut self) -> io::Result<()> {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n{RULES}\r\n");
        self.stream.write_all(head.as_bytes())
    }

    /// Writes one event of a stream.
    ///
    /// # Errors
    /// The other side does not take it.
    pub fn event(&mut self, data: &str) -> io::Result<()> {
        self.stream.write_all(format!("data: {data}\n\n").as_bytes())
    }

    /// Ends the connection so that what was said last still arrives, whatever the other side goes on sending.
    pub fn end(mut self) {
        let _ = self.stream.shutdown(Shutdown::Write);
        let until = Instant::now() + self.limits.patience.min(Duration::from_secs(1));
        for _ in 0..64 {
            self.rest.clear();
            if !matches!(self.more(until), Ok(count) if count > 0) {
                break;
            }
        }
    }
}

/// The head of a request and its length; `None` where it is not whole yet.
fn head(bytes: &[u8]) -> Result<Option<(Request, usize)>, Refused> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Request::new(&mut headers);
    let length = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(Refused(431, "the request has too many headers")),
        Err(_) => return Err(Refused(400, "this is no request of HTTP")),
    };
    let target = parsed.path.unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let text = |header: &httparse::Header<'_>| {
        let value = std::str::from_utf8(header.value).ok()?;
        Some((header.name.to_string(), value.to_string()))
    };
    let headers = parsed.headers.iter().map(text).collect::<Option<Vec<_>>>();
    let headers = headers.ok_or(Refused(400, "a header of the request is no text"))?;
    let method = parsed.method.unwrap_or_default().to_string();
    Ok(Some((Request { method, path: path.into(), query: query.into(), headers, body: vec![] }, length)))
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        413 => "Content Too Large",
        431 => "Request Header Fields Too Large",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        _ => "Error",
    }
}
