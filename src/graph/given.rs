//! Nodes over other values: what they would be if some names had other values, perhaps of other sizes.

use super::{Args, Attr, Attrs, Fault, Graph, Kernel, Loop, NodeId, Role, SliceSpec};
use crate::shape::{Dim, Renamed, Shape};
use rustc_hash::FxHashMap;

/// Makes a loop again, from its parts.
pub type Looped = fn(graph: &mut Graph, id: NodeId, args: &[NodeId], sizes: &Renamed) -> Result<NodeId, Fault>;

impl Graph {
    /// Nodes with others in the place of some (which may be of other shapes: `sizes` says what their dimensions become).
    /// Definitions on the way are seen through. Linear in what is reached.
    pub fn given(
        &mut self,
        roots: &[NodeId],
        map: &mut FxHashMap<NodeId, NodeId>,
        sizes: &Renamed,
        looped: Looped,
    ) -> Result<Vec<NodeId>, (NodeId, Fault)> {
        let floor = if sizes.is_empty() { map.keys().min().copied().unwrap_or_default() } else { NodeId(0) };
        for id in self.reach_above(roots, floor) {
            if map.contains_key(&id) {
                continue;
            }
            let node = self.node(id).clone();
            let args: Args = node.args.iter().map(|arg| map.get(arg).copied().unwrap_or(*arg)).collect();
            let attrs = resized(self, &node.op.attrs, sizes);
            if args == node.args && attrs.is_none() {
                continue;
            }
            let origin = self.origin_of(id);
            let before = self.made_for(origin);
            let made = match (node.op.def.role, node.op.def.kernel) {
                (Role::Def, _) => Ok(args[0]),
                (_, Kernel::Scan) => looped(self, id, &args, sizes),
                (Role::Dim, _) => {
                    let ty = self.ty(id);
                    Ok(self.add_typed(node.op.def, attrs.unwrap_or(node.op.attrs), &args, ty))
                }
                (Role::Slot, _) => Ok(id),
                _ => self.add(node.op.def, attrs.unwrap_or(node.op.attrs), &args),
            };
            self.made_for(before);
            map.insert(id, made.map_err(|fault| (id, fault))?);
        }
        Ok(roots.iter().map(|root| map.get(root).copied().unwrap_or(*root)).collect())
    }
}

/// Attributes of other sizes; `None` where they say nothing of these.
fn resized(graph: &Graph, attrs: &Attrs, sizes: &Renamed) -> Option<Attrs> {
    if sizes.is_empty() || matches!(attrs, Attrs::None) {
        return None;
    }
    let other = |dim: &Dim| graph.dims.renamed(dim, sizes);
    let mut changed = false;
    let mut of = |dim: &Dim| match other(dim) {
        Some(to) => {
            changed = true;
            to
        }
        None => dim.clone(),
    };
    let all: Vec<Attr> = attrs
        .all()
        .iter()
        .map(|attr| match attr {
            Attr::Dims(shape) => Attr::Dims(Shape::new(shape.iter().map(&mut of))),
            Attr::Dim(dim) => Attr::Dim(of(dim).into()),
            Attr::Slices(specs) => Attr::Slices(
                specs
                    .iter()
                    .map(|spec| SliceSpec { start: of(&spec.start), step: spec.step, len: of(&spec.len) })
                    .collect(),
            ),
            Attr::Loop(steps) => Attr::Loop(Loop { length: of(&steps.length), ..(**steps).clone() }.into()),
            other => other.clone(),
        })
        .collect();
    changed.then(|| Attrs::from_vec(all))
}
