//! Formulas: a node of the graph as a person would write it, with the program's own names put back.
//!
//! Two equal forms of every pointwise piece are compared, as it stands and as a sum of products of powers with what is
//! common in front, and the shorter wins. Before it is printed a formula is compared with the graph at random points:
//! what is not exactly the derivative is never printed.

mod algebra;
mod chain;
mod cost;
mod differ;
mod factor;
mod gather;
mod inverse;
mod latex;
mod linear;
mod names;
mod pairs;
mod pointwise;
mod poly;
mod print;
mod readable;
mod reduce;
mod sides;
mod signs;
mod tiles;
mod write;

use crate::graph::{DefId, Diff, Graph, Kernel, NodeId, OpDef, Role, verify_pass};
use crate::graph::{Form, form};
use crate::lower::{self, Compiled, DefKind};
use crate::ops::build;
use crate::shape::Dim;
use crate::simplify::Opener;
use crate::source::Span;
use algebra::Algebra;
pub use chain::product;
pub use differ::difference;
pub use latex::latex;
pub use readable::READABLE;
use rustc_hash::FxHashMap;
pub use tiles::{chosen, entry_of, moved_from, parts_of, tidied};

/// A formula and the node that it says.
#[derive(Clone, Debug)]
pub struct Formula {
    /// In the program's notation.
    pub text: String,
    /// The node that was printed, to be compared with the one that was asked.
    pub node: NodeId,
    /// With what it was printed.
    said: latex::Said,
}

/// How a formula is looked for.
#[derive(Clone, Copy, Default)]
pub struct Wanted {
    /// What is differentiated.
    pub of: Option<NodeId>,
    /// No names but those that the definition of `of` is made of.
    pub own: bool,
    /// Also by the name of `of`: `-k*J`.
    pub itself: bool,
    /// Never by dividing by what may be 0: `k*x^(k - 1)`, not `k*p/x`.
    pub strict: bool,
}

/// The formula of `root`. The name `hidden` (what is differentiated) is not used in it.
pub fn formula(compiled: &mut Compiled, root: NodeId, hidden: Option<NodeId>, asked: Span) -> Formula {
    let names = Names::of(compiled, root, hidden, false, asked);
    written(compiled, names, hidden, false)
}

/// The formula of `root` as it is wanted; `None` where all names are those of `of` anyway.
pub fn formula_with(compiled: &mut Compiled, root: NodeId, wanted: Wanted, asked: Span) -> Option<Formula> {
    let mut names = Names::of(compiled, root, wanted.of, wanted.itself, asked);
    if let Some(of) = wanted.of.filter(|_| wanted.own) {
        let own: rustc_hash::FxHashSet<NodeId> = compiled.graph.reach(&[of]).into_iter().collect();
        let before = names.texts.len();
        let given = |id: &NodeId| matches!(compiled.graph.def(*id).role, Role::Slot | Role::Dim);
        let is_own = |id: &NodeId| own.contains(id) || given(id);
        names.texts.retain(|id, _| is_own(id));
        if names.texts.len() == before {
            return None;
        }
        names.aliases.retain(|_, name| is_own(name));
        names.definitions.retain(|_, name| is_own(name));
    }
    Some(written(compiled, names, wanted.of, wanted.strict))
}

fn written(compiled: &mut Compiled, mut names: Names, of: Option<NodeId>, strict: bool) -> Formula {
    let from = compiled.graph.len();
    let known = names.aliases.keys().copied().collect();
    names.target = tiles::together(&mut compiled.graph, names.target, &known);
    let mut algebra = Algebra::new(&mut compiled.graph, names.aliases, names.definitions, names.written);
    algebra.of_one = names.of_one;
    algebra.strict = strict;
    algebra.letters = by_letters(&names.texts);
    if let Some(of) = of {
        algebra.learn(of, names.target);
    }
    // A derivative may be what has a name already.
    let node = match algebra.atom(names.target).filter(|_| of.is_some()) {
        Some(name) => name,
        None => algebra.canonical(names.target),
    };
    let node = algebra.renamed_root(node).unwrap_or(node);
    // Where every entry or every row is the same, it is said once.
    let node = algebra.bare(node);
    let spelled = algebra.spelled;
    verify_pass(&mut compiled.graph, from, "formula");
    let text = match names.texts.get(&node) {
        Some(name) => name.clone(),
        None => laid_out(&print::Printer { compiled, names: &names.texts, spelled: &spelled, root: node }.text()),
    };
    Formula { text, node, said: latex::Said { names: names.texts, spelled } }
}

/// A node with its parts put together, all the way down.
pub fn all_tidied(graph: &mut Graph, id: NodeId) -> NodeId {
    tiles::together(graph, id, &rustc_hash::FxHashSet::default())
}

