//! `train J { … }`: the parameters moved over epochs of batches, with what was reported on the way.

use super::{Cx, training};
use crate::data::Examples;
use crate::diag::Diagnostic;
use crate::graph::{DefId, NodeId};
use crate::kernels::random;
use crate::lower::{Ask, Asked};
use crate::resolve::hir::{Chosen, Training};
use crate::source::Span;
use crate::tensor::{DType, Tensor};
use crate::train::{Run, Schedule, Stepped};
use crate::view::{Align, Cell, Line, Table, number};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Epochs where the program does not say.
const EPOCHS: u64 = 100;
/// Lines that a training tells.
const LINES: u64 = 10;

/// Where `stop` ends a training.
enum Stop {
    Never,
    Patience(u64),
    When(NodeId, Span),
}

/// One line of what was reported.
struct Told {
    epoch: u64,
    loss: f64,
    valid: Option<f64>,
    reports: Vec<f64>,
}

/// A training as its statement says.
struct Course {
    goal: NodeId,
    of: String,
    epochs: u64,
    steps: u64,
    batch: Option<u64>,
    shuffle: bool,
    schedule: Schedule,
    stop: Stop,
    keep_best: bool,
    reports: Vec<(String, NodeId, Span)>,
    examples: Option<Arc<Examples>>,
    inputs: Vec<(DefId, usize)>,
}

/// Answers `train`.
pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    let (Some(lines), [asked]) = (ask.training.as_deref(), ask.exprs.as_slice()) else { return Ok(()) };
    let goal = cx.goal(ask, asked)?;
    let of = cx.text(asked.span);
    let params = training::moving(cx, goal, &of, &lines.wrt, span)?;
    let gradients = training::gradients(cx, goal, &params, span)?;
    let how = training::optimiser(cx, lines)?;
    let mut setup = training::setup(cx, goal, &params, &gradients, how, span);
    setup.clip = training::clip(cx, lines)?;
    setup.clock = ask.clock;
    let kept = setup.kept.clone();
    let mut course = course(cx, lines, goal, of)?;
    setup.examples = course.examples.as_ref().map(|examples| examples.dim.clone());
    let before: Vec<(DefId, Option<Arc<Tensor>>)> =
        course.inputs.iter().map(|(def, _)| (*def, cx.eval.state.values.get(def).cloned())).collect();
    let binding = cx.eval.state.binding.clone();
    let told = training::while_training(cx, |cx| {
        let told =
            Run::new(cx.eval, setup).and_then(|mut run| epochs(cx, &mut course, &mut run, (&params, &gradients), span));
        for (def, value) in before {
            if let Some(value) = value {
                cx.eval.state.values.insert(def, value);
            }
        }
        cx.eval.state.binding = binding;
        training::hold(cx, &params, &kept);
        told
    })?;
    let (told, kept, why) = told;
    show(cx, &course, &told, kept, why, span);
    Ok(())
}

