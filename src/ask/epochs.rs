//! The epochs of a training: batches in their order, what is measured on the way, and what ends it.

use super::batches::Batches;
use super::{Cx, pieces, training};
use crate::data::Examples;
use crate::diag::Diagnostic;
use crate::eval::Repeat;
use crate::graph::{DefId, NodeId};
use crate::lower::Carried;
use crate::outside::Progress;
use crate::source::Span;
use crate::tensor::{DType, Tensor};
use crate::train::{Run, Schedule, Stepped, checkpoint, errors};
use crate::view::number;
use std::sync::Arc;
use std::time::Duration;

/// Lines that a training tells.
const LINES: u64 = 10;
/// Validation that has risen by this factor, over so many epochs, while training fell, is told.
const RISEN: f64 = 1.1;
const PATIENCE: u64 = 5;
/// So long a training says nothing of its progress.
const QUIET: Duration = Duration::from_secs(1);

/// Where `stop` ends a training.
pub(super) enum Stop {
    Never,
    Patience(u64),
    When(NodeId, Span),
}

/// One line of what was reported.
pub(super) struct Told {
    pub epoch: u64,
    /// Of each goal.
    pub losses: Vec<f64>,
    pub valid: Option<f64>,
    pub reports: Vec<Arc<Tensor>>,
}

/// What is made small, and by what.
pub(super) struct Aim {
    pub goal: NodeId,
    /// Its text.
    pub of: String,
    pub params: Vec<DefId>,
    pub gradients: Vec<NodeId>,
}

/// A training as its statement says.
pub(super) struct Course {
    /// The goals, which take turns at every batch.
    pub aims: Vec<Aim>,
    /// All that moves: parameters, and what is kept beside them.
    pub held: Vec<DefId>,
    /// First states that go from batch to batch.
    pub carried: Vec<Carried>,
    pub epochs: u64,
    pub steps: u64,
    pub batch: Option<u64>,
    pub shuffle: bool,
    pub schedule: Schedule,
    pub stop: Stop,
    pub keep_best: bool,
    pub reports: Vec<(String, NodeId, Span)>,
    pub examples: Option<Arc<Examples>>,
    pub inputs: Vec<(DefId, usize)>,
    /// Is the mean of the parameters over the steps what is kept?
    pub averages: bool,
    /// The slots of `epoch` and `step`.
    pub clock: Option<(DefId, DefId)>,
    /// Where everything that goes on is kept after each epoch.
    pub checkpoint: Option<(String, Span)>,
}

/// How a training ended.
pub(super) struct Ended {
    /// What was reported.
    pub told: Vec<Told>,
    /// The epoch whose parameters are kept, where that is not the last.
    pub kept: Option<u64>,
    /// Why it ended before its time.
    pub why: Option<String>,
}

/// The best epoch so far: what was watched, the epoch, the values.
type Best = (f64, u64, Vec<(DefId, Arc<Tensor>)>);

