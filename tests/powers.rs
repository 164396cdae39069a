//! Sums of exponentials, with weights of every kind, in every order, over axes and in functions: values and slopes against
//! 50 digits and more, at exponents of ±1000.

#![allow(clippy::unwrap_used)]

use nnlang::InMemory;
use nnlang::{Session, Settings};

/// Expression, point, value, slopes by `a` and by `p`: made by mpmath.
const TABLE: &str = include_str!("data/powers.tsv");

#[test]
fn sums_of_exponentials_have_their_digits_in_every_order() {
    let mut text = "mix(u, v, t) = t*exp(u) + (1 - t)*exp(v)\n".to_string();
    let mut wanted = vec![];
    for (i, line) in TABLE.lines().filter(|line| !line.starts_with('#')).enumerate() {
        let cells: Vec<&str> = line.split('\t').collect();
        let mut expression = format!(" {} ", cells[0]);
        for pair in cells[1].split(' ') {
            let (name, value) = pair.split_once('=').unwrap();
            text += &format!("{name}{i}_ = {value}\n");
            expression = renamed(&expression, name, &format!("{name}{i}_"));
        }
        text += &format!("J{i}_ ={expression}\n");
        let asked = ["J_", "dJ_/da_", "d2J_/da_2", "dJ_/dp_", "d2J_/dp_2"];
        for (asked, cell) in asked.into_iter().zip(&cells[2..]) {
            if let Ok(number) = cell.parse::<f64>() {
                text += &format!("{}\n", asked.replace('_', &format!("{i}_")));
                wanted.push((asked, line, number));
            }
        }
    }
    let (_, report) = Session::new(Settings::default()).apply("powers.nnl", &text, &mut InMemory::default());
    let faults: Vec<&str> = report.diagnostics.iter().filter(|p| p.is_error()).map(|p| p.title.as_str()).collect();
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(report.answers.len(), wanted.len());
    assert!(wanted.len() > 1500, "only {} numbers", wanted.len());
    let mut wrong = vec![];
    for (answer, (asked, line, wanted)) in report.answers.iter().zip(&wanted) {
        let found = answer.facts[0].valued().and_then(|it| it.value.item()).unwrap_or(f64::NAN);
        if (found - wanted).abs() > (1e-12 * wanted.abs()).max(1e-300) || found.is_nan() {
            wrong.push(format!("{asked}: {found:e}, not {wanted:e}: {line}"));
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

/// A name in an expression put in place of another, where it stands alone: `2a`, `exp(a)`, not the `a` of `tanh`.
fn renamed(text: &str, name: &str, to: &str) -> String {
    let mut out = String::new();
    let bytes = text.as_bytes();
    let letter = |at: Option<&u8>| at.is_some_and(|c| c.is_ascii_alphabetic() || *c == b'_');
    let mut at = 0;
    while let Some(found) = text[at..].find(name).map(|i| at + i) {
        let end = found + name.len();
        let alone = !letter(found.checked_sub(1).and_then(|i| bytes.get(i)))
            && !letter(bytes.get(end))
            && !bytes.get(end).is_some_and(u8::is_ascii_digit);
        out += &text[at..found];
        out += if alone { to } else { name };
        at = end;
    }
    out + &text[at..]
}
