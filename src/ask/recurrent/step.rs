//! One step of a recurrence as a chain of equations, each with the derivative by it.

mod open;

pub(super) use open::{name_of, part_name, split};

use super::entry::{Entries, Entry};
use super::{Flow, indexed, summed, visible};
use crate::ask::Cx;
use crate::diff::{self, Slope};
use crate::formula;
use crate::graph::{Graph, NodeId, Role, Type};
use crate::lower::{Compiled, Recurrent};
use crate::ops::{self, build};
use crate::shape::Dim;
use crate::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};

/// More equations in one step are more than a page.
const MOST: usize = 40;

/// One equation of a step.
struct Stage {
    name: String,
    /// The axis of the step.
    axis: usize,
    /// Is it a name that only the inside of a layer or of a function has?
    local: bool,
    /// Its value.
    slot: NodeId,
    /// The derivative by it.
    seed: NodeId,
    root: NodeId,
    /// What comes from outside the recurrence, of which only that step's where a number stands beside it.
    outer: Option<(NodeId, Option<u64>)>,
    same: Flow,
    /// What comes from so many steps on.
    later: Vec<(u64, NodeId)>,
}

/// What a stage was so many steps before.
struct Before {
    slot: NodeId,
    stage: usize,
    lag: u64,
}

/// What a recurrence is made of.
pub(super) struct Target {
    /// The node outside.
    pub whole: NodeId,
    /// How it is called where it has no name.
    pub text: String,
    kind: Kind,
}

enum Kind {
    /// The same in every step.
    Shared,
    /// Indexed by the step: which of the entries.
    Sequence(usize),
    /// Before the first step: of which stage.
    Start(usize),
}

/// The derivative by a target.
pub(super) struct Share {
    /// Where it is told by its entries: `[t]`.
    pub index: Option<String>,
    pub text: String,
}

/// A step.
pub(super) struct Step {
    told: Recurrent,
    /// Where it is asked.
    span: Span,
    stages: Vec<Stage>,
    befores: Vec<Before>,
    /// For each name the stages that it is made of: itself, or the parts along its first axis.
    parts: Vec<Vec<usize>>,
    entries: Entries,
    /// What is the same in every step and has a name.
    shared: Vec<(NodeId, String)>,
    values: Vec<(NodeId, NodeId)>,
    named: Vec<(NodeId, String)>,
    /// Which stages have a derivative that counts.
    wanted: Vec<bool>,
    /// Where there are no steps, what the equations are looked for in.
    flat: FxHashSet<NodeId>,
}

fn stand_in(graph: &mut Graph, like: NodeId) -> NodeId {
    let ty = graph.ty(like);
    ops::stand_in(graph, ty).1
}

fn seed(graph: &mut Graph, like: NodeId) -> NodeId {
    let ty = Type::real(graph.shape(like).clone());
    ops::stand_in(graph, ty).1
}

/// The name of the derivative by something.
fn slope_of(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if plain { format!("d{name}") } else { format!("d({name})") }
}

/// A name that nothing else has.
fn unlike(name: &str, taken: &mut Vec<String>) -> String {
    let base = name.trim_start_matches('_');
    let mut own = base.to_string();
    let mut n = 2;
    while taken.contains(&own) {
        own = format!("{base}{n}");
        n += 1;
    }
    taken.push(own.clone());
    own
}

impl Step {
    /// All steps of a name, or of a part of it, as they stand in what is differentiated.
    pub fn whole(&mut self, whole: NodeId, (name, part): (usize, usize)) {
        let Stage { slot, axis, name, .. } = &self.stages[self.parts[name][part]];
        self.entries.all.push(Entry { slot: *slot, whole, text: name.clone(), axis: *axis, offset: 0 });
    }

    /// Something that has a name as a whole.
    pub fn called(&mut self, whole: NodeId, name: String) {
        self.entries.called.push((whole, name));
    }

