//! Reductions of a line, in the order in which they stand: made of the rows at hand, as a model has kept them, or counted in a pass
//! over a file that is larger than memory.

use super::equation::Cx;
use super::kinds::Counting;
use super::statistics::Tally;
use super::{Answer, Kept, faults};
use crate::diag::Diagnostic;
use crate::outside::{Refusal, Scratch};
use crate::source::Span;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Where the reductions of a line come from.
pub(super) enum Reductions {
    /// Made of the rows at hand; what they were.
    Made(Vec<Kept>),
    /// As they were.
    Were(std::vec::IntoIter<Kept>),
    /// Counted, or known from the pass before.
    Pass(Pass),
}

/// A line in a pass.
#[derive(Default)]
pub(super) struct Pass {
    pub(super) slots: Vec<Slot>,
    pub(super) at: usize,
    /// How many reductions were met that are not known.
    pub(super) unknown: usize,
}

/// A reduction in a pass.
pub(super) enum Slot {
    Known(Kept),
    Counts(Box<Sum>, Span),
    /// What it is of is not known.
    Waits,
}

/// What the rows so far come to.
pub(super) struct Sum {
    pub(super) summing: Summing,
    /// What is wrong where there is nothing to make it of.
    pub(super) lacks: Box<Diagnostic>,
}

/// Of the rows so far.
pub(super) enum Summing {
    /// The shape of the result, and numbers.
    Numbers(Vec<usize>, Tally),
    /// How often each text stands there.
    Kinds(FxHashMap<String, u64>, Counting),
    /// The most pieces that a text has.
    Longest(usize),
}

impl Sum {
    /// What it comes to.
    pub(super) fn kept(self, span: Span) -> Answer<Kept> {
        let refused = |refusal: Refusal| faults::no_room(&refusal, span);
        match self.summing {
            Summing::Numbers(shape, tally) => {
                let numbers = tally.result().map_err(refused)?.ok_or(self.lacks)?;
                Ok(Kept::Numbers(shape, numbers))
            }
            Summing::Kinds(counts, counting) => counting.kept(&counts).map(Kept::Kinds).ok_or(self.lacks),
            Summing::Longest(longest) => Ok(Kept::Numbers(vec![1], vec![longest as f64])),
        }
    }

    /// Puts what is held of many numbers beside memory.
    pub(super) fn relieve(
        &mut self,
        scratch: &mut dyn FnMut() -> Result<Arc<dyn Scratch>, Refusal>,
    ) -> Result<(), Refusal> {
        match &mut self.summing {
            Summing::Numbers(_, tally) => tally.relieve(scratch),
            Summing::Kinds(..) | Summing::Longest(_) => Ok(()),
        }
    }
}

impl Cx<'_> {
    /// The next reduction of the line; none where it is not known yet.
    pub(super) fn reduction(
        &mut self,
        span: Span,
        begin: impl FnOnce(&Self) -> Sum,
        add: impl FnOnce(&Self, &mut Sum),
    ) -> Answer<Option<Kept>> {
        match &mut self.reductions {
            Reductions::Made(_) => {
                let mut sum = begin(self);
                add(self, &mut sum);
                let kept = sum.kept(span)?;
                if let Reductions::Made(all) = &mut self.reductions {
                    all.push(kept.clone());
                }
                Ok(Some(kept))
            }
            Reductions::Were(all) => match all.next() {
                Some(kept) => Ok(Some(kept)),
                None => Err(self.wrong("what was kept of training is of another program", span)),
            },
            Reductions::Pass(pass) => {
                let at = pass.at;
                pass.at += 1;
                if let Some(Slot::Known(kept)) = pass.slots.get(at) {
                    return Ok(Some(kept.clone()));
                }
                pass.unknown += 1;
                if pass.slots.len() <= at {
                    pass.slots.push(Slot::Waits);
                }
                if !self.args_known {
                    return Ok(None);
                }
                let sum = match std::mem::replace(&mut pass.slots[at], Slot::Waits) {
                    Slot::Counts(sum, _) => Some(sum),
                    Slot::Known(_) | Slot::Waits => None,
                };
                let mut sum = sum.unwrap_or_else(|| Box::new(begin(self)));
                add(self, &mut sum);
                if let Reductions::Pass(pass) = &mut self.reductions {
                    pass.slots[at] = Slot::Counts(sum, span);
                }
                Ok(None)
            }
        }
    }

    /// How many reductions of the line are not known so far.
    pub(super) fn unknown(&self) -> usize {
        match &self.reductions {
            Reductions::Pass(pass) => pass.unknown,
            Reductions::Made(_) | Reductions::Were(_) => 0,
        }
    }

    /// Something that is not known is used.
    pub(super) fn waits(&mut self) {
        if let Reductions::Pass(pass) = &mut self.reductions {
            pass.unknown += 1;
        }
    }
}