fn course(cx: &mut Cx, lines: &Training<Asked>, goal: NodeId, of: String) -> Result<Course, Box<Diagnostic>> {
    let steps = training::count(cx, lines, "steps")?;
    let epochs = training::count(cx, lines, "epochs")?;
    let batch = training::count(cx, lines, "batch")?;
    let reached = cx.eval.compiled.graph.reach(&[goal]);
    let examples = cx.eval.state.examples.clone();
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
    let keep_best = match training::choice(lines, "keep").map(|choice| &choice.value) {
        Some(Chosen::Called(word, _)) => word.text == "best",
        Some(_) | None => examples.as_ref().is_some_and(|examples| !examples.rows[1].is_empty()),
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
    Ok(Course { goal, of, epochs, steps, batch, shuffle, schedule, stop, keep_best, reports, examples, inputs })
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

type Kept = Option<u64>;

/// All epochs; what was reported, the epoch whose parameters were kept, and why it ended.
fn epochs(
    cx: &mut Cx,
    course: &mut Course,
    run: &mut Run,
    (params, gradients): (&[DefId], &[NodeId]),
    span: Span,
) -> Result<(Vec<Told>, Kept, Option<String>), Box<Diagnostic>> {
    let examples = course.examples.clone();
    let rows = examples.as_ref().map_or(0, |examples| examples.rows[0].len());
    let size = course.batch.map_or(rows, |batch| (batch as usize).min(rows)).max(1);
    let each = rows.div_ceil(size).max(1) as u64;
    let total = course.epochs.min(course.steps.div_ceil(each));
    let mut told: Vec<Told> = vec![];
    let mut best: Option<(f64, u64, Vec<Arc<Tensor>>)> = None;
    let mut since = 0;
    let mut why = None;
    let seed = cx.eval.compiled.settings.seed.unwrap_or(0);
    for epoch in 0..total {
        let order = order(rows, course.shuffle && size < rows, seed, epoch);
        let (mut sum, mut seen) = (0.0, 0.0);
        let mut length = None;
        for places in if rows == 0 { vec![&[][..]] } else { order.chunks(size).collect() } {
            if run.steps >= course.steps {
                break;
            }
            let mut batch = vec![];
            let mut own = vec![];
            if let Some(examples) = &examples {
                if length.is_some_and(|length| length != places.len()) || (length.is_none() && size < rows) {
                    run.resize(cx.eval);
                }
                if length != Some(places.len()) {
                    resize(cx, &examples.dim, places.len());
                }
                length = Some(places.len());
                batch = course.inputs.iter().map(|(def, at)| (*def, examples.inputs[*at].batch(places))).collect();
                own = places.iter().map(|place| examples.rows[0][*place]).collect();
            }
            let part = epoch as f64 + seen / rows.max(1) as f64;
            let factor = course.schedule.factor(part, total as f64);
            let rows = examples.is_some().then_some(own.as_slice());
            let weight = places.len().max(1) as f64;
            match run.step(cx.eval, (epoch, factor), &batch, rows)? {
                Stepped::Fine => {
                    sum += weight * run.loss().and_then(|loss| loss.item()).unwrap_or(f64::NAN);
                    seen += weight;
                }
                Stepped::Gradient(i, value) => {
                    let at = format!("epoch {}, step {}", epoch + 1, run.steps + 1);
                    return Err(training::diverged(cx, &course.of, (params[i], gradients[i]), &value, &at, span));
                }
            }
        }
        run.settle(cx.eval);
        let loss = sum / seen.max(1.0);
        let last = epoch + 1 == total;
        let valid = measure(cx, &examples, 1, &[course.goal], span)?.map(|values| values[0]);
        let watched = valid.unwrap_or(loss);
        course.schedule.ended(watched);
        if best.as_ref().is_none_or(|(found, ..)| watched < *found) {
            since = 0;
            let values = params.iter().filter_map(|def| cx.eval.state.values.get(def).cloned()).collect();
            best = Some((watched, epoch, if course.keep_best { values } else { vec![] }));
        } else {
            since += 1;
        }
        match &course.stop {
            Stop::Never => {}
            Stop::Patience(patience) if since > *patience => {
                why = Some(format!("stopped: nothing better for {patience} epochs"));
            }
            Stop::Patience(_) => {}
            Stop::When(node, at) => {
                if measure(cx, &examples, 0, &[*node], *at)?.is_some_and(|values| values[0] != 0.0) {
                    why = Some(format!("stopped: {}", cx.text(*at)));
                }
            }
        }
        let every = total.div_ceil(LINES).max(1);
        if epoch == 0 || (epoch + 1) % every == 0 || last || why.is_some() {
            let nodes: Vec<NodeId> = course.reports.iter().map(|(_, node, _)| *node).collect();
            let reports = measure(cx, &examples, 0, &nodes, span)?.unwrap_or_default();
            told.push(Told { epoch: epoch + 1, loss, valid, reports });
        }
        if why.is_some() {
            break;
        }
    }
    let mut kept = None;
    if let (true, Some((_, epoch, values))) = (course.keep_best, best) {
        for (def, value) in params.iter().zip(values) {
            cx.eval.state.values.insert(*def, value);
        }
        cx.eval.forget();
        kept = Some(epoch + 1);
    }
    Ok((told, kept, why))
}

/// The places of an epoch's examples, in its order.
fn order(rows: usize, shuffle: bool, seed: u64, epoch: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows).collect();
    if shuffle {
        let mut draws = vec![0.0; rows];
        random::uniform(&[seed, 0x7368_7566_666c_6521, epoch], &mut draws);
        order.sort_by(|a, b| draws[*a].total_cmp(&draws[*b]));
    }
    order
}

/// The examples' dimension has another number.
pub(super) fn resize(cx: &mut Cx, dim: &str, size: usize) {
    let dims = &cx.eval.compiled.graph.dims;
    let found = cx.eval.state.binding.values.keys().copied().find(|sym| dims.name(*sym) == dim);
    if let Some(sym) = found {
        cx.eval.state.binding.values.insert(sym, size as u64);
    }
    cx.eval.forget();
}

/// Numbers over all rows of a part at once, with `training` 0; none where the part has no rows.
pub(super) fn measure(
    cx: &mut Cx,
    examples: &Option<Arc<Examples>>,
    part: usize,
    nodes: &[NodeId],
    span: Span,
) -> Result<Option<Vec<f64>>, Box<Diagnostic>> {
    let mut set: Vec<(DefId, Arc<Tensor>)> = vec![];
    if let Some(flag) = cx.eval.compiled.training {
        let zero = ndarray::arr0(0.0).into_dyn();
        set.push((flag, Arc::new(Tensor::from_f64(zero, DType::Real, cx.eval.state.precision))));
    }
    let binding = cx.eval.state.binding.clone();
    match examples {
        Some(examples) if examples.rows[part].is_empty() => return Ok(None),
        Some(examples) => {
            for bound in &examples.inputs {
                if let Some(def) = cx.eval.compiled.defs.iter().position(|def| *def.name == *bound.name) {
                    set.push((DefId(def as u32), bound.parts[part].clone()));
                }
            }
            resize(cx, &examples.dim, examples.rows[part].len());
        }
        None if part > 0 => return Ok(None),
        None => {}
    }
    let values = cx.eval.with(nodes, &set, span);
    cx.eval.state.binding = binding;
    cx.eval.forget();
    Ok(Some(values?.iter().map(|value| value.item().unwrap_or(f64::NAN)).collect()))
}

fn show(cx: &mut Cx, course: &Course, told: &[Told], kept: Kept, why: Option<String>, span: Span) {
    let valid = told.iter().any(|told| told.valid.is_some());
    let mut head = vec![("epoch", Align::Right), (course.of.as_str(), Align::Right)];
    let valid_name = format!("{} valid", course.of);
    if valid {
        head.push((&valid_name, Align::Right));
    }
    head.extend(course.reports.iter().map(|(name, ..)| (name.as_str(), Align::Right)));
    let mut table = Table::new(head);
    let mut facts = vec![];
    for told in told {
        let mut cells = vec![Cell::number(told.epoch.to_string()), Cell::number(number(told.loss, cx.digits))];
        let mut fact = Map::new();
        fact.insert("epoch".into(), told.epoch.into());
        fact.insert("loss".into(), told.loss.into());
        if valid {
            cells.push(Cell::number(told.valid.map(|value| number(value, cx.digits)).unwrap_or_default()));
            fact.insert("valid".into(), told.valid.map_or(Value::Null, Value::from));
        }
        let mut reports = Map::new();
        for (value, (name, ..)) in told.reports.iter().zip(&course.reports) {
            cells.push(Cell::number(number(*value, cx.digits)));
            reports.insert(name.as_str().into(), (*value).into());
        }
        if !reports.is_empty() {
            fact.insert("reports".into(), reports.into());
        }
        table.row(cells);
        facts.push(fact);
    }
    let mut doc = table.doc();
    if let Some(why) = why {
        doc.push(Line::new().note(why));
    }
    if let Some(kept) = kept {
        doc.push(Line::new().note(format!("the parameters of epoch {kept} are kept, where {valid_name} is least")));
    }
    cx.push(span, doc, facts);
}