    /// What flows to all steps of a name, or of a part of it, from outside. Where that cannot be told for one step, it gets a
    /// name as a whole.
    pub fn seeded(
        &mut self,
        cx: &mut Cx,
        (name, part): (usize, usize),
        flow: NodeId,
        goal: &str,
    ) -> Option<Option<(NodeId, String)>> {
        let compiled = &mut *cx.eval.compiled;
        let stage = self.parts[name][part];
        let axis = self.stages[stage].axis;
        let flow = formula::all_tidied(&mut compiled.graph, flow);
        if let Some(found) = self.entries.at(compiled, flow, axis) {
            self.stages[stage].outer = Some(found);
            return Some(None);
        }
        let name = crate::ask::slope_name(goal, &self.stages[stage].name);
        let shape = compiled.graph.shape(flow).without(axis);
        let (_, slot) = ops::stand_in(&mut compiled.graph, Type::real(shape));
        self.entries.all.push(Entry { slot, whole: flow, text: name.clone(), axis, offset: 0 });
        self.stages[stage].outer = Some((slot, None));
        Some(Some((flow, name)))
    }

    /// What the recurrence is made of, and depends on what is asked.
    pub fn targets(&self, cx: &Cx, moving: &FxHashSet<NodeId>) -> Vec<Target> {
        let compiled = &*cx.eval.compiled;
        let mut out = vec![];
        for (i, entry) in self.entries.all.iter().enumerate().take(self.told.sequences.len()) {
            if depends(compiled, entry.whole, moving) {
                out.push(Target { whole: entry.whole, text: entry.text.clone(), kind: Kind::Sequence(i) });
            }
        }
        for (id, name) in &self.shared {
            if depends(compiled, *id, moving) {
                out.push(Target { whole: *id, text: name.clone(), kind: Kind::Shared });
            }
        }
        for (name, stages) in self.told.names.iter().zip(&self.parts) {
            if let Some(start) = name.start.filter(|start| depends(compiled, *start, moving))
                && let [stage] = stages[..]
            {
                out.push(Target { whole: start, text: said(compiled, start), kind: Kind::Start(stage) });
            }
        }
        out
    }

    /// The nodes that stand for a target in the equations.
    fn stands_for(&self, target: &Target) -> Vec<NodeId> {
        match target.kind {
            Kind::Shared => vec![target.whole],
            Kind::Sequence(i) => vec![self.entries.all[i].slot],
            Kind::Start(stage) => {
                self.befores.iter().filter(|before| before.stage == stage).map(|before| before.slot).collect()
            }
        }
    }

