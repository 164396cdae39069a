//! `train J { … }`: the parameters moved over epochs of batches, with what was reported on the way.

use super::epochs::{self, Aim, Course, Ended, Stop};
use super::{Cx, training};
use crate::diag::Diagnostic;
use crate::graph::{DefId, NodeId};
use crate::lower::{Ask, Asked, Carried};
use crate::resolve::hir::{Chosen, Training};
use crate::source::Span;
use crate::tensor::Tensor;
use crate::train::{Run, Schedule, optimiser};
use crate::view::fact::{Cells, Epoch, Held, Size};
use crate::view::{Align, Cell, Line, Table, number};
use std::sync::Arc;

/// Epochs where the program does not say; steps of L-BFGS, which ends by itself.
const EPOCHS: u64 = 100;
const NEWTON: u64 = 10_000;

/// Answers `train`.
pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    let Some(lines) = ask.training.as_deref() else { return Ok(()) };
    cx.eval.state.history = None;
    // What is learnt from here on is learnt of the rows that are there.
    cx.eval.state.model = None;
    let (mut aims, mut setups) = (vec![], vec![]);
    for (asked, wrt) in ask.exprs.iter().zip(&lines.wrt) {
        let goal = cx.goal(ask, asked)?;
        let of = cx.text(asked.span);
        let params = training::moving(cx, goal, &of, wrt, span)?;
        let gradients = training::gradients(cx, goal, &params, span)?;
        let how = training::optimiser(cx, lines)?;
        let mut setup = training::setup(cx, goal, &params, &gradients, how, span);
        setup.clip = training::clip(cx, lines)?;
        setup.clock = ask.clock;
        setup.average = training::average(cx, lines)?;
        setups.push(setup);
        aims.push(Aim { goal, of, params, gradients });
    }
    let mut kept: Vec<(DefId, NodeId)> = setups.iter().flat_map(|setup| setup.kept.iter().copied()).collect();
    kept.sort_unstable_by_key(|(def, _)| *def);
    kept.dedup();
    let mut params: Vec<DefId> = aims.iter().flat_map(|aim| aim.params.iter().copied()).collect();
    params.sort_unstable();
    params.dedup();
    let mut course = course(cx, lines, aims)?;
    course.clock = ask.clock;
    course.held = params.iter().copied().chain(kept.iter().map(|(def, _)| *def)).collect();
    let file = training::file(lines, "save")?;
    if setups[0].optimiser.name == optimiser::LBFGS.name {
        let chosen = |name: &str| training::choice(lines, name).map(|choice| choice.span);
        if let (Some(_), Some(at)) = (course.batch, chosen("batch")) {
            return Err(Box::new(training::wants("batch", "`all` where the optimizer is `lbfgs`", at)));
        }
        if let (true, Some(at)) = (setups.len() > 1, chosen("optimizer")) {
            return Err(Box::new(training::wants("optimizer", "one of `sgd` to `adamw` where goals take turns", at)));
        }
        if training::choice(lines, "epochs").is_none() && course.epochs == EPOCHS {
            course.epochs = NEWTON;
        }
    }
    for (setup, aim) in setups.iter_mut().zip(&course.aims) {
        let reached = cx.eval.compiled.graph.reach(&[aim.goal]);
        let carried = course.carried.iter().filter(|own| reached.contains(&cx.eval.compiled.def(own.def).node));
        setup.carried = carried.map(|own| (own.def, own.last)).collect();
        setup.examples = course.examples.as_ref().map(|examples| examples.dim.clone());
    }
    if setups.len() > 1 {
        for (setup, aim) in setups.iter_mut().zip(&course.aims) {
            setup.others = course.held.iter().filter(|def| !aim.params.contains(def)).copied().collect();
        }
    }
    let before: Vec<(DefId, Option<Arc<Tensor>>)> =
        course.inputs.iter().map(|(def, _)| (*def, cx.eval.state.values.get(def).cloned())).collect();
    let binding = cx.eval.state.binding.clone();
    let told = training::while_training(cx, |cx| {
        let runs: Result<Vec<Run>, _> = setups.into_iter().map(|setup| Run::new(cx.eval, setup)).collect();
        let told = runs.and_then(|mut runs| epochs::all(cx, &mut course, &mut runs, span));
        for (def, value) in before {
            if let Some(value) = value {
                cx.eval.state.values.insert(def, value);
            }
        }
        cx.eval.state.binding = binding;
        training::hold(cx, &params, &kept);
        told
    })?;
    if let Some((path, at)) = &file {
        super::save::save(cx, path, *at)?;
    }
    show(cx, &course, told, file.map(|(path, _)| path), span);
    Ok(())
}

