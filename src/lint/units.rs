//! The units of the layers behind what is learnt, with the numbers that come into them.

use super::learned::{Learned, Stands, stands};
use super::linear::{Linear, bend, entrywise, linear};
use crate::eval::Eval;
use crate::graph::{Bend, Form, form};
use crate::graph::{Graph, NodeId};
use crate::lower::{Compiled, DefKind};
use crate::resolve::hir::Examples;
use crate::shape::Dim;
use crate::source::Span;
use crate::tensor::Tensor;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What the values of a question are searched for.
pub(super) struct Seen {
    /// What the goals are evaluated with, each node after its arguments.
    pub order: Vec<NodeId>,
    /// What each stands on.
    pub stands: Vec<Stands>,
    /// The names of what is evaluated.
    names: FxHashMap<NodeId, (Arc<str>, Span)>,
    /// The question.
    pub span: Span,
}

/// The units of one activation.
pub(super) struct Units {
    /// `a1`, or the text of what is written.
    pub name: String,
    /// `z1`, where it has a name.
    pub argument: Option<String>,
    /// Where the activation is written.
    pub span: Span,
    pub bend: Bend,
    /// What comes into each unit, one number for each example.
    pub values: Vec<Vec<f64>>,
    /// A unit is a row or a column; else every entry is taken for one.
    pub told: bool,
}

impl Seen {
    /// What the goals stand on, seen as it is evaluated; `None` where nothing is learnt.
    pub(super) fn new(eval: &mut Eval, learned: &Learned, span: Span) -> Option<Seen> {
        if learned.goals.is_empty() || learned.weights.is_empty() {
            return None;
        }
        let compiled = &mut *eval.compiled;
        let open = |compiled: &mut Compiled, id: NodeId| compiled.openers.plain.open(&mut compiled.graph, id);
        let goals: Vec<NodeId> = learned.goals.iter().map(|id| open(compiled, *id)).collect();
        let mut weights = rustc_hash::FxHashSet::default();
        let mut sorted: Vec<NodeId> = learned.weights.iter().copied().collect();
        sorted.sort_unstable();
        weights.extend(sorted.into_iter().map(|id| open(compiled, id)));
        let order = compiled.graph.reach(&goals);
        if !order.iter().any(|id| bend(&compiled.graph, *id).is_some() || is_product(&compiled.graph, *id)) {
            return None;
        }
        let mut names = FxHashMap::default();
        for i in 0..compiled.defs.len() {
            let def = &compiled.defs[i];
            if def.kind != DefKind::Local {
                let (name, span) = (def.name.clone(), def.span);
                let opened = open(compiled, def.node);
                names.entry(opened).or_insert((name, span));
            }
        }
        let stands = stands(compiled, &order, &weights);
        Some(Seen { order, stands, names, span })
    }

    /// The name of a node, and where it is defined.
    pub(super) fn name(&self, id: NodeId) -> Option<&(Arc<str>, Span)> {
        self.names.get(&id)
    }

    /// The values of nodes, in one run, of those that have all that they need.
    pub(super) fn values(&self, eval: &mut Eval, mut ids: Vec<NodeId>) -> FxHashMap<NodeId, Arc<Tensor>> {
        let ready = eval.ready(&ids);
        ids.retain(|id| ready.contains(id));
        ids.sort_unstable();
        ids.dedup();
        let values = eval.values(&ids, self.span).unwrap_or_default();
        ids.into_iter().zip(values).collect()
    }

