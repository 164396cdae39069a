//! `trace J`: every step forward with its numbers, every step back with its chain-rule product, as the notes draw it.

use super::chain::{COLUMNS, Chain, Local, alike, bracketed, brief, scalar, shown};
use super::{Cx, slope_name};
use crate::diag::Diagnostic;
use crate::graph::NodeId;
use crate::lower::{Ask, DefKind};
use crate::ops;
use crate::source::Span;
use crate::tensor::Tensor;
use crate::view::fact::{self, Fact};
use crate::view::{self, Align, Cell, Doc, Line, Style, Table, number};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// As many lines fit a screen; matrices are written out where they do.
const SCREEN: usize = 44;

/// A longer slope of one equation is left to `derive`.
const SHORT: usize = 48;

/// So long may the formula of a whole derivative be.
const FORMULA: usize = 56;

/// One line: what stands in its columns, and the tensor that it tells.
struct Row {
    name: String,
    says: [String; 2],
    note: String,
    value: Arc<Tensor>,
    node: NodeId,
}

/// One user's part of a derivative.
struct Term {
    /// `dJ/du*du/db`
    names: String,
    /// `3*2`
    numbers: Option<String>,
    /// `du/db = c`
    local: Option<String>,
    product: Option<f64>,
    fact: fact::Term,
}

pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    for asked in &ask.exprs {
        let goal = cx.goal(ask, asked)?;
        let of = cx.text(asked.span);
        let chain = Chain::new(cx, goal, &of, span)?;
        let done = one(cx, &chain, goal, span);
        chain.end(cx);
        done?;
    }
    Ok(())
}

fn one(cx: &mut Cx, chain: &Chain, goal: NodeId, span: Span) -> Result<(), Box<Diagnostic>> {
    let (ahead, mut facts) = forward(cx, chain);
    let derivatives = chain.derivatives(cx, goal, span)?;
    chain.hold(cx, &derivatives);
    let (back, more) = backward(cx, chain, goal, &derivatives, span)?;
    facts.extend(more);
    let lines = |rows: &[Row]| rows.iter().map(|row| 1 + written(cx, row).lines.len()).sum::<usize>();
    let whole = 2 + lines(&ahead) + lines(&back) <= SCREEN;
    let mut doc = Doc::heading("forward");
    doc.extend(laid_out(cx, &ahead, whole));
    if !back.is_empty() {
        doc.extend(Doc::heading("backward"));
        doc.extend(laid_out(cx, &back, whole));
    }
    cx.push(span, doc, facts);
    // A derivative by a leaf is an answer; what is not finite on the way may vanish.
    for (stage, value) in chain.stages.iter().zip(&derivatives) {
        let Some(value) = value.as_ref().filter(|_| stage.text.is_none() && stage.node != goal) else { continue };
        if crate::eval::all_finite(value) {
            continue;
        }
        let derived = super::grad::derivatives(cx, goal, &[stage.node], span)?;
        let name = slope_name(&chain.of, &stage.name);
        if let Some(derived) = derived.first()
            && let Some(problem) = cx.eval.not_finite(derived.node, value, &format!("`{name}`"), span)
        {
            return Err(Box::new(problem));
        }
    }
    Ok(())
}

fn forward(cx: &mut Cx, chain: &Chain) -> (Vec<Row>, Vec<Fact>) {
    let numbers: FxHashMap<String, f64> =
        chain.stages.iter().filter_map(|stage| Some((stage.name.clone(), scalar(&stage.value)?))).collect();
    let (mut rows, mut facts) = (vec![], vec![]);
    for stage in &chain.stages {
        let (mut says, mut in_numbers) = ([String::new(), String::new()], None);
        if let Some(text) = &stage.text {
            let filled = filled(text, &numbers, cx.digits);
            let scalars = stage.from.iter().all(|from| scalar(&chain.stages[*from].value).is_some());
            if scalars && filled != *text && filled != shown(cx, &stage.value, stage.node) {
                says[1] = format!("= {filled}");
                in_numbers = Some(filled);
            }
            if *text != stage.name {
                says[0] = format!("= {text}");
            }
        }
        let from: Vec<String> = stage.from.iter().map(|from| chain.stages[*from].name.clone()).collect();
        let fact = fact::Forward {
            pass: "forward",
            name: stage.name.clone(),
            expression: stage.text.clone(),
            filled: in_numbers,
            from: (!from.is_empty()).then_some(from),
            shape: stage.value.shape().to_vec(),
            value: stage.value.clone(),
        };
        facts.push(fact.into());
        let value = stage.value.clone();
        rows.push(Row { name: stage.name.clone(), says, note: String::new(), value, node: stage.node });
    }
    (rows, facts)
}

/// Of each stage, who gives it which share of a derivative.
type Shares = Vec<Vec<(usize, NodeId)>>;

