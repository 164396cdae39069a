//! Questions: one inspection statement a file, over a checked program.

mod batches;
mod chain;
mod epochs;
pub mod hints;
mod learner;
mod listing;
mod picture;
mod pieces;
mod plans;
mod predict;
mod quotient;
mod recurrent;
mod show;
mod train;
mod training;
mod verdicts;

use crate::diag::Diagnostic;
use crate::eval::Eval;
use crate::figure::{Chart, Figure};
use crate::graph::{DefId, NodeId};
use crate::lower::{self, Ask, Asked, Compiled, Item, ItemKind, Zero};
use crate::source::{Sources, Span};
use crate::statements::{About, Clause};
use crate::tensor::Tensor;
use crate::view;
use crate::view::fact::{Fact, Heading, Valued};
use std::sync::Arc;

/// One answer.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The statement's text.
    pub statement: String,
    /// Its first line, from 1.
    pub line: usize,
    /// For people.
    pub doc: view::Doc,
    /// For machines: one object each, without the statement and its line.
    pub facts: Vec<Fact>,
    /// Its charts: drawn on a terminal in place of the text, as wide as it is.
    pub charts: Vec<Chart>,
    /// Its picture.
    pub figure: Option<Figure>,
}

/// Who hears each answer, and what is wrong with a question, as soon as it is known, in the order of the program.
pub trait Listener {
    /// The run begins; these problems were found before it, of which the first `settled` stay as they are.
    fn begins(&mut self, sources: &Sources, before: &[Diagnostic], settled: usize);

    /// An answer; is more wanted?
    fn hears(&mut self, sources: &Sources, answer: &Answer) -> bool;

    /// A problem with a question.
    fn is_told(&mut self, sources: &Sources, problem: &Diagnostic);
}

/// The parts of a run that a listener has heard of.
#[derive(Default)]
struct Heard {
    answers: usize,
    problems: usize,
    /// A problem that later questions may share is told: from here on everything is heard at the end.
    holds: bool,
}

impl Heard {
    /// Tells what is new; is more wanted?
    fn tell(&mut self, cx: &Cx, listener: &mut dyn Listener) -> bool {
        let shared = |problem: &Diagnostic| problem.code == MISSING || problem.code == BLANK;
        self.holds |= cx.problems[self.problems..].iter().any(shared);
        if self.holds {
            return true;
        }
        let mut on = true;
        for answer in &cx.answers[self.answers..] {
            on &= listener.hears(cx.eval.sources, answer);
        }
        for problem in &cx.problems[self.problems..] {
            listener.is_told(cx.eval.sources, problem);
        }
        (self.answers, self.problems) = (cx.answers.len(), cx.problems.len());
        on
    }
}

/// What answers a question.
type Answers = fn(&mut Cx, &Ask, Span) -> Result<(), Box<Diagnostic>>;

/// Declares the files of the questions and says which answers which word.
macro_rules! answers {
    (built { $($word:ident: $takes:ident $about:ident $moves:ident $needs:tt $may:tt $forms:tt $summary:literal;)* }) => {
        $(mod $word;)*

        /// What answers the question of a word; none where this version does not.
        fn answering(word: &str) -> Option<Answers> {
            match word {
                $(stringify!($word) => Some($word::answer),)*
                "train" => Some(train::answer),
                "predict" => Some(predict::answer),
                _ => None,
            }
        }
    };
}

crate::statements::each_statement!(answers);

/// The word of the question whose outcomes are counted.
const CHECKS: &str = "check";

/// What answering needs.
struct Cx<'a, 'b> {
    eval: &'a mut Eval<'b>,
    digits: usize,
    answers: Vec<Answer>,
    problems: Vec<Diagnostic>,
}

/// Questions that can have no answer, whatever the numbers are.
pub fn unfit(compiled: &Compiled, sources: &Sources) -> Vec<Diagnostic> {
    let mut out = vec![];
    for item in &compiled.items {
        let ItemKind::Ask(ask) = &item.kind else { continue };
        if ask.statement.about != About::Scalar {
            continue;
        }
        for asked in &ask.exprs {
            let Some(node) = asked.node else { continue };
            let shape = compiled.graph.shape(node);
            if !shape.is_scalar() {
                let shape = shape.show(&compiled.graph.dims);
                out.push(not_scalar(ask, &shape, sources.text(asked.span), sources, asked.span));
            }
        }
    }
    out
}