    /// All units that are learnt: those that stand on a weight and on something else.
    pub(super) fn units(&self, eval: &mut Eval) -> Vec<Units> {
        let learnt = |(_, z, _): &(NodeId, NodeId, Bend)| {
            let stands = self.stands[z.index()];
            stands.learnt && stands.several
        };
        let bends = self.order.iter().filter_map(|id| bend(&eval.compiled.graph, *id).map(|(z, bend)| (*id, z, bend)));
        let mut bends: Vec<(NodeId, NodeId, Bend)> = bends.filter(learnt).collect();
        // `1 - a` is evaluated as a sigmoid of `-z`, and no other unit than `a`.
        let arguments: rustc_hash::FxHashSet<NodeId> = bends.iter().map(|(_, z, _)| *z).collect();
        bends.retain(|(_, z, _)| !matches!(form(&eval.compiled.graph, *z), Form::Neg(x) if arguments.contains(&x)));
        let known = self.values(eval, bends.iter().map(|(_, z, _)| *z).collect());
        let mut out = vec![];
        for (id, z, bend) in bends {
            let Some(value) = known.get(&z) else { continue };
            let at = eval.compiled.span(id);
            let (name, span) = match (self.name(id), at) {
                (Some((name, span)), _) => (name.to_string(), *span),
                (None, Some(span)) => (eval.sources.in_line(span), span),
                (None, None) => continue,
            };
            let axis = self.axis(eval.compiled, z);
            let value = value.to_f64();
            if value.is_empty() || value.iter().any(|v| !v.is_finite()) {
                continue;
            }
            let one = value.ndim() == 1 && axis.is_none();
            let values: Vec<Vec<f64>> = match axis {
                Some(axis) => value.axis_iter(ndarray::Axis(axis)).map(|unit| unit.iter().copied().collect()).collect(),
                None if one => vec![value.iter().copied().collect()],
                None => value.iter().map(|v| vec![*v]).collect(),
            };
            let argument = self.name(z).map(|(name, _)| name.to_string());
            let told = axis.is_some() || one || value.ndim() == 0;
            out.push(Units { name, argument, span, bend, values, told });
        }
        out
    }

    /// The axis along which the units of a layer lie: that of its weight, else the one that counts no examples.
    fn axis(&self, compiled: &Compiled, z: NodeId) -> Option<usize> {
        let graph = &compiled.graph;
        let shape = graph.shape(z);
        if let Some((_, product, left)) = self.product(graph, z)
            && shape.rank() == graph.shape(product).rank()
        {
            let rank = shape.rank();
            return if left { rank.checked_sub(rank.min(2)) } else { rank.checked_sub(1) };
        }
        let named = |dim: &Dim| !matches!(dim, Dim::Num(_));
        match (&shape[..], compiled.settings.examples) {
            ([n], _) => (!named(n)).then_some(0),
            ([n, m], _) if named(m) && !named(n) => Some(0),
            ([m, n], _) if named(m) && !named(n) => Some(1),
            ([_, _], Some(Examples::Columns)) => Some(0),
            ([_, _], Some(Examples::Rows)) => Some(1),
            _ => None,
        }
    }

    /// The product with a weight that a value comes from, through what takes each entry for itself: the weight, the
    /// product, and whether the weight stands on the left.
    pub(super) fn product(&self, graph: &Graph, from: NodeId) -> Option<(NodeId, NodeId, bool)> {
        let weight = |id: NodeId| {
            let own = self.stands.get(id.index())?;
            Some(own.learnt && !own.given && graph.shape(id).rank() == 2)
        };
        let given = |id: NodeId| self.stands.get(id.index()).is_some_and(|own| own.given);
        let mut at = from;
        for _ in 0..FAR {
            at = match linear(graph, at) {
                Linear::Same(x) => x,
                Linear::Product(a, b) => {
                    return match (weight(a)?, weight(b)?) {
                        (true, false) => Some((a, at, true)),
                        (false, true) => Some((b, at, false)),
                        _ => None,
                    };
                }
                Linear::Sum(a, b) | Linear::Difference(a, b) if given(a) != given(b) => {
                    if given(a) {
                        a
                    } else {
                        b
                    }
                }
                Linear::Transposed(_) | Linear::Sum(..) | Linear::Difference(..) => return None,
                Linear::Other => entrywise(graph, at)?,
            };
        }
        None
    }
}

/// So many sums and names may stand between a product and its activation.
const FAR: usize = 32;

fn is_product(graph: &Graph, id: NodeId) -> bool {
    matches!(linear(graph, id), Linear::Product(..))
}

/// `9 of 12 units of `a1` are`
pub(super) fn count(units: &Units, some: usize) -> String {
    let (all, name) = (units.values.len(), &units.name);
    let what = if units.told { "unit" } else { "entry" };
    match (some, all) {
        (1, 1) => format!("`{name}` is"),
        (1, _) => format!("1 of {all} {} of `{name}` is", plural(what)),
        (some, all) if some == all => format!("all {all} {} of `{name}` are", plural(what)),
        (some, all) => format!("{some} of {all} {} of `{name}` are", plural(what)),
    }
}

fn plural(what: &str) -> &'static str {
    if what == "unit" { "units" } else { "entries" }
}
