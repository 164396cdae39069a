//! `check J`: reverse mode against finite differences; it knows kinks, `f32` and large numbers, and always looks in 64 bits.

use super::quotient::{Compared, Verdict, compare};
use super::{Cx, chain, grad, slope_name, variable};
use crate::diag::Diagnostic;
use crate::graph::{DefId, NodeId, NodeMap, Role, Type};
use crate::lower::Ask;
use crate::ops;
use crate::source::Span;
use crate::tensor::{Precision, Tensor};
use crate::view::fact::Compared as Said;
use crate::view::{Align, Cell, Style, Table, number};
use ndarray::ArrayD;
use std::sync::Arc;

/// Up to so many entries are checked one by one; above, along this many directions.
const ENTRIES: usize = 64;
const DIRECTIONS: usize = 16;

pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    for asked in &ask.exprs {
        if super::learner::answer(cx, asked, span)? {
            continue;
        }
        let goal = cx.goal(ask, asked)?;
        let of = cx.text(asked.span);
        let mut by = vec![];
        if ask.wrt.is_empty() && ask.wholes.is_empty() {
            // What is a label or an index, said as plain numbers, has no slope.
            let labels = crate::eval::whole_slots(&cx.eval.compiled.graph, &[goal]);
            for id in cx.default_by(goal).into_iter().filter(|id| !labels.contains(id)) {
                let def = cx.eval.compiled.def(id);
                by.push((def.name.to_string(), def.node));
            }
        } else {
            for name in &ask.wrt {
                by.push((cx.text(name.span), variable(cx, name)?));
            }
            by.extend(super::inside(cx, ask));
        }
        let precision = std::mem::replace(&mut cx.eval.state.precision, Precision::F64);
        let done = cx.eval.fresh(|eval| {
            let mut inner = Cx { eval, digits: cx.digits, answers: vec![], problems: vec![] };
            by.iter().map(|(name, node)| one(&mut inner, goal, *node, &of, name, span)).collect::<Result<Vec<_>, _>>()
        });
        cx.eval.state.precision = precision;
        report(cx, done?, &of, span)?;
    }
    Ok(())
}

fn one(
    cx: &mut Cx,
    goal: NodeId,
    node: NodeId,
    of: &str,
    name: &str,
    span: Span,
) -> Result<Vec<Compared>, Box<Diagnostic>> {
    let derived = grad::derivatives(cx, goal, &[node], span)?;
    let Some(derived) = derived.first() else { return Ok(vec![]) };
    let exact = cx.eval.value(derived.node, span)?.to_f64();
    let at = cx.eval.value(node, span)?.to_f64();
    let ty = Type::real(cx.eval.compiled.graph.shape(node).clone());
    let (temporary, slot) = ops::stand_in(&mut cx.eval.compiled.graph, ty);
    let title = slope_name(of, name);
    let directions: Vec<(String, ArrayD<f64>)> = if at.len() <= ENTRIES {
        (0..at.len())
            .map(|i| {
                let mut direction = ArrayD::zeros(at.shape());
                if let Some(entry) = direction.iter_mut().nth(i) {
                    *entry = 1.0;
                }
                let index = index_of(at.shape(), i);
                let what = if index.is_empty() { title.clone() } else { format!("{title}{index:?}") };
                (what, direction)
            })
            .collect()
    } else {
        (0..DIRECTIONS)
            .map(|i| {
                let mut entries = vec![0.0; at.len()];
                crate::kernels::random::normal(&[0x63_6865_636b, i as u64], &mut entries);
                let norm = libm::sqrt(entries.iter().map(|v| v * v).sum());
                let direction = ArrayD::from_shape_vec(at.raw_dim(), entries.iter().map(|v| v / norm).collect());
                (
                    format!("{title} along direction {}", i + 1),
                    direction.unwrap_or_else(|_| ArrayD::zeros(at.raw_dim())),
                )
            })
            .collect()
    };
    let stated = chain::met_between(cx, goal, node, ops::states_slope).is_some();
    let stopped = stopped(cx, goal, node, span)?;
    let replacing: Vec<_> =
        std::iter::once((node, slot)).chain(stopped.iter().map(|stop| (stop.node, stop.slot))).collect();
    let mut out = vec![];
    for (what, direction) in directions {
        let slope = (&exact * &direction).sum();
        let along = (&at * &direction).sum();
        let mut failure = None;
        let mut f = |t: f64| -> f64 {
            let moved = &at + &(&direction * t);
            cx.eval.state.values.insert(temporary, Arc::new(Tensor::F64(moved)));
            for stop in &stopped {
                cx.eval.state.values.insert(stop.def, stop.value.clone());
            }
            let result = cx.eval.fresh(|eval| eval.replaced(&[goal], &replacing, span));
            for def in stopped.iter().map(|stop| stop.def).chain([temporary]) {
                cx.eval.state.values.remove(&def);
            }
            match result {
                Ok(values) => values.first().and_then(|v| v.item()).unwrap_or(f64::NAN),
                Err(problem) => {
                    failure = Some(problem);
                    f64::NAN
                }
            }
        };
        let mut compared = compare(&mut f, slope, along, what);
        if stated && compared.verdict != Verdict::Agrees {
            compared.verdict = Verdict::Stated;
        }
        compared.stopped = !stopped.is_empty();
        if let Some(problem) = failure {
            return Err(problem);
        }
        out.push(compared);
    }
    Ok(out)
}

