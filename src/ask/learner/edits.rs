//! Single changes to a learner's formula, one for each slip that is known: the one that makes it right names the slip.

use super::chain::Chain;
use super::sites::{Site, Sites};
use crate::graph::{Attrs, Form, Graph, Kernel, NodeId, Role, form};
use crate::lower::Compiled;
use crate::ops::{self, build};
use crate::tensor::DType;
use rustc_hash::FxHashSet;

/// No more changes than this are tried for one formula.
const MOST: usize = 6000;

/// What a change does, as it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slip {
    /// The whole has the other sign.
    Sign,
    /// The two of a difference change places, or a sign inside is another.
    Turned,
    /// A factor is missing: a number, a size, a scalar of the program.
    Lacks,
    /// A division is missing.
    LacksOver,
    /// What is multiplied by should be divided by, or the other way round.
    Inverted,
    /// The slope of an equation is missing.
    LacksSlope,
    /// A matrix that flows back is missing.
    LacksMatrix,
    /// A factor too many.
    TooMany,
    /// It divides by what it should not.
    Divides,
    /// The slope of another function, or of none.
    Slope,
    /// Another function.
    Function,
    /// A term of the goal has no slope here.
    LacksTerm,
    /// A term too many.
    Term,
    /// The transpose of a piece.
    Transposed,
    /// `*` for `@`, or its operands in another order or transposed.
    Product,
    /// A sum or mean over other axes, or one for the other.
    Axis,
    /// The sum or mean over an axis is missing.
    NoSum,
    /// A sum that should not be there.
    Summed,
    /// A power or number is another.
    Number,
    /// A name or piece stands where another should.
    Piece,
}

/// A changed formula, and what was changed in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edit {
    pub slip: Slip,
    /// The whole, changed.
    pub made: NodeId,
    /// The piece as the learner has it.
    pub theirs: NodeId,
    /// What should stand there; of a factor or term, that alone.
    pub ours: NodeId,
    pub site: Site,
}

/// A change of one piece: the slip, the new piece, what is there now, what should be.
type Change = (Slip, NodeId, NodeId, NodeId);

/// All single changes of a formula whose shape is one of `shapes`' nodes. What they say of sizes is forgotten again.
pub(super) fn all(compiled: &mut Compiled, sites: &Sites, chain: &Chain, truths: &[NodeId]) -> Vec<Edit> {
    let mut out: Vec<Edit> = vec![];
    let mut made_before = FxHashSet::default();
    let dims = compiled.graph.dims.clone();
    let wanted = compiled.graph.shape(truths[0]).clone();
    for site in &sites.all {
        for (slip, new, theirs, ours) in local(compiled, site, chain) {
            let made = sites.with(&mut compiled.graph, site, new);
            let fits = made.is_some_and(|made| compiled.graph.shape(made).is_same(&wanted, &dims));
            compiled.graph.dims.clone_from(&dims);
            let Some(made) = made.filter(|_| fits) else { continue };
            if made_before.insert((made, slip as u8)) {
                out.push(Edit { slip, made, theirs, ours, site: *site });
            }
            if out.len() >= MOST {
                return out;
            }
        }
    }
    out
}

/// The changes of one piece.
fn local(compiled: &mut Compiled, site: &Site, chain: &Chain) -> Vec<Change> {
    let graph = &mut compiled.graph;
    let parent = site.edge.map(|(parent, _)| form(graph, parent));
    let in_product = matches!(parent, Some(Form::Mul(..) | Form::Div(..) | Form::Neg(_)));
    let is_term = matches!(parent, None | Some(Form::Add(..) | Form::Sub(..) | Form::Same(_)));
    let (id, root) = (site.node, site.edge.is_none());
    let mut out: Vec<Change> = vec![];
    if graph.node(id).dtype == DType::Bool {
        conditions(graph, id, &mut out);
        return out;
    }
    signs(graph, id, root, &mut out);
    if !in_product {
        factors(graph, id, (root, is_term), chain, &mut out);
    }
    products(graph, id, chain, &mut out);
    sums(graph, id, root, &mut out);
    // Of a power the whole is changed.
    if !matches!((parent, site.edge), (Some(Form::Pow(..)), Some((_, 1)))) {
        numbers(graph, id, &mut out);
    }
    others(graph, id, chain, &mut out);
    if root {
        for (slope, _) in &chain.terms {
            out.extend(build::add(graph, id, *slope).map(|made| (Slip::LacksTerm, made, id, *slope)));
        }
    }
    out
}