/// The slope of a user by a stage, both numbers.
type Slopes = FxHashMap<(usize, usize), NodeId>;

/// Of each stage: who gives it what, as a share of the derivative by the user, and as a slope.
fn locals(
    cx: &mut Cx,
    chain: &Chain,
    derivatives: &[Option<Arc<Tensor>>],
    span: Span,
) -> Result<(Shares, Slopes), Box<Diagnostic>> {
    let count = chain.stages.len();
    let mut shares: Shares = vec![vec![]; count];
    let mut slopes = Slopes::default();
    for user in (0..count).rev().filter(|user| derivatives[*user].is_some()) {
        let seed = chain.seed(cx, user);
        for (from, local) in chain.locals(cx, user, seed, span)? {
            if let Local::Slope(share) = local {
                shares[from].push((user, share));
            }
        }
        if scalar(&chain.stages[user].value).is_some() {
            let one = ops::number(&mut cx.eval.compiled.graph, 1.0);
            for (from, local) in chain.locals(cx, user, one, span)? {
                if let (Local::Slope(slope), Some(_)) = (local, scalar(&chain.stages[from].value)) {
                    slopes.insert((user, from), slope);
                }
            }
        }
    }
    Ok((shares, slopes))
}

/// From the goal down: what each equation gives its names, added up.
fn backward(
    cx: &mut Cx,
    chain: &Chain,
    goal: NodeId,
    derivatives: &[Option<Arc<Tensor>>],
    span: Span,
) -> Result<(Vec<Row>, Vec<Fact>), Box<Diagnostic>> {
    let count = chain.stages.len();
    let (shares, slopes) = locals(cx, chain, derivatives, span)?;
    let mut wanted: Vec<NodeId> = vec![];
    for (from, users) in shares.iter().enumerate() {
        wanted.extend(users.iter().filter_map(|(user, _)| slopes.get(&(*user, from)).copied()));
    }
    let values = cx.eval.values(&wanted, span)?;
    let value_of: FxHashMap<NodeId, Arc<Tensor>> = wanted.into_iter().zip(values).collect();
    let told = told(cx, chain, goal);
    let numbers: FxHashMap<String, f64> =
        chain.stages.iter().filter_map(|stage| Some((stage.name.clone(), scalar(&stage.value)?))).collect();
    let (mut rows, mut facts) = (vec![], vec![]);
    for i in (0..count.saturating_sub(1)).rev().filter(|i| told[*i]) {
        let Some(value) = &derivatives[i] else { continue };
        let stage = &chain.stages[i];
        let name = slope_name(&chain.of, &stage.name);
        let mut terms = vec![];
        for (user, share) in &shares[i] {
            terms.push(term(cx, chain, (*user, i), *share, &slopes, &value_of, derivatives, span));
        }
        // Where all are numbers, products; else one formula over the derivatives that come in.
        let numeric = !terms.is_empty() && terms.iter().all(|term| term.numbers.is_some());
        let mut says = [String::new(), String::new()];
        let mut note = String::new();
        let mut whole = None;
        if !numeric || terms.iter().all(|term| term.names.is_empty()) {
            let mut sum: Option<NodeId> = None;
            for (_, share) in &shares[i] {
                sum = match sum {
                    None => Some(*share),
                    Some(before) => ops::build::add(&mut cx.eval.compiled.graph, before, *share).ok(),
                };
            }
            let same = match sum {
                Some(sum) => cx.eval.value(sum, span).is_ok_and(|sum| alike(value, &sum)),
                None => false,
            };
            whole = sum.filter(|_| same).and_then(|sum| chain.formula(cx, sum, span));
        }
        let chained: Vec<&str> =
            terms.iter().map(|term| term.names.as_str()).filter(|names| !names.is_empty()).collect();
        let chained = chained.join(" + ");
        // A long formula says less than the names of what it is made of.
        let long = |text: &String| text.chars().count() > FORMULA.max(chained.chars().count());
        match &whole {
            Some(text) if !chained.is_empty() && long(text) => says[0] = format!("= {chained}"),
            Some(text) => {
                let filled = if numeric { filled(text, &numbers, cx.digits) } else { text.clone() };
                let answer = shown(cx, value, stage.node);
                if *text != answer {
                    says[0] = format!("= {text}");
                }
                if filled != *text && filled != answer {
                    says[1] = format!("= {filled}");
                }
            }
            None if numeric => {
                let parts: Vec<&str> = terms.iter().filter_map(|term| term.numbers.as_deref()).collect();
                let locals: Vec<&str> = terms.iter().filter_map(|term| term.local.as_deref()).collect();
                // Of the goal's own equation there is no product.
                if !chained.is_empty() {
                    says = [format!("= {chained}"), format!("= {}", parts.join(" + "))];
                }
                note = locals.join(", ");
                let sum: f64 = terms.iter().filter_map(|term| term.product).sum();
                if !alike(value, &Tensor::scalar(sum)) {
                    note = format!("taken as one piece; the parts make {}", number(sum, cx.digits));
                }
            }
            None if !chained.is_empty() => says[0] = format!("= {chained}"),
            None => {}
        }
        let fact = fact::Backward {
            pass: "backward",
            name: name.clone(),
            chain: (!chained.is_empty()).then_some(chained),
            formula: whole,
            terms: terms.into_iter().map(|term| term.fact).collect(),
            shape: value.shape().to_vec(),
            value: value.clone(),
        };
        facts.push(fact.into());
        rows.push(Row { name, says, note, value: value.clone(), node: stage.node });
    }
    Ok((rows, facts))
}

