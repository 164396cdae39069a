//! From texts to a checked program, on one page: statements are resolved, lowered to the graph, and looked through for what
//! is wrong or probably not meant. A program that is checked can go on with more statements, and go back to fewer.

mod tried;

pub use tried::tried;

use crate::ask;
use crate::diag::{Diagnostic, Level};
use crate::graph::NodeId;
use crate::lint;
use crate::lower::{self, Compiled, Options};
use crate::resolve::hir::{FunctionId, GlobalKind};
use crate::resolve::{self, Loader};
use crate::source::Sources;
use crate::syntax::ast;

/// A text that brings more statements than this is not marked at each of them.
const MARKED: usize = 64;

/// A program as far as it is checked. What a statement brought stays as it is while the statements above it do: another
/// statement costs what it brings, and a changed one what stands from it on.
#[derive(Debug, Default)]
pub struct Checked {
    /// The texts that the statements stand in, and those of the library and of the files that they use.
    pub sources: Sources,
    resolved: resolve::State,
    lowered: lower::State,
    /// Where it can go back to, in order; the last is where it is.
    marks: Vec<Mark>,
}

#[derive(Debug, Default)]
struct Mark {
    /// So many statements were taken in.
    statements: usize,
    resolved: resolve::Mark,
    lowered: lower::Mark,
}

/// What a program that is checked is made of.
pub struct Parts<'a> {
    /// The graph, and what is known of it.
    pub compiled: &'a mut Compiled,
    /// The texts.
    pub sources: &'a Sources,
    names: &'a resolve::State,
}

impl Parts<'_> {
    /// The node of a name.
    pub fn node(&self, name: &str) -> Option<NodeId> {
        let global = self.names.global(name)?;
        let def = self.compiled.globals.get(global.0 as usize).copied().flatten()?;
        Some(self.compiled.def(def).node)
    }
}

/// Checks a program that nothing is added to: its statements and its resolved form take as much room as its graph, and are
/// dropped before that is run.
pub fn once(
    sources: &mut Sources,
    items: Vec<ast::Item>,
    loader: &mut dyn Loader,
    options: &Options,
) -> (Compiled, Vec<Diagnostic>) {
    let mut resolved = resolve::State::default();
    let refs: Vec<&ast::Item> = items.iter().collect();
    let (mut problems, _) = resolve::resolve(sources, &mut resolved, &refs, loader, &[]);
    let broken = any_broken(&refs);
    drop(refs);
    drop(items);
    let mut lowered = lower::State::default();
    problems.extend(lower::lower(sources, &resolved.program, &mut lowered, 0, options, &[]).0);
    drop(resolved);
    let compiled = lowered.compiled;
    problems.extend(problems_of(&compiled, sources, &problems, broken));
    (compiled, problems)
}

/// Is there a statement of which nothing is known but the names?
fn any_broken(items: &[&ast::Item]) -> bool {
    items.iter().any(|item| matches!(item.statement, ast::Statement::Broken(_)))
}

/// What a program that is resolved and lowered is told besides what was found on the way.
fn problems_of(compiled: &Compiled, sources: &Sources, found: &[Diagnostic], broken: bool) -> Vec<Diagnostic> {
    let mut problems = ask::unfit(compiled, sources);
    // What a statement that was not understood, or a line that is to be filled in, uses is not known.
    let whole = !broken && !found.iter().chain(&problems).any(Diagnostic::is_error) && compiled.blanks.is_empty();
    problems.extend(lint::all(compiled, sources, whole));
    problems
}

/// In the order of their places; errors of one place before warnings.
pub fn sort(problems: &mut [Diagnostic]) {
    problems.sort_by_key(|problem| {
        let place = problem.span().map(|span| (span.source, span.start));
        (place.is_none(), place, problem.level != Level::Error)
    });
}