/// Nodes as they are outside training, of which the flag is 0; named nodes are not looked into. Linear in what is above the flag.
pub fn at_rest(compiled: &mut Compiled, ids: &[NodeId]) -> Vec<NodeId> {
    let Some(flag) = compiled.training.map(|flag| compiled.def(flag).node) else { return ids.to_vec() };
    let graph = &mut compiled.graph;
    let zero = crate::ops::number(graph, 0.0);
    let mut map: FxHashMap<NodeId, NodeId> = [(flag, zero)].into_iter().collect();
    for id in graph.reach_above(ids, flag) {
        let args = graph.node(id).args.clone();
        let moves = args.iter().any(|arg| map.contains_key(arg));
        if id == flag || !moves || graph.def(id).role == Role::Def {
            continue;
        }
        let args: crate::graph::Args = args.iter().map(|arg| map.get(arg).copied().unwrap_or(*arg)).collect();
        let Ok(made) = graph.remade(id, &args) else { continue };
        let made = tiles::chosen(graph, made).unwrap_or(made);
        map.insert(id, made);
    }
    ids.iter().map(|id| map.get(id).copied().unwrap_or(*id)).collect()
}

/// The place of each name among all: `2a*x` and `2a*b`, whatever is differentiated by.
fn by_letters(texts: &FxHashMap<NodeId, String>) -> FxHashMap<NodeId, u32> {
    let mut all: Vec<(String, &String, NodeId)> =
        texts.iter().map(|(id, text)| (text.to_lowercase(), text, *id)).collect();
    all.sort_unstable();
    all.into_iter().zip(1..).map(|((.., id), place)| (id, place)).collect()
}

/// How much there is to read: words, numbers and signs.
pub fn length(text: &str) -> usize {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let mut before = ' ';
    let mut count = 0;
    for c in text.chars() {
        // `2x` is two.
        let goes_on = word(c) && word(before) && !(before.is_ascii_digit() && c.is_alphabetic());
        count += usize::from(!c.is_whitespace() && !goes_on);
        before = c;
    }
    count
}

/// The formula of `root` over nodes with names of their own, of a shape that stretches to that of `root`; `values` pairs a
/// node with the named node that it is the value of.
pub fn over(compiled: &mut Compiled, root: NodeId, named: &[(NodeId, String)], values: &[(NodeId, NodeId)]) -> Formula {
    let texts: FxHashMap<NodeId, String> = named.iter().cloned().collect();
    let mut aliases: FxHashMap<NodeId, NodeId> = named.iter().map(|(id, _)| (*id, *id)).collect();
    for (value, name) in values {
        if !is_multiple(&compiled.graph, *value, &texts) {
            aliases.entry(*value).or_insert(*name);
        }
    }
    if let Some(name) = aliases.get(&root).and_then(|id| texts.get(id)) {
        let (text, node) = (name.clone(), root);
        return Formula { text, node, said: latex::Said { names: texts, ..latex::Said::default() } };
    }
    let root = tiles::together(&mut compiled.graph, root, &aliases.keys().copied().collect());
    let mut algebra = Algebra::new(&mut compiled.graph, aliases, FxHashMap::default(), compiled.spans.len());
    algebra.letters = by_letters(&texts);
    algebra.first.extend(named.iter().filter(|(_, name)| name.contains('/')).map(|(id, _)| *id));
    let node = algebra.canonical(root);
    let node = algebra.bare(node);
    let spelled = algebra.spelled;
    let text = match texts.get(&node) {
        Some(name) => name.clone(),
        None => laid_out(&print::Printer { compiled, names: &texts, spelled: &spelled, root: node }.text()),
    };
    Formula { text, node, said: latex::Said { names: texts, spelled } }
}

/// `2b`, which says more than a `u` that is defined so.
fn is_multiple(graph: &Graph, value: NodeId, named: &FxHashMap<NodeId, String>) -> bool {
    let is_number = |id: &NodeId| graph.def(*id).role == Role::Number;
    match (form(graph, value), &graph.node(value).args[..]) {
        (Form::Mul(..), [a, b]) => (is_number(a) && named.contains_key(b)) || (is_number(b) && named.contains_key(a)),
        _ => false,
    }
}

/// Are two nodes the same formula, by the algebra?
pub fn same(compiled: &mut Compiled, a: NodeId, b: NodeId, asked: Span) -> bool {
    let names = Names::of(compiled, a, None, false, asked);
    let mut algebra = Algebra::new(&mut compiled.graph, names.aliases, names.definitions, names.written);
    algebra.of_one.clone_from(&names.of_one);
    let (left, right) = (algebra.canonical(a), algebra.canonical(b));
    if left == right || algebra.agree(left, right) {
        return true;
    }
    // And with every name seen through: `e*x`, where `e = a - y` is the learner's own.
    let (a, b) = [a, b].map(|id| compiled.openers.plain.open(&mut compiled.graph, id)).into();
    let mut algebra = Algebra::new(&mut compiled.graph, FxHashMap::default(), FxHashMap::default(), 0);
    algebra.of_one = names.of_one;
    let (left, right) = (algebra.canonical(a), algebra.canonical(b));
    left == right || algebra.agree(left, right)
}

