//! `graph J`: the graph as text, with values and derivatives on its nodes.

use super::chain::{COLUMNS, Chain, beside, brief};
use super::{Cx, picture, slope_name};
use crate::diag::Diagnostic;
use crate::figure::{Figure, Network};
use crate::graph::NodeId;
use crate::lower::Ask;
use crate::source::{Span, Spanned};
use crate::tensor::Tensor;
use crate::train::errors;
use crate::view::fact::{Fact, File, Node};
use crate::view::{Align, Cell, Doc, Line, Style, Table, width};
use std::sync::Arc;

/// A deeper graph is a list, not a tree.
const DEEP: usize = 24;
/// So much of an equation is drawn.
const WIDE: usize = 44;

pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    for asked in &ask.exprs {
        let goal = cx.goal(ask, asked)?;
        let of = cx.text(asked.span);
        let chain = Chain::new(cx, goal, &of, span)?;
        let done = one(cx, &chain, goal, span);
        chain.end(cx);
        let (doc, facts, network) = done?;
        match &ask.to {
            Some(to) => written(cx, span, to, network.figure(), Some(&network), facts)?,
            None => {
                cx.push(span, doc, facts);
                if let Some(answer) = cx.answers.last_mut() {
                    answer.figure = Some(network.figure());
                }
            }
        }
    }
    Ok(())
}

/// The kinds of file that a picture can go into, by the end of its name; those behind the third are of graphs alone.
const PICTURES: [&str; 6] = ["svg", "png", "html", "dot", "mmd", "tex"];

/// Answers that a picture goes into a file.
pub(super) fn written(
    cx: &mut Cx,
    span: Span,
    to: &Spanned<String>,
    figure: Figure,
    network: Option<&Network>,
    mut facts: Vec<Fact>,
) -> Result<(), Box<Diagnostic>> {
    let base = to.node.rsplit(['/', '\\']).next().unwrap_or("");
    let end = base.rsplit_once('.').map(|(_, end)| end.to_lowercase()).unwrap_or_default();
    let bytes = match (end.as_str(), network) {
        ("svg", _) => figure.svg().into_bytes(),
        ("png", _) => figure.png().ok_or_else(|| Box::new(errors::no_picture(&to.node, to.span)))?,
        ("html" | "htm", _) => figure.html().into_bytes(),
        ("dot" | "gv", Some(network)) => network.dot().into_bytes(),
        ("mmd", Some(network)) => network.mermaid().into_bytes(),
        ("tex", Some(network)) => network.tex().into_bytes(),
        _ => {
            let known = &PICTURES[..if network.is_some() { PICTURES.len() } else { 3 }];
            let known: Vec<String> = known.iter().map(|end| format!("`.{end}`")).collect();
            let what = if network.is_some() { "a graph" } else { "a plot" };
            return Err(Box::new(
                Diagnostic::error(
                    "nnlang::value::picture_kind",
                    format!("the name `{}` tells no kind of picture", to.node),
                )
                .at(to.span, format!("{what} goes into {}", known.join(", ")))
                .mend(format!(
                    "write `\"{}.svg\"`",
                    base.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or("picture")
                )),
            ));
        }
    };
    let Some(outside) = cx.eval.watch.outside else { return Err(Box::new(errors::no_outside(to.span))) };
    outside.write(&to.node, &bytes).map_err(|refusal| Box::new(errors::file(&refusal, to.span)))?;
    facts.insert(0, File::new(&to.node).into());
    cx.push(span, Doc::line(Line::new().note("written to ").plain(&to.node)), facts);
    if let Some(answer) = cx.answers.last_mut() {
        answer.figure = Some(figure);
    }
    Ok(())
}

/// A line of the drawing: the branches before it, the stage, and whether its own branches are drawn elsewhere.
struct Drawn {
    lead: String,
    /// What stands before the lines below it.
    below: String,
    stage: usize,
    again: bool,
}

fn one(cx: &mut Cx, chain: &Chain, goal: NodeId, span: Span) -> Result<(Doc, Vec<Fact>, Network), Box<Diagnostic>> {
    let derivatives = chain.derivatives(cx, goal, span)?;
    let drawn = drawing(chain);
    let mut doc = side_by_side(cx, chain, &drawn, &derivatives);
    if doc.lines.iter().any(|line| line.width() > COLUMNS) {
        doc = below(cx, chain, &drawn, &derivatives);
    }
    let nodes = chain.stages.iter().zip(&derivatives).map(|(stage, derivative)| Node {
        node: stage.name.clone(),
        from: stage.from.iter().map(|from| chain.stages[*from].name.clone()).collect(),
        expression: stage.text.clone(),
        shape: stage.value.shape().to_vec(),
        value: stage.value.clone(),
        derivative: derivative.clone(),
    });
    let facts = nodes.map(Fact::from).collect();
    Ok((doc, facts, picture::network(cx, chain, &derivatives, None)))
}

