//! Shape rules shared by many operators.

use crate::graph::{Attrs, Fault, Type};
use crate::shape::{self, Dim, Dims, Shape};
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
            Fault::new(
                "nnlang::shape::broadcast",
                format!("these shapes do not broadcast: the {which} are {left} and {right}"),
            )
            .label(0, if i > 1 { before.show(dims) } else { String::new() })
            .label(i, "")
        })?;
    }
    Ok(shape)
}

/// A reduction over the axes of attribute 0 (absent: all), kept as size 1 where attribute 1 says so; real.
pub fn reduce(_: &mut Dims, args: &[Type], attrs: &Attrs) -> Result<Type, Fault> {
    Ok(Type::real(reduced(&args[0].shape, attrs.ints(0), attrs.flag(1))))
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

/// The type of the first argument, as a real.
pub fn same(_: &mut Dims, args: &[Type], _: &Attrs) -> Result<Type, Fault> {
    Ok(Type::real(args[0].shape.clone()))
}