fn signs(graph: &mut Graph, id: NodeId, root: bool, out: &mut Vec<Change>) {
    match form(graph, id) {
        Form::Sub(a, b) => {
            out.extend(build::sub(graph, b, a).map(|turned| (Slip::Turned, turned, id, turned)));
            out.extend(build::add(graph, a, b).map(|sum| (Slip::Turned, sum, id, sum)));
            out.push((Slip::Term, a, id, b));
            out.extend(build::neg(graph, b).map(|minus| (Slip::Term, minus, id, a)));
        }
        Form::Add(a, b) => {
            for (x, y) in [(a, b), (b, a)] {
                out.extend(build::sub(graph, x, y).map(|difference| (Slip::Turned, difference, id, difference)));
                out.push((Slip::Term, x, id, y));
            }
        }
        Form::Neg(x) if !root => out.push((Slip::Turned, x, id, x)),
        _ => {}
    }
    if root {
        out.extend(build::neg(graph, id).map(|minus| (Slip::Sign, minus, id, minus)));
    }
}

/// The factors of a product, above and below, and whether it has a sign.
pub(super) fn flat(graph: &Graph, id: NodeId) -> (bool, Vec<NodeId>, Vec<NodeId>) {
    let (mut minus, mut above, mut below) = (false, vec![], vec![]);
    let mut stack = vec![(id, true)];
    while let Some((id, up)) = stack.pop() {
        match form(graph, id) {
            Form::Mul(a, b) => stack.extend([(b, up), (a, up)]),
            Form::Div(a, b) => stack.extend([(b, !up), (a, up)]),
            Form::Neg(x) => {
                minus = !minus;
                stack.push((x, up));
            }
            _ if up => above.push(id),
            _ => below.push(id),
        }
    }
    (minus, above, below)
}

/// A product of factors, above and below.
fn folded(graph: &mut Graph, minus: bool, above: &[NodeId], below: &[NodeId]) -> Option<NodeId> {
    let mut made = match above.split_first() {
        Some((first, rest)) => rest.iter().try_fold(*first, |made, factor| build::mul(graph, made, *factor)).ok()?,
        None => ops::number(graph, 1.0),
    };
    for factor in below {
        made = build::div(graph, made, *factor).ok()?;
    }
    if minus { build::neg(graph, made).ok() } else { Some(made) }
}

fn without(list: &[NodeId], place: usize) -> Vec<NodeId> {
    list.iter().enumerate().filter(|(i, _)| *i != place).map(|(_, id)| *id).collect()
}

