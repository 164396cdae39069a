//! The prompt's language from a pipe: each line is answered as it comes, without prompts.

use super::{Repl, Reply, Said};
use crate::outside::Outside;
use crate::view::{Doc, Line, Style};

/// A conversation line by line.
#[derive(Debug)]
pub struct Script {
    repl: Repl,
    lines: usize,
}

/// What came of one line.
#[derive(Debug)]
pub struct Request {
    /// Its number, from 1.
    pub line: usize,
    /// What is to be shown.
    pub said: Vec<Said>,
    /// `ok`, `error`, `more` (the statement goes on in the next line) or `quit`.
    pub status: &'static str,
}

impl Script {
    /// Over a conversation that has begun.
    pub fn new(repl: Repl) -> Script {
        Script { repl, lines: 0 }
    }

    /// Answers one line, given as its bytes without the line break.
    pub fn line(&mut self, bytes: &[u8], outside: &mut dyn Outside) -> Request {
        self.lines += 1;
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let bytes = if self.lines == 1 { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) } else { bytes };
        let reply = match std::str::from_utf8(bytes) {
            Ok(text) => self.repl.line(text, outside),
            Err(_) => {
                self.repl.abandon();
                let line = Line::new().with(Style::Bad, format!("line {} is not text in UTF-8", self.lines));
                Reply::Said(vec![Said::Wrong(Doc::line(line))])
            }
        };
        self.request(reply)
    }

    /// The end of input: a statement that was begun is answered as it stands.
    pub fn end(&mut self, outside: &mut dyn Outside) -> Option<Request> {
        match self.repl.end(outside) {
            Reply::Nothing => None,
            reply => Some(self.request(reply)),
        }
    }

    fn request(&self, reply: Reply) -> Request {
        let (said, status) = match reply {
            Reply::Said(said) => {
                let status = if said.iter().any(Said::is_wrong) { "error" } else { "ok" };
                (said, status)
            }
            Reply::More => (vec![], "more"),
            Reply::Nothing => (vec![], "ok"),
            Reply::Quit => (vec![], "quit"),
        };
        Request { line: self.lines, said, status }
    }
}
