//! Derivatives that the program names: numbers of any order, of and by tensors of any shape.

use super::{Compiled, Cx, DefKind, Value, Zero, errors};
use crate::diff::{self, Slope, Trouble};
use crate::graph::{Attr, DefId, Diff, Fault, Graph, NodeId, Role, Type};
use crate::ops::{self, build};
use crate::resolve::hir::{HirId, Transform};
use crate::shape::Shape;
use crate::simplify::Opener;
use crate::source::Span;
use crate::tensor::DType;

/// Steps that the orders of one derivative may add before a further one is refused.
const ORDERS_NODES: usize = 200_000;

/// The memory of what nodes are evaluated as.
#[derive(Clone, Debug, Default)]
pub struct Openers {
    /// Sees through every definition.
    pub plain: Opener,
}

/// A derivative as a node, and why it is zero where it is.
#[derive(Clone, Debug)]
pub struct Derived {
    /// Of shape `shape(root) ++ shape(by)`.
    pub node: NodeId,
    /// Why it is zero.
    pub zero: Option<Zero>,
}

/// The derivatives of `root` by each of `by`, of shape `shape(root) ++ shape(by)`. A definition in `by` is set free from
/// its equation; leaves, inputs and parameters share one sweep.
pub fn derive(graph: &mut Graph, openers: &mut Openers, root: NodeId, by: &[NodeId]) -> Result<Vec<Derived>, Trouble> {
    let is_slot = |graph: &Graph, id: NodeId| graph.def(id).role == Role::Slot;
    let slots: Vec<NodeId> = by.iter().copied().filter(|id| is_slot(graph, *id)).collect();
    let mut slot_results = vec![];
    if !slots.is_empty() {
        let opened = openers.plain.open(graph, root);
        slot_results = swept(graph, opened, &slots)?;
    }
    let mut slot_results = slot_results.into_iter();
    let mut out = vec![];
    for id in by {
        if is_slot(graph, *id) {
            out.extend(slot_results.next());
            continue;
        }
        let mut opener = Opener::keeping([*id]);
        let opened = opener.open_over(graph, root, &mut openers.plain);
        let free = opener.open_over(graph, *id, &mut openers.plain);
        out.extend(swept(graph, opened, &[free])?);
    }
    Ok(out)
}

/// The derivative of what is made of derivatives, by one number: forward, since the reverse of a reverse grows with every
/// order by a factor. `None` where it is something else.
fn further(graph: &mut Graph, root: NodeId, by: &[NodeId]) -> Option<Result<Vec<Derived>, Trouble>> {
    let [by] = *by else { return None };
    let shape = graph.shape(root).clone();
    if !shape.is_scalar() || !graph.shape(by).is_scalar() {
        return None;
    }
    let is_slope = |id: &NodeId| graph.origin(*id).is_some_and(|origin| origin.slope);
    if !graph.reach_above(&[root], by).iter().any(is_slope) {
        return None;
    }
    let one = ops::number(graph, 1.0);
    let slope = diff::forward(graph, root, &[(by, one)]);
    let made = slope.and_then(|slope| derived(graph, slope, &shape).map_err(|fault| Trouble { node: root, fault }));
    Some(made.map(|made| vec![made]))
}

/// The derivative of `root` by one name after the other, of what is printed: between the orders nothing is rewritten for
/// evaluation. `None` where the steps have none.
pub fn derive_readable(graph: &mut Graph, openers: &mut Openers, root: NodeId, by: &[NodeId]) -> Option<NodeId> {
    let kept: Vec<NodeId> = by.iter().copied().filter(|id| graph.def(*id).role == Role::Def).collect();
    let mut opener = Opener::keeping(kept);
    let mut node = opener.open_over(graph, root, &mut openers.plain);
    for id in by {
        let free = opener.open_over(graph, *id, &mut openers.plain);
        node = swept(graph, node, &[free]).ok()?.pop()?.node;
    }
    Some(node)
}

/// As [`derive_readable`], of the expression as the program wrote it.
pub fn derive_as_written(graph: &mut Graph, root: NodeId, by: &[NodeId]) -> Option<NodeId> {
    let kept: Vec<NodeId> = by.iter().copied().filter(|id| graph.def(*id).role == Role::Def).collect();
    let mut opener = Opener::verbatim(kept);
    let mut node = opener.open(graph, root);
    for id in by {
        let free = opener.open(graph, *id);
        node = swept(graph, node, &[free]).ok()?.pop()?.node;
    }
    Some(node)
}

