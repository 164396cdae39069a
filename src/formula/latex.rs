//! A formula as LaTeX, from its text in the program's notation.

use crate::source::{Source, Sources};
use crate::syntax::ast::{ArgValue, By, Derivative, Expr, Infix, Part, PartKind, Prefix, Slot};
use crate::syntax::pratt::{self, Step};

/// How a book writes `outer(x, y)`, which is a function of the library.
const OUTER: &str = r"#\,##^{\top}";

/// Operators of the notation, with how tightly they bind.
const INFIX: &[(Infix, &str, u8)] = &[
    (Infix::Or, r" \lor ", 1),
    (Infix::And, r" \land ", 2),
    (Infix::Eq, " = ", 3),
    (Infix::Ne, r" \neq ", 3),
    (Infix::Lt, " < ", 3),
    (Infix::Le, r" \leq ", 3),
    (Infix::Gt, " > ", 3),
    (Infix::Ge, r" \geq ", 3),
    (Infix::Near, r" \approx ", 3),
    (Infix::Range, r" \ldots ", 4),
    (Infix::Step, r" \operatorname{step} ", 4),
    (Infix::Add, " + ", 5),
    (Infix::Sub, " - ", 5),
    (Infix::Mod, r" \bmod ", 6),
    (Infix::MatMul, r"\,", 6),
    (Infix::Mul, r"\,", 6),
    (Infix::Juxtaposed, r"\,", 6),
];

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
];

const SUM: u8 = 5;
const PRODUCT: u8 = 6;
const POWER: u8 = 8;
const TIGHT: u8 = 9;

struct Piece {
    text: String,
    bind: u8,
    /// The rank of its value, as far as names tell.
    rank: usize,
    /// It needs brackets under a power or a transpose.
    open: bool,
}

impl Piece {
    fn tight(text: impl Into<String>, rank: usize) -> Piece {
        Piece { text: text.into(), bind: TIGHT, rank, open: false }
    }

    fn at_least(&self, bind: u8) -> String {
        if self.bind < bind { format!(r"\left({}\right)", self.text) } else { self.text.clone() }
    }
}

/// The LaTeX of a formula; `rank` tells how many axes a name has. What does not read as an expression stays as it is.
pub fn latex(text: &str, rank: &dyn Fn(&str) -> usize) -> String {
    let mut sources = Sources::default();
    let id = sources.add(Source::new("formula", text));
    match crate::syntax::parse_expr(&sources, id) {
        Ok(expr) => piece(&expr, rank).text,
        Err(_) => format!(r"\text{{{}}}", escaped(text)),
    }
}

fn piece(expr: &Expr, rank: &dyn Fn(&str) -> usize) -> Piece {
    let mut stack: Vec<Piece> = vec![];
    for step in pratt::postorder(expr, &mut |_| false) {
        let made = match step {
            Step::Operand(part, postfixes) => operand(part, postfixes, rank),
            Step::Name(name, _) => Piece::tight(self::name(&name.text), rank(&name.text)),
            Step::Prefix(prefix, _) => {
                let Some(inner) = stack.pop() else { continue };
                let (sign, bind) = if prefix == Prefix::Neg { ("-", PRODUCT) } else { (r"\lnot ", 3) };
                Piece { text: format!("{sign}{}", inner.at_least(bind)), bind: SUM, rank: inner.rank, open: true }
            }
            Step::Infix(infix, _) => {
                let (Some(right), Some(left)) = (stack.pop(), stack.pop()) else { continue };
                joined(infix, &left, &right)
            }
            Step::Chained(_) => continue,
        };
        stack.push(made);
    }
    stack.pop().unwrap_or(Piece::tight("", 0))
}

