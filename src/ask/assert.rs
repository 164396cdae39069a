//! `assert expr`: silent, or an error with both sides and the difference.

use super::Cx;
use crate::diag::Diagnostic;
use crate::graph::Notation;
use crate::lower::Ask;
use crate::source::Span;
use crate::view::number;

pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    for asked in &ask.exprs {
        let node = cx.node(asked)?;
        let value = cx.eval.value(node, span)?;
        let entries = value.to_f64();
        let Some(at) = entries.iter().position(|v| *v == 0.0 || v.is_nan()) else { continue };
        let text = cx.text(asked.span);
        let mut problem = Diagnostic::error("nnlang::value::assert", format!("`{text}` does not hold"));
        let found = cx.eval.compiled.graph.node(node);
        let sides = match (found.op.def.notation, found.args.as_slice()) {
            // Of `a > 3 and a < 5` the sides are no numbers to subtract.
            (Notation::Infix(_), [left, right]) if !cx.is_condition(*left) && !cx.is_condition(*right) => {
                Some((*left, *right))
            }
            _ => None,
        };
        let index =
            if entries.ndim() == 0 { String::new() } else { format!(" at {:?}", index_of(entries.shape(), at)) };
        if let Some((left, right)) = sides {
            let sides = cx.eval.values(&[left, right], span)?;
            let (a, b) = (entry(&sides[0], entries.shape(), at), entry(&sides[1], entries.shape(), at));
            let shown = digits(a, b, cx.digits);
            problem = problem.at(
                asked.span,
                format!(
                    "left {}, right {}, difference {}{index}",
                    number(a, shown),
                    number(b, shown),
                    number(a - b, 3)
                ),
            );
        } else {
            problem = problem.at(
                asked.span,
                format!("it is {}{index}", number(entries.iter().nth(at).copied().unwrap_or(0.0), cx.digits)),
            );
        }
        return Err(Box::new(problem));
    }
    Ok(())
}

impl Cx<'_, '_> {
    fn is_condition(&self, node: crate::graph::NodeId) -> bool {
        self.eval.compiled.graph.node(node).dtype == crate::tensor::DType::Bool
    }
}

/// As many digits as it takes to tell two numbers apart.
fn digits(a: f64, b: f64, least: usize) -> usize {
    (least..17).find(|digits| number(a, *digits) != number(b, *digits)).unwrap_or(17)
}

fn index_of(shape: &[usize], mut flat: usize) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (axis, size) in shape.iter().enumerate().rev() {
        index[axis] = flat % size.max(&1);
        flat /= size.max(&1);
    }
    index
}

/// The entry of a side that broadcasts to `shape`.
fn entry(side: &crate::tensor::Tensor, shape: &[usize], flat: usize) -> f64 {
    let array = side.to_f64();
    let found = array.broadcast(shape).and_then(|whole| whole.iter().nth(flat).copied());
    found.unwrap_or(f64::NAN)
}