fn course(cx: &mut Cx, lines: &Training<Asked>, aims: Vec<Aim>) -> Result<Course, Box<Diagnostic>> {
    let steps = training::count(cx, lines, "steps")?;
    let epochs = training::count(cx, lines, "epochs")?;
    let batch = training::count(cx, lines, "batch")?;
    let reached = cx.eval.compiled.graph.reach(&aims.iter().map(|aim| aim.goal).collect::<Vec<_>>());
    let examples = cx.eval.state.examples.clone();
    let carried = cx.eval.compiled.carried.iter();
    let reaches = |own: &&Carried| reached.contains(&cx.eval.compiled.def(own.def).node);
    let carried: Vec<Carried> = carried.filter(reaches).copied().collect();
    let mut inputs = vec![];
    for (at, bound) in examples.iter().flat_map(|examples| examples.inputs.iter().enumerate()) {
        let def = cx.eval.compiled.defs.iter().position(|def| *def.name == *bound.name);
        if let Some(def) = def
            && reached.contains(&cx.eval.compiled.defs[def].node)
        {
            inputs.push((DefId(def as u32), at));
        }
    }
    let examples = examples.filter(|_| !inputs.is_empty());
    if let (Some(_), None) = (batch, &examples)
        && let Some(choice) = training::choice(lines, "batch")
    {
        return Err(Box::new(
            Diagnostic::error("nnlang::train::choice", "there are no examples of which a batch could be taken")
                .at(choice.span, "a batch is a part of the rows of a `data` block")
                .mend("leave `batch` out, or bind the inputs by `data \"file.csv\" { … }`"),
        ));
    }
    let mut reports = vec![];
    for choice in lines.choices.iter().filter(|choice| choice.name.text == "report") {
        let Chosen::Value(asked) = &choice.value else {
            return Err(Box::new(training::wants("report", "a number, such as `accuracy(a2, y)`", choice.span)));
        };
        reports.push((cx.text(asked.span), cx.node(asked)?, asked.span));
    }
    let shuffle = match training::choice(lines, "shuffle").map(|choice| &choice.value) {
        Some(Chosen::Value(asked)) => cx.number(asked)? != 0.0,
        Some(_) | None => true,
    };
    if let (true, Some(_), Some(own)) = (shuffle, batch, carried.first()) {
        let at = training::choice(lines, "shuffle").map_or(own.span, |choice| choice.span);
        return Err(Box::new(crate::train::errors::shuffled(own.span, at)));
    }
    let keep_best = match training::choice(lines, "keep").map(|choice| &choice.value) {
        Some(Chosen::Called(word, _)) => word.text == "best",
        // Of goals that take turns, such as two players, none says which epoch is best.
        Some(_) | None => aims.len() == 1 && examples.as_ref().is_some_and(|examples| !examples.rows[1].is_empty()),
    };
    let schedule = schedule(cx, lines)?;
    let stop = match training::choice(lines, "stop").map(|choice| &choice.value) {
        None => Stop::Never,
        Some(Chosen::Called(_, args)) => match args.first() {
            Some((_, asked)) => Stop::Patience(cx.number(asked)?.max(0.0) as u64),
            None => Stop::Patience(10),
        },
        Some(Chosen::Value(asked)) => Stop::When(cx.node(asked)?, asked.span),
        Some(Chosen::Text(_)) => Stop::Never,
    };
    let epochs = match (epochs, steps) {
        (Some(epochs), _) => epochs,
        (None, Some(_)) => u64::MAX,
        (None, None) => EPOCHS,
    };
    let steps = steps.unwrap_or(u64::MAX);
    let averages = training::choice(lines, "average").is_some();
    let keep_best = keep_best && !averages;
    let checkpoint = training::file(lines, "checkpoint")?;
    Ok(Course {
        aims,
        held: vec![],
        carried,
        epochs,
        steps,
        batch,
        shuffle,
        schedule,
        stop,
        keep_best,
        reports,
        examples,
        inputs,
        averages,
        clock: None,
        checkpoint,
    })
}