fn factors(graph: &mut Graph, id: NodeId, (root, is_term): (bool, bool), chain: &Chain, out: &mut Vec<Change>) {
    let is_number = |graph: &Graph, id: NodeId| graph.def(id).role == Role::Number;
    if is_number(graph, id) && !root {
        return;
    }
    let (minus, above, below) = flat(graph, id);
    let many = above.len() + below.len() > 1;
    for (i, factor) in above.iter().enumerate().filter(|_| many) {
        let rest = without(&above, i);
        out.extend(folded(graph, minus, &rest, &below).map(|made| (Slip::TooMany, made, id, *factor)));
        // `a*(1 - a)` is one factor to a reader.
        for (j, second) in above.iter().enumerate().skip(i + 1).filter(|_| above.len() > 2) {
            let rest: Vec<NodeId> =
                above.iter().enumerate().filter(|(k, _)| *k != i && *k != j).map(|(_, id)| *id).collect();
            if let (Some(made), Ok(pair)) = (folded(graph, minus, &rest, &below), build::mul(graph, *factor, *second)) {
                out.push((Slip::TooMany, made, id, pair));
            }
        }
        let lower: Vec<NodeId> = below.iter().copied().chain([*factor]).collect();
        out.extend(folded(graph, minus, &rest, &lower).map(|made| (Slip::Inverted, made, id, *factor)));
    }
    for (i, factor) in below.iter().enumerate() {
        let rest = without(&below, i);
        out.extend(folded(graph, minus, &above, &rest).map(|made| (Slip::Divides, made, id, *factor)));
        let upper: Vec<NodeId> = above.iter().copied().chain([*factor]).collect();
        out.extend(folded(graph, minus, &upper, &rest).map(|made| (Slip::Inverted, made, id, *factor)));
    }
    for count in &chain.counts {
        out.extend(build::div(graph, id, *count).map(|made| (Slip::LacksOver, made, id, *count)));
        out.extend(build::mul(graph, id, *count).map(|made| (Slip::Lacks, made, id, *count)));
    }
    for factor in [2.0, 0.5, 3.0, 4.0, 1.0 / 3.0].iter().filter(|_| is_term) {
        let factor = ops::number(graph, *factor);
        out.extend(build::mul(graph, id, factor).map(|made| (Slip::Lacks, made, id, factor)));
    }
    for slope in &chain.slopes {
        if Chain::fits(graph, slope.node, id) && !graph.shape(slope.node).is_scalar() || root {
            out.extend(build::mul(graph, id, slope.node).map(|made| (Slip::LacksSlope, made, id, slope.node)));
        }
        let same = graph.shape(slope.node).clone();
        let fits: Vec<bool> = above.iter().map(|id| graph.shape(*id).is_same(&same, &graph.dims)).collect();
        // One or two factors that should be the slope: `a*(1 - a)` are two.
        for (i, first) in above.iter().enumerate().filter(|(i, _)| fits[*i]) {
            let mut rest = without(&above, i);
            rest.push(slope.node);
            out.extend(folded(graph, minus, &rest, &below).map(|made| (Slip::Slope, made, *first, slope.node)));
            for (j, second) in above.iter().enumerate().skip(i + 1) {
                let rest = above.iter().enumerate().filter(|(k, _)| *k != i && *k != j).map(|(_, id)| *id);
                let rest: Vec<NodeId> = rest.chain([slope.node]).collect();
                if let (Some(made), Ok(pair)) =
                    (folded(graph, minus, &rest, &below), build::mul(graph, *first, *second))
                {
                    out.push((Slip::Slope, made, pair, slope.node));
                }
            }
        }
    }
}

/// A matrix with its axes swapped.
fn turned(graph: &mut Graph, id: NodeId) -> Option<NodeId> {
    match form(graph, id) {
        Form::Transpose(x) => Some(x),
        _ if graph.shape(id).rank() == 2 => build::transposed(graph, id).ok(),
        _ => None,
    }
}

fn products(graph: &mut Graph, id: NodeId, chain: &Chain, out: &mut Vec<Change>) {
    let other = turned(graph, id);
    out.extend(other.map(|made| (Slip::Transposed, made, id, made)));
    if graph.shape(id).rank() == 2 {
        for weight in &chain.weights {
            let sides = [Some(*weight), turned(graph, *weight)].into_iter().flatten();
            for side in sides.collect::<Vec<_>>() {
                for made in [build::matmul(graph, side, id), build::matmul(graph, id, side)].into_iter().flatten() {
                    out.push((Slip::LacksMatrix, made, id, made));
                }
            }
        }
    }
    let (a, b, matrix) = match form(graph, id) {
        Form::Mul(a, b) => (a, b, false),
        Form::MatMul(a, b) => (a, b, true),
        _ => return,
    };
    if graph.shape(a).rank() == 0 || graph.shape(b).rank() == 0 {
        return;
    }
    let (turned_a, turned_b) = (turned(graph, a), turned(graph, b));
    let pairs = [(Some(a), Some(b)), (Some(a), turned_b), (turned_a, Some(b)), (turned_a, turned_b)];
    for (x, y) in pairs.into_iter().filter_map(|(x, y)| x.zip(y)) {
        for (x, y) in [(x, y), (y, x)] {
            if matrix && (x, y) == (a, b) {
                continue;
            }
            out.extend(build::matmul(graph, x, y).map(|made| (Slip::Product, made, id, made)));
        }
    }
    if matrix {
        out.extend(build::mul(graph, a, b).map(|made| (Slip::Product, made, id, made)));
        // One of both is too many.
        out.extend([a, b].map(|only| (Slip::Product, only, id, only)));
    }
}

