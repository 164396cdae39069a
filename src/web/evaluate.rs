//! A text evaluated for the page: values beside their lines, answers, problems, the graph of a goal. What is wrong costs itself
//! and what stands on it; the other lines are answered all the same.

use super::places::Places;
use super::sliders::sliders;
use super::waiting::{Learn, Waiting};
use crate::diag::{Diagnostic, Level};
use crate::lower::{DefKind, ItemKind};
use crate::outside::Outside;
use crate::repl::Colours;
use crate::session::{Answer, Report, Session, Settings};
use crate::source::{Source, SourceId, Sources, Span};
use crate::syntax::{self, ast};
use crate::tensor::DType;
use crate::view::fact::Fact;
use crate::view::{self, Doc};
use rustc_hash::FxHashSet;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The text of the page is the first of a session.
const PAGE: SourceId = SourceId(0);
/// So often what is wrong is left out, until the rest is right.
const ROUNDS: usize = 6;
/// Larger tensors are shown by their shape.
const ENTRIES: usize = 64;
/// The graph of a program with more numbers than this is not drawn at every key.
const DRAWN: usize = 50_000;
/// Nor that of one with more names.
const NAMES: usize = 400;

/// A text and what came of it.
#[derive(Debug)]
pub struct Shown {
    /// What further questions are put to.
    pub session: Session,
    /// For the page.
    pub json: Map<String, Value>,
    /// It was stopped on the way.
    pub interrupted: bool,
    /// The epochs of its training, where that can be shortened.
    pub epochs: Option<u64>,
}

/// A name of the text.
struct Named {
    name: Arc<str>,
    what: &'static str,
    line: usize,
    shape: String,
    /// Can it be a goal: a scalar that something was computed for?
    goal: bool,
    whole: bool,
}

/// Evaluates a text; the graph is that of the goal, or of the last scalar.
pub fn evaluate(
    settings: &Settings,
    name: &str,
    text: &str,
    goal: Option<&str>,
    learn: Learn,
    outside: &mut dyn Outside,
) -> Shown {
    let source = Source::new(name, text);
    let places = Places::new(&source);
    let mut sources = Sources::default();
    let own = sources.add(Source::new(name, text));
    let items = syntax::parse(&sources, own).0.items;
    let mut json = Map::new();
    let digits = if settings.digits == 0 { 6 } else { settings.digits };
    let waiting = Waiting::of(&items);
    let epochs = waiting.epochs();
    json.insert("starts".into(), waiting.json(&items, &places));
    let program = Program { source: &source, places: &places, items: &items, waiting: &waiting, learn };
    let Right { session, report, problems, left_out } = program.whole(settings, outside);
    let interrupted = report.interrupted;
    json.insert("colours".into(), colours(&source.text, &places, &session));
    json.insert("sliders".into(), sliders(&items).iter().map(|slider| slider.json(&places)).collect());
    let names = named(&session, &places);
    // A program without a question is answered by its definitions, which stand at their lines anyway.
    let mut kept = items.iter().enumerate().filter(|(i, _)| !left_out.contains(i)).map(|(_, item)| &item.statement);
    let asks = kept.any(|statement| matches!(statement, ast::Statement::Ask(_) | ast::Statement::Show(_)));
    let learns = items.iter().any(|item| match &item.statement {
        ast::Statement::Declare(declare) => declare.role == ast::Role::Param,
        ast::Statement::Layer(_) => true,
        _ => false,
    });
    json.insert("learns".into(), learns.into());
    let answers = report.answers.iter().filter(|_| asks);
    json.insert("answers".into(), answers.map(answer).collect());
    let is_wrong = |line: usize| problems.iter().any(|problem| problem["level"] == "error" && problem["line"] == line);
    let asserts = items.iter().enumerate().filter(|(i, item)| {
        let asserts = matches!(&item.statement, ast::Statement::Ask(ask) if ask.statement.word == "assert");
        asserts && !left_out.contains(i) && (learn != Learn::Waits || !waiting.items.contains(i))
    });
    let lines = asserts.map(|(_, item)| places.line(item.span.start as usize));
    json.insert("holds".into(), lines.filter(|line| !is_wrong(*line)).collect());
    json.insert("problems".into(), problems.into());
    if interrupted {
        return Shown { session, json, interrupted, epochs };
    }
    let values = valued(&session, &names, digits, &mut json, outside);
    let goals: Vec<&Named> = names.iter().filter(|named| named.goal).collect();
    let goal = goals.iter().find(|named| Some(&*named.name) == goal).or(goals.last());
    json.insert("goals".into(), goals.iter().map(|named| &*named.name).collect());
    if let Some(goal) = goal.filter(|_| values <= DRAWN && names.len() <= NAMES) {
        json.insert("graph".into(), graph(&session, &goal.name, digits, outside));
    }
    Shown { session, json, interrupted, epochs }
}

