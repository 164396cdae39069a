//! Shape rules shared by many operators.

use crate::graph::{Attr, Attrs, Fault, Type};
use crate::shape::{self, Dim, Dims, Shape, TooLarge};
use crate::tensor::DType;

/// Entry by entry: all arguments broadcast; the result is real.
pub fn pointwise(dims: &mut Dims, args: &[Type], _: &Attrs) -> Result<Type, Fault> {
    Ok(Type { shape: broadcast_all(dims, args)?, dtype: DType::Real })
}

/// Entry by entry: all arguments broadcast; the result is 0 or 1.
pub fn pointwise_bool(dims: &mut Dims, args: &[Type], _: &Attrs) -> Result<Type, Fault> {
    Ok(Type { shape: broadcast_all(dims, args)?, dtype: DType::Bool })
}

/// The shape that all arguments broadcast to.
pub fn broadcast_all(dims: &mut Dims, args: &[Type]) -> Result<Shape, Fault> {
    let mut shape = args.first().map(|ty| ty.shape.clone()).unwrap_or_default();
    for (i, ty) in args.iter().enumerate().skip(1) {
        let before = shape.clone();
        shape = shape::broadcast(dims, &shape, &ty.shape).map_err(|misfit| {
            let (left, right) = (dims.show(&misfit.left), dims.show(&misfit.right));
            let which = match misfit.axis_from_right {
                0 => "last dimensions".to_string(),
                1 => "second dimensions from the right".to_string(),
                n => format!("dimensions {} from the right", n + 1),
            };
            let fault = Fault::new(
                "nnlang::shape::broadcast",
                format!("these shapes do not broadcast: the {which} are {left} and {right}"),
            )
            .label(0, if i > 1 { before.show(dims) } else { String::new() })
            .label(i, "")
            .about(&[&misfit.left, &misfit.right]);
            // A vector that fits the rows of a matrix wants to be a column.
            let vector = match (&before[..], &ty.shape[..]) {
                ([rows, _], [k]) if dims.is_same(rows, k) => i,
                ([k], [rows, _]) if i == 1 && dims.is_same(rows, k) => 0,
                _ if i == 1 && is_name(&left) && is_name(&right) => {
                    return fault.because(format!(
                        "two names are two lengths; `assert {left} == {right}` above says that they are one"
                    ));
                }
                _ => return fault,
            };
            fault
                .mend(format!("write `expand({{{vector}}}, axis=1)`: a column, one entry for each row"))
                .instead_of(vector, format!("expand({{{vector}}}, axis=1)"))
        })?;
    }
    Ok(shape)
}

/// A reduction over the axes of attribute 0 (absent: all), each checked, kept as size 1 where attribute 1 says so; real.
pub fn reduce(dims: &mut Dims, args: &[Type], attrs: &Attrs) -> Result<Type, Fault> {
    for axis in attrs.ints(0).unwrap_or_default() {
        axis_in(dims, &args[0].shape, *axis)?;
    }
    Ok(Type::real(reduced(&args[0].shape, attrs.ints(0), attrs.flag(1))))
}

