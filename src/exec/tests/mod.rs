//! Small graphs with numbers from NumPy 2 (or from the identity that a test names).

mod birth;
mod memory;
mod moves;
mod pointwise;
mod products;

use super::{Cache, Inputs, Slot, Trouble, run};
use crate::graph::{
    Algebra, Attr, Attrs, Bend, DefId, Diff, Export, Graph, Is, Kernel, Literal, NodeId, Notation, OpDef, Role, Says,
    Type,
};
use crate::ops;
use crate::shape::{Binding, Dim, Shape};
use crate::tensor::{Precision, Tensor};
use ndarray::{ArrayD, IxDyn};
use std::collections::HashMap;
use std::sync::Arc;

/// An operator for tests; its type is given with `add_typed`.
const fn op(name: &'static str, kernel: Kernel) -> OpDef {
    OpDef {
        name,
        args: &[],
        notation: Notation::Call,
        role: Role::Plain,
        is: Is::Other,
        shape: |_, args, _| Ok(args[0].clone()),
        kernel,
        diff: Diff::None("a test does not differentiate it"),
        says: Says::plain("", &[]),
        algebra: Algebra::over(&[]),
        bends: Bend::None,
        export: Export::none(),
    }
}

fn shape(sizes: &[usize]) -> Shape {
    Shape::new(sizes.iter().map(|n| Dim::Num(*n as u64)))
}

fn tensor(sizes: &[usize], entries: &[f64]) -> Arc<Tensor> {
    Arc::new(Tensor::F64(ArrayD::from_shape_vec(IxDyn(sizes), entries.to_vec()).expect("entries fit")))
}

/// `1, 2, 3, …` in a shape.
fn counted(sizes: &[usize]) -> Arc<Tensor> {
    let entries: Vec<f64> = (0..sizes.iter().product()).map(|i| i as f64 + 1.0).collect();
    tensor(sizes, &entries)
}

fn literal(graph: &mut Graph, value: &Arc<Tensor>) -> NodeId {
    let ty = Type { shape: shape(value.shape()), dtype: value.dtype() };
    graph.add_typed(
        ops::find("literal").expect("it is there"),
        Attrs::One(Attr::Tensor(Literal(value.clone()))),
        &[],
        ty,
    )
}

fn add(graph: &mut Graph, def: &'static OpDef, attrs: &[Attr], args: &[NodeId], sizes: &[usize]) -> NodeId {
    graph.add_typed(def, Attrs::from_vec(attrs.to_vec()), args, Type::real(shape(sizes)))
}

fn with<T>(slots: &HashMap<DefId, Slot>, precision: Precision, limit: u64, f: impl FnOnce(&Inputs) -> T) -> T {
    let binding = Binding::default();
    let slots = |def: DefId| slots.get(&def).cloned();
    f(&Inputs { slots: &slots, binding: &binding, precision, memory_limit: limit, interrupt: &|| false })
}

fn answer(graph: &Graph, node: NodeId) -> Result<Arc<Tensor>, Trouble> {
    let all = with(&HashMap::new(), Precision::F64, 1 << 30, |inputs| run(graph, &[node], inputs, &mut Cache::new(0)))?;
    Ok(all[0].clone())
}

/// One operator on literals.
fn apply(def: &'static OpDef, attrs: &[Attr], args: &[Arc<Tensor>], sizes: &[usize]) -> Result<Arc<Tensor>, Trouble> {
    let mut graph = Graph::default();
    let args: Vec<NodeId> = args.iter().map(|value| literal(&mut graph, value)).collect();
    let node = add(&mut graph, def, attrs, &args, sizes);
    answer(&graph, node)
}

#[track_caller]
fn gives(def: &'static OpDef, attrs: &[Attr], args: &[Arc<Tensor>], sizes: &[usize], entries: &[f64]) {
    assert_eq!(apply(def, attrs, args, sizes), Ok(tensor(sizes, entries)));
}

#[track_caller]
fn refused(answer: Result<Arc<Tensor>, Trouble>) -> (&'static str, String) {
    match answer {
        Err(Trouble::Fault { fault, .. }) => (fault.code, fault.title),
        other => panic!("a fault was to come, not {other:?}"),
    }
}
