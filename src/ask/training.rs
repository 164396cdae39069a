//! What `step` and `train` share: which parameters move, by which optimiser, and what is said where they cannot.

use super::{Cx, grad, slope_name};
use crate::diag::Diagnostic;
use crate::graph::{DefId, NodeId};
use crate::lower::{Asked, DefKind};
use crate::ops;
use crate::resolve::hir::{Choice, Chosen, Training};
use crate::source::Span;
use crate::syntax::ast;
use crate::tensor::Tensor;
use crate::train::optimiser::{self, Optimiser};
use crate::train::{Clip, Setup};
use crate::view::number;
use rustc_hash::FxHashSet;

/// The parameters that a goal stands on; of `wrt` alone, where that names any.
pub(super) fn moving(
    cx: &Cx,
    goal: NodeId,
    of: &str,
    wrt: &[ast::Name],
    span: Span,
) -> Result<Vec<DefId>, Box<Diagnostic>> {
    let compiled = &*cx.eval.compiled;
    let reached: FxHashSet<NodeId> = compiled.graph.reach(&[goal]).into_iter().collect();
    let all =
        || (0..compiled.defs.len()).map(|i| DefId(i as u32)).filter(|def| compiled.def(*def).kind == DefKind::Param);
    for target in wrt {
        let inside = format!("{}.", target.text);
        let fits = |def: DefId| *compiled.def(def).name == *target.text || compiled.def(def).name.starts_with(&inside);
        if !all().any(fits) {
            let names: Vec<&str> = all().map(|def| &*compiled.def(def).name).collect();
            let problem = Diagnostic::error(
                "nnlang::train::wrt",
                format!("`{}` is no parameter, and no network that has some", target.text),
            )
            .at(target.span, "this cannot move");
            return Err(Box::new(match crate::diag::nearest(&target.text, names.iter().copied()) {
                Some(near) => problem.mend(format!("write `{near}`")).edit(target.span, near),
                None => problem.mend(format!("name some of {}", names.join(", "))),
            }));
        }
    }
    let named = |def: &DefId| {
        let name = &compiled.def(*def).name;
        wrt.is_empty()
            || wrt.iter().any(|target| **name == *target.text || name.starts_with(&format!("{}.", target.text)))
    };
    let params: Vec<DefId> = all().filter(named).filter(|def| reached.contains(&compiled.def(*def).node)).collect();
    if params.is_empty() {
        return Err(Box::new(nothing_moves(of, compiled.defs.iter().find(|def| def.kind == DefKind::Leaf), span)));
    }
    Ok(params)
}

/// The derivatives of the goal by some parameters.
pub(super) fn gradients(
    cx: &mut Cx,
    goal: NodeId,
    params: &[DefId],
    span: Span,
) -> Result<Vec<NodeId>, Box<Diagnostic>> {
    let nodes: Vec<NodeId> = params.iter().map(|def| cx.eval.compiled.def(*def).node).collect();
    Ok(grad::derivatives(cx, goal, &nodes, span)?.into_iter().map(|derived| derived.node).collect())
}

/// A choice of a training by its name.
pub(super) fn choice<'a>(training: &'a Training<Asked>, name: &str) -> Option<&'a Choice<Asked>> {
    training.choices.iter().find(|choice| choice.name.text == name)
}