    /// The derivatives by all equations, each from those that name it, in this step and in later ones.
    pub fn flow(&mut self, cx: &mut Cx, targets: &[Target]) -> Option<()> {
        let graph = &mut cx.eval.compiled.graph;
        let count = self.stages.len();
        let aims: Vec<NodeId> = targets.iter().flat_map(|target| self.stands_for(target)).collect();
        // Which equations the targets take part in, through whatever steps.
        let reached: Vec<FxHashSet<NodeId>> =
            self.stages.iter().map(|stage| graph.reach(&[stage.root]).into_iter().collect()).collect();
        loop {
            let mut more = false;
            for (i, reached) in reached.iter().enumerate() {
                if self.wanted[i] {
                    continue;
                }
                let through = |(j, stage): (usize, &Stage)| self.wanted[j] && reached.contains(&stage.slot);
                let back = |before: &Before| self.wanted[before.stage] && reached.contains(&before.slot);
                let takes = aims.iter().any(|aim| reached.contains(aim))
                    || self.stages.iter().enumerate().any(through)
                    || self.befores.iter().any(back);
                if takes {
                    self.wanted[i] = true;
                    more = true;
                }
            }
            if !more {
                break;
            }
        }
        let mut given: Vec<(usize, NodeId, NodeId)> = vec![];
        for user in (0..count).rev().filter(|user| self.wanted[*user]) {
            let by: Vec<NodeId> = (0..user)
                .filter(|i| self.wanted[*i])
                .map(|i| self.stages[i].slot)
                .chain(self.befores.iter().filter(|before| self.wanted[before.stage]).map(|before| before.slot))
                .collect();
            let slopes = diff::reverse(graph, self.stages[user].root, self.stages[user].seed, &by).ok()?;
            for (slope, by) in slopes.into_iter().zip(by) {
                if let Slope::Node(node) = slope {
                    given.push((user, by, node));
                }
            }
        }
        // Only what something flows to gives on.
        let mut alive: Vec<bool> = self.stages.iter().map(|stage| stage.outer.is_some()).collect();
        let target = |step: &Step, by: NodeId| {
            let own = step.stages.iter().position(|stage| stage.slot == by).map(|stage| (stage, 0));
            own.or_else(|| {
                let before = step.befores.iter().find(|before| before.slot == by)?;
                Some((before.stage, before.lag))
            })
        };
        for _ in 0..count {
            for (user, by, _) in &given {
                if alive[*user]
                    && let Some((to, _)) = target(self, *by)
                {
                    alive[to] = true;
                }
            }
        }
        for (user, by, node) in given {
            let Some((to, lag)) = target(self, by).filter(|_| alive[user]) else { continue };
            match self.stages[to].later.iter_mut().find(|(other, _)| *other == lag) {
                _ if lag == 0 => self.stages[to].same.add(graph, node)?,
                Some((_, share)) => *share = build::add(graph, *share, node).ok()?,
                None => self.stages[to].later.push((lag, node)),
            }
        }
        self.wanted.iter_mut().zip(alive).for_each(|(wanted, alive)| *wanted &= alive);
        Some(())
    }

    /// The lines of the derivatives, from the last equation of a step to its first.
    pub fn lines(&self, cx: &mut Cx, span: Span) -> Option<Vec<String>> {
        let mut out = vec![];
        for i in (0..self.stages.len()).rev() {
            if !self.wanted[i] {
                continue;
            }
            let Stage { name, axis, outer, same, later, .. } = &self.stages[i];
            let (name, axis, outer, same, mut later) = (name.clone(), *axis, *outer, same.0, later.clone());
            let left = |index: &str| indexed(&slope_of(&name), axis, index);
            let mut parts = vec![];
            let mut here = same;
            if let Some((outer, None)) = outer {
                let graph = &mut cx.eval.compiled.graph;
                here = Some(match here {
                    None => outer,
                    Some(same) => build::add(graph, outer, same).ok()?,
                });
            }
            if let Some(here) = here {
                parts.push(self.said(cx, here, &Shift::By(0), span)?);
            }
            later.sort_by_key(|(lag, _)| *lag);
            for (lag, share) in &later {
                parts.push(self.said(cx, *share, &Shift::By(*lag as i64), span)?);
            }
            if let Some((outer, Some(at))) = outer {
                let end = match cx.eval.compiled.graph.dims.known(&self.told.length) {
                    _ if self.told.backward => Some(0),
                    Some(length) => length.checked_sub(1),
                    None => None,
                };
                let text = self.said(cx, outer, &Shift::At(at.to_string()), span)?;
                if end == Some(at) && here.is_none() {
                    out.push(format!("{} = {text}", left(&at.to_string())));
                } else {
                    parts.push(format!("where({} == {at}, {text}, 0)", self.told.index));
                }
            }
            if !parts.is_empty() {
                out.push(format!("{} = {}", left(&self.told.index), summed(&parts)));
            }
        }
        Some(out)
    }

