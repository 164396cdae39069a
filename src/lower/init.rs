//! How parameters begin: the draws of an initialiser, as nodes.

use super::Cx;
use crate::graph::{Attr, Attrs, Fault, Graph, Is, NodeId};
use crate::layers::init::{ALL, Fan, Init, Method, Scale};
use crate::ops::{self, build};
use crate::resolve::hir::Initialiser;
use crate::shape::{Dim, Shape};
use crate::source::Span;

/// An initialiser as it is written: `0.02normal`.
#[derive(Clone, Debug)]
pub(super) struct Begin {
    pub word: String,
    pub scale: Option<f64>,
    pub span: Span,
}

impl Begin {
    pub fn of(init: &Initialiser) -> Begin {
        Begin { word: init.name.text.clone(), scale: init.scale, span: init.name.span }
    }

    pub fn new(word: &str, span: Span) -> Begin {
        Begin { word: word.to_string(), scale: None, span }
    }
}

impl Cx<'_> {
    /// The first value of a parameter of this shape: `[in, out]`, or a vector; of a window's weights `[out, in, …]`.
    pub(super) fn initial(&mut self, begin: &Begin, shape: &Shape) -> Option<NodeId> {
        let Begin { word, scale: factor, span } = begin;
        let Some(init) = Init::find(word) else {
            let known = ALL.iter().map(|init| init.name);
            let here = crate::resolve::foreign::initialiser(word).or_else(|| crate::diag::nearest(word, known));
            self.report(crate::resolve::errors::initialiser(word, here, *span));
            return None;
        };
        self.here = Some(*span);
        let key = self.draw_key(0);
        let draw = |graph: &mut Graph, is: Is| {
            graph.add(ops::of(is), Attrs::from_vec(vec![Attr::Dims(shape.clone()), key.clone()]), &[])
        };
        let factor = *factor;
        let graph = &mut self.out.graph;
        let made = match init.method {
            Method::Zeros | Method::Ones => {
                let one = factor.unwrap_or(1.0);
                let value = ops::number(graph, if matches!(init.method, Method::Ones) { one } else { 0.0 });
                build::broadcast_to(graph, value, shape.clone())
            }
            Method::Normal(scale) => draw(graph, Is::Normal).and_then(|x| {
                let by = node(scale, factor, graph, shape)?;
                build::mul(graph, by, x)
            }),
            Method::Uniform(scale) => draw(graph, Is::Uniform).and_then(|u| {
                // (2u - 1)*limit
                let (two, one) = (ops::number(graph, 2.0), ops::number(graph, 1.0));
                let doubled = build::mul(graph, two, u)?;
                let centred = build::sub(graph, doubled, one)?;
                let by = node(scale, factor, graph, shape)?;
                build::mul(graph, by, centred)
            }),
            Method::Orthogonal => draw(graph, Is::Normal).and_then(|x| {
                let made = orthogonal(graph, x)?;
                let Some(factor) = factor else { return Ok(made) };
                let factor = ops::number(graph, factor);
                build::mul(graph, factor, made)
            }),
        };
        let made = self.made(made, *span, &[]);
        self.settle();
        made
    }
}

/// The scale for weights `[in, out]` (a vector counts as `[in]`), as a node: sizes may be names. Weights of more axes are
/// those of a window, `[out, in, …]`: each unit takes `in` times the size of the window.
fn node(scale: Scale, factor: Option<f64>, graph: &mut Graph, shape: &Shape) -> Result<NodeId, Fault> {
    // `0.02normal` is a standard normal times 0.02.
    let gain = match (factor, scale.fan) {
        (Some(factor), Fan::One) => return Ok(ops::number(graph, factor)),
        (factor, _) => scale.gain * factor.map_or(1.0, |factor| factor * factor),
    };
    let gain = ops::number(graph, gain);
    let dim = |graph: &mut Graph, dims: &[Dim]| {
        let mut product = build::dim(graph, dims.first().cloned().unwrap_or(Dim::Num(1)));
        for more in dims.iter().skip(1) {
            let more = build::dim(graph, more.clone());
            product = build::mul(graph, product, more)?;
        }
        Ok(product)
    };
    let dims: Vec<Dim> = shape.iter().cloned().collect();
    let (inputs, outputs) = match dims.as_slice() {
        [] => (vec![], vec![]),
        [inputs] => (vec![inputs.clone()], vec![Dim::Num(1)]),
        [inputs, outputs] => (vec![inputs.clone()], vec![outputs.clone()]),
        [outputs, rest @ ..] => (rest.to_vec(), [std::slice::from_ref(outputs), &rest[1..]].concat()),
    };
    let fan = match scale.fan {
        _ if dims.is_empty() => ops::number(graph, 1.0),
        Fan::One => ops::number(graph, 1.0),
        Fan::In => dim(graph, &inputs)?,
        Fan::InPlusOut => {
            let inputs = dim(graph, &inputs)?;
            let outputs = if dims.len() == 1 { ops::number(graph, 1.0) } else { dim(graph, &outputs)? };
            build::add(graph, inputs, outputs)?
        }
    };
    let ratio = build::div(graph, gain, fan)?;
    graph.add(ops::of(Is::Sqrt), Attrs::None, &[ratio])
}

/// Orthonormal columns from a random matrix `x`: with `x' x = L L'`, the columns of `x (L')^-1` are orthonormal. The axes
/// after the first of a window's weights count as one.
fn orthogonal(graph: &mut Graph, x: NodeId) -> Result<NodeId, Fault> {
    let shape = graph.shape(x).clone();
    if shape.rank() < 2 {
        let title = format!("`orthogonal` fills a matrix, and this is {}", shape.show(&graph.dims));
        return Err(
            Fault::new("nnlang::shape::rank", title).mend("state two axes, or write another initialiser: `normal`")
        );
    }
    if shape.rank() > 2 {
        let mut inner = shape[1].clone();
        for dim in shape.iter().skip(2) {
            inner =
                graph.dims.mul(&inner, dim).map_err(|_| Fault::new("nnlang::shape::too_large", "this is too large"))?;
        }
        let flat = build::reshape_to(graph, x, Shape::new([shape[0].clone(), inner]))?;
        let made = orthogonal(graph, flat)?;
        return build::reshape_to(graph, made, shape);
    }
    let wide = match (graph.dims.known(&shape[0]), graph.dims.known(&shape[1])) {
        (Some(rows), Some(columns)) => rows < columns,
        _ => false,
    };
    let tall = if wide { build::transposed(graph, x)? } else { x };
    let turned = build::transposed(graph, tall)?;
    let product = build::matmul(graph, turned, tall)?;
    let factor = graph.add(ops::of(Is::Cholesky), Attrs::None, &[product])?;
    // Q' = L^-1 x'
    let rows = graph.add(ops::of(Is::Solve), Attrs::None, &[factor, turned])?;
    if wide { Ok(rows) } else { build::transposed(graph, rows) }
}