/// The formulas of a program that cannot hold, by their shapes alone: an answer where the program is run.
pub fn misfits(compiled: &Compiled, sources: &crate::source::Sources) -> Vec<Diagnostic> {
    let asks = compiled.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Ask(ask) => Some(ask),
        ItemKind::Define(_) | ItemKind::Blank(..) | ItemKind::Heading(_) | ItemKind::Show(_) => None,
    });
    let mut out = vec![];
    for (asked, sides) in asks.flat_map(|ask| &ask.exprs).filter_map(|asked| Some((asked, asked.sides.as_ref()?))) {
        let [own, theirs] = [&sides[0], &sides[1]].map(|side| compiled.graph.shape(side.node).clone());
        let mut dims = compiled.graph.dims.clone();
        if crate::shape::broadcast(&mut dims, &own, &theirs).is_err() {
            let shapes = [&*own.show(&dims), &*theirs.show(&dims)];
            let [name, formula] = [&sides[0], &sides[1]].map(|side| sources.text(side.span));
            out.push(lower::errors::formula_shape(name, formula, shapes, asked.span));
        }
    }
    out
}

/// What a question about a tensor, which is about a scalar, proposes instead.
fn not_scalar(ask: &Ask, shape: &str, text: &str, sources: &Sources, span: Span) -> Diagnostic {
    let by = ask.wrt.first().map(|by| sources.text(by.span));
    match (ask.statement.word, by) {
        (_, by) if ask.statement.about == About::Scalar && ask.statement.has(Clause::Wrt) => {
            lower::errors::not_scalar(shape, text, by.unwrap_or("x"), span)
        }
        (word, None) => lower::errors::asked_of_scalar(word, shape, &format!("`{word} sum({text})`"), span),
        (word, Some(by)) => {
            lower::errors::asked_of_scalar(word, shape, &format!("`{word} sum({text}) wrt {by}`"), span)
        }
    }
}

/// Answers every question of the texts that `asked` accepts. A failed one does not keep the others from being answered.
/// Where nothing is asked the definitions are, and of a `whole` program the derivatives of its last scalar.
/// For `hints` the checks alone are, and what is wrong is told without the formula that is right.
pub fn answer(
    eval: &mut Eval,
    digits: usize,
    (whole, hints): (bool, bool),
    asked: impl Fn(Span) -> bool,
    mut listener: Option<&mut dyn Listener>,
) -> (Vec<Answer>, Vec<Diagnostic>) {
    let own = |item: &&Item| asked(item.span);
    let outputs = |item: &&Item| is_output(&item.kind);
    // What was there before the text is not asked by it.
    let new = &eval.compiled.items[eval.compiled.seen.items..];
    let mut items: Vec<Item> = new.iter().filter(outputs).filter(own).cloned().collect();
    if hints {
        items.retain(|item| hints::is_told(&item.kind));
    } else if items.is_empty() {
        items = new.iter().filter(own).cloned().collect();
        let mut cx = Cx { eval, digits, answers: vec![], problems: vec![] };
        let begun = cx.eval.watch.begin();
        listing::answer(&mut cx, &items, whole);
        if let Some(item) = items.last() {
            cx.measured(item.span, begun);
        }
        return (cx.answers, cx.problems);
    }
    let mut cx = Cx { eval, digits, answers: vec![], problems: vec![] };
    let mut verdicts = verdicts::Verdicts::default();
    let mut heard = Heard::default();
    for item in &items {
        let begun = cx.eval.watch.begin();
        let done = match &item.kind {
            ItemKind::Define(_) | ItemKind::Blank(..) => Ok(()),
            ItemKind::Heading(text) => {
                cx.heading(item.span, text);
                Ok(())
            }
            ItemKind::Show(asked) => {
                cx.filled([asked.as_ref()], item.span).and_then(|()| show::answer(&mut cx, asked, item.span))
            }
            ItemKind::Ask(ask) => match answering(ask.statement.word) {
                Some(answer) => {
                    let filled = cx.filled(ask.asked(), item.span);
                    let done = filled.and_then(|()| answer(&mut cx, ask, item.span));
                    verdicts.take(&mut cx, ask, item.span, &done);
                    done
                }
                None => Ok(()),
            },
        };
        if !matches!(item.kind, ItemKind::Heading(_)) {
            cx.measured(item.span, begun);
        }
        if let Err(problem) = done {
            let stop = problem.code == "nnlang::session::interrupted";
            let problem = if hints { hints::hint(*problem, cx.eval.sources) } else { *problem };
            cx.tell(problem);
            if stop {
                break;
            }
        }
        if let Some(listener) = listener.as_deref_mut()
            && !heard.tell(&cx, listener)
        {
            break;
        }
    }
    verdicts.counted(&mut cx);
    (cx.answers, cx.problems)
}

