//! Names, numbers and derivatives in LaTeX; two names of a program never look alike.

use crate::lower::Compiled;
use crate::source::{Source, Sources};
use crate::syntax::ast::{By, Derivative, PartKind};
use rustc_hash::{FxHashMap, FxHashSet};

const GREEK: &[&str] = &[
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi",
    "Pi", "Sigma", "Phi", "Psi", "Omega",
];

/// Greek letters as they may stand in a program.
const LETTERS: &[(char, &str)] = &[
    ('α', "alpha"),
    ('β', "beta"),
    ('γ', "gamma"),
    ('δ', "delta"),
    ('ε', "epsilon"),
    ('η', "eta"),
    ('θ', "theta"),
    ('κ', "kappa"),
    ('λ', "lambda"),
    ('μ', "mu"),
    ('ν', "nu"),
    ('ξ', "xi"),
    ('π', "pi"),
    ('ρ', "rho"),
    ('σ', "sigma"),
    ('τ', "tau"),
    ('φ', "phi"),
    ('χ', "chi"),
    ('ψ', "psi"),
    ('ω', "omega"),
    ('Δ', "Delta"),
    ('Σ', "Sigma"),
    ('Ω', "Omega"),
    ('ζ', "zeta"),
    ('µ', "mu"),
    ('ϵ', "epsilon"),
    ('Γ', "Gamma"),
    ('Θ', "Theta"),
    ('Λ', "Lambda"),
    ('Φ', "Phi"),
    ('Ψ', "Psi"),
];

/// Signs above a letter, as one character with it or after it.
const ABOVE: &[(char, &str)] =
    &[('\u{302}', "hat"), ('\u{304}', "bar"), ('\u{303}', "tilde"), ('\u{307}', "dot"), ('\u{30c}', "check")];

/// How the names of a program are written.
#[derive(Debug, Default)]
pub struct Words {
    own: FxHashMap<String, String>,
    /// The program has a name `e`.
    pub(super) own_e: bool,
}

impl Words {
    /// Of a program: a name that would look like another one is written as it is typed.
    pub fn of(compiled: &Compiled) -> Words {
        let mut words = Words::default();
        // What the constants look like is taken.
        let mut taken: FxHashSet<String> = [r"\pi".to_string()].into_iter().collect();
        // `α` has no other form, `alpha` has.
        let (ascii, others): (Vec<_>, Vec<_>) = compiled.defs.iter().partition(|def| def.name.is_ascii());
        for def in others.into_iter().chain(ascii) {
            if words.own.contains_key(&*def.name) {
                continue;
            }
            words.own_e |= &*def.name == "e";
            let mut shown = pretty(&def.name);
            if !taken.insert(shown.clone()) {
                shown = match def.name.is_ascii() {
                    true => format!(r"\mathtt{{{}}}", typed(&def.name)),
                    false => format!("{shown}_{{({})}}", taken.len()),
                };
                taken.insert(shown.clone());
            }
            words.own.insert(def.name.to_string(), shown);
        }
        words
    }

    /// A name; `W1` is `W_{1}`, `x_train` is `x_{\mathrm{train}}`, `lambda` is `\lambda`, `ŷ` is `\hat{y}`.
    pub(super) fn name(&self, name: &str) -> String {
        self.own.get(name).cloned().unwrap_or_else(|| pretty(name))
    }