fn schedule(cx: &mut Cx, lines: &Training<Asked>) -> Result<Schedule, Box<Diagnostic>> {
    let Some(choice) = training::choice(lines, "schedule") else { return Ok(Schedule::Constant) };
    let Chosen::Called(word, args) = &choice.value else {
        return Err(Box::new(training::wants(
            "schedule",
            "`cosine(warmup = 10)`, `decay(0.1, every = 30)` or `plateau(0.1, patience = 10)`",
            choice.span,
        )));
    };
    let given = |cx: &mut Cx, name: &str, place: usize, otherwise: f64| {
        let named = args.iter().find(|(own, _)| own.as_ref().is_some_and(|own| own.text == name));
        let at = args.get(place).filter(|(own, _)| own.is_none());
        named.or(at).map_or(Ok(otherwise), |(_, asked)| cx.number(asked))
    };
    Ok(match word.text.as_str() {
        "cosine" => Schedule::Cosine { warmup: given(cx, "warmup", 0, 0.0)? },
        "decay" => Schedule::Decay { factor: given(cx, "factor", 0, 0.1)?, every: given(cx, "every", 1, 30.0)? },
        _ => Schedule::Plateau {
            factor: given(cx, "factor", 0, 0.1)?,
            patience: given(cx, "patience", 1, 10.0)?.max(0.0) as u64,
            now: 1.0,
            best: f64::INFINITY,
            since: 0,
        },
    })
}

fn show(cx: &mut Cx, course: &Course, ended: Ended, file: Option<String>, span: Span) {
    let Ended { told, kept, why } = ended;
    let valid = told.iter().any(|told| told.valid.is_some());
    let first = course.aims[0].of.as_str();
    let mut head = vec![("epoch", Align::Right)];
    head.extend(course.aims.iter().map(|aim| (aim.of.as_str(), Align::Right)));
    let valid_name = format!("{first} valid");
    if valid {
        head.push((&valid_name, Align::Right));
    }
    head.extend(course.reports.iter().map(|(name, ..)| (name.as_str(), Align::Right)));
    let mut table = Table::new(head);
    let mut facts = vec![];
    for told in &told {
        let mut cells = vec![Cell::number(told.epoch.to_string())];
        cells.extend(told.losses.iter().map(|loss| Cell::number(number(*loss, cx.digits))));
        if valid {
            cells.push(Cell::number(told.valid.map(|value| number(value, cx.digits)).unwrap_or_default()));
        }
        let mut reports = vec![];
        for (value, (name, node, _)) in told.reports.iter().zip(&course.reports) {
            cells.push(super::step::cell(cx, value, *node));
            reports.push((name.clone(), Held::Tensor(value.clone())));
        }
        table.row(cells);
        let fact = Epoch {
            epoch: told.epoch,
            loss: told.losses[0],
            losses: (told.losses.len() > 1).then(|| told.losses.clone()),
            valid: valid.then_some(Size(told.valid)),
            reports: (!reports.is_empty()).then_some(Cells(reports)),
        };
        facts.push(fact.into());
    }
    let mut doc = table.doc();
    if let Some(why) = why {
        doc.push(Line::new().note(why));
    }
    if let Some(kept) = kept {
        doc.push(Line::new().note(format!("the parameters of epoch {kept} are kept, where {valid_name} is least")));
    }
    if let Some(file) = file {
        doc.push(Line::new().note(format!("kept in `{file}`")));
    }
    cx.push(span, doc, facts);
}