/// What a scalar is differentiated by where the program does not say: the parameters in order; where there are none, the
/// real leaves and inputs that it reaches.
pub fn default_by(compiled: &Compiled, goal: NodeId) -> Vec<DefId> {
    let of_kind = |wanted: &[DefKind]| -> Vec<DefId> {
        (0..compiled.defs.len())
            .filter(|i| wanted.contains(&compiled.defs[*i].kind))
            .map(|i| DefId(i as u32))
            .filter(|id| compiled.graph.node(compiled.def(*id).node).dtype == DType::Real)
            .collect()
    };
    let params = of_kind(&[DefKind::Param]);
    if !params.is_empty() {
        return params;
    }
    let reached: rustc_hash::FxHashSet<NodeId> = compiled.graph.reach(&[goal]).into_iter().collect();
    of_kind(&[DefKind::Leaf, DefKind::Input])
        .into_iter()
        .filter(|id| reached.contains(&compiled.def(*id).node))
        .collect()
}

/// One sweep over an opened root, the way that suits it.
fn swept(graph: &mut Graph, root: NodeId, by: &[NodeId]) -> Result<Vec<Derived>, Trouble> {
    further(graph, root, by).unwrap_or_else(|| sweep(graph, root, by))
}

/// One reverse sweep over an opened scalar, or those of a tensor.
fn sweep(graph: &mut Graph, root: NodeId, by: &[NodeId]) -> Result<Vec<Derived>, Trouble> {
    let shape = graph.shape(root).clone();
    let at = |node: NodeId| move |fault: Fault| Trouble { node, fault };
    if shape.is_scalar() {
        let seed = ops::number(graph, 1.0);
        let slopes = diff::reverse(graph, root, seed, by)?;
        let mut out = vec![];
        for (slope, id) in slopes.into_iter().zip(by) {
            let to = graph.shape(*id).clone();
            out.push(derived(graph, slope, &to).map_err(at(*id))?);
        }
        return Ok(out);
    }
    let mut out = vec![];
    for id in by {
        let to = graph.shape(*id).clone();
        let whole = shape.then(&to);
        if to.is_scalar() {
            let one = ops::number(graph, 1.0);
            let slope = diff::forward(graph, root, &[(*id, one)])?;
            out.push(derived(graph, slope, &whole).map_err(at(*id))?);
            continue;
        }
        if let Some(slope) = diagonal(graph, root, *id, &whole)? {
            out.push(derived(graph, slope, &whole).map_err(at(*id))?);
            continue;
        }
        // One row for each entry of the smaller side.
        let entries =
            |graph: &Graph, shape: &Shape| shape.count(&graph.dims).ok().and_then(|count| graph.dims.known(&count));
        let narrow = match (entries(graph, &to), entries(graph, &shape)) {
            (Some(a), Some(b)) => a < b,
            _ => false,
        };
        let slope = if narrow {
            let seed = ops::stand_in(graph, Type::real(to.clone())).1;
            match diff::forward(graph, root, &[(*id, seed)])? {
                Slope::Node(tangent) => {
                    let (basis, count) = crate::batch::basis(graph, &to).map_err(at(*id))?;
                    let since = graph.len();
                    let rows = crate::batch::batch(graph, tangent, &[(seed, basis)], &count, since).map_err(at(*id))?;
                    // [count, …root] with the first axis last, then as the shape of `by`.
                    let order: Vec<usize> = (1..=shape.rank()).chain([0]).collect();
                    let moved = build::permuted(graph, rows, &order).map_err(at(*id))?;
                    Slope::Node(build::reshape_to(graph, moved, whole.clone()).map_err(at(*id))?)
                }
                other => other,
            }
        } else {
            let seed = ops::stand_in(graph, Type::real(shape.clone())).1;
            match diff::reverse(graph, root, seed, &[*id])?.pop() {
                Some(Slope::Node(share)) => {
                    let (basis, count) = crate::batch::basis(graph, &shape).map_err(at(*id))?;
                    let since = graph.len();
                    let rows = crate::batch::batch(graph, share, &[(seed, basis)], &count, since).map_err(at(*id))?;
                    Slope::Node(build::reshape_to(graph, rows, whole.clone()).map_err(at(*id))?)
                }
                Some(other) => other,
                None => Slope::Unconnected,
            }
        };
        out.push(derived(graph, slope, &whole).map_err(at(*id))?);
    }
    Ok(out)
}

