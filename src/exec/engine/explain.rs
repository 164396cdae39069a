//! A program for people: its instructions with what they compute, read, write and cost, and what each takes by the clock.

use super::run::one;
use super::{Code, Held, Inst, Program, Stored, View};
use crate::exec::{Inputs, Trouble};
use crate::graph::{Graph, Kernel, NodeId};
use std::time::Duration;

/// Of what an instruction is made.
#[derive(Debug)]
pub(super) struct About {
    /// The nodes that it computes.
    pub(super) nodes: Vec<NodeId>,
    /// The shape over which it runs.
    pub(super) shape: Vec<usize>,
    /// The bytes of the results that it leaves, in f64.
    pub(super) bytes: u64,
}

/// An instruction as it is told.
#[derive(Clone, Debug)]
pub struct Line {
    /// Is it run each time, or once?
    pub each: bool,
    /// `product`, `group`, `numbers`, `sum`, `lanes`, `most`, `conv`, `loop`, `in loop`, `place`, `gather`, `copy`, `reference`
    pub kind: &'static str,
    /// What it computes: `64x784 @ 784x128`, `[64, 128] add relu`
    pub what: String,
    /// The nodes that it computes.
    pub nodes: Vec<NodeId>,
    /// The buffers that it reads.
    pub reads: Vec<u32>,
    /// The buffers that it writes.
    pub writes: Vec<u32>,
    /// Operations on numbers, in all.
    pub operations: f64,
}

/// A run that is measured inside is repeated so often at most.
const MOST: u32 = 200;
/// The kind of what a loop runs in each step.
const INSIDE: &str = "in loop";
/// So many operators of a group are named.
const NAMED: usize = 8;

impl Program {
    /// Its instructions in order.
    pub fn lines(&self, graph: &Graph) -> Vec<Line> {
        match &self.0 {
            Held::F64(code) => code.lines(graph),
            Held::F32(code) => code.lines(graph),
        }
    }

    /// How many buffers it has.
    pub fn buffers(&self) -> usize {
        match &self.0 {
            Held::F64(code) => code.bufs.len(),
            Held::F32(code) => code.bufs.len(),
        }
    }

    /// For each node its part of a run, in seconds, and the bytes of its result: runs for so long are measured inside.
    pub fn parts(
        &mut self,
        graph: &Graph,
        inputs: &Inputs,
        clock: &dyn Fn() -> Duration,
        long: Duration,
    ) -> Result<Vec<(NodeId, f64, u64)>, Trouble> {
        match &mut self.0 {
            Held::F64(code) => code.parts(graph, inputs, clock, long),
            Held::F32(code) => code.parts(graph, inputs, clock, long),
        }
    }
}

impl<T: Stored> Code<T> {
    fn lines(&self, graph: &Graph) -> Vec<Line> {
        let each = self.each.iter().map(|inst| (inst, true));
        let all = self.once.iter().map(|inst| (inst, false)).chain(each);
        let mut out = vec![];
        for ((inst, each), about) in all.zip(&self.about) {
            out.push(line(inst, each, about, graph));
            if let Inst::Scan(scan) = inst {
                let inside = scan.code.lines(graph).into_iter();
                out.extend(inside.map(|line| Line {
                    what: format!("  {} {}", line.kind, line.what),
                    kind: INSIDE,
                    ..line
                }));
            }
        }
        out
    }

    fn parts(
        &mut self,
        graph: &Graph,
        inputs: &Inputs,
        clock: &dyn Fn() -> Duration,
        long: Duration,
    ) -> Result<Vec<(NodeId, f64, u64)>, Trouble> {
        let mut spent = vec![Duration::ZERO; self.each.len()];
        let (begun, mut runs) = (clock(), 0);
        while runs < MOST {
            let mut before = clock();
            if runs > 0 && before.saturating_sub(begun) >= long {
                break;
            }
            for (inst, spent) in self.each.iter_mut().zip(&mut spent) {
                one(inst, &mut self.bufs, graph, inputs)?;
                let now = clock();
                *spent += now.saturating_sub(before);
                before = now;
            }
            runs += 1;
        }
        let mut out = vec![];
        let width = size_of::<T>() as u64;
        for (spent, about) in spent.iter().zip(&self.about[self.once.len()..]) {
            let seconds = spent.as_secs_f64() / f64::from(runs);
            let weights: Vec<f64> = about.nodes.iter().map(|node| weight(graph, *node)).collect();
            let all: f64 = weights.iter().sum();
            let bytes = about.bytes * width / size_of::<f64>() as u64 / about.nodes.len().max(1) as u64;
            out.extend(about.nodes.iter().zip(weights).map(|(node, weight)| (*node, seconds * weight / all, bytes)));
        }
        Ok(out)
    }
}