    /// The equations of the names in these texts that the program does not have, and of those in them.
    pub fn means(&self, cx: &mut Cx, texts: &[String], span: Span) -> Option<Vec<String>> {
        let mut out: Vec<String> = vec![];
        let word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let used = |text: &String, name: &str| {
            text.match_indices(name).any(|(at, _)| {
                let before = text[..at].trim_end_matches(|c: char| c.is_ascii_digit());
                !text[..at].ends_with(|c: char| c.is_alphabetic() || c == '_' || c == '.')
                    && !before.ends_with(|c: char| c.is_alphabetic())
                    && !text[at + name.len()..].starts_with(word)
            })
        };
        for stage in self.stages.iter().rev().filter(|stage| stage.local) {
            if texts.iter().chain(&out).any(|text| used(text, &stage.name)) {
                let right = self.said(cx, stage.root, &Shift::By(0), span)?;
                out.push(format!("{} = {right}", indexed(&stage.name, stage.axis, &self.told.index)));
            }
        }
        out.reverse();
        Some(out)
    }

    /// What is beyond the steps: the names of the derivatives that are looked up there, and of the states.
    pub fn ends(&self, texts: &[String]) -> Vec<String> {
        let way: i64 = if self.told.backward { -1 } else { 1 };
        let index = |offset: i64| Shift::By(offset).index(&self.told.index, 0);
        let last = if self.told.backward { "first" } else { "last" };
        let mut out = vec![];
        let word = |c: char| c.is_alphabetic() || c == '_' || c == '.';
        let holds = |line: &String, text: &str| line.match_indices(text).any(|(at, _)| !line[..at].ends_with(word));
        let said = |text: &str| texts.iter().any(|line| holds(line, text));
        let lags: FxHashSet<u64> = self.befores.iter().map(|before| before.lag).collect();
        let mut lags: Vec<i64> = lags.into_iter().map(|lag| lag as i64).collect();
        lags.sort_unstable();
        let mut over: Vec<String> = vec![];
        for stage in &self.stages {
            let at = lags.iter().map(|lag| indexed(&slope_of(&stage.name), stage.axis, &index(way * lag)));
            over.extend(at.filter(|at| said(at)));
        }
        if !over.is_empty() {
            let are = if over.len() == 1 { "is" } else { "are" };
            out.push(format!("beyond the {last} step {} {are} 0", over.join(", ")));
        }
        let first = if self.told.backward { "last" } else { "first" };
        let mut begun: Vec<String> = vec![];
        for stage in self.parts.iter().flatten().map(|stage| &self.stages[*stage]) {
            let at = lags.iter().map(|lag| indexed(&stage.name, stage.axis, &index(-way * lag)));
            begun.extend(at.filter(|at| said(at)));
        }
        if !begun.is_empty() {
            let are = if begun.len() == 1 { "is its start" } else { "are their starts" };
            out.push(format!("before the {first} step {} {are}", begun.join(", ")));
        }
        out
    }

    /// Where there are no steps: the lines from the goal back, but for the goal, and the formula of what is asked.
    pub fn back_from_goal(&mut self, cx: &mut Cx, by: NodeId, span: Span) -> Option<(Vec<String>, String)> {
        let target = Target { whole: by, text: String::new(), kind: Kind::Shared };
        self.flow(cx, std::slice::from_ref(&target))?;
        let goal = self.stages.len().checked_sub(1)?;
        let one = self.stages[goal].outer.take();
        one?;
        let lines = self.lines(cx, span)?;
        Some((lines, self.share(cx, &target, span)??.text))
    }

