//! The page's server: who is answered, what is refused, and that the session goes on whatever others send.

// Tests are outside themselves.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use nnlang::inside::outside::{InMemory, Outside};
use nnlang::inside::session::Settings;
use nnlang::inside::web::{Limits, Open, Page};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const NOTES: &str = "a = 5\nb = 3\nc = 2\nu = b*c\nv = a + u\nJ = 3v\nJ\n";

/// A page that is served until the test is over.
struct Served {
    address: String,
    cookie: String,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Served {
    fn new(text: &str, limits: Limits) -> Served {
        let page = Page::new(Settings::default(), Some(("notes.nnl".into(), text.into())));
        let mut open = Open::new(page, limits).expect("there is a port");
        let address = open.address();
        let ends = Arc::new(AtomicBool::new(false));
        let (own, text) = (ends.clone(), text.to_string());
        let work = move || {
            let mut outside = InMemory::default().file("notes.nnl", text);
            open.serve(&mut outside, &|_: &dyn Outside| own.load(Ordering::Relaxed));
        };
        let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(work).expect("there is a thread");
        let mut served = Served { address, cookie: String::new(), ends, thread: Some(thread) };
        let first = served.send("GET", &format!("/?{}", served.token()), &[], "");
        assert_eq!(first.status, 200, "{}", first.body);
        let set = first.head.lines().find_map(|line| line.strip_prefix("Set-Cookie: ")).expect("a cookie is set");
        assert!(set.contains("; SameSite=Strict") && set.contains("; HttpOnly"), "{set}");
        served.cookie = set.split(';').next().unwrap_or_default().to_string();
        served
    }

    fn host(&self) -> &str {
        self.address.trim_start_matches("http://").split('/').next().unwrap_or_default()
    }

    fn token(&self) -> &str {
        self.address.split('?').nth(1).unwrap_or_default()
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.host()).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a limit can be set");
        stream
    }

    /// Without a cookie; `headers` come after those that every request has.
    fn send(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        let host = format!("Host: {}", self.host());
        let mut all = vec![host.as_str()];
        all.extend(headers);
        self.raw(method, path, &all, body)
    }

    fn raw(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        let mut stream = self.connect();
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let length = body.len();
        let text =
            format!("{method} {path} HTTP/1.1\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}");
        // It may be refused before all is sent.
        let _ = stream.write_all(text.as_bytes());
        read(stream)
    }

    /// As the page asks.
    fn ask(&self, path: &str, body: &Value) -> Value {
        let cookie = format!("Cookie: {}", self.cookie);
        let origin = format!("Origin: http://{}", self.host());
        let answer = match body {
            Value::Null => self.send("GET", path, &[&cookie], ""),
            body => self.send("POST", path, &[&cookie, &origin], &body.to_string()),
        };
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).expect("it is JSON")
    }

    /// The session goes on.
    fn works(&self) {
        let state = self.ask("/state", &Value::Null);
        assert_eq!(value(&state, "J"), 33.0);
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking());
        }
    }
}

fn read(mut stream: TcpStream) -> Answer {
    let mut bytes = vec![];
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer { status, head: head.replace("\r\n", "\n"), body: body.to_string() }
}

fn value(state: &Value, name: &str) -> Value {
    let names = state["names"].as_array().expect("there are names");
    names.iter().find(|own| own["name"] == name).map_or(Value::Null, |own| own["value"].clone())
}

#[test]
fn the_page_and_its_files_are_served_with_their_rules_and_nothing_else_is() {
    let served = Served::new(NOTES, Limits::default());
    let cookie = format!("Cookie: {}", served.cookie);
    for path in [
        "/",
        "/page.js",
        "/math.js",
        "/text.js",
        "/learn.js",
        "/curve.js",
        "/graph.js",
        "/scalar.js",
        "/page.css",
        "/state",
    ] {
        let answer = served.send("GET", path, &[&cookie], "");
        assert_eq!(answer.status, 200, "{path}");
        for rule in ["Content-Security-Policy: default-src 'none'", "X-Content-Type-Options: nosniff", "no-store"] {
            assert!(answer.head.contains(rule), "{path}: {}", answer.head);
        }
    }
    for path in ["/../Cargo.toml", "/..%2f..%2fetc/passwd", "//etc/passwd", "/src/main.rs", "/page.js/", "/edit"] {
        assert_eq!(served.send("GET", path, &[&cookie], "").status, 404, "{path}");
    }
    assert_eq!(served.send("DELETE", "/", &[&cookie], "").status, 405);
    let head = served.send("HEAD", "/", &[&cookie], "");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    served.works();
}