/// What an epoch came to.
enum Epoch {
    /// Of each goal the mean of the losses of its batches.
    Means(Vec<f64>),
    /// As `Means`, and nothing is left to do.
    Done(Vec<f64>, &'static str),
    /// The user stopped it.
    Stopped,
}

/// All epochs.
// Long: the course of a training from its first epoch to what it ends with, in order.
pub(super) fn all(cx: &mut Cx, course: &mut Course, runs: &mut [Run], span: Span) -> Result<Ended, Box<Diagnostic>> {
    let examples = course.examples.clone();
    let rows = examples.as_ref().map_or(0, |examples| examples.rows[0].len());
    let size = course.batch.map_or(rows, |batch| (batch as usize).min(rows)).max(1);
    let each = rows.div_ceil(size).max(1) as u64;
    let total = course.epochs.min(course.steps.div_ceil(each));
    let begun = cx.eval.watch.outside.map(|outside| outside.clock());
    let mut told: Vec<Told> = vec![];
    let mut best: Option<Best> = None;
    let mut since = 0;
    let mut why = None;
    // Of the best and of the last epoch: the loss over the training rows, and over those held out to choose by.
    let (mut at_best, mut at_last) = ((f64::NAN, f64::NAN), (f64::NAN, f64::NAN));
    let clock = course.clock.iter().flat_map(|(epoch, step)| [*epoch, *step]);
    let mut watch = Watch { plans: vec![], moves: course.held.iter().copied().chain(clock).collect() };
    let first = resumed(cx, course, runs, &mut best, &mut since, span)?;
    for epoch in first..total {
        let (losses, done) = match one(cx, course, runs, (epoch, total, size), span)? {
            Epoch::Means(losses) => (losses, None),
            Epoch::Done(losses, why) => (losses, Some(why)),
            Epoch::Stopped => {
                why = Some(format!(
                    "stopped by Ctrl-C in epoch {}, after {} steps; what was learnt is kept",
                    epoch + 1,
                    runs[0].steps
                ));
                break;
            }
        };
        let loss = losses[0];
        let valid = watch.measure(cx, &examples, 1, &[course.aims[0].goal], span)?.map(|values| values[0]);
        let watched = valid.unwrap_or(loss);
        course.schedule.ended(watched);
        at_last = (loss, valid.unwrap_or(f64::NAN));
        if best.as_ref().is_none_or(|(found, ..)| watched < *found) {
            since = 0;
            at_best = at_last;
            let all = course.held.iter().filter(|_| course.keep_best);
            let values = all.filter_map(|def| Some((*def, cx.eval.state.values.get(def)?.clone()))).collect();
            best = Some((watched, epoch, values));
        } else {
            since += 1;
        }
        why = ends(cx, course, &mut watch, since)?;
        if let Some(done) = done {
            why = Some(format!("ended after {} steps: {done}", runs[0].steps));
        }
        if let Some((path, at)) = &course.checkpoint {
            let going = checkpoint::Going {
                epoch: epoch + 1,
                steps: runs[0].steps,
                since,
                schedule: course.schedule.memory(),
                best: best.as_ref().map(|(watched, epoch, values)| (*watched, *epoch, values.clone())),
            };
            checkpoint::write(cx.eval, runs, &going, (path, *at))?;
        }
        for (aim, loss) in course.aims.iter().zip(&losses) {
            remember(cx, &aim.of, epoch, *loss);
        }
        if let Some(valid) = valid {
            remember(cx, &format!("{} valid", course.aims[0].of), epoch, valid);
        }
        let last = epoch + 1 == total;
        let every = total.div_ceil(LINES).max(1);
        if epoch == first || (epoch + 1) % every == 0 || last || why.is_some() {
            let nodes: Vec<NodeId> = course.reports.iter().map(|(_, node, _)| *node).collect();
            let reports = measure(cx, &examples, 0, &nodes, span)?.unwrap_or_default();
            for ((name, ..), value) in course.reports.iter().zip(&reports) {
                if let Some(value) = value.item() {
                    remember(cx, name, epoch, value);
                }
            }
            told.push(Told { epoch: epoch + 1, losses, valid, reports });
        }
        if why.is_some() {
            break;
        }
        progress(cx, course, begun, (first, epoch, total), (loss, valid));
    }
    if course.averages {
        runs.iter().for_each(|run| run.average(cx.eval));
    }
    if why.is_none()
        && since >= PATIENCE
        && at_last.1 > RISEN * at_best.1
        && at_last.0 < at_best.0
        && let Some((_, epoch, _)) = &best
    {
        cx.tell(errors::overfits(&course.aims[0].of, epoch + 1, (at_best, at_last), cx.digits, span));
    }
    let mut kept = None;
    if let (true, Some((_, epoch, values))) = (course.keep_best, best) {
        cx.eval.state.values.extend(values);
        cx.eval.forget();
        kept = Some(epoch + 1);
    }
    Ok(Ended { told, kept, why })
}

/// Why a training ends after an epoch, `since` epochs after the best, where its `stop` says so.
fn ends(cx: &mut Cx, course: &Course, watch: &mut Watch, since: u64) -> Result<Option<String>, Box<Diagnostic>> {
    Ok(match &course.stop {
        Stop::Patience(patience) if since > *patience => Some(format!("stopped: nothing better for {patience} epochs")),
        Stop::Never | Stop::Patience(_) => None,
        Stop::When(node, at) => {
            let (node, at) = (*node, *at);
            let holds = watch.measure(cx, &course.examples, 0, &[node], at)?.is_some_and(|values| values[0] != 0.0);
            holds.then(|| format!("stopped: {}", cx.text(at)))
        }
    })
}

/// Says how far it has come, and how long it will take, once it has taken a while.
fn progress(
    cx: &Cx,
    course: &Course,
    begun: Option<Duration>,
    (first, epoch, total): (u64, u64, u64),
    (loss, valid): (f64, Option<f64>),
) {
    if let (Some(outside), Some(begun)) = (cx.eval.watch.outside, begun) {
        let spent = outside.clock().saturating_sub(begun);
        if spent >= QUIET {
            let left = spent.as_secs_f64() / (epoch + 1 - first) as f64 * (total - epoch - 1) as f64;
            let valid = valid.map(|valid| format!(", {} on valid", number(valid, 4))).unwrap_or_default();
            let note = format!("{} = {}{valid}, {left:.0} s left", course.aims[0].of, number(loss, 4));
            let task = format!("train {}: epoch", course.aims[0].of);
            outside.progress(&Progress { task: &task, done: epoch + 1, total: Some(total), note: &note });
        }
    }
}

/// The epoch that a training begins with: 0, or where a checkpoint that is to be gone on with ended.
fn resumed(
    cx: &mut Cx,
    course: &mut Course,
    runs: &mut [Run],
    best: &mut Option<Best>,
    since: &mut u64,
    span: Span,
) -> Result<u64, Box<Diagnostic>> {
    let (true, Some((path, at))) = (cx.eval.state.resume, &course.checkpoint) else { return Ok(0) };
    let Some(going) = checkpoint::read(cx.eval, runs, (path, *at))? else { return Ok(0) };
    cx.eval.forget();
    course.schedule.remember(&going.schedule);
    *best = going.best;
    *since = going.since;
    let said = format!("goes on with `{path}` after epoch {}", going.epoch);
    cx.push(span, crate::view::Doc::line(crate::view::Line::new().note(said)), vec![]);
    Ok(going.epoch)
}

/// One epoch.
fn one(
    cx: &mut Cx,
    course: &Course,
    runs: &mut [Run],
    (epoch, total, size): (u64, u64, usize),
    span: Span,
) -> Result<Epoch, Box<Diagnostic>> {
    let rows = course.examples.as_ref().map_or(0, |examples| examples.rows[0].len());
    let seed = cx.eval.compiled.settings.seed.unwrap_or(0);
    let batches = Batches::new(rows, size, course.shuffle && size < rows, (seed, epoch));
    let nothing = (rows == 0).then(Vec::new);
    let (mut sums, mut seen) = (vec![0.0; runs.len()], 0.0);
    let mut length = None;
    let ended = |cx: &mut Cx, runs: &[Run], sums: Vec<f64>, seen: f64| -> Vec<f64> {
        runs.iter().for_each(|run| run.settle(cx.eval));
        // An epoch begins with the start again, and so does what is measured.
        course.carried.iter().for_each(|own| drop(cx.eval.state.values.remove(&own.def)));
        sums.into_iter().map(|sum| sum / f64::max(seen, 1.0)).collect()
    };
    for places in nothing.into_iter().chain(batches) {
        if runs[0].steps >= course.steps {
            break;
        }
        let mut batch = vec![];
        let mut own = vec![];
        if let Some(examples) = &course.examples {
            if length != Some(places.len()) {
                resize(cx, &examples.dim, places.len());
                runs.iter_mut().for_each(|run| run.resize(cx.eval, places.len()));
                for own in &course.carried {
                    let start = cx.eval.value(own.start, span)?;
                    runs.iter_mut().for_each(|run| run.set(cx.eval, own.def, start.clone()));
                }
            }
            length = Some(places.len());
            // All examples at once are the same in every step: what depends on them alone is computed once.
            if size < rows {
                for (def, at) in &course.inputs {
                    let some = examples.inputs[*at].batch(&places);
                    batch.push((*def, some.map_err(|refusal| errors::file(&refusal, span))?));
                }
            } else {
                for (def, at) in &course.inputs {
                    let Some(whole) = examples.inputs[*at].whole(0) else {
                        return Err(Box::new(errors::too_many(rows, span)));
                    };
                    cx.eval.state.values.insert(*def, whole);
                }
            }
            own = places.iter().map(|place| examples.rows[0][*place] as usize).collect();
        }
        let part = epoch as f64 + seen / rows.max(1) as f64;
        let factor = course.schedule.factor(part, total as f64);
        let rows = course.examples.is_some().then_some(own.as_slice());
        let weight = places.len().max(1) as f64;
        seen += weight;
        let several = runs.len() > 1;
        for (at, (aim, run)) in course.aims.iter().zip(runs.iter_mut()).enumerate() {
            let stepped = match run.step(cx.eval, (epoch, factor), &batch, rows) {
                Err(problem) if problem.code == "nnlang::session::interrupted" => {
                    ended(cx, runs, sums, seen);
                    if let Some(outside) = cx.eval.watch.outside {
                        outside.resume();
                    }
                    return Ok(Epoch::Stopped);
                }
                stepped => stepped?,
            };
            let failed = match stepped {
                Stepped::Fine => None,
                Stepped::Done(why) => {
                    sums[at] += weight * run.loss().and_then(|loss| loss.item()).unwrap_or(f64::NAN);
                    return Ok(Epoch::Done(ended(cx, runs, sums, seen), why));
                }
                Stepped::Gradient(i, value) => Some((Some((aim.params[i], aim.gradients[i])), value)),
                Stepped::Loss(value) => Some((None, value)),
            };
            if let Some((gradient, value)) = failed {
                let place = format!("epoch {}, step {}", epoch + 1, run.steps + 1);
                let goal = (aim.goal, &*value);
                return Err(training::diverged(cx, &aim.of, gradient, goal, &place, span));
            }
            sums[at] += weight * run.loss().and_then(|loss| loss.item()).unwrap_or(f64::NAN);
            if several {
                run.share(cx.eval, &course.held);
            }
        }
    }
    Ok(Epoch::Means(ended(cx, runs, sums, seen)))
}

/// The examples' dimension has another number.
pub(super) fn resize(cx: &mut Cx, dim: &str, size: usize) {
    let dims = &cx.eval.compiled.graph.dims;
    let bound = cx.eval.state.binding.values.keys().copied().chain(dims.open_names());
    let found = bound.into_iter().find(|sym| dims.name(*sym) == dim);
    if let Some(sym) = found {
        cx.eval.state.binding.values.insert(sym, size as u64);
    }
    cx.eval.forget();
}

/// What is measured again and again over the rows of a part, each with the plan that was made for it.
struct Watch {
    plans: Vec<(usize, Vec<NodeId>, Repeat)>,
    /// What changes from time to time.
    moves: Vec<DefId>,
}

impl Watch {
    /// As [`measure`].
    fn measure(
        &mut self,
        cx: &mut Cx,
        examples: &Option<Arc<Examples>>,
        part: usize,
        nodes: &[NodeId],
        span: Span,
    ) -> Result<Option<Vec<f64>>, Box<Diagnostic>> {
        let Some(set) = part_of(cx, examples, part) else { return Ok(None) };
        if examples.as_ref().is_some_and(|examples| !examples.is_whole(part)) {
            let values = measure(cx, examples, part, nodes, span)?;
            return Ok(values.map(|all| all.iter().map(|value| value.item().unwrap_or(f64::NAN)).collect()));
        }
        let found = self.plans.iter().position(|(own, of, _)| *own == part && of == nodes);
        let binding = cx.eval.state.binding.clone();
        if let Some(examples) = examples {
            resize(cx, &examples.dim, examples.rows[part].len());
        }
        let Watch { plans, moves } = self;
        let measured = cx.eval.set_to(&set, |eval| -> Result<Vec<f64>, Box<Diagnostic>> {
            let at = match found {
                Some(at) => at,
                None => {
                    let repeat = eval.repeat(nodes, moves, &[], span)?;
                    plans.push((part, nodes.to_vec(), repeat));
                    plans.len() - 1
                }
            };
            let repeat = &mut plans[at].2;
            for def in moves.iter() {
                if let Some(value) = eval.state.values.get(def).cloned() {
                    eval.set(repeat, *def, value);
                }
            }
            eval.again(repeat, span)?;
            let item = |at: usize| repeat.root(at).and_then(|value| value.item()).unwrap_or(f64::NAN);
            Ok((0..nodes.len()).map(item).collect())
        });
        cx.eval.state.binding = binding;
        cx.eval.forget();
        measured.map(Some)
    }
}

/// The values that the inputs have over all rows of a part, with `training` 0; none where the part has no rows.
fn part_of(cx: &Cx, examples: &Option<Arc<Examples>>, part: usize) -> Option<Vec<(DefId, Arc<Tensor>)>> {
    let mut set: Vec<(DefId, Arc<Tensor>)> = vec![];
    if let Some(flag) = cx.eval.compiled.training {
        let zero = ndarray::arr0(0.0).into_dyn();
        set.push((flag, Arc::new(Tensor::from_f64(zero, DType::Real, cx.eval.state.precision))));
    }
    match examples {
        Some(examples) if examples.rows[part].is_empty() => return None,
        Some(examples) => {
            for bound in &examples.inputs {
                if let Some(def) = cx.eval.compiled.defs.iter().position(|def| *def.name == *bound.name)
                    && let Some(whole) = bound.whole(part)
                {
                    set.push((DefId(def as u32), whole));
                }
            }
        }
        None if part > 0 => return None,
        None => {}
    }
    Some(set)
}

/// Values over all rows of a part at once, with `training` 0; none where the part has no rows.
pub(super) fn measure(
    cx: &mut Cx,
    examples: &Option<Arc<Examples>>,
    part: usize,
    nodes: &[NodeId],
    span: Span,
) -> Result<Option<Vec<Arc<Tensor>>>, Box<Diagnostic>> {
    let Some(set) = part_of(cx, examples, part) else { return Ok(None) };
    if let Some(examples) = examples.as_ref().filter(|examples| !examples.is_whole(part)) {
        return pieces::measure(cx, examples, part, (nodes, &set), span);
    }
    let binding = cx.eval.state.binding.clone();
    if let Some(examples) = examples {
        resize(cx, &examples.dim, examples.rows[part].len());
    }
    let values = cx.eval.with(nodes, &set, span);
    cx.eval.state.binding = binding;
    cx.eval.forget();
    values.map(Some)
}

/// Keeps what an epoch told, for `plot J for epoch`.
fn remember(cx: &mut Cx, name: &str, epoch: u64, value: f64) {
    let history = std::sync::Arc::make_mut(cx.eval.state.history.get_or_insert_default());
    let point = ((epoch + 1) as f64, value);
    match history.iter_mut().find(|(own, _)| own == name) {
        Some((_, points)) => points.push(point),
        None => history.push((name.into(), vec![point])),
    }
}
