use super::{Cache, Inputs, Slot, Trouble, run};
use crate::graph::{
    Along, Attr, Attrs, Contract, DefId, Diff, Graph, Kernel, Literal, Move, NodeId, Notation, OpDef, Reduce, Role,
    SliceSpec, Source, Type,
};
use crate::ops;
use crate::shape::{Binding, Dim, Shape};
use crate::tensor::{DType, Precision, Tensor};
use ndarray::{ArrayD, IxDyn};
use std::collections::HashMap;
use std::sync::Arc;

/// An operator for tests; its type is given with `add_typed`.
pub(super) const fn op(name: &'static str, kernel: Kernel) -> OpDef {
    OpDef {
        name,
        args: &[],
        notation: Notation::Call,
        role: Role::Plain,
        summary: "",
        formula: "",
        kink: None,
        shape: |_, args, _| Ok(args[0].clone()),
        kernel,
        diff: Diff::None("a test does not differentiate it"),
        rules: &[],
        stable: &[],
        domain: &[],
        examples: &[],
    }
}

static ADD: OpDef = op("add", Kernel::Zip(|a, b| a + b));
static LESS: OpDef = op("less", Kernel::Zip(|a, b| if a < b { 1.0 } else { 0.0 }));
static WHERE: OpDef = op("where", Kernel::Zip3(|c, a, b| if c != 0.0 { a } else { b }));
static MAX: OpDef =
    op("max", Kernel::Reduce(Reduce::Lane(|lane| lane.iter().copied().fold(f64::NEG_INFINITY, f64::max))));
static CUMSUM: OpDef = op(
    "cumsum",
    Kernel::Along(Along(|input, out| {
        let mut sum = 0.0;
        for (v, out) in input.iter().zip(out) {
            sum += v;
            *out = sum;
        }
    })),
);
static MATMUL: OpDef = op("matmul", Kernel::Contract(Contract::MatMul));
static EINSUM: OpDef = op("einsum", Kernel::Contract(Contract::Einsum));
static ZEROS: OpDef = op("broadcast", Kernel::Move(Move::Broadcast));
static RESHAPE: OpDef = op("reshape", Kernel::Move(Move::Reshape));
static TRANSPOSE: OpDef = op("transpose", Kernel::Move(Move::Transpose));
static SLICE: OpDef = op("slice", Kernel::Move(Move::Slice));
static UNSLICE: OpDef = op("unslice", Kernel::Move(Move::Unslice));
static CONCAT: OpDef = op("concat", Kernel::Move(Move::Concat));
static GATHER: OpDef = op("gather", Kernel::Move(Move::Gather));
static SCATTER: OpDef = op("scatter_add", Kernel::Move(Move::ScatterAdd));
static FLIP: OpDef = op("flip", Kernel::Move(Move::Flip));
static DIAG: OpDef = op("diag", Kernel::Move(Move::Diag));
static TRIL: OpDef = op("tril", Kernel::Move(Move::Tril));
static TRIU: OpDef = op("triu", Kernel::Move(Move::Triu));
static EYE: OpDef = op("eye", Kernel::Source(Source::Eye));
static ARANGE: OpDef = op("arange", Kernel::Source(Source::Arange));
static INVERSE2: OpDef = op(
    "inverse of 2x2",
    Kernel::Matrix(|inputs, out| match inputs {
        [([a, b, c, d], 2, 2)] if a * d != b * c => {
            let det = a * d - b * c;
            out.copy_from_slice(&[d / det, -b / det, -c / det, a / det]);
            Ok(())
        }
        _ => Err("this matrix has no inverse".into()),
    }),
);

pub(super) fn shape(sizes: &[usize]) -> Shape {
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

pub(super) fn literal(graph: &mut Graph, value: &Arc<Tensor>) -> NodeId {
    let ty = Type { shape: shape(value.shape()), dtype: value.dtype() };
    graph.add_typed(
        ops::find("literal").expect("it is there"),
        Attrs::One(Attr::Tensor(Literal(value.clone()))),
        &[],
        ty,
    )
}

pub(super) fn add(graph: &mut Graph, def: &'static OpDef, attrs: &[Attr], args: &[NodeId], sizes: &[usize]) -> NodeId {
    graph.add_typed(def, Attrs::from_vec(attrs.to_vec()), args, Type::real(shape(sizes)))
}

pub(super) fn with<T>(
    slots: &HashMap<DefId, Slot>,
    precision: Precision,
    limit: u64,
    f: impl FnOnce(&Inputs) -> T,
) -> T {
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

#[test]
fn three_lines_of_the_first_page() {
    // J = 3(a + b*c) with a = 5, b = 3, c = 2 is 33.
    let mut graph = Graph::default();
    let [a, b, c, three] = [5.0, 3.0, 2.0, 3.0].map(|v| ops::number(&mut graph, v));
    let u = add(&mut graph, &ops::find("mul").expect("it is there"), &[], &[b, c], &[]);
    let u = ops::definition(&mut graph, DefId(0), u);
    let v = add(&mut graph, &ADD, &[], &[a, u], &[]);
    let j = add(&mut graph, &ops::find("mul").expect("it is there"), &[], &[three, v], &[]);
    assert_eq!(answer(&graph, j), Ok(Arc::new(Tensor::scalar(33.0))));
}

#[test]
fn kinds_of_kernels_agree_with_numpy() {
    let (x, none) = (counted(&[2, 3]), &[] as &[Attr]);
    gives(&ADD, none, &[x.clone(), tensor(&[3], &[10.0, 20.0, 30.0])], &[2, 3], &[11.0, 22.0, 33.0, 14.0, 25.0, 36.0]);
    gives(
        &ADD,
        none,
        &[tensor(&[2, 1], &[10.0, 20.0]), tensor(&[3], &[1.0, 2.0, 3.0])],
        &[2, 3],
        &[11.0, 12.0, 13.0, 21.0, 22.0, 23.0],
    );
    gives(
        &WHERE,
        none,
        &[tensor(&[2, 1], &[1.0, 0.0]), x.clone(), tensor(&[], &[0.0])],
        &[2, 3],
        &[1.0, 2.0, 3.0, 0.0, 0.0, 0.0],
    );
    gives(&MATMUL, none, &[x.clone(), counted(&[3, 2])], &[2, 2], &[22.0, 28.0, 49.0, 64.0]);
    gives(
        &EINSUM,
        &[Attr::Text("ij,jk->ki".into())],
        &[x.clone(), counted(&[3, 2])],
        &[2, 2],
        &[22.0, 49.0, 28.0, 64.0],
    );
    gives(&CUMSUM, &[Attr::Int(0)], &[x.clone()], &[2, 3], &[1.0, 2.0, 3.0, 5.0, 7.0, 9.0]);
    gives(&CUMSUM, &[Attr::Int(1)], &[x], &[2, 3], &[1.0, 3.0, 6.0, 4.0, 9.0, 15.0]);
}