fn joined(infix: Infix, left: &Piece, right: &Piece) -> Piece {
    let rank = left.rank.max(right.rank);
    match infix {
        Infix::Div => {
            // A sign stands before the fraction.
            let (sign, above) = match left.text.strip_prefix('-') {
                Some(rest) if left.bind == SUM && !rest.contains([' ']) => ("-", rest),
                _ => ("", left.text.as_str()),
            };
            let bind = if sign.is_empty() { PRODUCT + 1 } else { SUM };
            Piece { text: format!(r"{sign}\frac{{{above}}}{{{}}}", right.text), bind, rank, open: true }
        }
        Infix::Pow => {
            let base = if left.open { format!(r"\left({}\right)", left.text) } else { left.at_least(TIGHT) };
            Piece { text: format!("{base}^{{{}}}", right.text), bind: POWER, rank, open: true }
        }
        _ => {
            let Some((_, sign, bind)) = INFIX.iter().find(|(other, ..)| *other == infix) else {
                return Piece { text: format!("{}{}", left.text, right.text), bind: 0, rank, open: true };
            };
            let rank = match (infix, left.rank, right.rank) {
                (Infix::MatMul, 1, 1) => 0,
                (Infix::MatMul, a, b) => (a + b).saturating_sub(2).max(1).min(a.max(b)),
                _ => rank,
            };
            // Two tensors entry by entry are told from a matrix product.
            let entries = matches!(infix, Infix::Mul | Infix::Juxtaposed) && left.rank > 0 && right.rank > 0;
            let digits = |text: &str| text.chars().next().is_some_and(|c| c.is_ascii_digit());
            let sign = match () {
                () if entries => r" \odot ",
                () if *bind == PRODUCT && infix != Infix::MatMul && digits(&right.text) => r" \cdot ",
                () => sign,
            };
            let after = if infix == Infix::Sub { bind + 1 } else { *bind };
            let right = if right.text.starts_with('-') { right.at_least(bind + 1) } else { right.at_least(after) };
            Piece { text: format!("{}{sign}{right}", left.at_least(*bind)), bind: *bind, rank, open: true }
        }
    }
}

fn operand(part: &Part, postfixes: &[Part], rank: &dyn Fn(&str) -> usize) -> Piece {
    let mut rest = postfixes;
    let mut made = match &part.kind {
        PartKind::Number(value) => Piece::tight(number(*value), 0),
        PartKind::Text(text) => Piece::tight(format!(r"\text{{{}}}", escaped(text)), 0),
        PartKind::Name(function) => match postfixes.first() {
            Some(Part { kind: PartKind::Call(args), .. }) => {
                rest = &postfixes[1..];
                call(function, args, rank)
            }
            _ => Piece::tight(name(function), rank(function)),
        },
        // Its own operator says whether it needs brackets.
        PartKind::Group(inner) => piece(inner, rank),
        PartKind::List(parts) => {
            let parts: Vec<String> = parts.iter().map(|part| piece(part, rank).text).collect();
            Piece::tight(format!(r"\left[{}\right]", parts.join(", ")), 1)
        }
        PartKind::Derivative(derivative) => Piece::tight(self::derivative(derivative), 1),
        _ => Piece::tight("", 0),
    };
    for postfix in rest {
        made = match &postfix.kind {
            PartKind::Prime if made.rank == 1 => made,
            PartKind::Prime => {
                let base = if made.open { format!(r"\left({}\right)", made.text) } else { made.at_least(TIGHT) };
                Piece { text: format!(r"{base}^{{\top}}"), bind: POWER, rank: made.rank, open: true }
            }
            PartKind::Index(slots) => {
                let at: Vec<String> = slots.iter().map(|slot| slot_text(slot, rank)).collect();
                let gone = slots.iter().filter(|slot| matches!(slot, Slot::At(_))).count();
                let base = if made.open { format!(r"\left({}\right)", made.text) } else { made.text.clone() };
                let left = made.rank.saturating_sub(gone);
                Piece { text: format!("{{{base}}}_{{{}}}", at.join(", ")), bind: TIGHT, rank: left, open: false }
            }
            PartKind::Field(field) => Piece::tight(format!("{}.{}", made.text, name(&field.text)), made.rank),
            _ => made,
        };
    }
    made
}

fn slot_text(slot: &Slot, rank: &dyn Fn(&str) -> usize) -> String {
    let of = |expr: &Option<Expr>| expr.as_ref().map_or(String::new(), |expr| piece(expr, rank).text);
    match slot {
        Slot::At(expr) => piece(expr, rank).text,
        Slot::Slice { start, stop, step, .. } => {
            let step = of(step);
            let step = if step.is_empty() { step } else { format!(":{step}") };
            format!("{}:{}{step}", of(start), of(stop))
        }
    }
}