fn is_output(kind: &ItemKind) -> bool {
    match kind {
        ItemKind::Define(_) | ItemKind::Blank(..) => false,
        ItemKind::Show(_) | ItemKind::Heading(_) | ItemKind::Ask(_) => true,
    }
}

impl Cx<'_, '_> {
    /// Tells a problem; questions that lack the same input are told together, and what one place does to several once.
    fn tell(&mut self, problem: Diagnostic) {
        /// So many problems back the same one is looked for.
        const BACK: usize = 8;
        let same = |told: &Diagnostic| {
            told.code == problem.code && told.title == problem.title && told.span() == problem.span()
        };
        if self.problems.iter().rev().take(BACK).any(same) {
            return;
        }
        let lacks = |problem: &Diagnostic| match (problem.code, problem.labels.last()) {
            (MISSING | BLANK, Some(label)) => Some(label.span),
            _ => None,
        };
        let input = lacks(&problem);
        if input.is_some()
            && let Some(told) = self.problems.iter_mut().find(|told| lacks(told) == input)
        {
            let label = problem.labels.into_iter().next();
            if let Some(label) = label.filter(|label| told.labels.iter().all(|other| other.span != label.span)) {
                told.title = told.title.replacen("this question needs", "these questions need", 1);
                let last = told.labels.len() - 1;
                told.labels.insert(last, label);
            }
            return;
        }
        self.problems.push(problem);
    }

    /// Do the expressions of a question wait for no line that is to be filled in?
    fn filled<'x>(&self, exprs: impl IntoIterator<Item = &'x Asked>, span: Span) -> Result<(), Box<Diagnostic>> {
        let lines = exprs.into_iter().filter_map(|asked| asked.waits);
        match lines.min_by_key(|line| (line.source, line.start)) {
            Some(blank) => Err(Box::new(yours(self.eval, blank, span))),
            None => Ok(()),
        }
    }

    fn text(&self, span: Span) -> String {
        self.eval.sources.in_line(span)
    }

    /// A statement was answered that began then: what it took, and its plans, where they are wanted.
    fn measured(&mut self, span: Span, begun: std::time::Duration) {
        let (timings, plans) = (self.eval.watch.timings, self.eval.watch.plans);
        if !timings && !plans {
            return;
        }
        let (text, line) = (self.text(span), self.eval.sources.line(span));
        if plans {
            let made = std::mem::take(&mut self.eval.watch.made);
            let doc = plans::doc(self.eval.compiled, self.eval.sources, &text, line, &made);
            self.eval.watch.shown.push(doc);
        }
        self.eval.watch.end(begun, || (text, line));
    }

    fn push(&mut self, span: Span, doc: view::Doc, facts: Vec<Fact>) {
        let (statement, line) = (self.text(span), self.eval.sources.line(span));
        let answer = Answer { statement, line, doc, facts, ..Answer::default() };
        self.answers.push(answer);
    }

    fn heading(&mut self, span: Span, text: &str) {
        let fact = Heading { heading: text.to_string() };
        self.push(span, view::Doc::heading(text), vec![fact.into()]);
    }

    /// The shape of a node in the program's words: `[3, m]`, with the numbers of names where they have one: `[3, m=209]`.
    fn shape(&self, node: NodeId) -> String {
        let graph = &self.eval.compiled.graph;
        let dims: Vec<String> = graph.shape(node).iter().map(|dim| graph.dims.show(dim)).collect();
        format!("[{}]", dims.join(", "))
    }

    /// A value as an answer, and as a document.
    fn valued(&self, name: &str, node: NodeId, value: &Arc<Tensor>, zero: Option<&Zero>) -> (view::Doc, Valued) {
        let fact = Valued { note: zero.map(why_zero), ..Valued::new(name, value) };
        let mut doc = view::value(name, value, &self.shape(node), self.digits);
        if let Some(why) = &fact.note {
            doc.push(view::Line::new().note(format!("  {why}")));
        }
        (doc, fact)
    }

    /// The node of an asked expression. A wrong one was reported before anything ran.
    fn node(&self, asked: &Asked) -> Result<NodeId, Box<Diagnostic>> {
        asked.node.ok_or_else(|| {
            Box::new(Diagnostic::error("nnlang::value::lost", "this has no value").at(asked.span, "here"))
        })
    }

    /// A scalar that is wanted as a number.
    fn number(&mut self, asked: &Asked) -> Result<f64, Box<Diagnostic>> {
        let node = self.node(asked)?;
        let value = self.eval.value(node, asked.span)?;
        match value.item() {
            Some(number) if value.shape().is_empty() => Ok(number),
            _ => {
                let shape = self.shape(node);
                Err(Box::new(
                    Diagnostic::error("nnlang::shape::scalar", format!("a number is wanted here, and this is {shape}"))
                        .at(asked.span, shape)
                        .mend("write one number, such as `0.001`"),
                ))
            }
        }
    }

    /// A scalar that is to be differentiated.
    fn goal(&self, ask: &Ask, asked: &Asked) -> Result<NodeId, Box<Diagnostic>> {
        let node = self.node(asked)?;
        if self.eval.compiled.graph.shape(node).is_scalar() {
            return Ok(node);
        }
        let shape = self.shape(node);
        let text = self.eval.sources.text(asked.span);
        Err(Box::new(not_scalar(ask, &shape, text, self.eval.sources, asked.span)))
    }

    /// What a scalar is differentiated by where the program does not say.
    fn default_by(&self, goal: NodeId) -> Vec<DefId> {
        lower::default_by(self.eval.compiled, goal)
    }
}