#[test]
fn without_the_token_or_from_elsewhere_nothing_is_answered() {
    let served = Served::new(NOTES, Limits::default());
    let cookie = format!("Cookie: {}", served.cookie);
    let refused = |path: &str, headers: &[&str]| {
        let answer = served.send("GET", path, headers, "");
        assert_eq!(answer.status, 403, "{path} {headers:?}");
        assert!(!answer.head.contains("Set-Cookie") && !answer.body.contains("33"), "{}", answer.head);
    };
    refused("/", &[]);
    refused("/?token=", &[]);
    refused("/?token=0123456789abcdef0123456789abcdef", &[]);
    refused("/state", &[]);
    // The token opens the page alone.
    refused(&format!("/state?{}", served.token()), &[]);
    let wrong = format!("{}0", &cookie[..cookie.len() - 1]);
    refused("/state", &[if wrong == cookie { "Cookie: x=y" } else { &wrong }]);
    refused("/state", &[&cookie, "Origin: http://example.com"]);
    refused("/state", &[&cookie, "Origin: null"]);
    refused("/state", &[&cookie, "Sec-Fetch-Site: cross-site"]);
    refused("/page.js", &[&cookie, "Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: no-cors"]);
    for host in ["example.com", "example.com:80", "127.0.0.1", "127.0.0.1:1"] {
        let host = format!("Host: {host}");
        assert_eq!(served.raw("GET", "/state", &[&host, &cookie], "").status, 403, "{host}");
    }
    assert_eq!(served.raw("GET", "/state", &[&cookie], "").status, 403);
    let own = format!("Host: {}", served.host());
    assert_eq!(served.raw("GET", "/state", &[&own, "Host: example.com", &cookie], "").status, 403);
    let edit = json!({"version": 1, "text": "a = 1\n"}).to_string();
    let answer = served.send("POST", "/edit", &[&cookie, "Origin: http://example.com"], &edit);
    assert_eq!(answer.status, 403);
    served.works();
}

#[test]
fn a_request_of_100_megabytes_is_refused_at_its_head() {
    let served = Served::new(NOTES, Limits::default());
    let mut stream = served.connect();
    let head = format!(
        "POST /edit HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nContent-Length: 104857600\r\n\r\n",
        served.host(),
        served.cookie
    );
    stream.write_all(head.as_bytes()).expect("the head is taken");
    let block = vec![b' '; 1 << 20];
    let sent = (0..100).take_while(|_| stream.write_all(&block).is_ok()).count();
    assert!(sent < 100, "all of it was taken");
    // A long head is refused as well, and a body without its length.
    let long = format!("X: {}", "x".repeat(1 << 20));
    assert_eq!(served.send("GET", "/", &[&long], "").status, 431);
    assert_eq!(served.send("POST", "/edit", &["Transfer-Encoding: chunked"], "").status, 501);
    let many: Vec<String> = (0..100).map(|i| format!("X{i}: y")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(served.send("GET", "/", &many, "").status, 431);
    let mut nonsense = served.connect();
    nonsense.write_all(b"\x16\x03\x01\x02\x00 nonsense\r\n\r\n").expect("it is taken");
    assert_eq!(read(nonsense).status, 400);
    served.works();
}

#[test]
fn the_refusal_of_a_large_request_can_be_read() {
    let served = Served::new(NOTES, Limits::default());
    let mut stream = served.connect();
    let head = format!("POST /edit HTTP/1.1\r\nHost: {}\r\nContent-Length: 104857600\r\n\r\n", served.host());
    stream.write_all(head.as_bytes()).expect("the head is taken");
    assert_eq!(read(stream).status, 413);
}

#[test]
fn a_slow_sender_is_sent_away() {
    let limits = Limits { patience: Duration::from_millis(300), ..Limits::default() };
    let served = Served::new(NOTES, limits);
    let begun = Instant::now();
    let mut slow = served.connect();
    for byte in b"GET /state HTTP/1.1\r\nHost: " {
        if slow.write_all(&[*byte]).is_err() {
            break;
        }
        std::thread::sleep(Duration::from_millis(25));
        if begun.elapsed() > Duration::from_secs(3) {
            break;
        }
    }
    assert_eq!(read(slow).status, 408);
    // So is one whose body never comes.
    let mut body = served.connect();
    let head = format!("POST /edit HTTP/1.1\r\nHost: {}\r\nContent-Length: 10\r\n\r\n{{", served.host());
    body.write_all(head.as_bytes()).expect("it is taken");
    assert_eq!(read(body).status, 408);
    served.works();
}

#[test]
fn a_thousand_idle_connections_keep_nobody_out() {
    let served = Served::new(NOTES, Limits::default());
    let mut idle = vec![];
    for i in 0..1000 {
        let stream = TcpStream::connect(served.host()).expect("it listens");
        if i % 2 == 0 {
            let _ = (&stream).write_all(b"GET / HT");
        }
        idle.push(stream);
        if i % 250 == 0 {
            served.works();
        }
    }
    served.works();
    drop(idle);
    served.works();
}

#[test]
fn a_connection_answers_one_request_after_another() {
    let served = Served::new(NOTES, Limits::default());
    let mut stream = served.connect();
    let request = format!("GET /math.js HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\n\r\n", served.host(), served.cookie);
    let last = request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    stream.write_all(format!("{request}{request}{last}").as_bytes()).expect("it is taken");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("it is text");
    assert_eq!(text.matches("HTTP/1.1 200 OK").count(), 3);
}

#[test]
fn pages_are_told_what_another_one_changes() {
    let served = Served::new(NOTES, Limits::default());
    let mut events = served.connect();
    let head = format!("GET /events HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\n\r\n", served.host(), served.cookie);
    events.write_all(head.as_bytes()).expect("it is taken");
    let mut heard = String::new();
    let mut hear = |wanted: &str| {
        let until = Instant::now() + Duration::from_secs(10);
        let mut bytes = [0u8; 4096];
        while !heard.contains(wanted) && Instant::now() < until {
            let count = events.read(&mut bytes).expect("it goes on");
            heard.push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
        assert!(heard.contains(wanted), "{heard}");
    };
    hear("text/event-stream");
    let edited = served.ask("/edit", &json!({"version": 1, "text": NOTES.replace("a = 5", "a = 6"), "group": "x"}));
    assert_eq!(value(&edited, "J"), 36.0);
    hear("\"version\":2");
    assert_eq!(value(&served.ask("/undo", &json!({})), "J"), 33.0);
    hear("\"version\":3");
}

#[test]
fn a_question_is_answered_and_changes_nothing() {
    let served = Served::new(NOTES, Limits::default());
    let told = served.ask("/ask", &json!({"text": "explain dJ/db"}));
    assert!(told["answers"][0]["doc"].to_string().contains("dJ/db"), "{told}");
    let told = served.ask("/ask", &json!({"text": "J = nowhere"}));
    assert_eq!(told["problems"][0]["code"], "nnlang::name::unknown");
    served.works();
}

/// Random numbers of a fixed beginning.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % n
    }
}