fn call(function: &str, args: &[crate::syntax::ast::Arg], rank: &dyn Fn(&str) -> usize) -> Piece {
    let mut pieces = vec![];
    let mut named = vec![];
    for arg in args {
        if let ArgValue::Expr(expr) = &arg.value {
            let made = piece(expr, rank);
            match &arg.name {
                Some(label) => named.push((label.text.clone(), made)),
                None => pieces.push(made),
            }
        }
    }
    let axis = named.iter().find(|(label, _)| label == "axis").map(|(_, made)| made.text.clone());
    let most = pieces.iter().map(|piece| piece.rank).max().unwrap_or(0);
    let first = pieces.first().map_or(String::new(), |piece| piece.text.clone());
    let reduced = if axis.is_some() { most.saturating_sub(1) } else { 0 };
    match function {
        "where" if pieces.len() == 3 => {
            let text = format!(
                r"\begin{{cases}}{} & \text{{if }} {}\\ {} & \text{{else}}\end{{cases}}",
                pieces[1].text, pieces[0].text, pieces[2].text
            );
            return Piece::tight(text, most);
        }
        "sum" | "mean" | "prod" if pieces.len() == 1 => {
            let sign = match function {
                "sum" => r"\sum",
                "prod" => r"\prod",
                _ => r"\operatorname{mean}",
            };
            let under = axis.map_or(String::new(), |axis| format!("_{{{axis}}}"));
            return if function == "mean" {
                Piece::tight(format!(r"{sign}{under}\left({first}\right)"), reduced)
            } else {
                let text = format!("{sign}{under} {}", pieces[0].at_least(PRODUCT));
                Piece { text, bind: PRODUCT, rank: reduced, open: true }
            };
        }
        _ => {}
    }
    let rank = match function {
        "norm" | "det" | "logdet" | "trace" | "logsumexp" | "var" | "std" | "median" | "dot" => reduced,
        "outer" | "diag" | "eye" | "one_hot" => 2,
        _ => most,
    };
    let form = match crate::ops::find(function) {
        Some(def) => def.says.latex,
        None if function == "outer" => OUTER,
        None => "",
    };
    if !form.is_empty() && named.is_empty() {
        let (one, two) = match function {
            "outer" => {
                let base = |piece: &Piece| {
                    if piece.open { format!(r"\left({}\right)", piece.text) } else { piece.text.clone() }
                };
                (base(&pieces[0]), pieces.get(1).map(base).unwrap_or_default())
            }
            // A name alone needs no brackets.
            "inv" if pieces.first().is_some_and(|piece| !piece.open) => {
                return Piece { text: format!("{first}^{{-1}}"), bind: POWER, rank: 2, open: true };
            }
            _ => (first.clone(), String::new()),
        };
        let text = form.replace("##", "\u{1}").replace('#', &one).replace('\u{1}', &two);
        let (bind, open) = match function {
            "outer" => (PRODUCT, true),
            "exp" | "inv" => (POWER, true),
            _ => (TIGHT, false),
        };
        return Piece { text, bind, rank, open };
    }
    let mut shown: Vec<String> = pieces.iter().map(|piece| piece.text.clone()).collect();
    shown.extend(named.iter().map(|(label, made)| format!(r"\mathrm{{{}}}={}", escaped(label), made.text)));
    let args = shown.join(", ");
    Piece::tight(format!(r"\operatorname{{{}}}\left({args}\right)", escaped(function)), rank)
}

