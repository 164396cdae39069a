//! Rows from here on: `c[row : row + 720 : 6]`; and a row in another shape.

use super::Answer;
use super::equation::Cx;
use super::value::{self, Value};
use crate::source::Span;
use crate::syntax::ast::{Arg, ArgValue, Expr, Part, PartKind, Slot};
use ndarray::{ArrayD, Axis, IxDyn};

impl Cx<'_> {
    /// `resize(picture, 64, 64)`: pictures in another height and width. Those of a folder may differ.
    pub(super) fn resize(&mut self, args: &[Arg], span: Span) -> Answer<Value> {
        let [ArgValue::Expr(of), ArgValue::Expr(rows), ArgValue::Expr(columns)] =
            args.iter().map(|arg| &arg.value).collect::<Vec<_>>()[..]
        else {
            return Err(self.wrong("pictures in another size are `resize(picture, 64, 64)`, height first", span));
        };
        let mut size = |expr: &Expr| -> Answer<usize> {
            let number = self.value(expr)?.as_number().filter(|v| *v >= 1.0 && *v <= 65_536.0 && v.fract() == 0.0);
            number.map(|v| v as usize).ok_or_else(|| self.wrong("a size is a whole number from 1", expr.span))
        };
        let to = (size(rows)?, size(columns)?);
        if let [Part { kind: PartKind::Name(name) | PartKind::Text(name), .. }] = of.parts.as_slice()
            && self.table.is_pictures(name)
            && !self.named.iter().any(|named| named.name == *name)
        {
            let array = self.table.resized(to).map_err(|error| Box::new(error.diagnostic(Some(span))))?;
            return Ok(Value::each(array).made_of(&[name.as_str().into()]));
        }
        let value = self.value(of)?;
        let [outer @ .., height, width] = value.array.shape() else {
            return Err(self.wrong("pictures have a height and a width", span));
        };
        if outer.is_empty() {
            return Err(self.wrong("pictures have a height and a width", span));
        }
        let mut shape = outer.to_vec();
        shape.extend([to.0, to.1]);
        let planes: Vec<f64> = value.array.iter().copied().collect();
        let own = (*height, *width);
        let new =
            planes.chunks((height * width).max(1)).flat_map(|plane| crate::data::resized(plane, own, to)).collect();
        let array = ArrayD::from_shape_vec(IxDyn(&shape), new)
            .map_err(|_| self.wrong("pictures have a height and a width", span))?;
        Ok(Value { rows: value.rows, ..Value::one(array) }.made_of(&value.of))
    }

    /// `c[row + 792]`, `c[row : row + 720 : 6]`, `c[row + 792, 1]`: rows from here on, and columns of them.
    pub(super) fn window(&mut self, value: &Value, slots: &[Slot], span: Span) -> Answer<Value> {
        let words = value.texts.is_some() && value.array.iter().all(|v| v.is_nan());
        let value = if words { self.index(value, false, span)? } else { value.clone() };
        let Some((first, inner)) = slots.split_first() else { return Ok(value) };
        let files = self.table.spans();
        let (from, count, every) = match first {
            Slot::At(expr) => (self.value(expr)?, None, 1),
            Slot::Slice { start, stop, step, .. } => {
                let start = match start {
                    Some(start) => self.value(start)?,
                    None => Value::number(0.0),
                };
                let Some(stop) = stop else {
                    return Err(self.wrong("a window ends somewhere: `c[row : row + 5]`", span));
                };
                let stop = self.value(stop)?;
                let every = match step {
                    Some(step) => self.value(step)?.as_number().filter(|step| *step >= 1.0 && step.fract() == 0.0),
                    None => Some(1.0),
                };
                let Some(every) = every else {
                    return Err(self.wrong("the step of a window is a whole number from 1", span));
                };
                let long = value::zip(&[&start, &stop], |v| v[1] - v[0]);
                let long = long.and_then(|long| {
                    let first = long.array.iter().next().copied()?;
                    (first >= 1.0 && long.array.iter().all(|v| *v == first)).then_some(first)
                });
                let Some(long) = long else {
                    return Err(self.wrong("a window is as long in every row: `c[row : row + 5]`", span));
                };
                (start, Some(libm::ceil(long / every) as usize), every as usize)
            }
        };
        if !value.rows || from.width() != 1 {
            return Err(self.wrong("a window is over the rows of a column: `c[row : row + 5]`", span));
        }
        let long = count.unwrap_or(1);
        let bytes = 8.0 * self.table.rows() as f64 * long as f64 * value.width() as f64;
        if bytes > self.most as f64 {
            return Err(super::faults::wide_windows(bytes, self.most, span));
        }
        let mut picked = Vec::with_capacity(self.table.rows() * long);
        let (mut base, mut at) = (0, 0);
        let starts: Vec<f64> = from.array.iter().copied().collect();
        for (first, rows, of) in files {
            for _ in 0..rows {
                let start = starts[if from.rows { at } else { 0 }];
                for step in 0..long {
                    let to = start + (step * every) as f64;
                    let inside = to >= 0.0 && to < of as f64 && to.fract() == 0.0;
                    self.outside[at] |= !inside;
                    let place = to as usize;
                    let here = inside && (first..first + rows).contains(&place);
                    if inside && !here && self.core.contains(&at) {
                        let (before, behind) = &mut self.beyond;
                        *before = (*before).max(first.saturating_sub(place));
                        *behind = (*behind).max((place + 1).saturating_sub(first + rows));
                    }
                    picked.push(if here { base + place - first } else { base });
                }
                at += 1;
            }
            base += rows;
        }
        let gathered = value.array.select(Axis(0), &picked);
        let mut shape = vec![self.table.rows()];
        shape.extend(count);
        shape.extend(value.inner());
        let mut array = ArrayD::from_shape_vec(IxDyn(&shape), gathered.iter().copied().collect()).unwrap_or_default();
        let mut axis = shape.len() - value.inner().len();
        for slot in inner {
            let constant = |cx: &mut Self, expr: &Expr| -> Answer<i64> {
                let number = cx.value(expr)?.as_number().filter(|v| v.fract() == 0.0);
                number.map(|v| v as i64).ok_or_else(|| cx.wrong("a column's place is a whole number", expr.span))
            };
            let wide = array.shape().get(axis).copied().unwrap_or(0) as i64;
            match slot {
                Slot::At(expr) => {
                    let at = constant(self, expr)?;
                    let at = if at < 0 { at + wide } else { at };
                    if !(0..wide).contains(&at) {
                        return Err(self.wrong(&format!("there are {wide} columns, counted from 0"), expr.span));
                    }
                    array = array.index_axis_move(Axis(axis), at as usize);
                }
                Slot::Slice { start, stop, .. } => {
                    let low = start.as_ref().map_or(Ok(0), |expr| constant(self, expr))?.clamp(0, wide);
                    let high = stop.as_ref().map_or(Ok(wide), |expr| constant(self, expr))?.clamp(low, wide);
                    array.slice_axis_inplace(Axis(axis), ndarray::Slice::from(low as usize..high as usize));
                    axis += 1;
                }
            }
        }
        let array = array.as_standard_layout().into_owned();
        Ok(Value { whole: value.whole, kinds: value.kinds.clone(), ..Value::each(array) }.made_of(&value.of))
    }

    /// `reshape(c, [_, 28, 28])`: the rows stay.
    pub(super) fn reshape(&mut self, value: &Value, shape: &Expr, span: Span) -> Answer<Value> {
        let said = match shape.parts.as_slice() {
            [Part { kind: PartKind::List(items), .. }] => items,
            _ => return Err(self.wrong("the shape is a list: `reshape(c, [_, 784])`", shape.span)),
        };
        let mut inner = vec![];
        for item in said.iter().skip(1) {
            let number = self.value(item)?.as_number().filter(|v| *v >= 1.0 && v.fract() == 0.0);
            inner.push(number.ok_or_else(|| self.wrong("a size is a whole number from 1", item.span))? as usize);
        }
        if inner.iter().product::<usize>() != value.width() {
            let wide = value.width();
            return Err(self.wrong(&format!("a row has {wide} numbers, and this shape another count"), span));
        }
        let mut full = vec![value.array.shape()[0]];
        full.extend(&inner);
        let array = value.array.as_standard_layout().into_owned().into_shape_with_order(IxDyn(&full));
        let array = array.map_err(|_| self.wrong("a row has another count of numbers", span))?;
        Ok(Value { array, texts: None, ..value.clone() })
    }
}
