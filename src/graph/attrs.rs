//! What a node has besides its arguments: axes, shapes, numbers, a definition.

use super::{DefId, Loop, Param};
use crate::few::Shared;
use crate::shape::{Dim, Shape};
use crate::tensor::Tensor;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The attributes of a node, in the order of the non-tensor arguments of its table entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Attrs {
    /// None.
    #[default]
    None,
    /// One.
    One(Attr),
    /// More.
    Many(Shared<Attr>),
}

impl Attrs {
    /// From a list.
    pub fn from_vec(mut attrs: Vec<Attr>) -> Attrs {
        match attrs.len() {
            0 => Attrs::None,
            1 => attrs.pop().map_or(Attrs::None, Attrs::One),
            _ => Attrs::Many(attrs.into()),
        }
    }

    /// As a list.
    pub fn all(&self) -> &[Attr] {
        match self {
            Attrs::None => &[],
            Attrs::One(attr) => std::slice::from_ref(attr),
            Attrs::Many(attrs) => attrs,
        }
    }

    /// One of them; absent where there is none.
    pub fn get(&self, i: usize) -> &Attr {
        self.all().get(i).unwrap_or(&Attr::Absent)
    }

    /// A whole number (an axis).
    pub fn int(&self, i: usize) -> Option<i64> {
        if let Attr::Int(v) = self.get(i) { Some(*v) } else { None }
    }

    /// A list of whole numbers (axes).
    pub fn ints(&self, i: usize) -> Option<&[i64]> {
        if let Attr::Ints(v) = self.get(i) { Some(v) } else { None }
    }

    /// `true` or `false`.
    pub fn flag(&self, i: usize) -> bool {
        matches!(self.get(i), Attr::Flag(true))
    }

    /// A shape.
    pub fn dims(&self, i: usize) -> Option<&Shape> {
        if let Attr::Dims(v) = self.get(i) { Some(v) } else { None }
    }

    /// A string.
    pub fn text(&self, i: usize) -> Option<&str> {
        if let Attr::Text(v) = self.get(i) { Some(v) } else { None }
    }

    /// A number.
    pub fn number(&self, i: usize) -> Option<f64> {
        if let Attr::Number(bits) = self.get(i) { Some(f64::from_bits(*bits)) } else { None }
    }

    /// A definition.
    pub fn def(&self, i: usize) -> Option<DefId> {
        if let Attr::Def(def) = self.get(i) { Some(*def) } else { None }
    }
}

/// One attribute.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Attr {
    /// Not given.
    Absent,
    /// A whole number, an axis.
    Int(i64),
    /// Whole numbers, axes.
    Ints(Shared<i64>),
    /// A shape.
    Dims(Shape),
    /// A dimension.
    Dim(Arc<Dim>),
    /// `true` or `false`.
    Flag(bool),
    /// A string.
    Text(Arc<String>),
    /// A number, by its bits.
    Number(u64),
    /// A literal tensor.
    Tensor(Literal),
    /// A definition.
    Def(DefId),
    /// One slice for each axis.
    Slices(Shared<SliceSpec>),
    /// What a random draw is keyed by.
    Key(Shared<u64>),
    /// What a slot stands for.
    Param(Arc<Param>),
    /// The steps of a loop.
    Loop(Arc<Loop>),
}

/// A slice of one axis: `start, start + step, …`, `len` of them; all inside the axis.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SliceSpec {
    /// The first index, counted from the front.
    pub start: Dim,
    /// The distance; negative walks backwards.
    pub step: i64,
    /// How many.
    pub len: Dim,
}

/// A literal tensor, compared and hashed by its bits.
#[derive(Clone, Debug)]
pub struct Literal(pub Arc<Tensor>);

impl Literal {
    fn bits(&self) -> impl Iterator<Item = u64> + '_ {
        let real = if let Tensor::F64(a) = &*self.0 { Some(a.iter().map(|v| v.to_bits())) } else { None };
        let int = if let Tensor::Int(a) = &*self.0 { Some(a.iter().map(|v| *v as u64)) } else { None };
        let other = if let Tensor::Bool(a) = &*self.0 { Some(a.iter().map(|v| u64::from(*v))) } else { None };
        let single = if let Tensor::F32(a) = &*self.0 { Some(a.iter().map(|v| u64::from(v.to_bits()))) } else { None };
        real.into_iter()
            .flatten()
            .chain(int.into_iter().flatten())
            .chain(other.into_iter().flatten())
            .chain(single.into_iter().flatten())
    }
}

impl PartialEq for Literal {
    fn eq(&self, other: &Literal) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.0.dtype() == other.0.dtype() && self.0.shape() == other.0.shape() && self.bits().eq(other.bits()))
    }
}
impl Eq for Literal {}
impl Hash for Literal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.shape().hash(state);
        for bits in self.bits().take(64) {
            bits.hash(state);
        }
    }
}
