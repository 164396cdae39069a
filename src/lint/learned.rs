//! What a program learns: the scalars that are differentiated, and by what.

use crate::graph::{NodeId, Role};
use crate::lower::{Asked, Compiled, DefKind, ItemKind, default_by};
use crate::source::Span;
use crate::statements::About;
use crate::tensor::DType;
use rustc_hash::FxHashSet;

/// What is differentiated, and what moves it.
#[derive(Debug, Default)]
pub(super) struct Learned {
    /// The scalars.
    pub goals: Vec<NodeId>,
    /// Parameters; where there are none, what the questions differentiate by.
    pub weights: FxHashSet<NodeId>,
    /// Parameters, and what the questions name behind `wrt` and below `d`.
    pub said: FxHashSet<NodeId>,
}

impl Learned {
    /// Of the questions that `asked` accepts; where it accepts none but definitions, of the last scalar of a `whole` program.
    pub(super) fn of(compiled: &Compiled, whole: bool, asked: impl Fn(Span) -> bool) -> Learned {
        let mut out = Learned::default();
        let (mut last, mut output, mut default) = (None, false, false);
        let mut by: Vec<NodeId> = vec![];
        for item in compiled.items[compiled.seen.items..].iter().filter(|item| asked(item.span)) {
            output |= !matches!(item.kind, ItemKind::Define(_) | ItemKind::Blank(..));
            match &item.kind {
                ItemKind::Heading(_) | ItemKind::Blank(..) => {}
                ItemKind::Define(id) => {
                    let def = compiled.def(*id);
                    let node = compiled.graph.node(def.node);
                    if def.kind == DefKind::Variable && node.shape.is_scalar() && node.dtype == DType::Real {
                        last = Some(def.node);
                    }
                }
                ItemKind::Show(asked) => out.derivative(compiled, asked, &mut by),
                ItemKind::Ask(ask) => match ask.statement.about {
                    About::Derivative => ask.exprs.iter().for_each(|asked| out.derivative(compiled, asked, &mut by)),
                    About::Scalar | About::Goal => {
                        out.goals.extend(ask.exprs.iter().filter_map(|asked| asked.node));
                        default |= ask.wrt.is_empty();
                        by.extend(ask.wrt.iter().filter_map(|asked| asked.node));
                    }
                    About::Formula | About::Name | About::Value | About::Each | About::Program => {}
                },
            }
        }
        if !output && whole {
            out.goals.extend(last);
            default = true;
        }
        // A formula that is checked is no goal.
        let real = |goal: &NodeId| compiled.graph.node(*goal).dtype == DType::Real;
        out.goals.retain(|goal| compiled.graph.shape(*goal).is_scalar() && real(goal));
        let params = compiled.defs.iter().filter(|def| def.kind == DefKind::Param).map(|def| def.node);
        out.weights.extend(params);
        out.said.extend(out.weights.iter().chain(&by));
        if out.weights.is_empty() {
            out.weights.extend(by);
            if default {
                let goals = out.goals.iter();
                let all = goals.flat_map(|goal| default_by(compiled, *goal)).map(|id| compiled.def(id).node);
                out.weights.extend(all);
            }
        }
        out
    }

    fn derivative(&mut self, compiled: &Compiled, asked: &Asked, by: &mut Vec<NodeId>) {
        if let Some(of) = asked.of.filter(|of| compiled.graph.shape(*of).is_scalar()) {
            self.goals.push(of);
            by.extend(&asked.order);
        }
    }
}

/// What a node stands on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Stands {
    /// On something that is learnt.
    pub learnt: bool,
    /// On something that is not: data, a draw.
    pub given: bool,
    /// On two names at least.
    pub several: bool,
    one: Option<NodeId>,
}

/// What each of these nodes stands on; they come in order, each after its arguments.
pub(super) fn stands(compiled: &Compiled, order: &[NodeId], weights: &FxHashSet<NodeId>) -> Vec<Stands> {
    let mut out = vec![Stands::default(); order.last().map_or(0, |last| last.index() + 1)];
    for id in order {
        let node = compiled.graph.node(*id);
        let own = weights.contains(id);
        let mut here = Stands { learnt: own, one: own.then_some(*id), ..Stands::default() };
        if !own && matches!(node.op.def.role, Role::Slot | Role::Draw) {
            here = Stands { given: true, one: Some(*id), ..here };
        }
        for arg in node.args.iter().filter(|_| !own) {
            let below = out[arg.index()];
            here.learnt |= below.learnt;
            here.given |= below.given;
            here.several |= below.several || matches!((here.one, below.one), (Some(a), Some(b)) if a != b);
            here.one = here.one.or(below.one);
        }
        out[id.index()] = here;
    }
    out
}