/// The parameters of the networks after `wrt`.
fn inside(cx: &Cx, ask: &Ask) -> Vec<(String, NodeId)> {
    let of = |def: &&lower::Def| ask.wholes.iter().any(|whole| def.name.starts_with(&format!("{}.", whole.text)));
    let params = cx.eval.compiled.defs.iter().filter(|def| def.kind == lower::DefKind::Param);
    params.filter(of).map(|def| (def.name.to_string(), def.node)).collect()
}

/// The code of an input without a value.
const MISSING: &str = "nnlang::value::missing";

/// The code of a line that is to be filled in.
const BLANK: &str = "nnlang::value::blank";

/// A question that waits for a line to be filled in.
fn yours(eval: &Eval, blank: Span, question: Span) -> Diagnostic {
    let place = whose(eval, blank, question);
    Diagnostic::error(BLANK, format!("{place} is yours to fill in, and this question needs it"))
        .at(question, "asked here")
        .at(blank, "yours")
        .mend("write the formula in the place of `?`")
}

/// `line 4`; at the prompt, where lines have no numbers, the name that is to be filled in.
fn whose(eval: &Eval, blank: Span, from: Span) -> String {
    let source = eval.sources.get(blank.source);
    let own = eval.compiled.items.iter().find_map(|item| match &item.kind {
        ItemKind::Blank(name, line) if *line == blank && item.span.holds(blank) => Some(name),
        _ => None,
    });
    let line = eval.sources.line(blank);
    match own {
        Some(name) if source.name.starts_with("<prompt") => format!("`{name}`"),
        _ if blank.source == from.source => format!("line {line}"),
        _ => format!("line {line} of {}", source.name),
    }
}

/// `J` and `a` as `dJ/da`; an expression goes in brackets.
fn slope_name(of: &str, by: &str) -> String {
    let plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_');
    let of = if plain(of) { format!("d{of}") } else { format!("d({of})") };
    let by = if plain(by) { format!("d{by}") } else { format!("d({by})") };
    format!("{of}/{by}")
}

fn why_zero(zero: &Zero) -> String {
    match zero {
        Zero::Unconnected => "0: nothing connects them".into(),
        Zero::Constant(of, by) => format!("0: {of} does not depend on {by}"),
        Zero::Flat(reason) => format!("0: {reason}"),
    }
}

/// The node of a name that can be differentiated by.
fn variable(cx: &Cx, asked: &Asked) -> Result<NodeId, Box<Diagnostic>> {
    use crate::graph::Role;
    let node = cx.node(asked)?;
    let found = cx.eval.compiled.graph.node(node);
    if !matches!(found.op.def.role, Role::Slot | Role::Def) {
        return Err(Box::new(crate::resolve::errors::by_what(asked.span)));
    }
    if found.dtype != crate::tensor::DType::Real {
        let text = cx.eval.sources.text(asked.span);
        return Err(Box::new(lower::errors::by_whole(text, "whole numbers", asked.span)));
    }
    Ok(node)
}
