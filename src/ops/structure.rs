//! The nodes that a graph is built on: numbers, literals, dimensions, slots, definitions, `stop`.

use crate::graph::{
    Algebra, Attr, Attrs, Bend, DefId, Diff, Domain, Export, Fault, Graph, Is, Kernel, Literal, NodeId, Notation,
    OpDef, Role, Says, Source, Type,
};
use crate::shape::{Dim, Dims, Shape};
use crate::tensor::DType;

const fn source(name: &'static str, role: Role, kernel: Kernel, summary: &'static str) -> OpDef {
    OpDef {
        name,
        args: &[],
        notation: Notation::Special,
        role,
        is: Is::Other,
        shape: of_attribute,
        kernel,
        diff: Diff::Flat("it does not depend on anything"),
        says: Says::plain(summary, &[]),
        algebra: Algebra::over(&[]),
        bends: Bend::None,
        export: Export::none(),
    }
}

/// A number.
pub static NUMBER: OpDef = source("number", Role::Number, Kernel::Source(Source::Number), "A number.").is(Is::Number);
/// A literal tensor.
pub static LITERAL: OpDef = source("literal", Role::Literal, Kernel::Source(Source::Literal), "A literal tensor.");
/// The value of a dimension.
pub static DIM: OpDef = source("dim", Role::Dim, Kernel::Source(Source::Dim), "The value of a dimension.");
/// A leaf, input or parameter.
pub static SLOT: OpDef = source("slot", Role::Slot, Kernel::Source(Source::Slot), "A leaf, input or parameter.");

/// A definition: the same value under a name.
pub static DEF: OpDef = OpDef {
    args: &[crate::graph::Arg { name: "x", kind: crate::graph::ArgKind::Tensor, default: "" }],
    shape: of_argument,
    diff: Diff::Linear(|_, _, dy, _| Ok(dy)),
    ..source("definition", Role::Def, Kernel::Same, "A definition: the same value under a name.")
        .domain(&[Domain::Reals])
};

/// `stop(x)`.
pub static STOP: OpDef = OpDef {
    args: &[crate::graph::Arg { name: "x", kind: crate::graph::ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    shape: of_argument,
    diff: Diff::Flat("stop hides it from differentiation"),
    ..source("stop", Role::Stop, Kernel::Same, "The value as it is, hidden from differentiation.")
        .examples(&[("stop(3)", "3")])
        .domain(&[Domain::Reals])
        .also(&["detach"])
};

/// `: int [m]` over reals.
pub static AS_INT: OpDef = OpDef {
    args: &[crate::graph::Arg { name: "x", kind: crate::graph::ArgKind::Tensor, default: "" }],
    shape: |_, args, _| Ok(Type { shape: args[0].shape.clone(), dtype: DType::Int }),
    diff: Diff::Flat("whole numbers do not move"),
    ..source("as_int", Role::Plain, Kernel::Same, "The same entries as whole numbers, checked to be whole.")
        .domain(&[Domain::Whole(-3, 3)])
};

/// `: bool [m]` over reals.
pub static AS_BOOL: OpDef = OpDef {
    args: &[crate::graph::Arg { name: "x", kind: crate::graph::ArgKind::Tensor, default: "" }],
    shape: |_, args, _| Ok(Type { shape: args[0].shape.clone(), dtype: DType::Bool }),
    diff: Diff::Flat("0 or 1 does not move"),
    ..source("as_bool", Role::Plain, Kernel::Same, "The same entries as 0 or 1.").domain(&[Domain::Condition])
};

/// `: [m]` over whole numbers, or over 0 and 1.
pub static AS_REAL: OpDef = OpDef {
    args: &[crate::graph::Arg { name: "x", kind: crate::graph::ArgKind::Tensor, default: "" }],
    shape: |_, args, _| Ok(Type::real(args[0].shape.clone())),
    diff: Diff::Linear(|_, _, dy, _| Ok(dy)),
    ..source("as_real", Role::Plain, Kernel::Same, "The same entries as reals.").domain(&[Domain::Reals])
};

/// The operator that gives the same entries as another element type.
pub(super) fn as_type(dtype: DType) -> &'static OpDef {
    match dtype {
        DType::Int => &AS_INT,
        DType::Bool => &AS_BOOL,
        DType::Real => &AS_REAL,
    }
}

fn of_argument(_: &mut Dims, args: &[Type], _: &Attrs) -> Result<Type, Fault> {
    Ok(args[0].clone())
}

fn of_attribute(_: &mut Dims, _: &[Type], attrs: &Attrs) -> Result<Type, Fault> {
    Ok(match attrs.get(0) {
        Attr::Tensor(Literal(tensor)) => {
            Type { shape: Shape::new(tensor.shape().iter().map(|n| Dim::Num(*n as u64))), dtype: tensor.dtype() }
        }
        _ => Type::real(Shape::SCALAR),
    })
}

/// The node of a number.
pub fn number(graph: &mut Graph, value: f64) -> NodeId {
    graph.add_typed(&NUMBER, Attrs::One(Attr::Number(value.to_bits())), &[], Type::real(Shape::SCALAR))
}

/// The node of a slot.
pub fn slot(graph: &mut Graph, def: DefId, ty: Type) -> NodeId {
    graph.add_typed(&SLOT, Attrs::One(Attr::Def(def)), &[], ty)
}

/// A slot that stands for a value for a while, unlike any other of the graph.
pub fn stand_in(graph: &mut Graph, ty: Type) -> (DefId, NodeId) {
    // Above all definitions of a program; each new one makes the graph longer, so none comes twice.
    let id = DefId(u32::MAX / 2 + graph.len() as u32);
    (id, slot(graph, id, ty))
}

/// The node of a definition.
pub fn definition(graph: &mut Graph, def: DefId, value: NodeId) -> NodeId {
    let ty = graph.ty(value);
    graph.add_typed(&DEF, Attrs::One(Attr::Def(def)), &[value], ty)
}

/// The node of a dimension's value.
pub fn dim(graph: &mut Graph, dim: Dim) -> NodeId {
    graph.add_typed(&DIM, Attrs::One(Attr::Dim(dim.into())), &[], Type { shape: Shape::SCALAR, dtype: DType::Real })
}

/// The node of a literal tensor.
pub fn literal(graph: &mut Graph, tensor: crate::tensor::Tensor) -> NodeId {
    let shape = Shape::new(tensor.shape().iter().map(|n| Dim::Num(*n as u64)));
    let ty = Type { shape, dtype: tensor.dtype() };
    graph.add_typed(&LITERAL, Attrs::One(Attr::Tensor(Literal(std::sync::Arc::new(tensor)))), &[], ty)
}