/// The names that may stand for nodes.
struct Names {
    /// From the value of a name to the node of that name: as the program wrote it, and with definitions seen through.
    aliases: FxHashMap<NodeId, NodeId>,
    /// The node of each definition.
    definitions: FxHashMap<DefId, NodeId>,
    /// The text of the node of a name.
    texts: FxHashMap<NodeId, String>,
    /// The nodes before it may have been written by the program.
    written: usize,
    /// The root, with its own definition looked into.
    target: NodeId,
    /// Those whose entries are asserted to sum to 1 along an axis.
    of_one: rustc_hash::FxHashSet<(NodeId, i64)>,
}

impl Names {
    fn of(compiled: &mut Compiled, root: NodeId, of: Option<NodeId>, itself: bool, asked: Span) -> Names {
        // `a*(1 - a)` is the slope of `a = sigmoid(z)`; that of `J = exp(z)` is not `J`.
        let hidden = of.filter(|node| !itself && !slope_says_result(compiled, *node));
        // What is asked for itself is looked into.
        let derived = of.is_some();
        let mut target = root;
        while compiled.graph.def(target).role == Role::Def {
            target = compiled.graph.node(target).args[0];
        }
        let mut names = Names {
            aliases: FxHashMap::default(),
            definitions: FxHashMap::default(),
            texts: FxHashMap::default(),
            written: 0,
            target,
            of_one: Default::default(),
        };
        for sides in lower::asserted(compiled, asked) {
            if let Some((def, axis, 1.0)) = lower::asserted_sum(&compiled.graph, sides) {
                names.of_one.insert((compiled.def(def).node, axis as i64));
            }
        }
        let mut verbatim = Opener::verbatim([]);
        let sizes: FxHashMap<DefId, Dim> = compiled.sizes(&[root]).into_iter().collect();
        for i in 0..compiled.defs.len() {
            let def = &compiled.defs[i];
            // What is defined below the question is not known there.
            let later = def.span.source == asked.source && def.span.start > asked.start;
            if def.kind == DefKind::Local || def.node == root || hidden == Some(def.node) || later {
                continue;
            }
            let (node, name) = (def.node, def.name.to_string());
            names.written = names.written.max(node.index() + 1);
            names.texts.insert(node, name);
            names.definitions.insert(DefId(i as u32), node);
            let size = sizes.get(&DefId(i as u32)).map(|dim| build::dim(&mut compiled.graph, dim.clone()));
            names.aliases.insert(node, size.unwrap_or(node));
            if compiled.graph.def(node).role != Role::Def {
                continue;
            }
            let written = compiled.graph.node(node).args[0];
            let opened = compiled.openers.plain.open(&mut compiled.graph, node);
            let plainly = verbatim.open(&mut compiled.graph, node);
            let rested = at_rest(compiled, &[written, opened, plainly]);
            for id in [written, opened, plainly].into_iter().chain(rested) {
                let role = compiled.graph.def(id).role;
                let plain = matches!(role, Role::Plain | Role::Draw);
                if plain && (id != target || derived) {
                    names.aliases.entry(id).or_insert(node);
                }
            }
        }
        names
    }
}

/// Is the slope of a definition's operator a formula of its result (`1 - y^2`)?
fn slope_says_result(compiled: &mut Compiled, node: NodeId) -> bool {
    let mut written = node;
    while compiled.graph.def(written).role == Role::Def {
        written = compiled.graph.node(written).args[0];
    }
    let opened = compiled.openers.plain.open(&mut compiled.graph, node);
    [written, opened].into_iter().any(|id| says_result(compiled.graph.def(id)))
}

fn says_result(def: &OpDef) -> bool {
    match def.diff {
        Diff::Slopes(texts) if matches!(def.kernel, Kernel::Map(_)) => {
            texts.iter().any(|text| *text != "y" && text.split(|c: char| !c.is_alphanumeric()).any(|word| word == "y"))
        }
        _ => false,
    }
}

/// As `fmt` lays it out.
fn laid_out(text: &str) -> String {
    let mut sources = crate::source::Sources::default();
    let id = sources.add(crate::source::Source::new("formula", text));
    let (program, problems) = crate::syntax::parse(&sources, id);
    if !problems.is_empty() {
        return text.to_string();
    }
    crate::syntax::format(sources.get(id), &program).trim_end().to_string()
}