#[allow(clippy::too_many_arguments)]
fn term(
    cx: &mut Cx,
    chain: &Chain,
    (user, from): (usize, usize),
    share: NodeId,
    slopes: &Slopes,
    values: &FxHashMap<NodeId, Arc<Tensor>>,
    derivatives: &[Option<Arc<Tensor>>],
    span: Span,
) -> Term {
    let (outer, inner) = (&chain.stages[user].name, &chain.stages[from].name);
    let local = slopes.get(&(user, from)).copied();
    let last = user == chain.goal();
    let slope_text = slope_name(outer, inner);
    let several = chain.users[from].len() > 1;
    let formula = chain.formula(cx, local.unwrap_or(share), span);
    let mut names = format!("{}*{slope_text}", slope_name(&chain.of, outer));
    if last {
        // Of the goal's own equation there is no product; beside others its part has no name of its own.
        names = match (&formula, several) {
            (_, false) => String::new(),
            (Some(formula), true) => formula.clone(),
            (None, true) => slope_text.replacen('d', "∂", 1).replace("/d", "/∂"),
        };
    }
    let (mut numbers, mut product) = (None, None);
    let factors = (
        derivatives[user].as_ref().and_then(|value| scalar(value)),
        local.and_then(|local| values.get(&local)).and_then(|value| scalar(value)),
    );
    if let (Some(outer), Some(slope)) = factors {
        product = Some(outer * slope);
        let slope_shown = bracketed(slope, cx.digits);
        numbers = Some(if last { slope_shown } else { format!("{}*{slope_shown}", bracketed(outer, cx.digits)) });
    }
    let plain = |text: &str| text.parse::<f64>().is_ok();
    let fact = fact::Term {
        through: outer.clone(),
        local: slope_text.clone(),
        chain: (!names.is_empty()).then(|| names.clone()),
        outer: product.and(factors.0),
        slope: product.and(factors.1),
        product,
        formula: formula.clone(),
    };
    let short = |formula: &String| formula.chars().count() <= SHORT;
    let told = formula.filter(|formula| !plain(formula) && short(formula) && local.is_some() && !last);
    Term { names, numbers, local: told.map(|formula| format!("{slope_text} = {formula}")), product, fact }
}

/// Which stages the way back is about: where there are parameters those and what depends on them; else all.
fn told(cx: &Cx, chain: &Chain, goal: NodeId) -> Vec<bool> {
    let compiled = &cx.eval.compiled;
    let wanted: Vec<NodeId> = cx.default_by(goal).into_iter().map(|id| compiled.def(id).node).collect();
    let params = compiled.defs.iter().any(|def| def.kind == DefKind::Param && wanted.contains(&def.node));
    let mut told = vec![];
    for stage in &chain.stages {
        let own = !params || wanted.contains(&stage.node);
        told.push(if stage.from.is_empty() { own } else { stage.from.iter().any(|from| told[*from]) });
    }
    told
}

/// The lines of a tensor written out, below its own line; none for what its line holds.
fn written(cx: &Cx, row: &Row) -> Doc {
    if row.value.shape().len() < 2 || row.value.len() <= 1 {
        return Doc::new();
    }
    let mut doc = view::value("", &row.value, "", cx.digits);
    doc.lines.remove(0);
    doc
}

/// In as few words as it takes to fit.
#[derive(Clone, Copy, PartialEq)]
enum Fit {
    /// All on a line.
    Beside,
    /// The slopes of the equations below theirs.
    Below,
    /// And values in a few words.
    Brief,
    /// And values of long equations below theirs.
    Two,
}

fn laid_out(cx: &Cx, rows: &[Row], whole: bool) -> Doc {
    let mut doc = columns(cx, rows, whole, Fit::Beside);
    for fit in [Fit::Below, Fit::Brief, Fit::Two] {
        if doc.lines.iter().all(|line| line.width() <= COLUMNS) {
            break;
        }
        doc = columns(cx, rows, whole, fit);
    }
    doc
}