    /// The derivative by a target.
    pub fn share(&self, cx: &mut Cx, target: &Target, span: Span) -> Option<Option<Share>> {
        let aims = self.stands_for(target);
        let mut sums: Vec<(u64, Flow)> = vec![];
        for user in (0..self.stages.len()).filter(|user| self.wanted[*user]) {
            let graph = &mut cx.eval.compiled.graph;
            let slopes = diff::reverse(graph, self.stages[user].root, self.stages[user].seed, &aims).ok()?;
            for (slope, aim) in slopes.into_iter().zip(&aims) {
                let Slope::Node(node) = slope else { continue };
                let lag = self.befores.iter().find(|before| before.slot == *aim).map_or(0, |before| before.lag);
                let at = sums.iter().position(|(other, _)| *other == lag).unwrap_or_else(|| {
                    sums.push((lag, Flow::default()));
                    sums.len() - 1
                });
                sums[at].1.add(graph, node)?;
            }
        }
        let index = self.told.index.to_string();
        let Some((_, Flow(Some(total)))) = sums.first() else { return Some(None) };
        let total = *total;
        Some(Some(match target.kind {
            Kind::Shared => {
                let text = self.said(cx, total, &Shift::By(0), span)?;
                if !self.flat.is_empty() {
                    return Some(Some(Share { index: None, text }));
                }
                let length = cx.eval.compiled.graph.dims.show(&self.told.length);
                Share { index: None, text: format!("sum({text} for {index} in 0..{length})") }
            }
            Kind::Sequence(i) => {
                let (axis, offset) = (self.entries.all[i].axis, self.entries.all[i].offset as i64);
                let text = self.said(cx, total, &Shift::By(0), span)?;
                let index = Shift::By(offset).index(&index, 0);
                Share { index: Some(indexed("", axis, &index)), text }
            }
            Kind::Start(stage) => Share { index: Some(String::new()), text: self.by_start(cx, stage, &sums, span)? },
        }))
    }

    /// The derivative by what was before the first step; of several steps, the oldest first.
    fn by_start(&self, cx: &mut Cx, stage: usize, sums: &[(u64, Flow)], span: Span) -> Option<String> {
        let lags = self.befores.iter().filter(|before| before.stage == stage).map(|before| before.lag).max()?;
        let dims = &cx.eval.compiled.graph.dims;
        let length = self.told.length.clone();
        let last = if self.told.backward { Some(dims.known(&dims.sub(&length, &Dim::Num(1)).ok()?)) } else { None };
        let shown_last = dims.show(&dims.sub(&length, &Dim::Num(1)).ok()?);
        let mut rows = vec![];
        for row in 0..lags {
            let mut parts = vec![];
            for (lag, flow) in sums {
                // Which step looks so far back.
                let Some(step) = (row + lag).checked_sub(lags) else { continue };
                let at = match last {
                    None => step.to_string(),
                    Some(Some(last)) => last.checked_sub(step)?.to_string(),
                    Some(None) if step == 0 => shown_last.clone(),
                    Some(None) => return None,
                };
                parts.push(self.said(cx, flow.0?, &Shift::At(at), span)?);
            }
            rows.push(summed(&parts));
        }
        let scalar = cx.eval.compiled.graph.shape(self.stages[stage].slot).is_scalar();
        Some(match rows.len() {
            1 => rows.remove(0),
            _ if scalar => format!("[{}]", rows.join(", ")),
            _ => format!("stack({})", rows.join(", ")),
        })
    }

    /// A node over the stand-ins as a formula at a step.
    fn said(&self, cx: &mut Cx, node: NodeId, shift: &Shift, span: Span) -> Option<String> {
        let index = &self.told.index;
        let way: i64 = if self.told.backward { -1 } else { 1 };
        let shift_by = match shift {
            Shift::By(n) => Shift::By(n * way),
            Shift::At(at) => Shift::At(at.clone()),
        };
        let at = |offset: i64| shift_by.index(index, offset);
        let mut named = self.named.clone();
        for stage in &self.stages {
            named.push((stage.slot, indexed(&stage.name, stage.axis, &at(0))));
            if cx.eval.compiled.graph.def(stage.seed).role == Role::Slot {
                named.push((stage.seed, indexed(&slope_of(&stage.name), stage.axis, &at(0))));
            }
        }
        for before in &self.befores {
            let stage = &self.stages[before.stage];
            let mut text = indexed(&stage.name, stage.axis, &at(-way * before.lag as i64));
            // Before the first step stands the start.
            if let Some(start) = self.start_at(cx.eval.compiled, before, &shift_by) {
                text = start;
            }
            named.push((before.slot, text));
        }
        for entry in &self.entries.all {
            named.push((entry.slot, indexed(&entry.text, entry.axis, &at(entry.offset as i64))));
        }
        named.extend(self.entries.index.map(|index| (index, at(0))));
        named.extend(self.shared.iter().cloned());
        named.extend(self.entries.called.iter().cloned());
        // The first name of a slot counts.
        let mut seen = FxHashSet::default();
        named.retain(|(id, _)| seen.insert(*id));
        // An equation is not told by its own name.
        let own = |(value, _): &&(NodeId, NodeId)| *value != node || self.stages.iter().all(|stage| stage.root != node);
        let values: Vec<(NodeId, NodeId)> = self.values.iter().filter(own).copied().collect();
        let found = formula::over(cx.eval.compiled, node, &named, &values);
        let opened = |graph: &mut Graph, id: NodeId, step: &Step| step.expanded(graph, id);
        let pair =
            [opened(&mut cx.eval.compiled.graph, node, self)?, opened(&mut cx.eval.compiled.graph, found.node, self)?];
        cx.eval.compare(pair[0], pair[1], &[], span).agree().then_some(found.text)
    }