/// `d2J/da db` of the names; `None`: what has no name.
fn order_name(of: Option<&str>, by: &[&str]) -> String {
    let Some(of) = of else { return "the derivative before".into() };
    let order = if by.len() > 1 { by.len().to_string() } else { String::new() };
    let below: Vec<String> = match by {
        [first, ..] if by.len() > 1 && by.iter().all(|name| name == first) => vec![format!("d{first}{order}")],
        _ => by.iter().map(|name| format!("d{name}")).collect(),
    };
    format!("d{order}{of}/{}", below.join(" "))
}

/// Where entries go one to one, the slopes of the entries on a diagonal: what does not meet is 0, even where a slope is infinite.
fn diagonal(graph: &mut Graph, root: NodeId, by: NodeId, whole: &Shape) -> Result<Option<Slope>, Trouble> {
    let shape = graph.shape(by).clone();
    if !graph.shape(root).is_same(&shape, &graph.dims) || !is_pointwise(graph, root, by) {
        return Ok(None);
    }
    let at = |fault: Fault| Trouble { node: by, fault };
    let one = ops::number(graph, 1.0);
    let ones = build::broadcast_to(graph, one, shape.clone()).map_err(at)?;
    let slope = match diff::forward(graph, root, &[(by, ones)])? {
        Slope::Node(slope) => slope,
        other => return Ok(Some(other)),
    };
    let made = build::diagonal(graph, slope).and_then(|made| build::reshape_to(graph, made, whole.clone()));
    made.map(|made| Some(Slope::Node(made))).map_err(at)
}

fn derived(graph: &mut Graph, slope: Slope, shape: &Shape) -> Result<Derived, Fault> {
    let zero = match slope {
        Slope::Node(node) => return Ok(Derived { node: build::broadcast_to(graph, node, shape.clone())?, zero: None }),
        Slope::Unconnected => Zero::Unconnected,
        Slope::Flat(at) => match graph.def(at).diff {
            Diff::Flat(reason) => Zero::Flat(reason.to_string()),
            _ => Zero::Unconnected,
        },
    };
    let number = ops::number(graph, 0.0);
    Ok(Derived { node: build::broadcast_to(graph, number, shape.clone())?, zero: Some(zero) })
}

