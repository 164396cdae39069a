//! New statements among the old: a redefinition takes the place of its old definition, and what it now uses moves above it.

use super::names::Kept;
use super::{Session, errors};
use crate::check::Checked;
use crate::diag::Diagnostic;
use crate::resolve::layer_names;
use crate::source::List;
use crate::syntax::ast;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// The statements of a session after a text.
#[derive(Default)]
pub(super) struct Merged {
    /// The first of them, which are as they were.
    pub held: List<Arc<Kept>>,
    /// Those that follow, in order, the text's questions at the end.
    pub items: Vec<Arc<Kept>>,
    /// Which of these the text brought.
    pub fresh: Vec<bool>,
    /// What is checked: all that define, and what the text brought.
    pub taken: List<Arc<Kept>>,
    /// The names that the text defines anew.
    pub redefined: FxHashSet<Arc<str>>,
    /// The names whose values may have changed or are new.
    pub affected: FxHashSet<Arc<str>>,
    /// The names, not among the affected, that the affected ones use.
    pub border: Vec<Arc<str>>,
    /// Does the text define anything?
    pub defines: bool,
    /// Why it cannot be taken in.
    pub problems: Vec<Diagnostic>,
}

impl Merged {
    /// May old names have other values now?
    pub fn changes(&self) -> bool {
        !self.redefined.is_empty() || self.rules_anew()
    }

    /// Does the text say something that old lines follow, though it defines none of their names: `precision f32`, `seed 7`, a
    /// slope?
    fn rules_anew(&self) -> bool {
        self.items
            .iter()
            .zip(&self.fresh)
            .any(|(kept, fresh)| *fresh && (kept.is_global() || kept.slope_of().is_some()))
    }
}

/// Puts the statements of a text among those of the session, which `held` has checked.
pub(super) fn merge(session: &Session, held: &Checked, new: Vec<ast::Item>) -> Merged {
    let new: Vec<Kept> = new.into_iter().map(Kept::new).collect();
    if !session.items.is_empty() && follow(held, &new) {
        return appended(session, held, new);
    }
    let old: Vec<Arc<Kept>> = session.items.iter().cloned().collect();
    let mut out = among(&old, new);
    let all = out.items.iter().zip(&out.fresh);
    out.taken = all.filter(|(kept, fresh)| **fresh || !kept.is_question()).map(|(kept, _)| kept.clone()).collect();
    out
}

/// Do the statements only add to what there is? Then nothing that is there is looked at.
fn follow(held: &Checked, new: &[Kept]) -> bool {
    let mut own: FxHashSet<&str> = FxHashSet::default();
    // What a file defines is not known from its text.
    !held.uses_files()
        && new.iter().all(|kept| {
            let adds = kept.layer().is_none() && !kept.is_global() && kept.slope_of().is_none();
            adds && kept.key.as_ref().is_none_or(|key| !held.has(key) && own.insert(key))
        })
}

/// The statements at the end of those of the session.
fn appended(session: &Session, held: &Checked, mut new: Vec<Kept>) -> Merged {
    let mut definers: FxHashMap<Arc<str>, usize> = FxHashMap::default();
    for (i, kept) in new.iter().enumerate() {
        for name in &kept.defines {
            definers.entry(name.clone()).or_insert(i);
        }
    }
    for (i, kept) in new.iter_mut().enumerate() {
        let known = |name: &Arc<str>| definers.get(name).map_or_else(|| held.defines(name), |j| *j != i);
        kept.uses = uses(kept, known, None);
    }
    let mut out = Merged { held: session.items.clone(), taken: session.taken.clone(), ..Merged::default() };
    for kept in new {
        out.defines |= !kept.is_question();
        let kept = Arc::new(kept);
        out.taken.push(kept.clone());
        out.items.push(kept);
        out.fresh.push(true);
    }
    affect(&mut out);
    out
}

