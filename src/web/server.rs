//! The server: who may ask, what is served, and how many connections there are.

use super::desk::Desk;
use super::wire::{Arrived, Limits, Refused, Request, Response, Wire};
use serde_json::Value;
use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The stack of a connection's thread.
const STACK: usize = 256 << 10;

/// So many pages are told the news at once; another one takes the place of the first.
const STREAMS: usize = 16;

/// The files that are served besides the page itself: path, kind, content.
const FILES: &[(&str, &str, &str)] = &[
    ("/page.js", "text/javascript; charset=utf-8", include_str!("page/page.js")),
    ("/math.js", "text/javascript; charset=utf-8", include_str!("page/math.js")),
    ("/text.js", "text/javascript; charset=utf-8", include_str!("page/text.js")),
    ("/graph.js", "text/javascript; charset=utf-8", include_str!("page/graph.js")),
    ("/scalar.js", "text/javascript; charset=utf-8", include_str!("page/scalar.js")),
    ("/curve.js", "text/javascript; charset=utf-8", include_str!("page/curve.js")),
    ("/learn.js", "text/javascript; charset=utf-8", include_str!("page/learn.js")),
    ("/page.css", "text/css; charset=utf-8", include_str!("page/page.css")),
];

/// The page.
const PAGE: &str = include_str!("page/index.html");

/// What may be asked of the session, each by `POST`.
const REQUESTS: &[&str] = &["edit", "undo", "redo", "save", "theirs", "ask", "learn"];

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    port: u16,
}

/// What the connections share.
#[derive(Debug)]
struct Shared {
    desk: Arc<Desk>,
    limits: Limits,
    /// What opens the page: in the address that is printed.
    token: String,
    /// The same for one browser, once: others may see with which address a program is started.
    once: Mutex<Option<String>>,
    /// What the page shows with each request.
    secret: String,
    /// `nnlang-8123`: cookies are the same for all ports of a host.
    cookie: String,
    hosts: [String; 2],
    open: Mutex<Open>,
}

/// The connections.
#[derive(Debug, Default)]
struct Open {
    next: u64,
    all: Vec<Connection>,
}

#[derive(Debug)]
struct Connection {
    id: u64,
    stream: TcpStream,
    does: Does,
}

/// What a connection does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Does {
    /// It waits for a request, since when there were so many steps.
    Waits(u64),
    /// A request is answered.
    Answers,
    /// It is told the news.
    Listens,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Server {
    /// A server on a free port of this machine alone, for what works at the desk.
    ///
    /// # Errors
    /// The system gives no port, no random numbers or no thread.
    pub fn new(desk: Arc<Desk>, limits: Limits) -> io::Result<Server> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared {
            desk,
            limits,
            token: random()?,
            once: Mutex::new(Some(random()?)),
            secret: random()?,
            cookie: format!("nnlang-{port}"),
            hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")],
            open: Mutex::default(),
        });
        let own = shared.clone();
        std::thread::Builder::new().stack_size(STACK).spawn(move || accept(&own, &listener))?;
        Ok(Server { shared, port })
    }

    /// The address that opens the page.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/?token={}", self.port, self.shared.token)
    }

    /// An address that opens the page once.
    pub fn address_once(&self) -> String {
        let once = held(&self.shared.once);
        format!("http://127.0.0.1:{}/?token={}", self.port, once.as_ref().unwrap_or(&self.shared.token))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.desk.end();
        // Whoever waits for a connection is woken by one.
        let _ = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)));
        for connection in &held(&self.shared.open).all {
            let _ = connection.stream.shutdown(Shutdown::Both);
        }
    }
}

/// 128 random bits of the system, as text.
fn random() -> io::Result<String> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Takes the time of a comparison that ends at the first difference from nobody.
fn is_same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

fn accept(shared: &Arc<Shared>, listener: &TcpListener) {
    for stream in listener.incoming() {
        if shared.desk.has_ended() {
            return;
        }
        let Ok(stream) = stream else {
            // Too many files are open: a moment later there may be fewer.
            std::thread::sleep(Duration::from_millis(20));
            continue;
        };
        let Some(id) = shared.enter(&stream) else { continue };
        let own = shared.clone();
        let spawned = std::thread::Builder::new().stack_size(STACK).spawn(move || {
            own.connection(id, stream);
            own.leave(id);
        });
        if spawned.is_err() {
            shared.leave(id);
        }
    }
}

impl Shared {
    /// A connection more; the one that waits longest may have to go for it. None where all are at work.
    fn enter(&self, stream: &TcpStream) -> Option<u64> {
        let mut open = held(&self.open);
        while open.all.len() >= self.limits.connections {
            let waits = |connection: &Connection| match connection.does {
                Does::Waits(since) => Some(since),
                Does::Answers | Does::Listens => None,
            };
            let place = (0..open.all.len()).filter(|i| waits(&open.all[*i]).is_some());
            let place = place.min_by_key(|i| waits(&open.all[*i]))?;
            let _ = open.all.swap_remove(place).stream.shutdown(Shutdown::Both);
        }
        let id = open.next;
        open.next += 1;
        open.all.push(Connection { id, stream: stream.try_clone().ok()?, does: Does::Waits(id) });
        Some(id)
    }

    fn leave(&self, id: u64) {
        held(&self.open).all.retain(|connection| connection.id != id);
    }

