//! The plans that a statement was answered with, as text: groups, buffers, costs.

use crate::eval::Made;
use crate::exec;
use crate::graph::NodeId;
use crate::lower::Compiled;
use crate::source::Sources;
use crate::view::{Align, Cell, Doc, Line, Style, Table, bytes, number};

/// So many instructions of a plan are shown.
const SHOWN: usize = 200;
/// So many source lines of an instruction are named.
const LINES: usize = 4;

/// The plans of a statement.
pub(super) fn doc(compiled: &Compiled, sources: &Sources, statement: &str, line: usize, made: &[Made]) -> Doc {
    let mut doc = Doc::line(Line::new().note(format!("line {line}  ")).name(statement));
    for made in made {
        match made {
            Made::Reference(steps) => {
                let s = if *steps == 1 { "step" } else { "steps" };
                doc.push(Line::new().plain(format!("  step by step: {steps} {s} of the reference")));
            }
            Made::Program { lines, buffers, bytes: size } => {
                let all: f64 = lines.iter().filter(|line| line.each).map(|line| line.operations).sum();
                let count = lines.len();
                doc.push(Line::new().plain(format!(
                    "  a program of {count} instructions, {buffers} buffers of {}, {} operations a run",
                    bytes(*size),
                    number(all, 3)
                )));
                program(&mut doc, lines, compiled, sources);
            }
        }
    }
    doc
}

fn program(doc: &mut Doc, lines: &[exec::Line], compiled: &Compiled, sources: &Sources) {
    let head = [("  ", Align::Left), ("run", Align::Left), ("instruction", Align::Left), ("", Align::Left)];
    let more = [("reads", Align::Left), ("writes", Align::Left), ("operations", Align::Right), ("lines", Align::Left)];
    let mut table = Table::new(head.into_iter().chain(more));
    for line in lines.iter().take(SHOWN) {
        table.row([
            Cell::new(Style::Plain, ""),
            Cell::new(Style::Note, if line.each { "each" } else { "once" }),
            Cell::new(Style::Keyword, line.kind),
            Cell::new(Style::Plain, &line.what),
            Cell::new(Style::Plain, list(&line.reads, "b")),
            Cell::new(Style::Plain, list(&line.writes, "b")),
            Cell::number(number(line.operations, 3)),
            Cell::new(Style::Plain, list(&places(&line.nodes, compiled, sources), "")),
        ]);
    }
    table.doc().lines.into_iter().for_each(|line| doc.push(line));
    if lines.len() > SHOWN {
        doc.push(Line::new().note(format!("  and {} more", lines.len() - SHOWN)));
    }
}

/// The lines in which nodes were written.
fn places(nodes: &[NodeId], compiled: &Compiled, sources: &Sources) -> Vec<u32> {
    let spans = nodes.iter().filter_map(|node| compiled.span(*node)).filter(|span| span.start < span.end);
    let mut lines: Vec<u32> = spans.map(|span| sources.line(span) as u32).collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}

fn list(all: &[u32], before: &str) -> String {
    let mut words: Vec<String> = all.iter().take(LINES).map(|one| format!("{before}{one}")).collect();
    if all.len() > LINES {
        words.push("…".into());
    }
    words.join(" ")
}