/// What is right in a text.
struct Right {
    session: Session,
    report: Report,
    /// The problems of the whole text.
    problems: Vec<Value>,
    /// The statements that are wrong or stand on such.
    left_out: FxHashSet<usize>,
}

/// A text and its statements.
struct Program<'a> {
    source: &'a Source,
    places: &'a Places<'a>,
    items: &'a [ast::Item],
    waiting: &'a Waiting,
    learn: Learn,
}

impl Program<'_> {
    /// The session of all that is right, its answers, and the problems of the whole.
    fn whole(&self, settings: &Settings, outside: &mut dyn Outside) -> Right {
        let Program { source, places, items, waiting, learn } = self;
        let fresh = Session::new(settings.clone());
        let waits = !waiting.is_empty() && *learn == Learn::Waits;
        let text = waiting.shortened(&source.text, *learn);
        let mut left_out: FxHashSet<usize> = FxHashSet::default();
        let given = |left_out: &FxHashSet<usize>| {
            without(&text, items, |i| left_out.contains(&i) || waits && waiting.items.contains(&i))
        };
        let mut told: Vec<Value> = vec![];
        if waits {
            // What waits is checked all the same.
            let report = fresh.check(&source.name, &source.text, outside);
            told.extend(report.diagnostics.iter().map(|problem| self::problem(problem, &report.sources, places)));
        }
        for round in 0..ROUNDS {
            let (session, report) = fresh.load(&source.name, &given(&left_out), outside);
            let first = round == 0 && !waits;
            for problem in report.diagnostics.iter().filter(|problem| first || problem.is_error()) {
                let problem = self::problem(problem, &report.sources, places);
                let same = |other: &Value| other["line"] == problem["line"];
                let own = at(items, &problem, places);
                if first || !told.iter().any(same) && !own.is_some_and(|own| left_out.contains(&own)) {
                    told.push(problem);
                }
            }
            let wrong: Vec<&Diagnostic> = report.diagnostics.iter().filter(|problem| problem.is_error()).collect();
            let refused = !wrong.is_empty() && session.is_at(&fresh.past());
            if !refused || report.interrupted {
                return Right { session, report, problems: told, left_out };
            }
            let before = left_out.len();
            for span in wrong.iter().filter_map(|problem| problem.span()).filter(|span| span.source == PAGE) {
                left_out.extend(items.iter().position(|item| touches(item, span)));
            }
            stands_on(&source.text, items, &mut left_out);
            if left_out.len() == before {
                break;
            }
        }
        Right { session: fresh, report: Report::default(), problems: told, left_out }
    }
}

fn touches(item: &ast::Item, span: Span) -> bool {
    item.span.start <= span.start && span.start <= item.span.end
}

/// The statement that a problem is in.
fn at(items: &[ast::Item], problem: &Value, places: &Places<'_>) -> Option<usize> {
    let line = problem["line"].as_u64()? as usize;
    let lines = |item: &ast::Item| places.line(item.span.start as usize)..=places.line(item.span.end as usize);
    items.iter().position(|item| lines(item).contains(&line))
}

/// Adds the statements that name what is left out.
fn stands_on(text: &str, items: &[ast::Item], left_out: &mut FxHashSet<usize>) {
    let mut gone: FxHashSet<&str> = FxHashSet::default();
    for (i, item) in items.iter().enumerate() {
        let words = || text[item.span.range()].split(|c: char| !c.is_alphanumeric() && c != '_');
        let stands = |word: &str| {
            // `3v` names `v`, and `dJ` names `J`.
            let word = word.trim_start_matches(|c: char| c.is_ascii_digit());
            gone.contains(word) || word.strip_prefix('d').is_some_and(|of| gone.contains(of))
        };
        if left_out.contains(&i) || words().any(stands) {
            left_out.insert(i);
            gone.extend(item.statement.names().map(|name| name.text.as_str()));
        }
    }
}

