//! `nnlang explain`: the page of an error or a lint.

use super::Exit;
use super::args::Explain;
use super::terminal::{Terminal, complain};
use crate::diag::explain::{Explained, codes, explain};
use crate::view;

/// `nnlang explain CODE`; without a code, all of them.
pub(super) fn run(args: &Explain, mut terminal: Terminal) -> Exit {
    let Some(code) = &args.code else {
        let list: String = codes().map(|code| code + "\n").collect();
        terminal.print(&list);
        return terminal.end(Exit::Right);
    };
    match explain(code) {
        Explained::Page(_, page) => {
            terminal.doc(&view::page(page));
            terminal.end(Exit::Right)
        }
        Explained::Near(near) => {
            complain(&format!("nnlang: there is no code `{}`", code.escape_debug()));
            match near.is_empty() {
                true => complain("  mend: see all codes with `nnlang explain`"),
                false => complain(&format!("  mend: try {}", near.join(" or "))),
            }
            Exit::Usage
        }
    }
}