/// What `stop` hides between a goal and a name: the derivative takes it as it is here, and so does the comparison.
struct Stopped {
    node: NodeId,
    def: DefId,
    slot: NodeId,
    value: Arc<Tensor>,
}

fn stopped(cx: &mut Cx, goal: NodeId, by: NodeId, span: Span) -> Result<Vec<Stopped>, Box<Diagnostic>> {
    let graph = &cx.eval.compiled.graph;
    let mut moving = NodeMap::with_len(goal.index() + 1);
    moving.insert(by, 0);
    let mut all = vec![];
    for id in graph.reach_above(&[goal], by) {
        if graph.node(id).args.iter().any(|arg| moving.contains(*arg)) {
            moving.insert(id, 0);
            if graph.def(id).role == Role::Stop {
                all.push(id);
            }
        }
    }
    let mut stopped = vec![];
    for node in all {
        let value = cx.eval.value(node, span)?;
        let ty = cx.eval.compiled.graph.ty(node);
        let (def, slot) = ops::stand_in(&mut cx.eval.compiled.graph, ty);
        stopped.push(Stopped { node, def, slot, value });
    }
    Ok(stopped)
}

fn report(cx: &mut Cx, all: Vec<Vec<Compared>>, of: &str, span: Span) -> Result<(), Box<Diagnostic>> {
    let mut table = Table::new([
        ("", Align::Left),
        ("reverse mode", Align::Right),
        ("finite difference", Align::Right),
        ("difference", Align::Right),
        ("", Align::Left),
    ]);
    let mut facts = vec![];
    let mut wrong = vec![];
    let count = all.iter().map(Vec::len).sum::<usize>();
    for group in &all {
        // The worst of each name is shown.
        let badness = |compared: &Compared| match compared.verdict {
            Verdict::Differs => 6,
            Verdict::Endless => 5,
            Verdict::Stated => 4,
            Verdict::Unclear => 3,
            Verdict::Jump | Verdict::Point => 2,
            Verdict::Kink => 1,
            Verdict::Agrees => 0,
        };
        let distance = |compared: &Compared| libm::fabs(compared.exact - compared.near);
        let worst = group.iter().max_by(|a, b| badness(a).cmp(&badness(b)).then(distance(a).total_cmp(&distance(b))));
        let Some(worst) = worst else { continue };
        let (word, style) = match worst.verdict {
            Verdict::Agrees => ("agrees", Style::Good),
            Verdict::Kink => ("agrees: a kink, between the slopes of both sides", Style::Good),
            Verdict::Jump => ("agrees: the value jumps here, and this is the slope of one side", Style::Good),
            Verdict::Point => ("not compared: the value jumps here, to both sides", Style::Note),
            Verdict::Endless => ("not compared: the derivative is not finite here", Style::Note),
            Verdict::Stated => ("stated: the program gives this slope, the value has another", Style::Note),
            Verdict::Unclear => ("too rough here for a finite difference", Style::Note),
            Verdict::Differs => ("differs", Style::Bad),
        };
        table.row([
            Cell::name(&*worst.what),
            Cell::number(number(worst.exact, cx.digits)),
            Cell::number(match (worst.verdict, worst.sides) {
                (_, Some((left, right))) => {
                    format!("{} and {}", number(left, cx.digits.min(5)), number(right, cx.digits.min(5)))
                }
                (Verdict::Jump | Verdict::Point | Verdict::Endless, _) => String::new(),
                _ => number(worst.near, cx.digits),
            }),
            Cell::number(match worst.verdict {
                Verdict::Kink | Verdict::Jump | Verdict::Point | Verdict::Endless => String::new(),
                Verdict::Agrees | Verdict::Differs | Verdict::Unclear | Verdict::Stated => number(distance(worst), 2),
            }),
            Cell::new(style, word),
        ]);
        let fact = Said {
            name: worst.what.clone(),
            value: worst.exact,
            finite_difference: worst.near,
            error: worst.error,
            sides: worst.sides.map(|(left, right)| vec![left, right]),
            compared: group.len(),
            verdict: word.split(':').next().unwrap_or(word).to_string(),
        };
        facts.push(fact.into());
        if worst.verdict == Verdict::Differs {
            wrong.push(worst.what.clone());
        }
    }
    let mut doc = table.doc();
    if all.is_empty() {
        doc.push(crate::view::Line::new().note(format!("`{of}` depends on no leaf, input or parameter")));
    } else if count > all.len() {
        doc.push(crate::view::Line::new().note(format!("{count} comparisons; the worst of each name is shown")));
    }
    if all.iter().flatten().any(|compared| compared.stopped) {
        doc.push(crate::view::Line::new().note("what `stop` hides keeps its value, in both"));
    }
    cx.push(span, doc, facts);
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Box::new(
        Diagnostic::error(
            "nnlang::value::check",
            format!("the derivative of `{of}` is not what finite differences say: {}", wrong.join(", ")),
        )
        .at(span, "checked here"),
    ))
}

fn index_of(shape: &[usize], mut flat: usize) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (axis, size) in shape.iter().enumerate().rev() {
        index[axis] = flat % size.max(&1);
        flat /= size.max(&1);
    }
    index
}
