//! What lowering gives: the graph, its definitions, and what is asked of them.

use super::Openers;
use crate::graph::{self, DefId, Graph, NodeId};
use crate::resolve::hir;
use crate::shape::Dim;
use crate::source::Span;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What a definition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefKind {
    /// `u = b*c`
    Variable,
    /// `a = 5`: it depends on no other name.
    Leaf,
    /// `input x : [3, m]`
    Input,
    /// `param W : [3, 4] = xavier`, and what a layer trains.
    Param,
    /// A parameter or local name of one call of a function or network, or an index.
    Local,
}

/// A definition.
#[derive(Clone, Debug)]
pub struct Def {
    /// As the user writes it.
    pub name: Arc<str>,
    /// Where it is defined.
    pub span: Span,
    /// What it is.
    pub kind: DefKind,
    /// Its node: a slot, or a definition node over its value.
    pub node: NodeId,
    /// What a slot holds at first, where the program says so.
    pub init: Option<NodeId>,
    /// Its shape was stated in the program.
    pub stated: bool,
}

/// The program as a graph.
#[derive(Clone, Debug, Default)]
pub struct Compiled {
    /// The graph.
    pub graph: Graph,
    /// All definitions.
    pub defs: Vec<Def>,
    /// The definition of each global, where it has one.
    pub globals: Vec<Option<DefId>>,
    /// Where each node was written.
    pub spans: Vec<Span>,
    /// What is asked, in order.
    pub items: Vec<Item>,
    /// The memory of what each node is evaluated as.
    pub openers: Openers,
    /// The evaluated form of each slot's first expression, as it becomes known.
    pub inits: FxHashMap<DefId, NodeId>,
    /// The settings of the file.
    pub settings: hir::Settings,
    /// Where a vector was written beside something of more axes.
    pub beside: Vec<Beside>,
    /// The divisions that the program writes.
    pub quotients: Vec<Quotient>,
    /// The flag `training`, where something asks for it.
    pub training: Option<DefId>,
    /// First states that training carries from batch to batch: the slot, what the batch leaves, what an epoch begins with.
    pub carried: Vec<Carried>,
    /// What is kept and not trained, with what it becomes at each step of training.
    pub kept: Vec<(DefId, NodeId)>,
    /// The layers that the program writes.
    pub layers: Vec<Layered>,
    /// What a network computed inside, by the name under which it can be asked for: `encoder.a1`, or `h.a1` of one call.
    pub insides: Arc<FxHashMap<DefId, Arc<str>>>,
    /// The names that stand for a derivative, `dz = dL/dz`: by what each is, one for each order.
    pub slopes: FxHashMap<NodeId, Vec<NodeId>>,
    /// The recurrences.
    pub recurrences: Vec<Recurrent>,
    /// The program's functions that hide one of the library's.
    pub hiding: Vec<(Arc<str>, Span, hir::GlobalId)>,
    /// Every `?`: what is to be filled in.
    pub blanks: Vec<Span>,
    /// What earlier texts brought: it was looked through for warnings already.
    pub seen: Seen,
}

/// How much of a program was there before.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// So many nodes.
    pub nodes: usize,
    /// So many statements.
    pub items: usize,
    /// So many definitions.
    pub defs: usize,
    /// So many divisions.
    pub quotients: usize,
}

/// How far a program had been lowered.
#[derive(Clone, Debug, Default)]
pub struct Mark {
    graph: graph::Mark,
    defs: usize,
    spans: usize,
    items: usize,
    settings: hir::Settings,
    beside: usize,
    quotients: usize,
    layers: usize,
    insides: Arc<FxHashMap<DefId, Arc<str>>>,
}

impl Compiled {
    /// All that is there is seen.
    pub fn look_away(&mut self) {
        self.seen = Seen {
            nodes: self.graph.len(),
            items: self.items.len(),
            defs: self.defs.len(),
            quotients: self.quotients.len(),
        };
    }

