//! A division by what data can make zero: an input, or a difference of two things that both depend on inputs; and by a
//! difference of which only rounding is left.

use super::Lint;
use crate::diag::Diagnostic;
use crate::eval::Eval;
use crate::graph::NodeId;
use crate::lower::{Compiled, DefKind, ItemKind, Quotient};
use crate::source::{Sources, Span};
use crate::statements::About;
use crate::tensor::{Precision, Tensor};
use crate::view::number;
use rustc_hash::FxHashSet;

/// The lint. What is known before the run, and what an activation keeps away from zero, is not its matter.
pub(super) static LINT: Lint = Lint { code: "nnlang::lint::zero_divisor", misses: false, find };

fn find(compiled: &Compiled, sources: &Sources, out: &mut Vec<Diagnostic>) {
    let quotients = &compiled.quotients[compiled.seen.quotients..];
    if quotients.is_empty() {
        return;
    }
    let inputs: FxHashSet<NodeId> =
        compiled.defs.iter().filter(|def| def.kind == DefKind::Input).map(|def| def.node).collect();
    if inputs.is_empty() {
        return;
    }
    // Nodes are in order: each after its arguments.
    let mut moving = vec![false; compiled.graph.len()];
    for (i, node) in compiled.graph.nodes().iter().enumerate() {
        moving[i] = inputs.contains(&NodeId(i as u32)) || node.args.iter().any(|arg| moving[arg.index()]);
    }
    let mut told = FxHashSet::default();
    for quotient in quotients {
        let text = sources.text(quotient.divisor_span);
        let what = match quotient.difference {
            Some([a, b]) if moving[a.index()] && moving[b.index()] => "the two can be equal",
            None if inputs.contains(&quotient.divisor) => "the data may have a 0 here",
            _ => continue,
        };
        if !told.insert((quotient.divisor_span.source, quotient.divisor_span.start)) {
            continue;
        }
        out.push(
            Diagnostic::warning(LINT.code, format!("this divides by `{text}`, which can be 0"))
                .at(quotient.divisor_span, what)
                .mend("add a small number to it, as in `x + 1e-8`, or choose with `where(x == 0, 0, a/x)`"),
        );
    }
}

/// Where the nearest to 0 is, of each divisor that was warned of and evaluated: the place of the warning, and a fact.
pub(super) fn measured(eval: &mut Eval, asked: &dyn Fn(Span) -> bool, told: &[Diagnostic]) -> Vec<(Span, String)> {
    let warned = |span: Span| told.iter().any(|problem| problem.code == LINT.code && problem.span() == Some(span));
    if !told.iter().any(|problem| problem.code == LINT.code) {
        return vec![];
    }
    let mut out: Vec<(Span, String)> = vec![];
    let quotients: Vec<Quotient> =
        evaluated(eval, asked).into_iter().filter(|quotient| warned(quotient.divisor_span)).collect();
    let Some(span) = quotients.first().map(|quotient| quotient.span) else { return out };
    let divisors: Vec<NodeId> = quotients.iter().map(|quotient| quotient.divisor).collect();
    let Ok(values) = eval.values(&divisors, span) else { return out };
    for (quotient, value) in quotients.iter().zip(values) {
        let at = quotient.divisor_span;
        if out.iter().any(|(span, _)| *span == at) {
            continue;
        }
        let text = eval.sources.text(at).to_string();
        if let Some((entry, nearest)) = nearest(&value) {
            let fact = match entry.as_slice() {
                [] => format!("here `{text}` is {}", number(nearest, 6)),
                entry => format!("here the nearest to 0 is {}, at entry {entry:?} of `{text}`", number(nearest, 6)),
            };
            out.push((at, fact));
        }
    }
    out
}

