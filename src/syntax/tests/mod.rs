//! What the parser promises, a sentence a test.

mod hostile;
mod language;
mod layout;
mod pages;

use super::ast::*;
use crate::diag::Diagnostic;
use crate::source::{Source, SourceId, Sources};

/// A text as a program of its own.
fn read(text: &str) -> (Sources, SourceId, Program, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let id = sources.add(Source::new("test.nnl", text));
    let (program, problems) = super::parse(&sources, id);
    (sources, id, program, problems)
}

/// A text without problems.
fn program(text: &str) -> Program {
    let (_, _, program, problems) = read(text);
    assert!(problems.is_empty(), "{text}\n{problems:#?}");
    program
}

/// The last causes of a text's problems, in order.
fn causes(text: &str) -> Vec<&'static str> {
    read(text).3.iter().map(|problem| problem.code.rsplit(':').next().unwrap_or("")).collect()
}

/// The parts of an expression, written with a space between: precedence is not this stage's.
fn parts(text: &str) -> String {
    let mut sources = Sources::default();
    let id = sources.add(Source::new("test.nnl", text));
    match super::parse_expr(&sources, id) {
        Ok(expr) => show(&expr),
        Err(problems) => panic!("{text}\n{problems:#?}"),
    }
}

fn show(expr: &Expr) -> String {
    let list = |exprs: &[Expr]| exprs.iter().map(show).collect::<Vec<_>>().join(", ");
    let each = |each: &Comprehension| format!("{} for {} in {}", show(&each.value), each.index.text, show(&each.range));
    let part = |part: &Part| match &part.kind {
        PartKind::Prefix(prefix) => format!("{prefix:?}"),
        PartKind::Infix(infix) => format!("{infix:?}"),
        PartKind::Number(value) => format!("{value}"),
        PartKind::Text(text) => format!("{text:?}"),
        PartKind::Blank => "?".to_string(),
        PartKind::Name(name) => name.clone(),
        PartKind::Derivative(derivative) => {
            let by: Vec<String> = derivative
                .by
                .iter()
                .map(|by| match by {
                    By::Word(name) => name.text.clone(),
                    By::Path(path, order) => {
                        let names: Vec<&str> = path.names.iter().map(|name| name.text.as_str()).collect();
                        format!("d({}){order}", names.join("."))
                    }
                })
                .collect();
            format!("<{}/{}>", derivative.of.text, by.join(" "))
        }
        PartKind::Group(inner) => format!("({})", show(inner)),
        PartKind::List(exprs) => format!("[{}]", list(exprs)),
        PartKind::Comprehension(inner) => format!("[{}]", each(inner)),
        PartKind::Prime => "'".to_string(),
        PartKind::Index(slots) => {
            let slots: Vec<String> = slots
                .iter()
                .map(|slot| match slot {
                    Slot::At(at) => show(at),
                    Slot::Slice { start, stop, step, .. } => {
                        let bound = |expr: &Option<Expr>| expr.as_ref().map(show).unwrap_or_default();
                        format!("{}:{}:{}", bound(start), bound(stop), bound(step))
                    }
                })
                .collect();
            format!("at[{}]", slots.join(", "))
        }
        PartKind::Call(args) => {
            let args: Vec<String> = args
                .iter()
                .map(|arg| {
                    let value = match &arg.value {
                        ArgValue::Expr(expr) => show(expr),
                        ArgValue::Each(inner) => each(inner),
                    };
                    arg.name.as_ref().map_or(value.clone(), |name| format!("{}={value}", name.text))
                })
                .collect();
            format!("call({})", args.join(", "))
        }
        PartKind::Field(name) => format!(".{}", name.text),
    };
    expr.parts.iter().map(part).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_number_multiplies_the_name_or_bracket_it_touches() {
    assert_eq!(parts("3v"), "3 Juxtaposed v");
    assert_eq!(parts("2(a + b)"), "2 Juxtaposed (a Add b)");
    assert_eq!(parts("1/2x"), "1 Div 2 Juxtaposed x");
    assert_eq!(parts("2^3x"), "2 Pow 3 Juxtaposed x");
    assert_eq!(parts("2e3x"), "2000 Juxtaposed x");
    assert_eq!(parts("2e"), "2 Juxtaposed e");
    assert_eq!(parts("2dJ/da"), "2 Juxtaposed <dJ/da>");
}

#[test]
fn numbers_are_written_in_every_usual_way() {
    assert_eq!(parts(".5 + 1_000_000 + 1e-3 + 3.25"), "0.5 Add 1000000 Add 0.001 Add 3.25");
    assert_eq!(parts("0..10"), "0 Range 10");
    assert_eq!(parts("0..1 step 0.1"), "0 Range 1 Step 0.1");
    assert_eq!(parts("-x^2"), "Neg x Pow 2");
    assert_eq!(parts("a^-b"), "a Pow Neg b");
}

#[test]
fn accepted_spellings_are_the_operators_they_stand_for() {
    assert_eq!(parts("wᵀ @ x · y × z ÷ 2 − 1"), "w ' MatMul x Mul y Mul z Div 2 Sub 1");
    assert_eq!(parts("x² + y⁻¹"), "x Pow 2 Add y Pow Neg 1");
    assert_eq!(parts("a ≤ b or c ≠ d"), "a Le b Or c Ne d");
    assert_eq!(parts("σ(z) ≈ ŷ"), "σ call(z) Near ŷ");
    assert_eq!(parts("a ** b"), "a Pow b");
    assert_eq!(parts("x₁ + x_1"), "x₁ Add x_1");
}

#[test]
fn a_derivative_is_one_part_where_it_has_the_form() {
    assert_eq!(parts("2*dJ/da"), "2 Mul <dJ/da>");
    assert_eq!(parts("dJ/dw'"), "<dJ/dw> '");
    assert_eq!(parts("dJ/dw[0]"), "<dJ/dw> at[0]");
    assert_eq!(parts("dJ / da"), "dJ Div da");
    assert_eq!(parts("d2J/da db"), "<d2J/da db>");
    assert_eq!(parts("d3J/da2 db"), "<d3J/da2 db>");
    assert_eq!(parts("∂²J/∂a²"), "<∂²J/∂a²>");
    assert_eq!(parts("dJ/d(enc.W1)"), "<dJ/d(enc.W1)1>");
    assert_eq!(parts("d2J/d(enc.W1)2"), "<d2J/d(enc.W1)2>");
    assert_eq!(parts("d/dx"), "d Div dx");
    assert_eq!(parts("dz[0]/dx"), "dz at[0] Div dx");
}

#[test]
fn indices_calls_and_comprehensions_nest() {
    assert_eq!(parts("x[:, 1]"), "x at[::, 1]");
    assert_eq!(parts("x[1:3, ::2, -1]"), "x at[1:3:, ::2, Neg 1]");
    assert_eq!(parts("f'(z, k=0.2)"), "f ' call(z, k=0.2)");
    assert_eq!(parts("sum(x[i]*dz[i] for i in 0..m)"), "sum call(x at[i] Mul dz at[i] for i in 0 Range m)");
    assert_eq!(parts("[x[i]^2 for i in 0..m]"), "[x at[i] Pow 2 for i in 0 Range m]");
    assert_eq!(parts("x |> f(k=2)"), "x Pipe f call(k=2)");
    assert_eq!(parts("[[1, 2], [3, 4],]"), "[[1, 2], [3, 4]]");
    assert_eq!(parts("a(1, 2,).b.c"), "a call(1, 2) .b .c");
}