    /// How far it has come.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            graph: self.graph.mark(),
            defs: self.defs.len(),
            spans: self.spans.len(),
            items: self.items.len(),
            settings: self.settings.clone(),
            beside: self.beside.len(),
            quotients: self.quotients.len(),
            layers: self.layers.len(),
            insides: self.insides.clone(),
        }
    }

    /// As it was when so many globals were `named`: what was added since, to the graph too, is taken back.
    pub(super) fn back_to(&mut self, mark: &Mark, named: usize) {
        // Every field: what is new here has to come back too.
        let Compiled {
            graph,
            defs,
            globals,
            spans,
            items,
            openers,
            inits,
            settings,
            beside,
            quotients,
            layers,
            insides,
            slopes,
            recurrences,
            hiding,
            training,
            carried,
            kept,
            // The next text brings all of them.
            blanks: _,
            seen: _,
        } = self;
        graph.back_to(&mark.graph);
        let (nodes, count) = (mark.graph.len, mark.defs);
        defs.truncate(count);
        globals.truncate(named);
        spans.truncate(mark.spans);
        items.truncate(mark.items);
        openers.plain.forget(nodes);
        inits.retain(|def, node| def.index() < count && node.index() < nodes);
        settings.clone_from(&mark.settings);
        beside.truncate(mark.beside);
        quotients.truncate(mark.quotients);
        *training = training.filter(|def| def.index() < count);
        kept.retain(|(def, node)| def.index() < count && node.index() < nodes);
        carried.retain(|own| own.def.index() < count && own.last.index() < nodes);
        layers.truncate(mark.layers);
        insides.clone_from(&mark.insides);
        recurrences.retain(|told| told.names.iter().all(|name| name.def.index() < count));
        slopes.retain(|node, _| node.index() < nodes);
        hiding.retain(|(.., global)| (global.0 as usize) < named);
    }
}

impl Mark {
    /// How many nodes the graph had.
    pub(super) fn nodes(&self) -> usize {
        self.graph.len
    }
}

/// A division as the program writes it.
#[derive(Clone, Debug)]
pub struct Quotient {
    /// What is divided by.
    pub divisor: NodeId,
    /// Its text.
    pub divisor_span: Span,
    /// The terms of a divisor that is written as a difference.
    pub difference: Option<[NodeId; 2]>,
    /// Is the divisor a product written together, as in `1/2x`?
    pub together: bool,
    /// The whole.
    pub span: Span,
}

/// A first state that training carries from batch to batch.
#[derive(Clone, Copy, Debug)]
pub struct Carried {
    /// The slot of the state.
    pub def: DefId,
    /// What a batch leaves.
    pub last: NodeId,
    /// What an epoch begins with.
    pub start: NodeId,
    /// The word `carried`.
    pub span: Span,
}

/// Recurrences that take part in each other, as their equations were written.
#[derive(Clone, Debug)]
pub struct Recurrent {
    /// The name of the index.
    pub index: Arc<str>,
    /// The slot that stands for it in the equations.
    pub step: NodeId,
    /// How many steps.
    pub length: Dim,
    /// From the last step to the first?
    pub backward: bool,
    /// The names, in order.
    pub names: Vec<RecurrentName>,
    /// What is indexed by the step.
    pub sequences: Vec<RecurrentSequence>,
}

/// One name of a recurrence.
#[derive(Clone, Debug)]
pub struct RecurrentName {
    /// Its definition: all steps.
    pub def: DefId,
    /// The axis of the index.
    pub axis: usize,
    /// How many steps it is looked back at.
    pub lag: u64,
    /// The slot of what it was in the step before.
    pub before: Option<NodeId>,
    /// Its value at a step, over the slots.
    pub now: NodeId,
    /// What was before the first step.
    pub start: Option<NodeId>,
}

/// Something that is indexed by the step of a recurrence.
#[derive(Clone, Copy, Debug)]
pub struct RecurrentSequence {
    /// The slot of its entry.
    pub slot: NodeId,
    /// The whole.
    pub of: NodeId,
    /// The axis of the step.
    pub axis: usize,
    /// So many steps ahead.
    pub offset: u64,
}

/// A layer.
#[derive(Clone, Debug)]
pub struct Layered {
    /// What it takes.
    pub source: NodeId,
    /// What it gives.
    pub output: NodeId,
    /// The activation's name, where it says one.
    pub activation: Option<Span>,
    /// Its word.
    pub word: Span,
    /// Its number of units, after which an activation would stand.
    pub units: Span,
    /// Is it a product with weights of the last axis?
    pub dense: bool,
}

/// A vector and something of more axes, entry by entry, as the program writes it.
#[derive(Clone, Debug)]
pub struct Beside {
    /// The one with more axes.
    pub wide: NodeId,
    /// The vector.
    pub narrow: NodeId,
    /// The vector's text.
    pub narrow_span: Span,
    /// The whole.
    pub span: Span,
}

/// One statement to answer.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its text.
    pub span: Span,
    /// What it is.
    pub kind: ItemKind,
}

/// What a statement is.
#[derive(Clone, Debug)]
pub enum ItemKind {
    /// A definition: nothing to answer, unless nothing is asked at all.
    Define(DefId),
    /// A definition that is to be filled in, or waits for one: its name, and the line that is the reader's.
    Blank(Arc<str>, Span),
    /// An expression on a line of its own.
    Show(Box<Asked>),
    /// A string on a line of its own.
    Heading(Arc<str>),
    /// An inspection statement; its expressions are all there.
    Ask(Box<Ask>),
}