/// The optimiser of a training and its options, in the order of its table.
pub(super) fn optimiser(
    cx: &mut Cx,
    training: &Training<Asked>,
) -> Result<(&'static Optimiser, Vec<NodeId>), Box<Diagnostic>> {
    let chosen = match choice(training, "optimizer") {
        Some(choice) => choice,
        None => return Ok(defaults(cx, "adam")),
    };
    let Chosen::Called(name, args) = &chosen.value else {
        return Err(Box::new(wants("optimizer", "an optimiser, such as `adam(lr = 0.01)`", chosen.span)));
    };
    let (found, mut options) = defaults(cx, &name.text);
    for (i, (option, value)) in args.iter().enumerate() {
        let node = cx.node(value)?;
        let Some(option) = option else {
            if i == 0 {
                options[0] = node;
                continue;
            }
            return Err(Box::new(wants(&name.text, "its options by name, such as `lr = 0.01`", value.span)));
        };
        if option.text == "betas" {
            let values = cx.eval.value(node, value.span)?.to_f64();
            for (beta, at) in values.iter().zip(["beta1", "beta2"]) {
                if let Some(at) = found.options.iter().position(|(name, _)| *name == at) {
                    options[at] = ops::number(&mut cx.eval.compiled.graph, *beta);
                }
            }
            continue;
        }
        match found.options.iter().position(|(own, _)| *own == option.text) {
            Some(at) => options[at] = node,
            None => {
                let known: Vec<&str> = found.options.iter().map(|(name, _)| *name).collect();
                let problem = Diagnostic::error(
                    "nnlang::train::option",
                    format!("`{}` has no option `{}`", found.name, option.text),
                )
                .at(option.span, "this chooses nothing")
                .because(format!("its options are {}", known.join(", ")));
                return Err(Box::new(match crate::diag::nearest(&option.text, known.iter().copied()) {
                    Some(near) => problem.mend(format!("write `{near}`")).edit(option.span, near),
                    None => problem.mend(format!("choose among {}", known.join(", "))),
                }));
            }
        }
    }
    Ok((found, options))
}

fn defaults(cx: &mut Cx, name: &str) -> (&'static Optimiser, Vec<NodeId>) {
    let found = optimiser::find(name).unwrap_or(optimiser::ALL[0]);
    let graph = &mut cx.eval.compiled.graph;
    let options = found.options.iter().map(|(_, value)| ops::number(graph, *value)).collect();
    (found, options)
}