fn derivative(derivative: &Derivative) -> String {
    let power = |n: usize| if n > 1 { format!("^{{{n}}}") } else { String::new() };
    let word = |text: &str| text.trim_start_matches(['d', '∂']).replace('²', "2").replace('³', "3");
    let of = word_after_d(&derivative.of.text, word);
    let digits = of.chars().take_while(char::is_ascii_digit).count();
    let order: usize = of[..digits].parse().unwrap_or(1);
    let mut below = vec![];
    for by in &derivative.by {
        let (text, times) = match by {
            By::Word(by) => {
                let text = word_after_d(&by.text, word);
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
        below.push(format!(r"\partial {}{}", name(&text), power(times)));
    }
    format!(r"\frac{{\partial{} {}}}{{{}}}", power(order), name(&of[digits..]), below.join(r"\,"))
}

/// What follows the `d` of a derivative's word, which stands there once.
fn word_after_d(text: &str, plain: impl Fn(&str) -> String) -> String {
    match text.strip_prefix('d') {
        Some(rest) => rest.to_string(),
        None => plain(text),
    }
}

/// `W1` is `W_{1}`, `x_train` is `x_{\mathrm{train}}`, `lambda` is `\lambda`, `ŷ` is `\hat{y}`.
fn name(text: &str) -> String {
    if text == "inf" {
        return r"\infty".into();
    }
    let plain: String = text
        .chars()
        .map(|c| match c {
            '₀'..='₉' => char::from_digit(c as u32 - '₀' as u32, 10).unwrap_or(c),
            other => other,
        })
        .collect();
    let (base, under) = match plain.split_once('_') {
        Some((base, under)) if !base.is_empty() => (base.to_string(), under.to_string()),
        _ => {
            let digits = plain.chars().rev().take_while(char::is_ascii_digit).count();
            let cut = plain.len() - digits;
            (plain[..cut].to_string(), plain[cut..].to_string())
        }
    };
    let base = letters(&base);
    if under.is_empty() { base } else { format!("{base}_{{{}}}", letters(&under)) }
}

fn letters(text: &str) -> String {
    if GREEK.contains(&text) {
        return format!(r"\{text}");
    }
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some('ŷ'), None) => r"\hat{y}".into(),
        (Some(c), None) => match LETTERS.iter().find(|(letter, _)| *letter == c) {
            Some((_, name)) => format!(r"\{name}"),
            None => escaped(text),
        },
        (Some(_), Some(_)) if text.chars().all(|c| c.is_ascii_digit()) => text.to_string(),
        (None, _) => String::new(),
        _ => format!(r"\mathrm{{{}}}", escaped(text)),
    }
}

fn number(value: f64) -> String {
    let text = format!("{value:?}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    match text.split_once('e') {
        Some((digits, exponent)) => format!(r"{digits} \cdot 10^{{{exponent}}}"),
        None => text.to_string(),
    }
}

fn escaped(text: &str) -> String {
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

    fn shown(text: &str) -> String {
        latex(text, &|name| match name {
            "x" | "y" | "w" => 1,
            "X" | "A" | "W1" => 2,
            _ => 0,
        })
    }

    #[test]
    fn formulas_are_written_as_in_a_book() {
        for (text, expected) in [
            ("2X' @ (X @ w - y)/n", r"\frac{2\,X^{\top}\,\left(X\,w - y\right)}{n}"),
            ("x*y + lambda*w", r"x \odot y + \lambda\,w"),
            ("exp(-u^2/2)", r"e^{-\frac{u^{2}}{2}}"),
            ("W1' @ a2", r"W_{1}^{\top}\,a_{2}"),
            ("(A + A') @ x", r"\left(A + A^{\top}\right)\,x"),
            ("x/norm(x)", r"\frac{x}{\left\lVert x\right\rVert}"),
            ("where(z >= 0, 1, 0.01)", r"\begin{cases}1 & \text{if } z \geq 0\\ 0.01 & \text{else}\end{cases}"),
            ("-outer(x, y)", r"-x\,y^{\top}"),
            ("(1 - t^2)^2", r"\left(1 - t^{2}\right)^{2}"),
            ("a - (b - c)", r"a - \left(b - c\right)"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }

    #[test]
    fn every_operator_has_latex_whose_braces_balance() {
        for def in crate::ops::ALL {
            let args: Vec<&str> = def.args.iter().filter(|arg| arg.kind.is_node()).map(|_| "x").collect();
            let text = format!("{}({})", def.name, args.join(", "));
            let made = shown(&text);
            let count = |c: char| made.chars().filter(|other| *other == c).count();
            assert_eq!(count('{'), count('}'), "{text}: {made}");
            assert_eq!(made.matches(r"\left").count(), made.matches(r"\right").count(), "{text}: {made}");
            // A word of the notation stands in roman letters or behind a backslash, never as a product of letters.
            let bare = made.replace(r"\_", "");
            let words = bare.split(|c: char| !c.is_ascii_alphanumeric() && c != '\\' && c != '{');
            for word in words {
                let tail = word.rsplit('{').next().unwrap_or_default();
                let roman =
                    [r"\operatorname{", r"\mathrm{", r"\text{", r"\begin{", r"\end{"].iter().any(|w| word.contains(w));
                assert!(
                    tail.contains('\\') || roman || tail.len() <= 1 || tail.parse::<f64>().is_ok(),
                    "{text}: {made} ({word})"
                );
            }
        }
    }
}