/// An expression that a question is about.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Its value; `None`: it is wrong, and reported.
    pub node: Option<NodeId>,
    /// Its text.
    pub span: Span,
    /// The definition that it names, if it is a name alone.
    pub def: Option<DefId>,
    /// What it is the derivative of, where it is one of a name.
    pub of: Option<NodeId>,
    /// By what, where it is a derivative of the first order by one name.
    pub by: Option<NodeId>,
    /// By what, one name for each order.
    pub order: Vec<NodeId>,
    /// Why it is zero, where it is a derivative that is.
    pub zero: Option<Zero>,
    /// The line to be filled in that it waits for.
    pub waits: Option<Span>,
    /// What `check` compares, where it is a comparison; their shapes may not fit.
    pub sides: Option<[Side; 2]>,
}

/// One side of a comparison.
#[derive(Clone, Debug)]
pub struct Side {
    /// Its value.
    pub node: NodeId,
    /// Its text.
    pub span: Span,
    /// Of what and by what it is the derivative, where it is one.
    pub derived: Option<(NodeId, Vec<NodeId>)>,
}

/// Why a derivative is zero.
#[derive(Clone, Debug, PartialEq)]
pub enum Zero {
    /// Nothing connects them.
    Unconnected,
    /// The derivative of an order before, by its name, does not depend on this.
    Constant(String, String),
    /// The reason of what is flat.
    Flat(String),
}

/// An inspection statement.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Which one.
    pub statement: &'static crate::statements::Statement,
    /// Its word, as it stands there.
    pub word: crate::syntax::ast::Name,
    /// The expressions.
    pub exprs: Vec<Asked>,
    /// After `wrt`.
    pub wrt: Vec<Asked>,
    /// After `wrt`: networks, and of a question that moves parameters all that stands there.
    pub wholes: Vec<crate::syntax::ast::Name>,
    /// After `by`.
    pub by: Option<Asked>,
    /// After `in`.
    pub within: Option<Asked>,
    /// `for z in …`: the index's definition (a slot without a value) and the values.
    pub over: Option<(DefId, Asked)>,
    /// The second range of a map.
    pub across: Option<(DefId, Asked)>,
    /// `for epoch`
    pub epochs: bool,
    /// After `with`.
    pub beside: Vec<Asked>,
    /// Before `times`.
    pub times: Option<Asked>,
    /// After `to`.
    pub to: Option<crate::source::Spanned<String>>,
    /// After `as`.
    pub form: Option<crate::syntax::ast::Name>,
    /// Of `predict`: the new rows.
    pub file: Option<crate::source::Spanned<String>>,
    /// `by adam(lr=0.01)`, and the lines of `train`.
    pub training: Option<Box<hir::Training<Asked>>>,
    /// The slots of `epoch` and `step`.
    pub clock: Option<(DefId, DefId)>,
}

impl Ask {
    /// All of its expressions.
    pub fn asked(&self) -> impl Iterator<Item = &Asked> {
        let more = [&self.by, &self.within, &self.times].into_iter().flatten();
        self.exprs
            .iter()
            .chain(&self.wrt)
            .chain(more)
            .chain(self.over.iter().chain(&self.across).map(|(_, range)| range))
            .chain(&self.beside)
    }
}

impl Compiled {
    /// A definition.
    pub fn def(&self, id: DefId) -> &Def {
        &self.defs[id.index()]
    }

    /// Where a node was written.
    pub fn span(&self, id: NodeId) -> Option<Span> {
        let id = self.graph.origin(id).map_or(id, |origin| origin.node);
        self.spans.get(id.index()).copied()
    }

    /// The leaves that give a dimension its number, with that dimension, where a shape of what `roots` stand on has it: `m`
    /// after `m = 209` and `x : [3, m]`.
    pub fn sizes(&self, roots: &[NodeId]) -> Vec<(DefId, Dim)> {
        let mut named: FxHashMap<&str, &Dim> = FxHashMap::default();
        for id in self.graph.reach(roots) {
            for dim in self.graph.shape(id).iter() {
                if let Dim::Named(_, name) = dim {
                    named.insert(name, dim);
                }
            }
        }
        let leaves = self.defs.iter().enumerate().filter(|(_, def)| !named.is_empty() && def.kind == DefKind::Leaf);
        leaves.filter_map(|(i, def)| Some((DefId(i as u32), (*named.get(&*def.name)?).clone()))).collect()
    }

    /// The definition whose node this is.
    pub fn def_of(&self, id: NodeId) -> Option<DefId> {
        let node = self.graph.node(id);
        match node.op.def.role {
            crate::graph::Role::Slot | crate::graph::Role::Def => node.op.attrs.def(0),
            crate::graph::Role::Plain
            | crate::graph::Role::Number
            | crate::graph::Role::Literal
            | crate::graph::Role::Dim
            | crate::graph::Role::Stop
            | crate::graph::Role::Draw => None,
        }
    }
}