/// A divisor that is written as a difference, where the two are equal but for rounding.
pub(super) fn after(eval: &mut Eval, asked: &dyn Fn(Span) -> bool, out: &mut Vec<Diagnostic>) {
    if eval.compiled.quotients.iter().all(|quotient| quotient.difference.is_none()) {
        return;
    }
    let mut told = FxHashSet::default();
    let difference = |quotient: Quotient| quotient.difference.map(|[a, b]| (quotient, [a, b]));
    let quotients: Vec<(Quotient, [NodeId; 2])> = evaluated(eval, asked).into_iter().filter_map(difference).collect();
    let Some(span) = quotients.first().map(|(quotient, _)| quotient.span) else { return };
    let nodes: Vec<NodeId> = quotients.iter().flat_map(|(quotient, [a, b])| [quotient.divisor, *a, *b]).collect();
    let Ok(values) = eval.values(&nodes, span) else { return };
    for ((quotient, _), values) in quotients.iter().zip(values.chunks(3)) {
        let unit = if eval.state.precision == Precision::F32 { 1.2e-7 } else { 2.3e-16 };
        let (difference, left, right) = (values[0].to_f64(), values[1].to_f64(), values[2].to_f64());
        let (Some(left), Some(right)) = (left.broadcast(difference.raw_dim()), right.broadcast(difference.raw_dim()))
        else {
            continue;
        };
        let rounded = |((entry, d), (x, y)): ((ndarray::IxDyn, &f64), (&f64, &f64))| {
            let large = libm::fmax(libm::fabs(*x), libm::fabs(*y));
            (*d != 0.0 && d.is_finite() && libm::fabs(*d) <= 4.0 * unit * large).then_some((entry, *d, *x))
        };
        let found = difference.indexed_iter().zip(left.iter().zip(right.iter())).find_map(rounded);
        let Some((entry, d, x)) = found else { continue };
        let at = quotient.divisor_span;
        if !told.insert((at.source, at.start)) {
            continue;
        }
        let place = if ndarray::Dimension::slice(&entry).is_empty() {
            String::new()
        } else {
            format!(" at entry {:?}", ndarray::Dimension::slice(&entry))
        };
        let text = eval.sources.text(at);
        out.push(
            Diagnostic::warning(LINT.code, format!("this divides by `{text}`, of which only rounding is left"))
                .at(at, format!("{}{place}, where both are {}", number(d, 2), number(x, 6)))
                .mend("choose with `where(abs(d) < 1e-12, 0, a/d)`, or write the quotient without the difference"),
        );
    }
}

/// The divisions that a question stands on, and that have all they need.
fn evaluated(eval: &Eval, asked: &dyn Fn(Span) -> bool) -> Vec<Quotient> {
    let compiled = &*eval.compiled;
    if compiled.quotients.is_empty() {
        return vec![];
    }
    let mut roots: Vec<NodeId> = vec![];
    let mut output = false;
    let defined = |item: &crate::lower::Item| match item.kind {
        ItemKind::Define(def) => Some(compiled.def(def).node),
        ItemKind::Blank(..) | ItemKind::Show(_) | ItemKind::Heading(_) | ItemKind::Ask(_) => None,
    };
    let items = || compiled.items.iter().filter(|item| asked(item.span));
    for item in items() {
        output |= defined(item).is_none() && !matches!(item.kind, ItemKind::Blank(..));
        match &item.kind {
            ItemKind::Show(asked) => roots.extend(asked.node),
            ItemKind::Ask(ask) => {
                if !matches!(ask.statement.about, About::Formula | About::Each | About::Program) {
                    roots.extend(ask.exprs.iter().filter_map(|asked| asked.of.or(asked.node)));
                }
            }
            ItemKind::Define(_) | ItemKind::Blank(..) | ItemKind::Heading(_) => {}
        }
    }
    if !output {
        roots.extend(items().filter_map(defined));
    }
    let reached: FxHashSet<NodeId> = compiled.graph.reach(&roots).into_iter().collect();
    let found: Vec<&Quotient> =
        compiled.quotients.iter().filter(|quotient| reached.contains(&quotient.divisor)).collect();
    let ready = eval.ready(&found.iter().map(|quotient| quotient.divisor).collect::<Vec<_>>());
    found.into_iter().filter(|quotient| ready.contains(&quotient.divisor)).cloned().collect()
}

/// The entry nearest to 0.
fn nearest(value: &Tensor) -> Option<(Vec<usize>, f64)> {
    let entries = value.to_f64();
    let least = entries.indexed_iter().min_by(|a, b| libm::fabs(*a.1).total_cmp(&libm::fabs(*b.1)))?;
    Some((ndarray::Dimension::slice(&least.0).to_vec(), *least.1))
}
