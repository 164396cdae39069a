//! `nnlang doc`: the reference entry of a function or a statement.

use super::Exit;
use super::args::Doc;
use super::terminal::{Terminal, complain};
use crate::view;

/// `nnlang doc NAME`; without a name, the list of all, by groups.
pub(super) fn run(args: &Doc, mut terminal: Terminal) -> Exit {
    let Some(name) = &args.name else {
        terminal.doc(&view::contents());
        return terminal.end(Exit::Right);
    };
    if let Some(entry) = view::reference(name) {
        terminal.doc(&entry);
        return terminal.end(Exit::Right);
    }
    complain(&format!("nnlang: there is no entry for `{}`", name.escape_debug()));
    complain(&match view::nearest(name) {
        Some(near) => format!("  mend: try `nnlang doc {near}`"),
        None => "  mend: see all entries with `nnlang doc`".to_string(),
    });
    Exit::Usage
}
