//! `reshape`, and what is a reshape: `flatten`, `squeeze`, `expand`.

use super::{args, build, shapes};
use crate::graph::{
    Algebra, ArgKind, Attr, Attrs, Bend, Diff, Domain, Export, Fault, Graph, Is, Kernel, Move, NodeId, Notation, OpDef,
    Role, Says, Type,
};
use crate::shape::{Dim, Dims, Relation, Same, Shape};

/// `reshape(x, [2, 3])`
pub static RESHAPE: OpDef = OpDef {
    name: "reshape",
    args: &[args::X, args::SHAPE],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Reshape,
    shape: reshaped,
    kernel: Kernel::Move(Move::Reshape),
    diff: Diff::Linear(|graph, node, dy, _| {
        let shape = graph.shape(graph.node(node).args[0]).clone();
        reshape_to(graph, dy, shape)
    }),
    says: Says::plain(
        "The same entries, row by row, under another shape; `_` is the size that is left.",
        &[
            ("reshape([1, 2, 3, 4], [2, 2])", "[[1, 2], [3, 4]]"),
            ("reshape([1, 2, 3, 4, 5, 6], [_, 2])", "[[1, 2], [3, 4], [5, 6]]"),
        ],
    )
    .also(&["view"]),
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export::none(),
};

const fn view(name: &'static str, summary: &'static str, expand: crate::graph::Expand) -> OpDef {
    OpDef {
        name,
        args: &[args::X],
        notation: Notation::Call,
        role: Role::Plain,
        is: Is::Other,
        shape: shapes::expanded,
        kernel: Kernel::Expand(expand),
        diff: Diff::None(args::EXPANDED),
        says: Says::plain(summary, &[]),
        algebra: Algebra::over(&[Domain::Reals]),
        bends: Bend::None,
        export: Export::none(),
    }
}

/// `flatten(x)`
pub static FLATTEN: OpDef = view("flatten", "All entries, row by row, as one vector.", |graph, _, args| {
    let length = shapes::count(&graph.dims, graph.shape(args[0]).clone().dims())?;
    reshape_to(graph, args[0], Shape::new([length]))
})
.examples(&[("flatten([[1, 2], [3, 4]])", "[1, 2, 3, 4]"), ("flatten(5)", "[5]")])
.also(&["ravel"]);

/// `squeeze(x, axis=0)`
pub static SQUEEZE: OpDef = OpDef {
    args: &[args::X, args::AXES],
    ..view("squeeze", "Without its axes of size 1, or without those given.", |graph, attrs, args| {
        let shape = graph.shape(args[0]).clone();
        let one = |dim: &Dim| graph.dims.known(dim) == Some(1);
        let gone = |axis: usize| match attrs.ints(0) {
            Some(axes) => axes.contains(&(axis as i64)),
            None => one(&shape[axis]),
        };
        if let Some(axis) = (0..shape.rank()).find(|axis| gone(*axis) && !one(&shape[*axis])) {
            let size = graph.dims.show(&shape[axis]);
            return Err(Fault::new("nnlang::shape::squeeze", format!("axis {axis} has size {size}, not 1"))
                .label(0, "")
                .mend("name an axis of size 1, or pick one entry of this axis by its index"));
        }
        let rest = shape.iter().enumerate().filter(|(axis, _)| !gone(*axis)).map(|(_, dim)| dim.clone());
        let rest = Shape::new(rest);
        reshape_to(graph, args[0], rest)
    })
    .examples(&[("squeeze([[1, 2]])", "[1, 2]"), ("squeeze([[[1], [2]]], axis=2)", "[[1, 2]]")])
};

/// `expand(x, axis=0)`
pub static EXPAND: OpDef = OpDef {
    args: &[args::X, args::given("axis", ArgKind::NewAxis)],
    ..view("expand", "With a new axis of size 1 at the place given.", |graph, attrs, args| {
        let axis = shapes::new_axis_of(&graph.dims, graph.shape(args[0]), attrs, 0)?;
        build::insert_axis(graph, args[0], axis)
    })
    .examples(&[("expand([1, 2], axis=0)", "[[1, 2]]"), ("expand([1, 2], axis=-1)", "[[1], [2]]")])
};

/// `x` under another shape of as many entries; itself where it has that shape.
pub fn reshape_to(graph: &mut Graph, x: NodeId, shape: Shape) -> Result<NodeId, Fault> {
    if *graph.shape(x) == shape { Ok(x) } else { graph.add(&RESHAPE, Attrs::One(Attr::Dims(shape)), &[x]) }
}

fn reshaped(dims: &mut Dims, args: &[Type], attrs: &Attrs) -> Result<Type, Fault> {
    let shape = attrs.dims(0).cloned().unwrap_or_default();
    let have = shapes::count(dims, args[0].shape.dims())?;
    compute(dims, &have, &shape)?;
    let want = shapes::count(dims, shape.dims())?;
    if !dims.meet(&have, &want) && dims.require(&have, Relation::Equal, &want) == Same::No {
        let (from, to) = (args[0].shape.show(dims), shape.show(dims));
        let entries = if dims.known(&have) == Some(1) { "entry" } else { "entries" };
        let title = format!("{from} has {} {entries}, {to} has {}", dims.show(&have), dims.show(&want));
        let mend = format!("state a shape of {} {entries}", dims.show(&have));
        return Err(Fault::new("nnlang::shape::reshape", title).label(0, "").mend(mend));
    }
    let shape = Shape::new(shape.iter().map(|dim| dims.normal(dim)));
    Ok(Type { shape, dtype: args[0].dtype })
}

/// The size that `_` leaves to be computed, as in `reshape(x, [_, 3])`: what is left over the others.
fn compute(dims: &mut Dims, have: &Dim, shape: &Shape) -> Result<(), Fault> {
    let (open, given): (Vec<Dim>, Vec<Dim>) = shape.iter().cloned().partition(|dim| dims.is_open(dim));
    let given = shapes::count(dims, &given)?;
    let fault = |title: &str, mend: &str| Err(Fault::new("nnlang::shape::reshape", title).label(0, "").mend(mend));
    if let (false, Some(n), Some(k)) = (open.is_empty(), dims.known(have), dims.known(&given))
        && n.checked_rem(k) != Some(0)
    {
        let title = format!("{n} entries do not fill {}: {n} is no multiple of {k}", shape.show(dims));
        return fault(&title, "state a shape whose sizes multiply to the number of entries");
    }
    let hole = match open.as_slice() {
        [] => return Ok(()),
        [hole] => hole,
        _ => return fault("one size is left to be computed, and this shape has more than one `_`", "state the others"),
    };
    let floor = |dims: &Dims| dims.floor_div(have, dims.known(&given)?).ok();
    // Where it does not go up, the count of entries says so, now or when data arrives.
    match dims.quotient(have, &given).or_else(|| floor(dims)) {
        Some(left) => {
            dims.meet(hole, &left);
            Ok(())
        }
        None => fault("the size for `_` cannot be computed from the others", "state it"),
    }
}