fn sums(graph: &mut Graph, id: NodeId, root: bool, out: &mut Vec<Change>) {
    let reduced = match form(graph, id) {
        Form::Sum(x) => Some((x, false)),
        Form::Mean(x) => Some((x, true)),
        _ => None,
    };
    let along = |axis: &Option<usize>| axis.map(|axis| [axis]);
    if let Some((x, mean)) = reduced {
        let keep = graph.node(id).op.attrs.flag(1);
        let axes: Vec<Option<usize>> = (0..graph.shape(x).rank()).map(Some).chain([None]).collect();
        for (axis, as_mean, keep) in
            axes.iter().flat_map(|axis| [(axis, mean, keep), (axis, !mean, keep), (axis, mean, !keep)])
        {
            let list = along(axis);
            let axes = list.as_ref().map(<[usize; 1]>::as_slice);
            let made = if as_mean { build::mean(graph, x, axes, keep) } else { build::sum(graph, x, axes, keep) };
            out.extend(made.ok().filter(|made| *made != id).map(|made| (Slip::Axis, made, id, made)));
        }
        out.push((Slip::Summed, x, id, x));
    }
    if graph.shape(id).is_scalar() || !(root || matches!(form(graph, id), Form::Mul(..) | Form::Sub(..))) {
        return;
    }
    for axis in (0..graph.shape(id).rank()).map(Some).chain([None]) {
        let list = along(&axis);
        let axes = list.as_ref().map(<[usize; 1]>::as_slice);
        for keep in [true, false] {
            for made in [build::sum(graph, id, axes, keep), build::mean(graph, id, axes, keep)].into_iter().flatten() {
                out.push((Slip::NoSum, made, id, made));
            }
        }
    }
}

fn numbers(graph: &mut Graph, id: NodeId, out: &mut Vec<Change>) {
    match form(graph, id) {
        Form::Pow(x, e) => {
            out.push((Slip::Number, x, id, x));
            if let Form::Number(e) = form(graph, e) {
                for e in [e - 1.0, e + 1.0, -e] {
                    out.extend(build::pow(graph, x, e).map(|made| (Slip::Number, made, id, made)));
                }
            }
        }
        Form::Number(value) => {
            for other in [value / 2.0, value * 2.0, -value, value - 1.0, value + 1.0, 1.0 / value, value * value] {
                let other = ops::number(graph, other);
                out.push((Slip::Number, other, id, other));
            }
        }
        _ => out.extend(build::pow(graph, id, 2.0).map(|made| (Slip::Number, made, id, made))),
    }
}

/// `<` for `>`, `<=` for `>=`.
fn conditions(graph: &mut Graph, id: NodeId, out: &mut Vec<Change>) {
    let node = graph.node(id).clone();
    if let [a, b] = node.args[..] {
        let made = graph.add(node.op.def, node.op.attrs.clone(), &[b, a]);
        out.extend(made.map(|made| (Slip::Piece, made, id, made)));
    }
}

fn others(graph: &mut Graph, id: NodeId, chain: &Chain, out: &mut Vec<Change>) {
    let node = graph.node(id).clone();
    if matches!(node.op.def.role, Role::Slot | Role::Def | Role::Dim) {
        let rank = node.shape.rank();
        for other in chain.names.iter().copied().filter(|other| *other != id && graph.shape(*other).rank() == rank) {
            out.push((Slip::Piece, other, id, other));
        }
        return;
    }
    if matches!(node.op.def.kernel, Kernel::Map(_)) && node.args.len() == 1 {
        for def in chain.functions.iter().filter(|def| **def != node.op.def) {
            let made = graph.add(def, Attrs::None, &node.args);
            out.extend(made.map(|made| (Slip::Function, made, id, made)));
        }
    }
    // Along the other axis.
    if let (Some(axis), 2, Kernel::Along(_)) = (node.op.attrs.int(0), node.shape.rank(), node.op.def.kernel) {
        let attrs = build::along(1 - axis.clamp(0, 1) as usize);
        let made = graph.add(node.op.def, attrs, &node.args);
        out.extend(made.map(|made| (Slip::Axis, made, id, made)));
    }
}
