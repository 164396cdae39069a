//! Long chains of steps: the product of their local slopes, each short for itself, never multiplied out.

use super::algebra::Algebra;
use super::poly::{Mono, times};
use super::{Formula, Names, by_letters, laid_out, latex, print};
use crate::graph::NodeId;
use crate::lower::Compiled;
use crate::ops::build;
use crate::source::Span;

/// The product of scalars, each in its shortest form, with what they have in common in front: `r^2*(1 - 2x0)*(1 - 2x1)`; of
/// matrices, their product in this order.
pub fn product(compiled: &mut Compiled, factors: &[NodeId], of: NodeId, asked: Span) -> Option<Formula> {
    let names = Names::of(compiled, *factors.first()?, Some(of), false, asked);
    let mut algebra = Algebra::new(&mut compiled.graph, names.aliases, names.definitions, names.written);
    algebra.of_one = names.of_one;
    algebra.letters = by_letters(&names.texts);
    let (mut scale, mut all): (f64, Mono) = (1.0, vec![]);
    let mut matrices: Option<NodeId> = None;
    for factor in factors {
        let made = algebra.canonical(*factor);
        if algebra.graph.shape(made).rank() == 2 {
            matrices = Some(match matrices {
                None => made,
                Some(before) => build::matmul(algebra.graph, before, made).ok()?,
            });
            continue;
        }
        let (number, mono) = match algebra.poly(made).single() {
            Some(single) => single,
            None => {
                let (number, common, sum) = algebra.sum_atom(made);
                (number, times(&common, &vec![(sum, 1.0)]))
            }
        };
        scale *= number;
        all = times(&all, &mono);
    }
    let node = match matrices {
        Some(product) => product,
        None => algebra.monomial(scale, &all, None).ok()?,
    };
    let spelled = algebra.spelled;
    let text = match names.texts.get(&node) {
        Some(name) => name.clone(),
        None => laid_out(&print::Printer { compiled, names: &names.texts, spelled: &spelled, root: node }.text()),
    };
    Some(Formula { text, node, said: latex::Said { names: names.texts, spelled } })
}
