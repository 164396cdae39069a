//! The conversation on a terminal: line editing, history, colours.

use super::complete::{Known, Place};
use super::highlight::coloured;
use super::{Repl, Reply, Said};
use crate::outside::Outside;
use crate::view::{Doc, Line, Style, width};
use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, Editor, Helper};
use std::borrow::Cow;
use std::path::PathBuf;

/// How the prompt looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// Colours, and hints while one types.
    pub colour: bool,
    /// No banner.
    pub quiet: bool,
}

impl Repl {
    /// Reads from the terminal until the end. `say` shows, and tells whether anybody still reads; `resume` is called before
    /// each statement.
    ///
    /// # Errors
    /// Why the terminal cannot be read.
    pub fn talk<O: Outside>(
        &mut self,
        outside: &mut O,
        look: Look,
        say: &mut dyn FnMut(Said) -> bool,
        resume: fn(&mut O),
    ) -> Result<(), String> {
        self.interactive = true;
        let config = Config::builder()
            .max_history_size(10_000)
            .and_then(|config| config.history_ignore_dups(true))
            .map_err(|error| error.to_string())?
            .completion_type(CompletionType::List)
            .completion_prompt_limit(60)
            .bracketed_paste(true)
            .build();
        let mut editor: Editor<Help, DefaultHistory> =
            Editor::with_config(config).map_err(|error| error.to_string())?;
        let history = history_file();
        if let Some(file) = &history {
            // The first time there is none.
            let _ = editor.load_history(file);
        }
        if !look.quiet {
            say(Said::Doc(banner()));
        }
        let mut known = Known::new(&self.session);
        let mut at = self.session.past();
        loop {
            if !self.session.is_at(&at) {
                known = Known::new(&self.session);
                at = self.session.past();
            }
            let walking = self.walk.is_some();
            editor.set_helper(Some(Help { known, look, walking, files: FilenameCompleter::new() }));
            let read = editor.readline(&self.prompt());
            known = editor.helper_mut().map(|help| std::mem::take(&mut help.known)).unwrap_or_default();
            let reply = match read {
                Ok(line) => {
                    if !line.trim().is_empty() && !walking {
                        // A history that cannot be kept is no reason to stop.
                        let _ = editor.add_history_entry(line.trim_end());
                        if let Some(file) = &history {
                            let _ = editor.append_history(file);
                        }
                    }
                    resume(outside);
                    self.line(&line, outside)
                }
                Err(ReadlineError::Interrupted) => {
                    self.abandon();
                    resume(outside);
                    Reply::Nothing
                }
                Err(ReadlineError::Eof) => match self.end(outside) {
                    Reply::Said(said) => {
                        said.into_iter().for_each(|said| {
                            say(said);
                        });
                        Reply::Quit
                    }
                    Reply::More | Reply::Nothing | Reply::Quit => Reply::Quit,
                },
                Err(ReadlineError::Io(error)) if error.kind() == std::io::ErrorKind::InvalidData => not_text(),
                #[cfg(unix)]
                Err(ReadlineError::Errno(error)) if error as i32 == 84 => not_text(),
                Err(error) => return Err(error.to_string()),
            };
            let goes_on = match reply {
                Reply::Said(said) => said.into_iter().all(&mut *say),
                Reply::More | Reply::Nothing => true,
                Reply::Quit => false,
            };
            if !goes_on {
                break;
            }
        }
        Ok(())
    }
}

fn not_text() -> Reply {
    let line = Line::new().with(Style::Bad, "these bytes are not text in UTF-8");
    Reply::Said(vec![Said::Wrong(Doc::line(line))])
}

fn banner() -> Doc {
    let mut doc = Doc::line(
        Line::new()
            .name(concat!("nnlang ", env!("CARGO_PKG_VERSION")))
            .plain(": equations, their values and derivatives"),
    );
    doc.push(
        Line::new()
            .name(":tour")
            .note(" shows around, ")
            .name(":help")
            .note(" lists the commands, ")
            .name("Ctrl-D")
            .note(" leaves"),
    );
    doc
}

/// Where the lines of earlier conversations are kept.
fn history_file() -> Option<PathBuf> {
    let told = std::env::var_os("NNLANG_HISTORY").filter(|path| !path.is_empty());
    told.map(PathBuf::from).or_else(|| std::env::home_dir().map(|home| home.join(".nnlang_history")))
}

/// Knows when a statement is whole, what could come next, and what words are.
struct Help {
    known: Known,
    look: Look,
    /// Enter, b and q are read, not statements.
    walking: bool,
    files: FilenameCompleter,
}

impl Helper for Help {}

impl Completer for Help {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, context: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let head = line.get(..pos).unwrap_or(line);
        match self.known.complete(head) {
            Place::File => self.files.complete(line, pos, context),
            Place::Words(found) => {
                let pair = |word: String| Pair { display: word.clone(), replacement: word };
                Ok((found.start, found.words.into_iter().map(pair).collect()))
            }
        }
    }
}

/// What stands behind the cursor: the rest of a word, and what it is.
struct Says {
    shown: String,
    rest: String,
}

impl Hint for Says {
    fn display(&self) -> &str {
        &self.shown
    }

    fn completion(&self) -> Option<&str> {
        Some(self.rest.as_str()).filter(|rest| !rest.is_empty())
    }
}

impl Hinter for Help {
    type Hint = Says;

    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<Says> {
        if !self.look.colour || self.walking || pos < line.len() || line.contains('\n') {
            return None;
        }
        let (rest, says) = self.known.hint(line)?;
        // A hint never opens a second line.
        let columns = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
        let room = columns.saturating_sub(width(line) + 4);
        let mut shown = String::new();
        for c in rest.chars().chain(says.chars()) {
            if width(&shown) + 2 > room {
                break;
            }
            shown.push(c);
        }
        (!shown.trim().is_empty()).then_some(Says { shown, rest })
    }
}

impl Highlighter for Help {
    fn highlight<'l>(&self, line: &'l str, pos: usize) -> Cow<'l, str> {
        if self.look.colour && !self.walking {
            Cow::Owned(coloured(line, pos, &self.known))
        } else {
            Cow::Borrowed(line)
        }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        if self.look.colour { Cow::Owned(format!("\u{1b}[2m{hint}\u{1b}[0m")) } else { Cow::Borrowed(hint) }
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        self.look.colour
    }
}

impl Validator for Help {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let text = context.input();
        let whole = self.walking || text.trim_start().starts_with(':') || super::is_whole(text);
        Ok(if whole { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}