    /// An attribute that stands like an argument: a dimension, or several in brackets.
    pub(super) fn dims(&self, text: &str) -> String {
        let plain = |c: char| c.is_alphanumeric() || c == '_';
        let mut out = String::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let end = rest.find(|c: char| !plain(c)).unwrap_or(rest.len());
            if end > 0 && !c.is_ascii_digit() {
                out.push_str(&self.name(&rest[..end]));
                rest = &rest[end..];
            } else {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
        out.replace('*', r"\,")
    }

    /// What is asked: a derivative as a fraction of differentials.
    pub(super) fn left(&self, text: &str) -> String {
        let mut sources = Sources::default();
        let id = sources.add(Source::new("formula", text));
        let parsed = crate::syntax::parse_expr(&sources, id).ok();
        match parsed.as_ref().map(|expr| &expr.parts[..]) {
            Some([part]) => match &part.kind {
                PartKind::Derivative(derivative) => self.derivative(derivative),
                PartKind::Name(name) => self.name(name),
                _ => format!(r"\mathtt{{{}}}", typed(text)),
            },
            _ => format!(r"\mathtt{{{}}}", typed(text)),
        }
    }

    fn derivative(&self, derivative: &Derivative) -> String {
        let power = |n: usize| if n > 1 { format!("^{{{n}}}") } else { String::new() };
        let of = after_d(&derivative.of.text);
        let digits = of.chars().take_while(char::is_ascii_digit).count();
        let order: usize = of[..digits].parse().unwrap_or(1);
        let mut below = vec![];
        for by in &derivative.by {
            let (text, times) = match by {
                By::Word(by) => {
                    let text = after_d(&by.text);
                    // The digits behind are an order where the words alone do not make up the whole.
                    let tail = text.chars().rev().take_while(char::is_ascii_digit).count();
                    match text[text.len() - tail..].parse() {
                        Ok(times) if order > derivative.by.len() => (text[..text.len() - tail].to_string(), times),
                        _ => (text, 1),
                    }
                }
                By::Path(path, times) => {
                    (path.names.iter().map(|name| name.text.clone()).collect::<Vec<_>>().join("."), *times as usize)
                }
            };
            below.push(format!(r"\partial {}{}", self.name(&text), power(times)));
        }
        format!(r"\frac{{\partial{} {}}}{{{}}}", power(order), self.name(&of[digits..]), below.join(r"\,"))
    }
}

/// What follows the `d` of a derivative's word, which stands there once.
fn after_d(text: &str) -> String {
    match text.strip_prefix('d') {
        Some(rest) => rest.to_string(),
        None => text.trim_start_matches('∂').replace('²', "2").replace('³', "3"),
    }
}

fn pretty(text: &str) -> String {
    if text == "inf" {
        return r"\infty".into();
    }
    if let Some((module, name)) = text.rsplit_once('.') {
        return format!("{}.{}", pretty(module), pretty(name));
    }
    let lower = |c: char| match c {
        '₀'..='₉' => char::from_digit(c as u32 - '₀' as u32, 10).unwrap_or(c),
        other => other,
    };
    let plain: String = text.chars().map(lower).collect();
    let (base, under) = match plain.split_once('_') {
        Some((base, under)) if !base.is_empty() && !under.is_empty() => (base.to_string(), under.to_string()),
        Some(_) => (plain, String::new()),
        None => {
            let digits = plain.chars().rev().take_while(char::is_ascii_digit).count();
            let cut = plain.len() - digits;
            (plain[..cut].to_string(), plain[cut..].to_string())
        }
    };
    // Of `learning_rate` neither part is an index.
    let letter = letter(&base);
    if under.is_empty() {
        return letter.unwrap_or_else(|| roman(&base));
    }
    match letter {
        Some(base) => format!("{base}_{{{}}}", index(&under)),
        None if under.chars().all(|c| c.is_ascii_digit()) => format!("{}_{{{under}}}", roman(&base)),
        None => roman(&format!("{base}_{under}")),
    }
}

fn index(text: &str) -> String {
    let digits = text.chars().all(|c| c.is_ascii_digit());
    if digits { text.to_string() } else { letter(text).unwrap_or_else(|| roman(text)) }
}

/// One letter, with a sign above it perhaps.
fn letter(text: &str) -> Option<String> {
    use unicode_normalization::UnicodeNormalization;
    if GREEK.contains(&text) {
        return Some(format!(r"\{text}"));
    }
    let parts: Vec<char> = text.nfd().collect();
    let (first, sign) = match parts[..] {
        [first] => (first, None),
        [first, above] => (first, Some(ABOVE.iter().find(|(sign, _)| *sign == above)?.1)),
        _ => return None,
    };
    let base = match LETTERS.iter().find(|(letter, _)| *letter == first) {
        Some((_, name)) => format!(r"\{name}"),
        None if first.is_ascii_alphabetic() => first.to_string(),
        None => return None,
    };
    Some(sign.map_or(base.clone(), |sign| format!(r"\{sign}{{{base}}}")))
}

/// A word, upright; letters that mathematics does not have are text.
fn roman(text: &str) -> String {
    let command = if text.is_ascii() { "mathrm" } else { "text" };
    format!(r"\{command}{{{}}}", escaped(text))
}

/// As it is typed, for `\mathtt`.
fn typed(text: &str) -> String {
    text.chars().map(|c| escaped(&c.to_string())).collect()
}

/// A number that is not negative.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:?}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    match text.split_once('e') {
        Some((digits, exponent)) => format!(r"{digits} \cdot 10^{{{exponent}}}"),
        None if value.is_infinite() => r"\infty".into(),
        None => text.to_string(),
    }
}

/// Text whose signs mean nothing to LaTeX.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if matches!(c, '_' | '#' | '%' | '&' | '{' | '}' | '$') {
            out.push('\\');
        }
        match c {
            '\\' => out.push_str(r"\backslash "),
            '^' => out.push_str(r"\hat{}"),
            '~' => out.push_str(r"\sim "),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_in_a_book() {
        for (name, expected) in [
            ("W1", "W_{1}"),
            ("x_train", r"x_{\mathrm{train}}"),
            ("learning_rate", r"\mathrm{learning\_rate}"),
            ("lambda", r"\lambda"),
            ("ŷ", r"\hat{y}"),
            ("x\u{302}", r"\hat{x}"),
            ("µ", r"\mu"),
            ("é", r"\text{é}"),
            ("x_", r"\mathrm{x\_}"),
            ("f.W1", "f.W_{1}"),
            ("dz2", r"\mathrm{dz}_{2}"),
        ] {
            assert_eq!(pretty(name), expected, "{name}");
        }
    }
}
