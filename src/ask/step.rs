//! `step J by 0.1`, `step J by 0.1 100 times`: the parameters moved against their gradient, each before and after, and `J`.

use super::{Cx, grad, slope_name};
use crate::diag::Diagnostic;
use crate::graph::{DefId, Fault, Graph, NodeId};
use crate::lower::{Ask, DefKind};
use crate::ops;
use crate::source::Span;
use crate::tensor::Tensor;
use crate::view::{Align, Cell, Line, Style, Table, json_value, number, scalar_text};
use rustc_hash::FxHashSet;
use serde_json::Map;
use std::sync::Arc;

/// How far a step goes where the program does not say.
const BY: f64 = 0.1;
/// The most steps of one statement.
const MOST: f64 = 1e9;

/// A parameter that moves.
struct Moving {
    name: String,
    def: DefId,
    node: NodeId,
    gradient: NodeId,
    before: Arc<Tensor>,
    now: Arc<Tensor>,
    /// The last gradient.
    slope: Arc<Tensor>,
}

pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    let by = match &ask.by {
        Some(by) => cx.number(by)?,
        None => BY,
    };
    let times = match &ask.times {
        Some(times) => {
            let count = cx.number(times)?;
            if count.fract() != 0.0 || !(1.0..=MOST).contains(&count) {
                return Err(Box::new(
                    Diagnostic::error("nnlang::value::times", "the number of steps is a whole number from 1 to 1e9")
                        .at(times.span, format!("this is {}", number(count, cx.digits)))
                        .mend("write `100 times`"),
                ));
            }
            count as u64
        }
        None => 1,
    };
    for asked in &ask.exprs {
        let goal = cx.goal(ask, asked)?;
        let of = cx.text(asked.span);
        one(cx, goal, &of, by, times, span)?;
    }
    Ok(())
}

fn one(cx: &mut Cx, goal: NodeId, of: &str, by: f64, times: u64, span: Span) -> Result<(), Box<Diagnostic>> {
    let compiled = &*cx.eval.compiled;
    let reached: FxHashSet<NodeId> = compiled.graph.reach(&[goal]).into_iter().collect();
    let params: Vec<DefId> = (0..compiled.defs.len())
        .filter(|i| compiled.defs[*i].kind == DefKind::Param && reached.contains(&compiled.defs[*i].node))
        .map(|i| DefId(i as u32))
        .collect();
    if params.is_empty() {
        return Err(Box::new(nothing_moves(of, compiled.defs.iter().find(|def| def.kind == DefKind::Leaf), span)));
    }
    let nodes: Vec<NodeId> = params.iter().map(|def| compiled.def(*def).node).collect();
    let kept: Vec<(DefId, NodeId)> =
        compiled.kept.iter().filter(|(def, _)| reached.contains(&compiled.def(*def).node)).copied().collect();
    let names: Vec<String> = params.iter().map(|def| compiled.def(*def).name.to_string()).collect();
    let gradients: Vec<NodeId> =
        grad::derivatives(cx, goal, &nodes, span)?.into_iter().map(|derived| derived.node).collect();
    let start = cx.eval.value(goal, span)?;
    let values = cx.eval.values(&nodes, span)?;
    let slopes = cx.eval.values(&gradients, span)?;
    let mut moving: Vec<Moving> = vec![];
    for (i, (name, def)) in names.into_iter().zip(params).enumerate() {
        let (node, gradient) = (nodes[i], gradients[i]);
        let (before, slope) = (values[i].clone(), slopes[i].clone());
        moving.push(Moving { name, def, node, gradient, now: before.clone(), before, slope });
    }
    cx.eval.train(true);
    let walked = walk(cx, &mut moving, &kept, (of, by, times), span);
    cx.eval.train(false);
    walked?;
    let end = cx.eval.value(goal, span)?;
    show(cx, &moving, (of, goal), (&start, &end), by, times, span);
    match cx.eval.not_finite(goal, &end, &format!("`{of}`"), span) {
        Some(problem) => Err(Box::new(problem)),
        None => Ok(()),
    }
}

