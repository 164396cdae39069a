//! Dimensions as the language writes them: `m`, `2*m + 1`, `floor((n - 3)/2) + 1`.

use super::dim::{Atom, Poly, Sym, TooLarge};
use std::fmt::Write;
use std::sync::Arc;

/// A polynomial over these names.
pub(super) fn text<'a>(poly: &Poly, name: &dyn Fn(Sym) -> &'a str) -> String {
    let poly = readable(poly).unwrap_or_else(|_| poly.clone());
    let (plus, minus): (Vec<_>, Vec<_>) = poly.terms.iter().partition(|(_, c)| *c > 0);
    let mut out = String::new();
    for (mono, c) in plus.into_iter().chain(minus) {
        out.push_str(match (out.is_empty(), *c > 0) {
            (true, true) => "",
            (true, false) => "-",
            (false, true) => " + ",
            (false, false) => " - ",
        });
        let mut factors: Vec<String> = Vec::new();
        if mono.is_empty() || c.unsigned_abs() != 1 {
            factors.push(c.unsigned_abs().to_string());
        }
        for run in mono.chunk_by(|a, b| a == b) {
            let mut factor = match &run[0] {
                Atom::Sym(sym) => name(*sym).to_string(),
                Atom::Floor(p, k) => {
                    let inner = text(p, name);
                    match p.terms.as_slice() {
                        [(mono, 1)] if mono.len() == 1 => format!("floor({inner}/{k})"),
                        _ => format!("floor(({inner})/{k})"),
                    }
                }
            };
            if run.len() > 1 {
                let _ = write!(factor, "^{}", run.len());
            }
            factors.push(factor);
        }
        out.push_str(&factors.join("*"));
    }
    if out.is_empty() { "0".into() } else { out }
}

/// The normal form keeps what is inside `floor` from being negative; a reader expects the formula of strides and windows.
/// So where there is one floor, what is taken away outside goes back in, a number so that `+ 1` stays:
/// `floor((n + 1)/2) - 1` is `floor((n - 3)/2) + 1`.
fn readable(poly: &Poly) -> Result<Poly, TooLarge> {
    let is_floor = |mono: &[Atom]| mono.iter().any(|atom| matches!(atom, Atom::Floor(..)));
    let mut floors = poly.terms.iter().filter(|(mono, _)| is_floor(mono));
    let (Some((mono, 1)), None) = (floors.next(), floors.next()) else { return Ok(poly.clone()) };
    let [Atom::Floor(inner, k)] = mono.as_slice() else { return Ok(poly.clone()) };
    let mut inside = Poly { terms: vec![] };
    let mut outside = Poly { terms: vec![] };
    for (mono, c) in poly.terms.iter().filter(|(mono, _)| !is_floor(mono)) {
        let (within, without) = match (mono.is_empty(), *c < 0) {
            (true, true) => (*c - 1, 1),
            (false, true) => (*c, 0),
            (_, false) => (0, *c),
        };
        let term = |c: i128| Poly { terms: if c == 0 { vec![] } else { vec![(mono.clone(), c)] } };
        inside = inside.add(&term(within))?;
        outside = outside.add(&term(without))?;
    }
    if inside.terms.is_empty() {
        return Ok(poly.clone());
    }
    let inner = inner.add(&inside.scale(i128::from(*k))?)?;
    // Not in normal form: it is only written.
    let floor = Poly { terms: vec![(vec![Atom::Floor(Arc::new(inner), *k)], 1)] };
    floor.add(&outside)
}