fn columns(cx: &Cx, rows: &[Row], whole: bool, fit: Fit) -> Doc {
    let mut table = Table::new([("", Align::Left); 5]);
    let all_scalars = rows.iter().all(|row| scalar(&row.value).is_some());
    let mut apart = vec![];
    let widest = |of: &dyn Fn(&Row) -> String| rows.iter().map(|row| view::width(&of(row))).max().unwrap_or(0);
    // What is left beside the names, the values and the space between them.
    let names = widest(&|row| row.name.clone());
    let room = COLUMNS.saturating_sub(names + widest(&|row| brief(cx, &row.value, row.node)) + 12);
    for row in rows {
        let spelled = whole && !written(cx, row).is_empty();
        let value = match () {
            () if spelled => format!("= {}", cx.shape(row.node)),
            () if row.value.shape().len() == 1 && whole => {
                let line = view::value("", &row.value, "", cx.digits).text();
                line.lines()
                    .next()
                    .and_then(|line| line.split_once("= "))
                    .map_or(String::new(), |(_, v)| format!("= {v}"))
            }
            () if matches!(fit, Fit::Brief | Fit::Two) => format!("= {}", brief(cx, &row.value, row.node)),
            () => format!("= {}", shown(cx, &row.value, row.node)),
        };
        let [first, second] = row.says.clone();
        // A leaf among numbers reads `a = 5`; a goal that is no name has its numbers there.
        let (first, second) = if first.is_empty() { (second, String::new()) } else { (first, second) };
        let (first, value) = if all_scalars && first.is_empty() { (value, String::new()) } else { (first, value) };
        if fit == Fit::Two && view::width(&first) + view::width(&second) > room {
            let words = [first, second].into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join("  ");
            let space = " ".repeat(2 + names.saturating_sub(view::width(&row.name)));
            apart.push(Some((Line::new().plain("  ").name(&row.name).plain(space).plain(words), value)));
            table.row([""; 5].map(|none| Cell::new(Style::Plain, none)));
            continue;
        }
        apart.push(None);
        table.row([
            Cell::name(&*row.name),
            Cell::new(Style::Plain, first),
            Cell::new(Style::Plain, second),
            Cell::number(value),
            Cell::new(Style::Note, if fit == Fit::Beside { &*row.note } else { "" }),
        ]);
    }
    let mut doc = Doc::new();
    for ((line, apart), row) in table.doc().lines.into_iter().zip(apart).zip(rows) {
        match apart {
            Some((line, value)) if line.width() + 4 + view::width(&value) <= COLUMNS => {
                doc.push(line.plain("    ").plain(value));
            }
            Some((line, value)) => {
                doc.push(line);
                doc.push(Line::new().plain("      ").plain(value));
            }
            None => doc.push(Line::new().plain("  ").then(line)),
        }
        if fit != Fit::Beside && !row.note.is_empty() {
            doc.push(Line::new().note(format!("      {}", row.note)));
        }
        if whole {
            doc.extend(written(cx, row).indent(4));
        }
    }
    doc
}

/// An equation with the numbers of its names in their place: `3v` becomes `3*11`.
fn filled(text: &str, numbers: &FxHashMap<String, f64>, digits: usize) -> String {
    let mut out = String::new();
    let chars: Vec<char> = text.chars().collect();
    let mut i = 0;
    let is_start = |c: char| c.is_alphabetic() || c == '_';
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    while i < chars.len() {
        let after_part = i > 0 && (is_part(chars[i - 1]) && !chars[i - 1].is_ascii_digit());
        if is_start(chars[i]) && !after_part {
            let mut end = i;
            while end < chars.len() && is_part(chars[end]) {
                end += 1;
            }
            let name: String = chars[i..end].iter().collect();
            let called = chars.get(end) == Some(&'(') || chars.get(end) == Some(&'.');
            match numbers.get(&name) {
                Some(value) if !called => {
                    if i > 0 && chars[i - 1].is_ascii_digit() {
                        out.push('*');
                    }
                    let shown = number(*value, digits);
                    // An argument of a call stands by itself.
                    let before = chars[..i].iter().rev().find(|c| **c != ' ');
                    let after = chars[end..].iter().find(|c| **c != ' ');
                    let alone = matches!(before, Some('(' | ',')) && matches!(after, Some(')' | ','));
                    let tight = (i > 0 || after.is_some()) && !alone;
                    if shown.starts_with('-') && tight {
                        out.push_str(&format!("({shown})"))
                    } else {
                        out.push_str(&shown)
                    }
                }
                _ => out.push_str(&name),
            }
            i = end;
        } else {
            out.push(chars[i]);
            i += 1;
        }
    }
    out
}