impl Checked {
    /// A program without a statement, over these texts.
    pub fn new(sources: Sources) -> Checked {
        Checked { sources, ..Checked::default() }
    }

    /// The program as a graph.
    pub fn compiled(&self) -> &Compiled {
        &self.lowered.compiled
    }

    /// What it is made of.
    pub fn parts(&mut self) -> Parts<'_> {
        Parts { compiled: &mut self.lowered.compiled, sources: &self.sources, names: &self.resolved }
    }

    /// The node of a name.
    pub fn node(&mut self, name: &str) -> Option<NodeId> {
        self.parts().node(name)
    }

    /// Is it a name of the program, or of a dimension of it?
    pub fn has(&self, name: &str) -> bool {
        self.resolved.global(name).is_some()
    }

    /// Is it a name of the program that is no dimension alone?
    pub fn defines(&self, name: &str) -> bool {
        let global = self.resolved.global(name).map(|id| self.resolved.program.global(id).kind);
        global.is_some_and(|kind| kind != GlobalKind::Dimension)
    }

    /// Does it use a file?
    pub fn uses_files(&self) -> bool {
        self.resolved.uses_files()
    }

    /// Takes in the statements that follow. The problems are those of these statements.
    pub fn extend(&mut self, items: &[&ast::Item], loader: &mut dyn Loader, options: &Options) -> Vec<Diagnostic> {
        if self.marks.is_empty() {
            self.marks.push(Mark::default());
        }
        let before = self.marks.last().map_or(0, |mark| mark.statements);
        let is_marked = |i: &usize| items.len() <= MARKED || (before + i).is_multiple_of(MARKED);
        let marked: Vec<usize> = (1..items.len()).filter(is_marked).collect();
        let settings = self.resolved.program.settings.clone();
        let first = self.resolved.program.items.len();
        let functions = self.resolved.program.functions.len();
        let (mut problems, resolved) = resolve::resolve(&mut self.sources, &mut self.resolved, items, loader, &marked);
        let program = &self.resolved.program;
        self.lowered.compiled.look_away();
        let new = |slope: FunctionId| slope.0 as usize >= functions;
        let says_anew = program.functions.iter().take(functions).any(|function| function.slope.is_some_and(new));
        if (program.settings != settings || says_anew) && first > 0 {
            // A setting of a file that is used, or a stated slope, is about what stands above it too.
            self.lowered = lower::State::default();
            self.marks.truncate(1);
            problems.extend(lower::lower(&self.sources, program, &mut self.lowered, 0, options, &[]).0);
        } else {
            let places: Vec<usize> = resolved.iter().map(|(_, mark)| mark.items).collect();
            let (found, lowered) = lower::lower(&self.sources, program, &mut self.lowered, first, options, &places);
            problems.extend(found);
            let marks = resolved.into_iter().zip(lowered);
            self.marks.extend(marks.map(|((place, resolved), lowered)| Mark {
                statements: before + place,
                resolved,
                lowered,
            }));
        }
        let broken = any_broken(items);
        problems.extend(problems_of(&self.lowered.compiled, &self.sources, &problems, broken));
        if !items.is_empty() {
            self.marks.push(Mark { statements: before + items.len(), ..Mark::default() });
        }
        self.settle();
        problems
    }

    /// What was evaluated since belongs to it: it can come back to here.
    pub fn settle(&mut self) {
        if let Some(last) = self.marks.last_mut() {
            last.resolved = self.resolved.mark();
            last.lowered = self.lowered.mark();
        }
    }

    /// Goes back to at most so many statements, and tells to how many.
    pub fn back_to(&mut self, statements: usize) -> usize {
        let last = self.marks.partition_point(|mark| mark.statements <= statements);
        self.marks.truncate(last.max(1));
        let Some(mark) = self.marks.last() else { return 0 };
        self.resolved.back_to(&mark.resolved);
        self.lowered.back_to(&mark.lowered, &mark.resolved);
        mark.statements
    }
}