/// A setup of these parts, without clipping or batches.
pub(super) fn setup(
    cx: &Cx,
    goal: NodeId,
    params: &[DefId],
    gradients: &[NodeId],
    (optimiser, options): (&'static Optimiser, Vec<NodeId>),
    span: Span,
) -> Setup {
    let compiled = &*cx.eval.compiled;
    let reached: FxHashSet<NodeId> = compiled.graph.reach(&[goal]).into_iter().collect();
    let kept = compiled.kept.iter().filter(|(def, _)| reached.contains(&compiled.def(*def).node)).copied().collect();
    let params = params.iter().copied().zip(gradients.iter().copied()).collect();
    let (average, clip, clock, examples) = (None, None, None, None);
    let (carried, others) = (vec![], vec![]);
    Setup { goal, params, kept, carried, optimiser, options, average, clip, clock, others, examples, span }
}

/// The bound that a training sets its gradients.
pub(super) fn clip(cx: &Cx, training: &Training<Asked>) -> Result<Option<Clip>, Box<Diagnostic>> {
    let Some(chosen) = choice(training, "clip") else { return Ok(None) };
    match &chosen.value {
        Chosen::Value(bound) => Ok(Some(Clip::Norm(cx.node(bound)?))),
        Chosen::Called(_, args) if args.len() == 1 => Ok(Some(Clip::Each(cx.node(&args[0].1)?))),
        Chosen::Called(..) | Chosen::Text(_) => {
            Err(Box::new(wants("clip", "a bound: `1.0` for the norm, `each(5)` for each entry", chosen.span)))
        }
    }
}

/// A whole number from 1, where a choice is made.
pub(super) fn count(cx: &mut Cx, training: &Training<Asked>, name: &str) -> Result<Option<u64>, Box<Diagnostic>> {
    let Some(chosen) = choice(training, name) else { return Ok(None) };
    let Chosen::Value(value) = &chosen.value else {
        return match &chosen.value {
            Chosen::Called(word, _) if word.text == "all" => Ok(None),
            _ => Err(Box::new(wants(name, "a whole number from 1", chosen.span))),
        };
    };
    let found = cx.number(value)?;
    if found.fract() != 0.0 || !(1.0..=1e12).contains(&found) {
        let problem =
            wants(name, "a whole number from 1", chosen.span).because(format!("this is {}", number(found, cx.digits)));
        return Err(Box::new(problem));
    }
    Ok(Some(found as u64))
}

/// A choice that is no such thing.
pub(super) fn wants(name: &str, what: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::train::choice", format!("`{name}` takes {what}"))
        .at(span, "this is something else")
        .mend(format!("write {what}"))
}

/// The file that a choice names.
pub(super) fn file(training: &Training<Asked>, name: &str) -> Result<Option<(String, Span)>, Box<Diagnostic>> {
    let Some(chosen) = choice(training, name) else { return Ok(None) };
    let Chosen::Text(path) = &chosen.value else {
        return Err(Box::new(wants(name, "the name of a file in quotes, such as `\"net.safetensors\"`", chosen.span)));
    };
    if name == "save" && !path.ends_with(".safetensors") {
        return Err(Box::new(crate::train::errors::no_model(path, chosen.span)));
    }
    Ok(Some((path.clone(), chosen.span)))
}

/// How much of the running mean of the parameters stays at a step.
pub(super) fn average(cx: &mut Cx, training: &Training<Asked>) -> Result<Option<NodeId>, Box<Diagnostic>> {
    let Some(chosen) = choice(training, "average") else { return Ok(None) };
    match &chosen.value {
        Chosen::Value(share) if (0.0..1.0).contains(&cx.number(share)?) => Ok(Some(cx.node(share)?)),
        _ => Err(Box::new(wants("average", "a number from 0 to 1, such as `0.99`", chosen.span))),
    }
}

/// The column whose values are farthest from 0, where they are far: its name and how far.
fn unscaled(cx: &Cx) -> Option<(String, f64)> {
    /// Standardized columns hardly come so far.
    const FAR: f64 = 30.0;
    let examples = cx.eval.state.examples.as_ref()?;
    let mut worst: Option<(String, f64)> = None;
    for bound in &examples.inputs {
        // Of those that are not all in memory some tell.
        let some = examples.rows[0].len().min(crate::data::BLOCK);
        let values = bound.whole(0).or_else(|| bound.range(0, 0, some).ok());
        let Some(values) = values.filter(|values| values.dtype() == crate::tensor::DType::Real) else { continue };
        let array = values.to_f64();
        for (at, lane) in
            array.axis_iter(ndarray::Axis(if array.ndim() == 2 { 1 - bound.form.axis } else { 0 })).enumerate()
        {
            let far = lane.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
            if far > FAR && worst.as_ref().is_none_or(|(_, most)| far > *most) {
                let column = if array.ndim() == 2 { bound.columns.get(at) } else { bound.columns.first() };
                worst = Some((column.unwrap_or(&bound.name).clone(), far));
            }
        }
    }
    worst
}

/// A gradient or loss that is not finite: where it was born, else that it diverged.
pub(super) fn diverged(
    cx: &mut Cx,
    of: &str,
    gradient: Option<(DefId, NodeId)>,
    (goal, value): (NodeId, &Tensor),
    at: &str,
    span: Span,
) -> Box<Diagnostic> {
    let what = match gradient {
        Some((param, _)) => format!("`{}`", slope_name(of, &cx.eval.compiled.def(param).name)),
        None => format!("`{of}`"),
    };
    let node = gradient.map_or(goal, |(_, gradient)| gradient);
    let problem = cx.eval.not_finite(node, value, &what, span).unwrap_or_else(|| {
        Diagnostic::error("nnlang::value::not_finite", format!("{what} is not finite"))
            .at(span, "while this was trained")
    });
    let problem = if at.is_empty() {
        problem
    } else {
        problem.because(format!("it happened in {at}; what was learnt before is kept"))
    };
    let smaller = "make the rate smaller, such as `lr = 0.001`, or bound the gradients by `clip = 1.0`";
    let mend = match unscaled(cx) {
        Some((column, far)) => {
            format!("scale `{column}`, whose values reach {}: `standardize({column})`; or {smaller}", number(far, 4))
        }
        None => smaller.to_string(),
    };
    Box::new(if at.is_empty() && problem.mend.is_some() { problem } else { problem.mend(mend) })
}

/// The flag `training` is set while `work` runs.
pub(super) fn while_training<T>(cx: &mut Cx, work: impl FnOnce(&mut Cx) -> T) -> T {
    cx.eval.train(true);
    let result = work(cx);
    cx.eval.train(false);
    result
}

/// What was moved stays so.
pub(super) fn hold(cx: &mut Cx, params: &[DefId], kept: &[(DefId, NodeId)]) {
    for def in params.iter().chain(kept.iter().map(|(def, _)| def)) {
        if let Some(value) = cx.eval.state.values.get(def).cloned() {
            cx.eval.move_to(*def, value);
        }
    }
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