/// All steps: one program of gradients and updates, made once.
fn walk(
    cx: &mut Cx,
    moving: &mut [Moving],
    kept: &[(DefId, NodeId)],
    (of, by, times): (&str, f64, u64),
    span: Span,
) -> Result<(), Box<Diagnostic>> {
    let count = moving.len();
    let graph = &mut cx.eval.compiled.graph;
    let mut roots: Vec<NodeId> = moving.iter().map(|moving| moving.gradient).collect();
    for moving in moving.iter() {
        let next = step_node(graph, moving, by)
            .map_err(|fault| Box::new(Diagnostic::error(fault.code, fault.title).at(span, "")))?;
        roots.push(next);
    }
    roots.extend(kept.iter().map(|(_, node)| *node));
    let defs = moving.iter().map(|moving| moving.def).chain(kept.iter().map(|(def, _)| *def));
    let carried: Vec<(usize, DefId)> = defs.enumerate().map(|(i, def)| (count + i, def)).collect();
    let mut repeat = cx.eval.repeat(&roots, &[], &carried, span)?;
    for _ in 0..times {
        cx.eval.again(&mut repeat, span)?;
        for (i, moving) in moving.iter_mut().enumerate().filter(|(i, _)| !repeat.is_finite(*i)) {
            cx.eval.step_back(&repeat);
            moving.slope = repeat.root(i).unwrap_or_else(|| moving.slope.clone());
            let what = format!("`{}`", slope_name(of, &moving.name));
            if let Some(problem) = cx.eval.not_finite(moving.gradient, &moving.slope, &what, span) {
                return Err(Box::new(problem));
            }
        }
    }
    cx.eval.settle(&repeat);
    for (i, moving) in moving.iter_mut().enumerate() {
        moving.slope = repeat.root(i).unwrap_or_else(|| moving.slope.clone());
        moving.now = repeat.root(count + i).unwrap_or_else(|| moving.now.clone());
        cx.eval.move_to(moving.def, moving.now.clone());
    }
    for (i, (def, _)) in kept.iter().enumerate() {
        if let Some(value) = repeat.root(2 * count + i) {
            cx.eval.move_to(*def, value);
        }
    }
    Ok(())
}

/// `w - by*dJ/dw`
fn step_node(graph: &mut Graph, moving: &Moving, by: f64) -> Result<NodeId, Fault> {
    let by = ops::number(graph, by);
    let way = ops::build::mul(graph, by, moving.gradient)?;
    ops::build::sub(graph, moving.node, way)
}

/// One row a parameter (a tensor's entries where they are few), and `J`.
fn show(
    cx: &mut Cx,
    moving: &[Moving],
    (of, goal): (&str, NodeId),
    (start, end): (&Arc<Tensor>, &Arc<Tensor>),
    by: f64,
    times: u64,
    span: Span,
) {
    let once = times == 1;
    let mut head = vec![("", Align::Left), ("before", Align::Right)];
    if once {
        head.extend([("gradient", Align::Right), ("step", Align::Right)]);
    }
    head.push(("after", Align::Right));
    let mut table = Table::new(head);
    let mut facts = vec![];
    for row in moving {
        let shift = Tensor::F64(row.slope.to_f64() * -by);
        let mut cells = vec![Cell::name(&*row.name), cell(cx, &row.before, row.node)];
        let mut fact = Map::new();
        fact.insert("name".into(), row.name.as_str().into());
        fact.insert("before".into(), json_value(&row.before));
        if once {
            cells.extend([cell(cx, &row.slope, row.node), cell(cx, &shift, row.node)]);
            fact.insert("gradient".into(), json_value(&row.slope));
            fact.insert("step".into(), json_value(&shift));
        }
        cells.push(cell(cx, &row.now, row.node));
        fact.insert("after".into(), json_value(&row.now));
        table.row(cells);
        facts.push(fact);
    }
    let mut cells = vec![Cell::name(of), cell(cx, start, goal)];
    if once {
        cells.extend([Cell::new(Style::Plain, ""), Cell::new(Style::Plain, "")]);
    }
    cells.push(cell(cx, end, goal));
    table.row(cells);
    let mut fact = Map::new();
    fact.insert("name".into(), of.into());
    fact.insert("before".into(), json_value(start));
    fact.insert("after".into(), json_value(end));
    facts.push(fact);
    let mut doc = table.doc();
    let by = number(by, cx.digits);
    let what = if once { format!("step = -{by}*gradient") } else { format!("{times} steps by {by}") };
    doc.push(Line::new().note(what));
    cx.push(span, doc, facts);
}

/// A number; a short vector; else the shape.
fn cell(cx: &Cx, value: &Tensor, node: NodeId) -> Cell {
    let rank = value.shape().len();
    if rank == 0 {
        return Cell::number(scalar_text(value, cx.digits).unwrap_or_default());
    }
    if value.len() <= 4 && rank <= 2 {
        let entries: Vec<String> = value.to_f64().iter().map(|v| number(*v, cx.digits.min(4))).collect();
        let rows = if rank == 2 { value.shape()[0] } else { 1 };
        let width = (entries.len() / rows.max(1)).max(1);
        let rows: Vec<String> = entries.chunks(width).map(|row| format!("[{}]", row.join(", "))).collect();
        return Cell::number(if rank == 1 { rows.concat() } else { format!("[{}]", rows.join(", ")) });
    }
    let norm = libm::sqrt(value.to_f64().iter().map(|v| v * v).sum());
    Cell::new(Style::Shape, format!("{} norm {}", cx.shape(node), number(norm, 4)))
}

fn nothing_moves(of: &str, leaf: Option<&crate::lower::Def>, span: Span) -> Diagnostic {
    let problem = Diagnostic::error("nnlang::value::step", format!("`{of}` stands on no parameter that could move"))
        .at(span, "a step moves parameters");
    match leaf {
        Some(leaf) => problem
            .at(leaf.span, format!("`{}` is an equation, and stays what it is", leaf.name))
            .mend(format!("declare it as a parameter: `param {} = …`", leaf.name)),
        None => problem.mend("declare a parameter: `param w = 0.5`"),
    }
}
