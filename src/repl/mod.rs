//! The prompt: reads a statement, answers it, and reads the next. The only use of rustyline.

use crate::outside::Outside;
use crate::session::{Report, Session, Settings};
use crate::syntax;
use crate::view::{self, Doc, Line, Style};
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Editor, Helper};
use std::path::PathBuf;

/// A conversation: a session, and the lines of a statement that is not whole yet.
#[derive(Debug)]
pub struct Repl {
    session: Session,
    begun: String,
}

/// What a line leads to.
#[derive(Debug)]
pub enum Reply {
    /// The statement goes on in the next line.
    More,
    /// This is to be shown.
    Said(Said),
    /// Nothing to show.
    Nothing,
    /// The end.
    Quit,
}

/// What is shown.
#[derive(Debug)]
pub enum Said {
    /// Answers and problems.
    Report(Report),
    /// A page.
    Doc(Doc),
}

const HELP: &[(&str, &str)] = &[
    ("a = 5", "defines a name; a second time it redefines it, and what depends on it follows"),
    ("3a", "an expression prints its value"),
    ("dJ/da", "a derivative prints its value; `grad J` prints all of them"),
    (":help NAME", "the reference entry of a function or a statement"),
    (":quit", "leaves (also Ctrl-D)"),
];

impl Repl {
    /// A conversation in which nothing is defined yet.
    pub fn new(settings: Settings) -> Repl {
        Repl { session: Session::new(settings), begun: String::new() }
    }

    /// Takes the definitions of a program.
    pub fn load(&mut self, name: &str, text: &str, outside: &mut dyn Outside) -> Report {
        let (session, report) = self.session.apply(name, text, outside);
        self.session = session;
        report
    }

    /// Takes one line (or, pasted, a few).
    pub fn line(&mut self, line: &str, outside: &mut dyn Outside) -> Reply {
        if self.begun.is_empty()
            && let Some(command) = line.trim().strip_prefix(':')
        {
            return command_reply(command);
        }
        // An empty line ends a statement that still waits, so that nobody is caught in an open bracket.
        let ends = !self.begun.is_empty() && line.trim().is_empty();
        self.begun.push_str(line);
        self.begun.push('\n');
        if !ends && !syntax::is_complete(&self.begun) {
            return Reply::More;
        }
        let text = std::mem::take(&mut self.begun);
        if text.trim().is_empty() {
            return Reply::Nothing;
        }
        Reply::Said(Said::Report(self.load("<prompt>", &text, outside)))
    }

    /// The end of input: what was begun is answered as it stands.
    pub fn end(&mut self, outside: &mut dyn Outside) -> Reply {
        if self.begun.is_empty() { Reply::Nothing } else { self.line("", outside) }
    }

    /// Reads from the terminal (or from whatever standard input is) until the end. `say` shows, and tells whether anybody
    /// still reads; `resume` is called before each statement.
    pub fn talk<O: Outside>(
        &mut self,
        outside: &mut O,
        say: &mut dyn FnMut(Said) -> bool,
        resume: fn(&mut O),
    ) -> Result<(), String> {
        let mut editor: Editor<Whole, DefaultHistory> = Editor::new().map_err(|error| error.to_string())?;
        editor.set_helper(Some(Whole));
        let history = history_file();
        if let Some(file) = &history {
            // The first time there is none.
            let _ = editor.load_history(file);
        }
        loop {
            let prompt = if self.begun.is_empty() { "> " } else { "… " };
            let reply = match editor.readline(prompt) {
                Ok(line) => {
                    if !line.trim().is_empty() {
                        // A history that cannot be kept is no reason to stop.
                        let _ = editor.add_history_entry(&line);
                    }
                    resume(outside);
                    self.line(&line, outside)
                }
                Err(ReadlineError::Interrupted) => {
                    self.begun.clear();
                    Reply::Nothing
                }
                Err(ReadlineError::Eof) => match self.end(outside) {
                    Reply::Said(said) => {
                        say(said);
                        Reply::Quit
                    }
                    Reply::More | Reply::Nothing | Reply::Quit => Reply::Quit,
                },
                Err(error) => return Err(error.to_string()),
            };
            let goes_on = match reply {
                Reply::Said(said) => say(said),
                Reply::More | Reply::Nothing => true,
                Reply::Quit => false,
            };
            if !goes_on {
                break;
            }
        }
        if let Some(file) = &history {
            let _ = editor.save_history(file);
        }
        Ok(())
    }
}

fn command_reply(command: &str) -> Reply {
    let mut words = command.split_whitespace();
    let doc = match (words.next().unwrap_or("help"), words.next()) {
        ("quit" | "q" | "exit", _) => return Reply::Quit,
        ("help" | "h" | "?", None) => {
            let mut doc = Doc::new();
            for (form, says) in HELP {
                doc.push(Line::new().aligned(Style::Name, form, 12, view::Align::Left).plain(*says));
            }
            doc
        }
        ("help" | "h" | "?", Some(name)) => view::reference(name).unwrap_or_else(|| {
            let near = view::nearest(name).map(|near| format!("; try `:help {near}`")).unwrap_or_default();
            Doc::line(Line::new().with(Style::Bad, format!("there is no entry for `{name}`{near}")))
        }),
        (other, _) => Doc::line(Line::new().with(Style::Bad, format!("there is no command `:{other}`; see `:help`"))),
    };
    Reply::Said(Said::Doc(doc))
}

/// Where the lines of earlier conversations are kept.
fn history_file() -> Option<PathBuf> {
    let told = std::env::var_os("NNLANG_HISTORY").filter(|path| !path.is_empty());
    told.map(PathBuf::from).or_else(|| std::env::home_dir().map(|home| home.join(".nnlang_history")))
}

/// Knows when a statement is whole, so that Enter ends it or opens a new line.
struct Whole;

impl Completer for Whole {
    type Candidate = String;
}
impl Helper for Whole {}
impl Highlighter for Whole {}
impl Hinter for Whole {
    type Hint = String;
}

impl Validator for Whole {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let text = context.input();
        let whole = text.trim_start().starts_with(':') || text.ends_with("\n\n") || syntax::is_complete(text);
        Ok(if whole { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outside::InMemory;

    fn repl() -> (Repl, InMemory) {
        (Repl::new(Settings { digits: 6, ..Settings::default() }), InMemory::default())
    }

    #[test]
    fn a_statement_goes_on_until_its_brackets_close() {
        let (mut repl, mut outside) = repl();
        assert!(matches!(repl.line("a = (1 +", &mut outside), Reply::More));
        assert!(matches!(repl.line("2)", &mut outside), Reply::Said(Said::Report(_))));
        assert!(matches!(repl.line("a = (1 +", &mut outside), Reply::More));
        assert!(matches!(repl.line("", &mut outside), Reply::Said(Said::Report(_))));
        assert!(matches!(repl.line("", &mut outside), Reply::Nothing));
    }

    #[test]
    fn commands_begin_with_a_colon() {
        let (mut repl, mut outside) = repl();
        assert!(matches!(repl.line(":quit", &mut outside), Reply::Quit));
        for (line, says) in [(":help", ":quit"), (":help tanh", "tanh(z)"), (":help tahn", "tanh"), (":x", "`:x`")] {
            let Reply::Said(Said::Doc(doc)) = repl.line(line, &mut outside) else { panic!("{line}") };
            assert!(doc.text().contains(says), "{line}: {}", doc.text());
        }
    }
}