/// What an entry of an operator costs, in additions.
fn weight(graph: &Graph, node: NodeId) -> f64 {
    use crate::graph::Is;
    let def = graph.node(node).op.def;
    match (def.is, def.kernel) {
        (Is::Add | Is::Sub | Is::Mul | Is::Neg | Is::Square | Is::Abs | Is::Relu, _) => 1.0,
        (Is::Div | Is::Sqrt, _) => 4.0,
        (_, Kernel::Map(_)) => 10.0,
        (_, Kernel::Zip(_) | Kernel::Zip3(_)) => 2.0,
        _ => 1.0,
    }
}

fn line<T: Stored>(inst: &Inst<T>, each: bool, about: &About, graph: &Graph) -> Line {
    let size: usize = about.shape.iter().product();
    let entries = size as f64;
    let own = |weight: &dyn Fn(NodeId) -> f64| about.nodes.iter().map(|node| weight(*node)).sum::<f64>();
    let views = |views: &[&View]| -> Vec<u32> { views.iter().map(|view| view.buf).collect() };
    let operators = || {
        let mut names: Vec<&str> = about.nodes.iter().take(NAMED).map(|node| graph.node(*node).op.def.name).collect();
        let more = about.nodes.len().saturating_sub(NAMED);
        let rest = format!("and {more} more");
        if more > 0 {
            names.push(&rest);
        }
        names.join(" ")
    };
    let shaped = |text: String| format!("{:?} {text}", about.shape);
    let (kind, what, operations, reads, writes) = match inst {
        Inst::Group(group) => {
            let (reads, writes) = group.buffers();
            ("group", shaped(operators()), entries * own(&|node| weight(graph, node)), reads, writes)
        }
        Inst::Scalars(scalars) => {
            let what = format!("{} numbers in {} vectors: {}", about.nodes.len(), scalars.batches.len(), operators());
            let reads = scalars.loads.iter().map(|(_, buf, _)| *buf).collect();
            ("numbers", what, own(&|node| weight(graph, node)), reads, vec![scalars.buf])
        }
        Inst::Product(product) => {
            let (m, k, n) = product.size;
            let count: usize = product.stack.iter().product();
            let times = if count == 1 { String::new() } else { format!("{count} times ") };
            let operations = 2.0 * count as f64 * m as f64 * k as f64 * n as f64;
            let reads = views(&[&product.left, &product.right]);
            ("product", format!("{times}{m}x{k} @ {k}x{n}"), operations, reads, vec![product.to])
        }
        Inst::Sum(sum) => {
            let along: usize = sum.summed.iter().product();
            let what = shaped(format!("each of {along}"));
            ("sum", what, entries * along as f64, views(&[&sum.from]), vec![sum.to])
        }
        Inst::Lanes(laned) => {
            let lanes = &laned.lanes;
            let all: usize = lanes.sides.iter().product();
            ("lanes", shaped(operators()), 12.0 * all as f64, views(&[&lanes.from]), vec![lanes.to])
        }
        Inst::Copy(copied) => ("copy", shaped("in row-major order".into()), entries, vec![copied.buf], vec![copied.to]),
        Inst::Most(most) => {
            let what = shaped(format!("each of {}", most.further.len()));
            ("most", what, entries * most.further.len() as f64, vec![most.buf], vec![most.to])
        }
        Inst::Place(place) => {
            let reads = place.parts.iter().map(|part| part.from.buf).collect();
            ("place", shaped(operators()), entries, reads, vec![place.to])
        }
        Inst::Gather(gather) => {
            let reads = views(&[&gather.from, &gather.index]);
            ("gather", shaped(operators()), (gather.count * gather.width) as f64, reads, vec![gather.to])
        }
        Inst::Conv(conv) => {
            let operations = 2.0 * conv.conv.multiplications() as f64;
            ("conv", shaped(operators()), operations, views(&[&conv.left, &conv.right]), vec![conv.to])
        }
        Inst::Scan(scan) => {
            let inner: f64 = scan
                .code
                .lines(graph)
                .iter()
                .filter(|line| line.each && line.kind != INSIDE)
                .map(|line| line.operations)
                .sum();
            let what = format!("{} steps of {} instructions", scan.length, scan.code.each.len());
            let writes = scan.collected.iter().chain(&scan.last).map(|(_, buf)| *buf).collect();
            ("loop", what, inner * scan.length as f64, scan.reads.clone(), writes)
        }
        Inst::Reference(applied) => {
            let reads = applied.args.iter().map(|(view, ..)| view.buf).collect();
            ("reference", shaped(operators()), entries, reads, vec![applied.to])
        }
    };
    let mut line = Line { each, kind, what, nodes: about.nodes.clone(), reads, writes, operations };
    for list in [&mut line.reads, &mut line.writes] {
        list.sort_unstable();
        list.dedup();
    }
    line
}