fn is_name(dim: &str) -> bool {
    dim.starts_with(char::is_alphabetic) && dim.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// `shape` without `axes` (absent: without all), or with size 1 in their place.
pub fn reduced(shape: &Shape, axes: Option<&[i64]>, keep: bool) -> Shape {
    let gone = |axis: usize| axes.is_none_or(|axes| axes.contains(&(axis as i64)));
    Shape::new(shape.iter().enumerate().filter_map(|(axis, dim)| match (gone(axis), keep) {
        (false, _) => Some(dim.clone()),
        (true, true) => Some(Dim::Num(1)),
        (true, false) => None,
    }))
}

/// As [`reduce`], with 0 or 1 as the result.
pub fn reduce_bool(dims: &mut Dims, args: &[Type], attrs: &Attrs) -> Result<Type, Fault> {
    Ok(Type { dtype: DType::Bool, ..reduce(dims, args, attrs)? })
}

/// As [`reduce`], with a whole number as the result; of nothing it is an error.
pub fn reduce_int(dims: &mut Dims, args: &[Type], attrs: &Attrs) -> Result<Type, Fault> {
    Ok(Type { dtype: DType::Int, ..reduce_some(dims, args, attrs)? })
}

/// As [`reduce`], of at least one entry where that is known.
pub fn reduce_some(dims: &mut Dims, args: &[Type], attrs: &Attrs) -> Result<Type, Fault> {
    let axes = attrs.ints(0);
    let gone = |axis: usize| axes.is_none_or(|axes| axes.contains(&(axis as i64)));
    if args[0].shape.iter().enumerate().any(|(axis, dim)| gone(axis) && dims.known(dim) == Some(0)) {
        return Err(Fault::new("nnlang::shape::empty", "there is no entry to choose from")
            .label(0, "")
            .mend("give it at least one entry"));
    }
    reduce(dims, args, attrs)
}

/// The type of the first argument, as a real, with the axis of attribute 0 checked.
pub fn along(dims: &mut Dims, args: &[Type], attrs: &Attrs) -> Result<Type, Fault> {
    axis_of(dims, &args[0].shape, attrs, 0)?;
    Ok(Type::real(args[0].shape.clone()))
}

/// The axis of attribute `i`, if `shape` has it.
pub fn axis_of(dims: &Dims, shape: &Shape, attrs: &Attrs, i: usize) -> Result<usize, Fault> {
    axis_in(dims, shape, attrs.int(i).unwrap_or(0))
}

fn axis_in(dims: &Dims, shape: &Shape, axis: i64) -> Result<usize, Fault> {
    match usize::try_from(axis) {
        Ok(axis) if axis < shape.rank() => Ok(axis),
        _ if shape.is_scalar() => Err(Fault::new("nnlang::shape::axis", "a single number has no axis").label(0, "")),
        _ => {
            let (shape, last) = (shape.show(dims), shape.rank() - 1);
            Err(Fault::new("nnlang::shape::axis", format!("{shape} has no axis {axis}"))
                .label(0, "")
                .because(format!("its axes are 0 to {last}")))
        }
    }
}

/// The place of a new axis of attribute `i`, if `shape` has room there.
pub fn new_axis_of(dims: &Dims, shape: &Shape, attrs: &Attrs, i: usize) -> Result<usize, Fault> {
    let axis = attrs.int(i).unwrap_or(0);
    usize::try_from(axis).ok().filter(|axis| *axis <= shape.rank()).ok_or_else(|| {
        let (shape, last) = (shape.show(dims), shape.rank());
        Fault::new("nnlang::shape::axis", format!("{shape} has no place {axis} for a new axis"))
            .label(0, "")
            .because(format!("its places are 0 to {last}"))
    })
}

/// The dimension of attribute `i`.
pub fn dim_of(attrs: &Attrs, i: usize) -> Result<Dim, Fault> {
    match attrs.get(i) {
        Attr::Dim(dim) => Ok((**dim).clone()),
        _ => Err(Fault::new("nnlang::shape::size", "a size is missing here")),
    }
}

/// `shape` with `dim` in the place of `axis`.
pub fn with_axis(shape: &Shape, axis: usize, dim: Dim) -> Shape {
    Shape::new(shape.iter().enumerate().map(|(i, old)| if i == axis { dim.clone() } else { old.clone() }))
}

/// `shape` with `dim` put in before `axis`.
pub fn insert_axis(shape: &Shape, axis: usize, dim: Dim) -> Shape {
    let mut all = shape.to_vec();
    all.insert(axis.min(shape.rank()), dim);
    Shape::new(all)
}

/// `shape` without `axis`.
pub fn without_axis(shape: &Shape, axis: usize) -> Shape {
    Shape::new(shape.iter().enumerate().filter(|(i, _)| *i != axis).map(|(_, dim)| dim.clone()))
}

/// `a + b`
pub fn add(dims: &Dims, a: &Dim, b: &Dim) -> Result<Dim, Fault> {
    dims.add(a, b).map_err(too_large)
}

/// `a * b`
pub fn mul(dims: &Dims, a: &Dim, b: &Dim) -> Result<Dim, Fault> {
    match (dims.known(a), dims.known(b)) {
        (Some(1), _) => Ok(b.clone()),
        (_, Some(1)) => Ok(a.clone()),
        _ => dims.mul(a, b).map_err(too_large),
    }
}

/// `a - b`
pub fn sub(dims: &Dims, a: &Dim, b: &Dim) -> Result<Dim, Fault> {
    dims.sub(a, b).map_err(too_large)
}

/// `floor(a/k)`
pub fn floor_div(dims: &Dims, a: &Dim, k: u64) -> Result<Dim, Fault> {
    dims.floor_div(a, k).map_err(too_large)
}

fn too_large(_: TooLarge) -> Fault {
    Fault::new("nnlang::shape::too_large", "this has more entries than can be counted")
}

/// The product of dimensions: how many entries there are.
pub fn count<'a>(dims: &Dims, shape: impl IntoIterator<Item = &'a Dim>) -> Result<Dim, Fault> {
    let mut product = Dim::Num(1);
    for dim in shape {
        product = mul(dims, &product, dim)?;
    }
    Ok(product)
}

/// For operators of [`crate::graph::Kernel::Expand`], of which no node is ever made.
pub fn expanded(_: &mut Dims, _: &[Type], _: &Attrs) -> Result<Type, Fault> {
    Err(Fault::new("nnlang::shape::expand", "this operator stands for another expression"))
}