fn side_by_side(cx: &Cx, chain: &Chain, drawn: &[Drawn], derivatives: &[Option<Arc<Tensor>>]) -> Doc {
    let mut table = Table::new([("", Align::Left); 4]);
    for drawn in drawn {
        let stage = &chain.stages[drawn.stage];
        let head = format!("{}{}", drawn.lead, stage.name);
        if drawn.again {
            table.row([Cell::name(head), Cell::new(Style::Note, "see above")]);
            continue;
        }
        let value = format!("= {}", brief(cx, &stage.value, stage.node));
        let text = stage.text.as_ref().filter(|text| **text != stage.name);
        table.row([
            Cell::name(head),
            Cell::new(Style::Plain, text.map(|text| format!("= {}", cut(text))).unwrap_or_default()),
            Cell::number(value),
            Cell::new(Style::Note, slope(cx, chain, drawn.stage, derivatives)),
        ]);
    }
    table.doc()
}

/// As [`side_by_side`], each value with its derivative below its equation, and on a line of its own where both are long.
fn below(cx: &Cx, chain: &Chain, drawn: &[Drawn], derivatives: &[Option<Arc<Tensor>>]) -> Doc {
    let mut doc = Doc::new();
    for drawn in drawn {
        let stage = &chain.stages[drawn.stage];
        let head = Line::new().name(format!("{}{}", drawn.lead, stage.name));
        if drawn.again {
            doc.push(head.note("  see above"));
            continue;
        }
        let text = stage.text.as_ref().filter(|text| **text != stage.name);
        let value = format!("= {}", brief(cx, &stage.value, stage.node));
        let slope = slope(cx, chain, drawn.stage, derivatives);
        match text {
            Some(text) => {
                doc.push(head.plain(format!(" = {}", cut(text))));
                let line = Line::new().plain(format!("{}  {value}", drawn.below));
                let beside = line.width() + 2 + width(&slope) <= COLUMNS;
                if beside && !slope.is_empty() {
                    doc.push(line.note(format!("  {slope}")));
                    continue;
                }
                doc.push(line);
            }
            None => {
                let line = head.plain(format!(" {value}"));
                let beside = line.width() + 2 + width(&slope) <= COLUMNS;
                if beside && !slope.is_empty() {
                    doc.push(line.note(format!("  {slope}")));
                    continue;
                }
                doc.push(line);
            }
        }
        if !slope.is_empty() {
            doc.push(Line::new().plain(format!("{}  ", drawn.below)).note(slope));
        }
    }
    doc
}

fn cut(text: &str) -> String {
    if text.chars().count() <= WIDE {
        return text.to_string();
    }
    text.chars().take(WIDE - 1).chain(['…']).collect()
}

/// The derivative on a node, but for that of the goal by itself.
fn slope(cx: &Cx, chain: &Chain, i: usize, derivatives: &[Option<Arc<Tensor>>]) -> String {
    let stage = &chain.stages[i];
    match &derivatives[i] {
        Some(value) if i != chain.goal() => {
            format!("{} {}", slope_name(&chain.of, &stage.name), beside(cx, value, stage.node))
        }
        Some(_) | None => String::new(),
    }
}

/// The goal first, below each stage what its equation names; a stage that was drawn is named again, not drawn again.
fn drawing(chain: &Chain) -> Vec<Drawn> {
    let end = chain.goal();
    let mut depth = vec![0usize; chain.stages.len()];
    for i in (0..=end).rev() {
        for from in &chain.stages[i].from {
            depth[*from] = depth[*from].max(depth[i] + 1);
        }
    }
    if depth.iter().any(|depth| *depth > DEEP) {
        return (0..=end)
            .rev()
            .map(|stage| Drawn { lead: String::new(), below: "  ".into(), stage, again: false })
            .collect();
    }
    let mut out = vec![];
    let mut drawn = vec![false; chain.stages.len()];
    // The branch at a stage, and what goes before the branches below it.
    let mut stack = vec![(end, String::new(), String::new())];
    while let Some((stage, lead, below)) = stack.pop() {
        let from = &chain.stages[stage].from;
        let again = std::mem::replace(&mut drawn[stage], true);
        let beneath = if from.is_empty() { "  " } else { "│ " };
        out.push(Drawn { lead, below: format!("{below}{beneath}"), stage, again: again && !from.is_empty() });
        if again {
            continue;
        }
        for (i, name) in from.iter().enumerate().rev() {
            let last = i + 1 == from.len();
            let (branch, go_on) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            stack.push((*name, format!("{below}{branch}"), format!("{below}{go_on}")));
        }
    }
    out
}