#[test]
fn a_thousand_random_edits_and_moves_equal_a_fresh_run_of_the_text() {
    let served = Served::new(NOTES, Limits::default());
    let mut dice = Dice(7);
    let mut state = served.ask("/state", &Value::Null);
    let lines =
        ["k = a*b", "grad J", "derive dJ/da", "oops = = 3", "s = sum([a, b, c])", "trace J", "# words", "J = a^2"];
    for round in 0..1000 {
        let text = state["text"].as_str().unwrap_or_default().to_string();
        let sliders = state["sliders"].as_array().cloned().unwrap_or_default();
        let body = match dice.below(10) {
            0..6 if !sliders.is_empty() => {
                let cell = &sliders[dice.below(sliders.len() as u64) as usize]["cells"][0];
                let (start, end) = (cell[0].as_u64().unwrap_or(0) as usize, cell[1].as_u64().unwrap_or(0) as usize);
                let number = dice.below(2000) as f64 / 100.0 - 10.0;
                ("/edit", format!("{}{number}{}", &text[..start], &text[end..]))
            }
            6 => ("/undo", text),
            7 => ("/redo", text),
            8 => {
                let mut own: Vec<&str> = text.lines().collect();
                let place = dice.below(own.len() as u64 + 1) as usize;
                own.insert(place, lines[dice.below(lines.len() as u64) as usize]);
                ("/edit", own.join("\n") + "\n")
            }
            _ => {
                let mut own: Vec<&str> = text.lines().collect();
                if own.len() > 3 {
                    own.remove(dice.below(own.len() as u64) as usize);
                }
                ("/edit", own.join("\n") + "\n")
            }
        };
        state = served.ask(body.0, &json!({"version": state["version"], "text": body.1, "group": round.to_string()}));
        let text = state["text"].as_str().unwrap_or_default().to_string();
        let again = Page::new(Settings::default(), Some(("notes.nnl".into(), text))).state(&mut InMemory::default());
        // Both are read from their text: serde_json reads some numbers one bit off.
        let again: Value = serde_json::from_str(&again.to_string()).expect("it is JSON");
        for what in ["names", "answers", "problems", "graph", "sliders"] {
            assert_eq!(state[what], again[what], "round {round}: {}", state["text"]);
        }
    }
}