/// The text with spaces in the place of statements: every other place stays.
fn without(text: &str, items: &[ast::Item], left_out: impl Fn(usize) -> bool) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for (_, item) in items.iter().enumerate().filter(|(i, _)| left_out(*i)) {
        for byte in &mut bytes[item.span.range()] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }
    // Whole letters were replaced.
    String::from_utf8(bytes).unwrap_or_default()
}

/// The names that the text defines.
fn named(session: &Session, places: &Places<'_>) -> Vec<Named> {
    let compiled = session.compiled();
    let mut names = vec![];
    for item in compiled.items.iter().filter(|item| item.span.source == PAGE) {
        let ItemKind::Define(id) = item.kind else { continue };
        let def = compiled.def(id);
        let node = compiled.graph.node(def.node);
        let what = match def.kind {
            DefKind::Leaf => "leaf",
            DefKind::Input => "input",
            DefKind::Param => "parameter",
            DefKind::Variable | DefKind::Local => "variable",
        };
        names.push(Named {
            name: def.name.clone(),
            what,
            line: places.line(item.span.start as usize),
            shape: node.shape.show(&compiled.graph.dims),
            goal: def.kind == DefKind::Variable && node.shape.is_scalar() && node.dtype == DType::Real,
            whole: node.dtype != DType::Real,
        });
    }
    names
}

/// Puts the names with their values into the answer, and tells how many numbers they have.
fn valued(
    session: &Session,
    names: &[Named],
    digits: usize,
    json: &mut Map<String, Value>,
    outside: &dyn Outside,
) -> usize {
    let wanted: Vec<Arc<str>> = names.iter().map(|named| named.name.clone()).collect();
    let values = session.values(&wanted, outside).unwrap_or_default();
    let mut count = 0;
    let mut out = vec![];
    for named in names {
        let mut one = json!({
            "name": &*named.name, "what": named.what, "line": named.line, "shape": named.shape, "whole": named.whole,
        });
        if let Some(value) = values.get(&named.name) {
            count += value.len();
            one["sizes"] = value.shape().into();
            if value.len() <= ENTRIES {
                one["text"] = view::in_line(value, digits).into();
                one["value"] = view::json_value(value);
            }
        }
        out.push(one);
    }
    json.insert("names".into(), out.into());
    count
}

/// The graph of a goal: its nodes, arguments first, with values and derivatives.
fn graph(session: &Session, goal: &str, digits: usize, outside: &mut dyn Outside) -> Value {
    let (_, report) = session.apply("<page>", &format!("graph {goal}\n"), outside);
    let facts = report.answers.iter().flat_map(|answer| &answer.facts);
    let nodes = facts.filter_map(|fact| if let Fact::Node(node) = fact { Some(node) } else { None }).map(|node| {
        // Of what is large the sizes are enough.
        let mut json = json!({"node": node.node, "from": node.from, "shape": node.shape});
        if let Some(expression) = &node.expression {
            json["expression"] = expression.as_str().into();
        }
        let values = [("value", Some(&node.value)), ("derivative", node.derivative.as_ref())];
        for (key, value) in values {
            let Some(value) = value.filter(|value| value.len() <= ENTRIES) else { continue };
            json[key] = view::json_value(value);
            json[format!("{key}_text")] = view::in_line(value, digits).into();
        }
        json
    });
    json!({"goal": goal, "nodes": nodes.collect::<Value>()})
}

/// An answer for the page.
pub fn answer(answer: &Answer) -> Value {
    let (mut latex, mut curve, mut written) = (vec![], vec![], false);
    for fact in &answer.facts {
        match fact {
            Fact::Formula(formula) => latex.push(formula.latex.as_str()),
            // A training by epoch: the goal, and where there are rows to validate with, that too.
            Fact::Epoch(epoch) => {
                let valid = epoch.valid.and_then(|valid| valid.0);
                curve.push(json!([epoch.epoch, view::json_f64(epoch.loss), valid.map(view::json_f64)]));
            }
            Fact::File(_) => written = true,
            _ => {}
        }
    }
    let mut out = json!({
        "line": answer.line, "statement": answer.statement, "doc": doc(&answer.doc), "latex": latex, "curve": curve,
    });
    // A plot or a graph is seen; what writes a file says so in words.
    if let (Some(figure), false) = (&answer.figure, written) {
        out["svg"] = figure.svg().into();
    }
    out
}