impl Cx<'_> {
    /// `dJ/da`, `d2J/da db`: one name after the other.
    pub(super) fn derivative(&mut self, id: HirId, of: NodeId, by: &[(NodeId, Span)], span: Span) -> Value {
        let mut root = of;
        self.derived.insert(id, (of, by.iter().map(|(name, _)| *name).collect()));
        let before = self.out.graph.len();
        for (i, (name, at)) in by.iter().enumerate() {
            if self.out.graph.len() - before > ORDERS_NODES {
                return self.report(errors::order(i, by.len(), span));
            }
            if !self.is_variable(*name, *at) {
                return Value::Poison;
            }
            let Some(derived) = self.derive_one(root, *name, span) else { return Value::Poison };
            root = derived.node;
            if let Some(zero) = derived.zero {
                let before: Vec<&str> = by[..i].iter().map(|(name, at)| self.called(*name, *at)).collect();
                let constant = || Zero::Constant(order_name(self.name_of(of), &before), self.called(*name, *at).into());
                let zero = if zero == Zero::Unconnected && i > 0 { constant() } else { zero };
                // The first reason is the reason of what follows.
                self.zeros.entry(id).or_insert(zero);
            }
        }
        Value::Node(root)
    }

    /// The name of a definition.
    fn name_of(&self, node: NodeId) -> Option<&str> {
        self.out.def_of(node).map(|def| &*self.out.def(def).name)
    }

    /// The name of a definition, else its text.
    fn called(&self, node: NodeId, span: Span) -> &str {
        self.name_of(node).unwrap_or(self.text(span))
    }

    fn derive_one(&mut self, root: NodeId, by: NodeId, span: Span) -> Option<Derived> {
        self.here = Some(span);
        let made = derive(&mut self.out.graph, &mut self.out.openers, root, &[by]);
        self.settle();
        match made {
            Ok(mut all) => all.pop(),
            Err(trouble) => {
                self.trouble(trouble, span);
                None
            }
        }
    }

    fn trouble(&mut self, trouble: Trouble, span: Span) {
        let mut problem = self.diagnostic(trouble.fault, span, &[]);
        if let Some(at) = self.out.span(trouble.node).filter(|at| *at != span) {
            problem = problem.at(at, "on the way through this");
        }
        self.report(problem);
    }

    /// Can one differentiate by it? Else it is reported.
    fn is_variable(&mut self, node: NodeId, span: Span) -> bool {
        let found = self.out.graph.node(node);
        let named = matches!(found.op.def.role, Role::Slot | Role::Def);
        if let Attr::Dim(dim) = found.op.attrs.get(0)
            && found.op.def.role == Role::Dim
        {
            let name = self.out.graph.dims.show(dim);
            self.report(errors::by_whole(&name, "a dimension", span));
            return false;
        }
        if !named {
            self.report(crate::resolve::errors::by_what(span));
            return false;
        }
        if found.dtype != DType::Real {
            let what = if found.dtype == DType::Int { "whole numbers" } else { "0 or 1" };
            let problem = errors::by_whole(self.called(node, span), what, span);
            self.report(problem);
            return false;
        }
        true
    }

    /// `grad(expr, x)` and its kin.
    pub(super) fn transform(&mut self, id: HirId, transform: Transform, args: &[(Value, Span)], span: Span) -> Value {
        let mut nodes = vec![];
        for (value, at) in args {
            match self.as_node(value, *at) {
                Some(node) => nodes.push((node, *at)),
                None => return Value::Poison,
            }
        }
        let [(root, root_at), (by, by_at), rest @ ..] = nodes.as_slice() else { return Value::Poison };
        if !self.is_variable(*by, *by_at) {
            return Value::Poison;
        }
        let scalar = self.out.graph.shape(*root).is_scalar();
        if !scalar && matches!(transform, Transform::Grad | Transform::Hessian | Transform::Hvp) {
            let shape = self.out.graph.shape(*root).show(&self.out.graph.dims);
            let (expr, name) = (self.text(*root_at), self.text(*by_at));
            return self.report(errors::not_scalar(&shape, expr, name, *root_at));
        }
        match transform {
            Transform::Grad | Transform::Jacobian => self.derivative(id, *root, &[(*by, *by_at)], span),
            Transform::Hessian => self.derivative(id, *root, &[(*by, *by_at), (*by, *by_at)], span),
            Transform::Jvp | Transform::Hvp => {
                let Some((direction, direction_at)) = rest.first() else { return Value::Poison };
                let (wanted, found) = (self.out.graph.shape(*by).clone(), self.out.graph.shape(*direction).clone());
                if !wanted.is_same(&found, &self.out.graph.dims) {
                    let (wanted, found) = (wanted.show(&self.out.graph.dims), found.show(&self.out.graph.dims));
                    return self.report(errors::direction(&wanted, &found, *direction_at));
                }
                let root = if transform == Transform::Hvp {
                    match self.derive_one(*root, *by, span) {
                        Some(derived) => derived.node,
                        None => return Value::Poison,
                    }
                } else {
                    *root
                };
                self.push_forward(id, root, *by, *direction, span)
            }
        }
    }

    fn push_forward(&mut self, id: HirId, root: NodeId, by: NodeId, direction: NodeId, span: Span) -> Value {
        let mut opener = Opener::keeping([by]);
        let opened = opener.open(&mut self.out.graph, root);
        let free = opener.open(&mut self.out.graph, by);
        let slope = diff::forward(&mut self.out.graph, opened, &[(free, direction)]);
        let shape = self.out.graph.shape(root).clone();
        let made = slope.and_then(|slope| {
            derived(&mut self.out.graph, slope, &shape).map_err(|fault| Trouble { node: root, fault })
        });
        self.settle();
        match made {
            Ok(derived) => {
                if let Some(zero) = derived.zero {
                    self.zeros.insert(id, zero);
                }
                Value::Node(derived.node)
            }
            Err(trouble) => {
                self.trouble(trouble, span);
                Value::Poison
            }
        }
    }

    /// The slope of `y` by `z`, entry by entry, `order` times.
    pub(super) fn entrywise(
        &mut self,
        id: HirId,
        (y, z): (NodeId, NodeId),
        order: u32,
        (name, at): (&str, Span),
        span: Span,
    ) -> Value {
        let shape = self.out.graph.shape(z).clone();
        let mut root = y;
        for before in 0..order {
            let mut opener = Opener::keeping([z]);
            let opened = opener.open(&mut self.out.graph, root);
            let free = opener.open(&mut self.out.graph, z);
            let mixed = if shape.is_scalar() { None } else { diff::mixed(&self.out.graph, opened, free) };
            if let Some(mixed) = mixed {
                return self.mixes(mixed, z, (name, at), span);
            }
            let one = ops::number(&mut self.out.graph, 1.0);
            let ones = build::broadcast_to(&mut self.out.graph, one, shape.clone());
            let Some(ones) = self.made(ones, span, &[]) else { return Value::Poison };
            let made = diff::forward(&mut self.out.graph, opened, &[(free, ones)]);
            // Of `z`'s shape, also where a constant has no entries of its own.
            let to = self.out.graph.shape(root).clone();
            let to = if to.is_scalar() { shape.clone() } else { to };
            let made = made.and_then(|slope| {
                derived(&mut self.out.graph, slope, &to).map_err(|fault| Trouble { node: root, fault })
            });
            self.settle();
            match made {
                Ok(derived) => {
                    root = derived.node;
                    if let Some(zero) = derived.zero {
                        let earlier =
                            || Zero::Constant(format!("{name}{}", "'".repeat(before as usize)), "its argument".into());
                        let zero = if zero == Zero::Unconnected && before > 0 { earlier() } else { zero };
                        self.zeros.entry(id).or_insert(zero);
                        // All further ones are zero too.
                        break;
                    }
                }
                Err(trouble) => {
                    self.trouble(trouble, span);
                    return Value::Poison;
                }
            }
        }
        Value::Node(root)
    }

    /// Why a slope is no entry-by-entry one: which operator makes an entry of many, and where.
    fn mixes(&mut self, (node, apart): (NodeId, bool), z: NodeId, (name, at): (&str, Span), span: Span) -> Value {
        let def = self.out.graph.def(node);
        let place = self.out.span(node).filter(|place| *place != span);
        let operator = match def.notation {
            crate::graph::Notation::Infix(sign) => sign.to_string(),
            crate::graph::Notation::Call => def.name.to_string(),
            crate::graph::Notation::Postfix(_)
            | crate::graph::Notation::Prefix(_)
            | crate::graph::Notation::Special => String::new(),
        };
        let shape = apart.then(|| self.out.graph.shape(z).show(&self.out.graph.dims));
        let text = self.text(span);
        let given = self.text(at);
        self.report(errors::not_entrywise(name, text, given, (&operator, place), shape.as_deref(), span))
    }
}

/// The slope of a tensor by one of its shape where entries go one to one, of that shape; `None` where they do not.
pub fn entry_by_entry(graph: &mut Graph, openers: &mut Openers, root: NodeId, by: NodeId) -> Option<NodeId> {
    let shape = graph.shape(by).clone();
    if shape.is_scalar() || !graph.shape(root).is_same(&shape, &graph.dims) {
        return None;
    }
    let mut opener = Opener::keeping([by]);
    let opened = opener.open_over(graph, root, &mut openers.plain);
    let free = opener.open_over(graph, by, &mut openers.plain);
    if !is_pointwise(graph, opened, free) {
        return None;
    }
    let one = ops::number(graph, 1.0);
    let ones = build::broadcast_to(graph, one, shape).ok()?;
    match diff::forward(graph, opened, &[(free, ones)]) {
        Ok(Slope::Node(node)) => Some(node),
        Ok(Slope::Unconnected | Slope::Flat(_)) | Err(_) => None,
    }
}

fn is_pointwise(graph: &Graph, root: NodeId, free: NodeId) -> bool {
    graph.shape(root).is_same(graph.shape(free), &graph.dims) && diff::mixed(graph, root, free).is_none()
}