fn among(old: &[Arc<Kept>], new: Vec<Kept>) -> Merged {
    let mut out = Merged { items: old.to_vec(), fresh: vec![false; old.len()], ..Merged::default() };
    let mut places: FxHashMap<Arc<str>, usize> = FxHashMap::default();
    if !new.is_empty() {
        places.extend(old.iter().enumerate().filter_map(|(i, kept)| Some((kept.key.clone()?, i))));
    }
    let mut first_uses: Vec<(usize, Arc<Kept>)> = vec![];
    let mut replaced: FxHashSet<usize> = FxHashSet::default();
    for mut kept in new {
        out.defines |= !kept.is_question();
        // Each old definition gives its place once; a second one of the same text is a mistake that is told.
        let place = kept.key.as_ref().and_then(|key| places.get(key).copied()).filter(|place| replaced.insert(*place));
        if let Some(place) = place {
            out.redefined.extend(kept.key.clone());
            if kept.item.leading.is_empty() {
                // Comments above it stay where they were.
                kept.item.leading.clone_from(&old[place].item.leading);
            }
            out.items[place] = Arc::new(kept);
            out.fresh[place] = true;
            continue;
        }
        // A name that has only been a dimension so far gets its value above the shapes that it stands in.
        let dimension = kept.defines.first().and_then(|name| {
            let is_new = !places.contains_key(name);
            old.iter().position(|item| is_new && item.dims.contains(name))
        });
        // A setting holds for everything, and stands at the top.
        let is_setting = |kept: &Kept| matches!(kept.item.statement, ast::Statement::Setting(_));
        let top = || old.iter().position(|kept| !is_setting(kept));
        match dimension.or_else(|| if is_setting(&kept) { top() } else { None }) {
            Some(place) => first_uses.push((place, Arc::new(kept))),
            None => {
                out.items.push(Arc::new(kept));
                out.fresh.push(true);
            }
        }
    }
    first_uses.sort_by_key(|(place, _)| *place);
    for (place, kept) in first_uses.into_iter().rev() {
        out.redefined.extend(kept.key.clone());
        out.items.insert(place, kept);
        out.fresh.insert(place, true);
    }
    let is_replaced = |out: &Merged, i: usize| {
        !out.fresh[i] || out.items[i].key.as_ref().is_some_and(|key| out.redefined.contains(key))
    };
    name_layers(&mut out.items);
    let definers = definers(&out.items);
    settle(&mut out, &definers, old.is_empty());
    let edges = edges(&out.items, &definers);
    let brand_new: Vec<bool> = (0..out.items.len()).map(|i| !is_replaced(&out, i)).collect();
    // Within one text the order is the author's: a name used before its line is a mistake.
    let upward = |i: usize, j: usize| j > i && !(brand_new[i] && brand_new[j]);
    if !old.is_empty() && edges.iter().enumerate().any(|(i, to)| to.iter().any(|j| upward(i, *j))) {
        match sorted(&edges, &upward) {
            Ok(order) => {
                out.items = order.iter().map(|i| out.items[*i].clone()).collect();
                out.fresh = order.iter().map(|i| out.fresh[*i]).collect();
                unchanged_readings(&mut out);
            }
            Err(circle) => {
                let names: Vec<&Kept> = circle.iter().map(|i| &*out.items[*i]).collect();
                let fresh = circle.iter().find(|i| out.fresh[**i]).or(circle.first()).copied();
                if let Some(fresh) = fresh {
                    out.problems.push(errors::circle(&names, &out.items[fresh]));
                }
                return out;
            }
        }
    }
    affect(&mut out);
    out
}

