//! `a2(x = [[0.5], [1]])`, `J(w = 0)`: a value with some of its names set free and given other values.

use super::{Cx, DefKind, Value, errors};
use crate::graph::{NodeId, Role};
use crate::ops::{build, scan};
use crate::resolve::hir::{GivenName, HirId};
use crate::shape::Renamed;
use crate::source::Span;
use crate::tensor::DType;
use rustc_hash::FxHashMap;

impl Cx<'_> {
    /// The value as it would be. What is given may have other sizes where the name's shape has names for them.
    pub(super) fn given(
        &mut self,
        base: HirId,
        names: &[GivenName],
        get: &dyn Fn(HirId) -> Value,
        span: Span,
    ) -> Value {
        let base_at = self.program.hir(base).span;
        let Some(root) = self.as_node(&get(base), base_at) else { return Value::Poison };
        let mut map: FxHashMap<NodeId, NodeId> = FxHashMap::default();
        let mut sizes = Renamed::default();
        for given in names {
            let (name_at, value_at) = (self.program.hir(given.name).span, self.program.hir(given.value).span);
            let name = self.text(name_at);
            let from = get(given.name);
            let value = get(given.value);
            if from == Value::Poison || value == Value::Poison {
                return Value::Poison;
            }
            let from = match from {
                Value::Node(from) if matches!(self.out.graph.def(from).role, Role::Slot | Role::Def) => from,
                _ => return self.report(errors::given_what(name, name_at)),
            };
            let Some(to) = self.as_node(&value, value_at) else { return Value::Poison };
            if !self.out.graph.reach_above(&[root], from).contains(&from) {
                return self.report(errors::given_apart(self.text(base_at), name, base_at, name_at));
            }
            let Some(to) = self.as_given(from, to, &mut sizes, (name, name_at, value_at)) else { return Value::Poison };
            map.insert(from, to);
        }
        // A leaf that gives a dimension its number follows it.
        for (name, to) in sizes.names().to_vec() {
            let leaf =
                self.out.defs.iter().find(|def| def.kind == DefKind::Leaf && def.name == name).map(|def| def.node);
            if let Some(leaf) = leaf {
                let size = build::dim(self.graph(), to);
                map.entry(leaf).or_insert(size);
            }
        }
        self.here = Some(span);
        self.out.graph.dims.at(Some(span));
        let made = self.out.graph.given(&[root], &mut map, &sizes, scan::given);
        self.settle();
        match made {
            Ok(made) => made.first().copied().map_or(Value::Poison, Value::Node),
            Err((_, fault)) => self.made(Err(fault), span, &[]).map_or(Value::Poison, Value::Node),
        }
    }

    /// A value in the place of a name: of its element type, and of its shape but for the names in that.
    fn as_given(
        &mut self,
        from: NodeId,
        to: NodeId,
        sizes: &mut Renamed,
        (name, name_at, value_at): (&str, Span, Span),
    ) -> Option<NodeId> {
        let (wanted, found) = (self.out.graph.ty(from), self.out.graph.ty(to));
        let mut node = to;
        if found.shape.is_scalar() && !wanted.shape.is_scalar() {
            let made = build::broadcast_to(self.graph(), node, wanted.shape.clone());
            node = self.made(made, value_at, &[])?;
        } else {
            let dims = &self.out.graph.dims;
            let pairs = wanted.shape.iter().zip(found.shape.iter());
            let mut fits = wanted.shape.rank() == found.shape.rank();
            for (own, new) in pairs {
                fits &= dims.is_same(own, new) || dims.rename(sizes, own, new);
            }
            if !fits {
                let shown = [&found.shape, &wanted.shape].map(|shape| shape.show(dims));
                let defined = self.out.def_of(from).map_or(name_at, |def| self.out.def(def).span);
                self.report(errors::given_shape(name, &shown, value_at, defined));
                return None;
            }
        }
        if found.dtype != wanted.dtype && wanted.dtype != DType::Real {
            let made = build::as_type(self.graph(), node, wanted.dtype);
            node = self.made(made, value_at, &[])?;
        }
        Some(node)
    }
}
