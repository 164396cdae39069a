//! `nnlang open`: the page in the browser.

use super::args::Open;
use super::run::{load, usage};
use super::terminal::{Terminal, complain};
use super::{Exit, World};
use crate::outside::Outside;
use crate::view::{Doc, Line};
use crate::web::{self, Limits, Page};
use std::process::{Command, Stdio};

/// `nnlang open [FILE]`: serves until Ctrl-C.
pub(super) fn run(args: &Open, mut terminal: Terminal) -> Exit {
    let settings = args.options.settings();
    let mut world = World::new(settings.memory_limit.unwrap_or(u64::MAX), true);
    let mut file = None;
    if let Some(name) = &args.file {
        if name == "-" {
            terminal.problem(&usage("a page is saved to a file, and `-` is none").mend("name a file"));
            return Exit::Usage;
        }
        let Some(mut programs) = load(std::slice::from_ref(name), &terminal) else { return Exit::Usage };
        file = programs.pop();
    }
    let mut open = match web::Open::new(Page::new(settings, file), Limits::default()) {
        Ok(open) => open,
        Err(error) => {
            complain(&format!("nnlang: the page cannot be opened: {error}"));
            return Exit::Wrong;
        }
    };
    let mut doc = Doc::line(Line::new().plain("open in the browser: ").name(open.address()));
    doc.push(Line::new().note("Ctrl-C ends it"));
    terminal.doc(&doc);
    if !args.no_browser {
        show(&open.address_once());
    }
    open.serve(&mut world, &|outside| outside.interrupted());
    if let Some((name, text)) = open.page().unsaved() {
        let beside = format!("{name}.unsaved");
        match world.write(&beside, text.as_bytes()) {
            Ok(()) => complain(&format!("nnlang: what was not saved is in `{beside}`")),
            Err(refusal) => complain(&format!("nnlang: what was not saved is lost: {refusal}")),
        }
    }
    terminal.end(Exit::Right)
}

/// Starts the browser where there is somebody to see it; who has none has the printed address.
fn show(address: &str) {
    let linux = cfg!(target_os = "linux");
    let seen = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    if linux && !seen {
        return;
    }
    let program = match () {
        () if linux => "xdg-open",
        () if cfg!(target_os = "windows") => "explorer",
        () => "open",
    };
    let _ = Command::new(program).arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
}