/// The names that depend on any of `names`, in order.
pub(super) fn dependents(items: &List<Arc<Kept>>, names: &[Arc<str>]) -> Vec<(Arc<Kept>, bool)> {
    let direct: FxHashSet<&str> = names.iter().map(|name| &**name).collect();
    let mut all: FxHashSet<Arc<str>> = names.iter().cloned().collect();
    let mut found = vec![];
    for kept in items.iter() {
        if kept.defines.iter().any(|name| direct.contains(&**name)) {
            continue;
        }
        if kept.uses.iter().any(|name| all.contains(name)) {
            all.extend(kept.defines.iter().cloned());
            found.push((kept.clone(), kept.uses.iter().any(|name| direct.contains(&**name))));
        }
    }
    found
}

/// Layers define numbered names, in order. (What `use` brings may shift them; the compiled program says.)
fn name_layers(items: &mut [Arc<Kept>]) {
    let mut k = 0;
    for kept in items {
        let Some(layer) = kept.layer() else { continue };
        let names = layer_names(layer, &mut k);
        if kept.defines.len() <= usize::from(layer.output.is_some()) {
            Arc::make_mut(kept).defines = names;
        }
    }
}

fn definers(items: &[Arc<Kept>]) -> FxHashMap<Arc<str>, usize> {
    let mut out = FxHashMap::default();
    out.reserve(items.len());
    for (i, kept) in items.iter().enumerate() {
        for name in &kept.defines {
            out.entry(name.clone()).or_insert(i);
        }
    }
    out
}

/// What the new statements use: the names that the session knows.
fn settle(out: &mut Merged, definers: &FxHashMap<Arc<str>, usize>, in_order: bool) {
    // What a layer takes where it does not say so: the layer above it, else the first input.
    let mut above: Option<Arc<str>> = None;
    let mut has_layer = false;
    for (i, kept) in out.items.iter_mut().enumerate() {
        let taken = above.clone().filter(|_| kept.layer().is_some_and(|layer| layer.from.is_none()));
        let is_input =
            matches!(&kept.item.statement, ast::Statement::Declare(declare) if declare.role == ast::Role::Input);
        if kept.layer().is_some() || (is_input && above.is_none() && !has_layer) {
            has_layer |= kept.layer().is_some();
            above = kept.defines.last().cloned();
        }
        if !out.fresh[i] {
            continue;
        }
        let known = |name: &Arc<str>| definers.get(name).is_some_and(|j| *j != i && (!in_order || *j < i));
        let uses = uses(kept, known, taken);
        Arc::make_mut(kept).uses = uses;
    }
}

/// The names that a statement uses, of those that are `known`, and of what it takes without saying so.
fn uses(kept: &Kept, known: impl Fn(&Arc<str>) -> bool, taken: Option<Arc<str>>) -> Vec<Arc<str>> {
    let mut uses: Vec<Arc<str>> = kept.mentions.iter().filter(|name| known(name)).cloned().collect();
    for slope in &kept.derivatives {
        match &slope.words {
            Some((of, by)) if known(of) && known(by) => uses.extend([of.clone(), by.clone()]),
            _ => uses.extend(slope.stems.iter().filter(|name| known(name)).cloned()),
        }
    }
    uses.extend(kept.dims.iter().cloned());
    uses.extend(taken);
    let mut seen = FxHashSet::default();
    uses.retain(|name| seen.insert(name.clone()));
    uses
}

/// For each statement those that it stands on.
fn edges(items: &[Arc<Kept>], definers: &FxHashMap<Arc<str>, usize>) -> Vec<Vec<usize>> {
    let uses: Vec<usize> = (0..items.len()).filter(|i| items[*i].is_use()).collect();
    let input = items.iter().position(
        |kept| matches!(&kept.item.statement, ast::Statement::Declare(declare) if declare.role == ast::Role::Input),
    );
    let mut before: Option<usize> = None;
    let mut out = Vec::with_capacity(items.len());
    for (i, kept) in items.iter().enumerate() {
        let mut to: Vec<usize> = kept.uses.iter().filter_map(|name| definers.get(name).copied()).collect();
        if !uses.is_empty() && kept.mentions.iter().any(|name| !definers.contains_key(name)) {
            to.extend(&uses);
        }
        if kept.layer().is_some() {
            to.extend(before.or(input));
            before = Some(i);
        }
        // Names with the same index take part in each other's equations.
        let index = |kept: &Kept| match &kept.item.statement {
            ast::Statement::Recurrence(recurrence) => Some(recurrence.index.text.clone()),
            _ => None,
        };
        let own = index(kept);
        to.retain(|j| *j != i && !(*j > i && own.is_some() && index(&items[*j]) == own));
        out.push(to);
    }
    out
}