    fn does(&self, id: u64, does: Does) {
        let mut open = held(&self.open);
        open.next += 1;
        let now = open.next;
        if does == Does::Listens {
            let listens = |connection: &Connection| connection.does == Does::Listens;
            let mut streams: Vec<u64> = open.all.iter().filter(|own| listens(own)).map(|own| own.id).collect();
            streams.sort_unstable();
            if streams.len() >= STREAMS
                && let Some(first) = open.all.iter().find(|own| own.id == streams[0])
            {
                let _ = first.stream.shutdown(Shutdown::Both);
            }
        }
        if let Some(own) = open.all.iter_mut().find(|connection| connection.id == id) {
            own.does = if let Does::Waits(_) = does { Does::Waits(now) } else { does };
        }
    }

    /// Answers what comes on a connection, until it ends.
    fn connection(&self, id: u64, stream: TcpStream) {
        let mut wire = Wire::new(stream, self.limits);
        loop {
            self.does(id, Does::Waits(0));
            let request = match wire.read() {
                Arrived::Whole(request) => request,
                Arrived::Nothing => return,
                Arrived::Refused(refused) => {
                    let _ = wire.write(&Response::refusal(refused), false, false);
                    return wire.end();
                }
            };
            self.does(id, Does::Answers);
            let response = match self.allowed(&request) {
                Err(refused) => Response::refusal(refused),
                Ok(()) if request.path == "/events" && request.method == "GET" => {
                    self.does(id, Does::Listens);
                    // A page that is gone listens no more.
                    let _ = self.events(&mut wire);
                    return;
                }
                Ok(()) => self.answer(&request),
            };
            let stays = response.status < 400 && !asks_to_close(&request);
            if wire.write(&response, request.method == "HEAD", stays).is_err() {
                return;
            }
            if !stays {
                return wire.end();
            }
        }
    }

    /// May it be asked: by this machine's own page, which the address opened?
    fn allowed(&self, request: &Request) -> Result<(), Refused> {
        let is_host = |host: &str| self.hosts.iter().any(|own| own.eq_ignore_ascii_case(host));
        if !request.header("host").is_some_and(is_host) {
            return Err(Refused(403, "this host is not served here"));
        }
        if request.has("origin") {
            let origin = request.header("origin").and_then(|origin| origin.strip_prefix("http://"));
            if !origin.is_some_and(is_host) {
                return Err(Refused(403, "other pages are not answered"));
            }
        }
        // A page that another one shows, or whose script it loads.
        let site = request.header("sec-fetch-site");
        let opens = request.path == "/" && request.header("sec-fetch-mode") == Some("navigate");
        if site.is_some_and(|site| !matches!(site, "same-origin" | "none")) && !opens {
            return Err(Refused(403, "other pages are not answered"));
        }
        if !matches!(request.method.as_str(), "GET" | "HEAD" | "POST") {
            return Err(Refused(405, "only GET, HEAD and POST are answered"));
        }
        if self.knows(request) || (request.path == "/" && self.opens(&request.query)) {
            return Ok(());
        }
        Err(Refused(403, "the page opens with the address that `nnlang open` printed"))
    }

    /// Does it show the cookie?
    fn knows(&self, request: &Request) -> bool {
        let cookies = request.header("cookie").unwrap_or_default();
        let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs.any(|(name, value)| name == self.cookie && is_same(value, &self.secret))
    }

    /// Has it the token that opens the page?
    fn opens(&self, query: &str) -> bool {
        let token = query.split('&').find_map(|pair| pair.strip_prefix("token="));
        let Some(token) = token else { return false };
        let mut once = held(&self.once);
        if once.as_deref().is_some_and(|once| is_same(token, once)) {
            *once = None;
            return true;
        }
        is_same(token, &self.token)
    }

    /// What is served.
    fn answer(&self, request: &Request) -> Response {
        let name = request.path.strip_prefix('/').unwrap_or_default();
        let is_post = request.method == "POST";
        if request.path == "/" && !is_post {
            let cookie = format!("{}={}; Path=/; HttpOnly; SameSite=Strict", self.cookie, self.secret);
            let page = Response::new("text/html; charset=utf-8", PAGE);
            return Response { cookie: Some(cookie), ..page };
        }
        if let Some((_, kind, content)) = FILES.iter().find(|(path, ..)| *path == request.path && !is_post) {
            return Response::new(kind, *content);
        }
        if request.path == "/stop" && is_post {
            self.desk.stop();
            return json("{}".into());
        }
        if request.path == "/state" && !is_post {
            return self.ask("state", Value::Null);
        }
        if let (Some(name), true) = (REQUESTS.iter().find(|own| **own == name), is_post) {
            return match serde_json::from_slice(&request.body) {
                Ok(with) => self.ask(name, with),
                Err(_) => Response::refusal(Refused(400, "the request is no JSON")),
            };
        }
        Response::refusal(Refused(404, "there is nothing of this name"))
    }

    fn ask(&self, what: &str, with: Value) -> Response {
        match self.desk.ask(what, with) {
            Some(answer) => json(answer),
            None => Response::refusal(Refused(503, "nnlang has ended")),
        }
    }

    /// Tells the news until the page is gone.
    fn events(&self, wire: &mut Wire) -> io::Result<()> {
        wire.begin_events()?;
        let mut number = u64::MAX;
        while !self.desk.has_ended() {
            match self.desk.news(number, Duration::from_secs(15)) {
                Some(news) => {
                    number = news.number;
                    let told = serde_json::json!({
                        "version": news.version, "round": news.round, "progress": news.progress,
                    });
                    wire.event(&told.to_string())?;
                }
                // Whether somebody still listens shows when something is said.
                None => wire.event("{}")?,
            }
        }
        wire.event("{\"ended\":true}")
    }
}

fn json(text: String) -> Response {
    Response::new("application/json", text)
}

fn asks_to_close(request: &Request) -> bool {
    request.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
}
