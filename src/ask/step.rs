//! `step J by 0.1`, `step J by 0.1 100 times`: the parameters moved against their gradient, each before and after, and `J`.

use super::{Cx, training};
use crate::diag::Diagnostic;
use crate::graph::{DefId, NodeId};
use crate::lower::{Ask, Asked};
use crate::ops;
use crate::resolve::hir::Training;
use crate::source::Span;
use crate::tensor::Tensor;
use crate::train::{Run, Stepped, optimiser};
use crate::view::fact::Moved;
use crate::view::{Align, Cell, Line, Style, Table, number, scalar_text};
use std::sync::Arc;

/// How far a step goes where the program does not say.
const BY: f64 = 0.1;
/// The most steps of one statement.
const MOST: f64 = 1e9;

/// A parameter that moves.
struct Moving {
    name: String,
    node: NodeId,
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
        let params = training::moving(cx, goal, &of, &ask.wholes, span)?;
        one(cx, goal, (&of, &params), (by, ask.training.as_deref()), ask.clock, times, span)?;
    }
    Ok(())
}

fn one(
    cx: &mut Cx,
    goal: NodeId,
    (of, params): (&str, &[DefId]),
    (by, training): (f64, Option<&Training<Asked>>),
    clock: Option<(DefId, DefId)>,
    times: u64,
    span: Span,
) -> Result<(), Box<Diagnostic>> {
    let gradients = training::gradients(cx, goal, params, span)?;
    let nodes: Vec<NodeId> = params.iter().map(|def| cx.eval.compiled.def(*def).node).collect();
    let start = cx.eval.value(goal, span)?;
    let values = cx.eval.values(&nodes, span)?;
    let mut moving: Vec<Moving> = vec![];
    for (i, def) in params.iter().enumerate() {
        let name = cx.eval.compiled.def(*def).name.to_string();
        let (before, node) = (values[i].clone(), nodes[i]);
        moving.push(Moving { name, node, now: before.clone(), slope: before.clone(), before });
    }
    let how = match training {
        Some(training) => training::optimiser(cx, training)?,
        None => (&optimiser::PLAIN, vec![ops::number(&mut cx.eval.compiled.graph, by)]),
    };
    let mut setup = training::setup(cx, goal, params, &gradients, how, span);
    setup.clock = clock;
    let kept = setup.kept.clone();
    training::while_training(cx, |cx| -> Result<(), Box<Diagnostic>> {
        let mut run = Run::new(cx.eval, setup)?;
        for _ in 0..times {
            if let Stepped::Gradient(i, value) = run.step(cx.eval, (0, 1.0), &[], None)? {
                return Err(training::diverged(cx, of, Some((params[i], gradients[i])), (goal, &value), "", span));
            }
        }
        run.settle(cx.eval);
        training::hold(cx, params, &kept);
        for (i, moving) in moving.iter_mut().enumerate() {
            moving.slope = run.gradient(i).unwrap_or_else(|| moving.slope.clone());
            moving.now = cx.eval.state.values.get(&params[i]).unwrap_or(&moving.now).clone();
        }
        Ok(())
    })?;
    let end = cx.eval.value(goal, span)?;
    show(cx, &moving, (of, goal), (&start, &end), (by, training), times, span);
    match cx.eval.not_finite(goal, &end, &format!("`{of}`"), span) {
        Some(problem) => Err(Box::new(problem)),
        None => Ok(()),
    }
}

/// One row a parameter (a tensor's entries where they are few), and `J`.
fn show(
    cx: &mut Cx,
    moving: &[Moving],
    (of, goal): (&str, NodeId),
    (start, end): (&Arc<Tensor>, &Arc<Tensor>),
    (by, training): (f64, Option<&Training<Asked>>),
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
        let shift = match training {
            Some(_) => Tensor::F64(row.now.to_f64() - row.before.to_f64()),
            None => Tensor::F64(row.slope.to_f64() * -by),
        };
        let mut cells = vec![Cell::name(&*row.name), cell(cx, &row.before, row.node)];
        if once {
            cells.extend([cell(cx, &row.slope, row.node), cell(cx, &shift, row.node)]);
        }
        cells.push(cell(cx, &row.now, row.node));
        table.row(cells);
        let moved = Moved {
            name: row.name.clone(),
            before: row.before.clone(),
            gradient: once.then(|| row.slope.clone()),
            step: once.then(|| Arc::new(shift)),
            after: row.now.clone(),
        };
        facts.push(moved.into());
    }
    let mut cells = vec![Cell::name(of), cell(cx, start, goal)];
    if once {
        cells.extend([Cell::new(Style::Plain, ""), Cell::new(Style::Plain, "")]);
    }
    cells.push(cell(cx, end, goal));
    table.row(cells);
    let (name, before, after) = (of.to_string(), start.clone(), end.clone());
    facts.push(Moved { name, before, gradient: None, step: None, after }.into());
    let mut doc = table.doc();
    let by = number(by, cx.digits);
    let what = match training.and_then(|training| training.choices.first()) {
        Some(choice) => format!("{times} step{} by {}", if once { "" } else { "s" }, cx.text(choice.span)),
        None if once => format!("step = -{by}*gradient"),
        None => format!("{times} steps by {by}"),
    };
    doc.push(Line::new().note(what));
    cx.push(span, doc, facts);
}

/// A number; a short vector; else the shape.
pub(super) fn cell(cx: &Cx, value: &Tensor, node: NodeId) -> Cell {
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