/// The statements in an order in which each stands below what it uses, else as they were; or a circle.
fn sorted(edges: &[Vec<usize>], upward: &dyn Fn(usize, usize) -> bool) -> Result<Vec<usize>, Vec<usize>> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        Open,
        Path,
        Done,
    }
    let mut marks = vec![Mark::Open; edges.len()];
    let mut order = Vec::with_capacity(edges.len());
    let mut path: Vec<(usize, usize)> = vec![];
    for start in 0..edges.len() {
        if marks[start] != Mark::Open {
            continue;
        }
        path.push((start, 0));
        marks[start] = Mark::Path;
        while let Some((at, next)) = path.last_mut() {
            let (i, k) = (*at, *next);
            let Some(j) = edges[i].get(k).copied() else {
                marks[i] = Mark::Done;
                order.push(i);
                path.pop();
                continue;
            };
            *next += 1;
            if j > i && !upward(i, j) {
                continue;
            }
            match marks[j] {
                Mark::Done => {}
                Mark::Open => {
                    marks[j] = Mark::Path;
                    path.push((j, 0));
                }
                Mark::Path => {
                    let from = path.iter().position(|(i, _)| *i == j).unwrap_or(0);
                    return Err(path[from..].iter().map(|(i, _)| *i).collect());
                }
            }
        }
    }
    Ok(order)
}

/// An old line means what it meant: a name that moved above it does not hide a built-in one, and `dJ/da` stays what it is.
fn unchanged_readings(out: &mut Merged) {
    let mut above: FxHashSet<Arc<str>> = FxHashSet::default();
    for (i, kept) in out.items.iter().enumerate() {
        if !out.fresh[i] {
            let hidden = kept.mentions.iter().find(|name| above.contains(*name) && !kept.uses.contains(name));
            let divided = kept.derivatives.iter().filter_map(|slope| slope.words.as_ref()).find(|(of, by)| {
                let now = above.contains(of) && above.contains(by);
                now != (kept.uses.contains(of) && kept.uses.contains(by))
            });
            if let Some(name) = hidden.cloned().or_else(|| divided.map(|(of, by)| format!("{of}/{by}").into())) {
                out.problems.push(errors::reading(&name, kept.item.span));
            }
        }
        above.extend(kept.defines.iter().cloned());
    }
}

/// What may have another value now.
fn affect(out: &mut Merged) {
    let everything = out.items.iter().zip(&out.fresh).any(|(kept, fresh)| *fresh && kept.is_global());
    let mut slopes: FxHashSet<&str> = FxHashSet::default();
    let items = out.items.clone();
    for (kept, fresh) in items.iter().zip(&out.fresh) {
        slopes.extend(kept.slope_of().filter(|_| *fresh));
    }
    let mut border: FxHashSet<Arc<str>> = FxHashSet::default();
    for (kept, fresh) in items.iter().zip(&out.fresh) {
        if kept.is_question() {
            continue;
        }
        let uses_affected = kept
            .uses
            .iter()
            .any(|name| out.affected.contains(name) || (!slopes.is_empty() && slopes.contains(&**name)));
        if everything || *fresh || uses_affected {
            out.affected.extend(kept.defines.iter().cloned());
            for name in &kept.uses {
                if !out.affected.contains(name) && border.insert(name.clone()) {
                    out.border.push(name.clone());
                }
            }
        }
    }
}