    /// The start, where a step looks back before the first.
    fn start_at(&self, compiled: &mut Compiled, before: &Before, shift: &Shift) -> Option<String> {
        let Shift::At(at) = shift else { return None };
        let at: i64 = at.parse().ok()?;
        let back = before.lag as i64 * if self.told.backward { -1 } else { 1 };
        let length = compiled.graph.dims.known(&self.told.length)? as i64;
        if (0..length).contains(&(at - back)) {
            return None;
        }
        let name = self.parts.iter().position(|parts| parts[..] == [before.stage])?;
        let (start, lag) = (self.told.names[name].start?, self.told.names[name].lag as i64);
        let text = formula::formula(compiled, start, None, self.span).text;
        let plain = text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
        let text = if plain || text.ends_with(')') && !text.contains(' ') { text } else { format!("({text})") };
        let row = if self.told.backward { lag - 1 - (at - back - length) } else { lag + at - back };
        Some(if lag > 1 { format!("{text}[{row}]") } else { text })
    }

    /// With each equation in the place of its name.
    fn expanded(&self, graph: &mut Graph, id: NodeId) -> Option<NodeId> {
        let mut node = id;
        for stage in self.stages.iter().rev() {
            let mut map: FxHashMap<NodeId, NodeId> = [(stage.slot, stage.root)].into_iter().collect();
            node = graph.replaced(&[node], &mut map).ok()?[0];
        }
        Some(node)
    }
}

/// Which step is told.
enum Shift {
    /// So many from the one that the index says.
    By(i64),
    /// This one.
    At(String),
}

impl Shift {
    fn index(&self, index: &str, offset: i64) -> String {
        let shown = |name: &str, n: i64| match n {
            0 => name.to_string(),
            n if n < 0 => format!("{name}{n}"),
            n => format!("{name}+{n}"),
        };
        match self {
            Shift::By(n) => shown(index, n + offset),
            Shift::At(at) => match at.parse::<i64>() {
                Ok(number) => (number + offset).to_string(),
                Err(_) => shown(at, offset),
            },
        }
    }
}

/// Does it depend on what moves?
fn depends(compiled: &Compiled, id: NodeId, moving: &FxHashSet<NodeId>) -> bool {
    moving.contains(&id) || {
        let least = moving.iter().min().copied().unwrap_or_default();
        compiled.graph.reach_above(&[id], least).iter().any(|id| moving.contains(id))
    }
}

/// How something outside is called.
fn said(compiled: &Compiled, id: NodeId) -> String {
    let mut at = id;
    loop {
        if let Some(name) = visible(compiled, at) {
            return name.to_string();
        }
        let node = compiled.graph.node(at);
        if node.op.def.role != Role::Def {
            return "x".into();
        }
        at = node.args[0];
    }
}