/// A page of text: lines of pieces, each its text and what it is.
pub fn doc(doc: &Doc) -> Value {
    let piece = |piece: &view::Piece| json!([style(piece.style), piece.text]);
    doc.lines.iter().map(|line| line.pieces.iter().map(piece).collect::<Value>()).collect()
}

fn style(style: view::Style) -> &'static str {
    match style {
        view::Style::Plain => "",
        view::Style::Name => "name",
        view::Style::Number => "number",
        view::Style::Shape => "shape",
        view::Style::Keyword => "keyword",
        view::Style::Heading => "heading",
        view::Style::Good => "good",
        view::Style::Bad => "bad",
        view::Style::Note => "note",
    }
}

/// The colours of the text: start, length and style, one after the other.
fn colours(text: &str, places: &Places<'_>, session: &Session) -> Value {
    let mut out: Vec<Value> = vec![];
    for (start, end, kind) in Colours::new(session).of(text) {
        let (start, end) = (places.at(start), places.at(end));
        out.extend([start.into(), (end - start).into(), style(kind).into()]);
    }
    out.into()
}

/// A problem for the page: its places as the browser counts them; an edit of another file is none.
pub fn problem(problem: &Diagnostic, sources: &Sources, places: &Places<'_>) -> Value {
    let level = match problem.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    };
    let labels: Vec<Value> = problem
        .labels
        .iter()
        .map(|label| match label.span.source == PAGE {
            true => {
                let [start, end] = places.of(label.span);
                json!({"start": start, "end": end, "text": label.text, "line": places.line(label.span.start as usize)})
            }
            false => json!({"text": label.text, "file": sources.get(label.span.source).name}),
        })
        .collect();
    let line = problem.span().filter(|span| span.source == PAGE).map(|span| places.line(span.start as usize));
    let mut out = json!({
        "level": level, "code": problem.code, "message": problem.title, "line": line, "labels": labels,
        "notes": problem.because,
    });
    if let Some(mend) = &problem.mend {
        out["help"] = mend.text.clone().into();
        if mend.edits.iter().all(|edit| edit.span.source == PAGE) {
            let edit = |edit: &crate::diag::Edit| {
                let [start, end] = places.of(edit.span);
                json!({"start": start, "end": end, "text": edit.text})
            };
            out["edits"] = mend.edits.iter().map(edit).collect();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outside::InMemory;

    fn shown(text: &str) -> Value {
        Value::Object(evaluate(&Settings::default(), "a.nnl", text, None, Learn::Waits, &mut InMemory::default()).json)
    }

    fn value(shown: &Value, name: &str) -> Value {
        let names = shown["names"].as_array().expect("there are names");
        names.iter().find(|own| own["name"] == name).map_or(Value::Null, |own| own["value"].clone())
    }

    #[test]
    fn values_stand_at_their_lines_and_the_graph_has_derivatives() {
        let shown = shown("a = 5\nb = 3\nc = 2\nu = b*c\nv = a + u\nJ = 3v\nderive dJ/db\n");
        assert_eq!(value(&shown, "J"), 33.0);
        assert_eq!(shown["names"][5]["line"], 6);
        assert_eq!(shown["graph"]["goal"], "J");
        let nodes = shown["graph"]["nodes"].as_array().expect("it has nodes");
        let b = nodes.iter().find(|node| node["node"] == "b").expect("b is one");
        assert_eq!((b["derivative"].as_f64(), b["derivative_text"].as_str()), (Some(6.0), Some("6")));
        assert_eq!(shown["answers"][0]["latex"][0], r"\frac{\partial J}{\partial b} = 3\,c");
    }

    #[test]
    fn a_broken_line_costs_itself_and_what_stands_on_it() {
        let shown = shown("a = 5\nb = 3 +\nu = 2a\nJ = u + 2b\nk = a^2\nJ\nk\n");
        assert_eq!(value(&shown, "u"), 10.0);
        assert_eq!(value(&shown, "k"), 25.0);
        assert_eq!(value(&shown, "J"), Value::Null);
        let problems = shown["problems"].as_array().expect("there are problems");
        assert_eq!(problems.iter().filter(|problem| problem["level"] == "error").count(), 1, "{problems:?}");
        assert_eq!(shown["answers"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn a_mend_is_edits_at_places_of_the_text() {
        let shown = shown("σa = 5\nb = σaa\n");
        let problem = &shown["problems"][0];
        assert_eq!(problem["line"], 2);
        assert!(problem["edits"].as_array().is_some_and(|edits| !edits.is_empty()), "{problem}");
    }
}
