//! Statements as other languages and other pages write them, as this one writes them: what is tried where a statement is wrong.

use super::brackets;
use super::chars::{is_name_part, skip_name};
use super::operand;
use crate::statements::{self, Clause};

/// Calls elsewhere, and what is written here; `{0}` is the first argument, `{*}` all of them.
const CALLS: &[(&str, &str)] = &[
    ("power", "{0}^{1}"),
    ("multiply", "{0}*{1}"),
    ("mul", "{0}*{1}"),
    ("subtract", "{0} - {1}"),
    ("divide", "{0}/{1}"),
    ("mm", "{0} @ {1}"),
    ("bmm", "{0} @ {1}"),
    ("matmul", "{0} @ {1}"),
    ("dot", "{0} @ {1}"),
    ("heaviside", "where({0} >= 0, 1, 0)"),
    ("step", "where({0} >= 0, 1, 0)"),
    ("lrelu", "leaky_relu({*})"),
    ("expit", "sigmoid({0})"),
    ("determinant", "det({0})"),
    ("gradient", "grad({0}, {1})"),
    ("derivative", "grad({0}, {1})"),
    ("diff", "grad({0}, {1})"),
    ("array", "{0}"),
    ("tensor", "{0}"),
    ("asarray", "{0}"),
    ("Variable", "{0}"),
    ("float", "{0}"),
    ("rand", "uniform([{*}])"),
    ("randn", "normal([{*}])"),
    ("range", "0..{0}"),
    ("reshape", "reshape({0}, [{1*}])"),
    ("Σ", "sum({*})"),
    ("Π", "prod({*})"),
    ("sum", "sum([{*}])"),
    ("mean", "mean([{*}])"),
    ("prod", "prod([{*}])"),
    ("median", "median([{*}])"),
    ("std", "std([{*}])"),
    ("var", "var([{*}])"),
];

/// Words before what is to be answered.
const PRINTS: [&str; 10] =
    ["print", "println", "printf", "disp", "display", "echo", "show", "console.log", "puts", "System.out.println"];

/// Words before an equation.
const LETS: [&str; 11] = ["let", "var", "const", "float", "double", "int", "auto", "set", "val", "global", "local"];

/// Words before a function.
const DEFS: [&str; 5] = ["def", "fn", "func", "function", "fun"];

/// Letters and signs of TeX.
const TEX: &[(&str, &str)] = &[
    ("alpha", "α"),
    ("beta", "β"),
    ("gamma", "γ"),
    ("delta", "δ"),
    ("epsilon", "ε"),
    ("eta", "η"),
    ("theta", "θ"),
    ("lambda", "λ"),
    ("mu", "μ"),
    ("rho", "ρ"),
    ("sigma", "σ"),
    ("phi", "φ"),
    ("omega", "ω"),
    ("pi", "pi"),
    ("partial", "∂"),
    ("cdot", "·"),
    ("times", "×"),
    ("odot", "*"),
    ("top", "'"),
    ("log", "log"),
    ("exp", "exp"),
    ("sum", "sum"),
];

/// What a wrong statement may be in this language, the likeliest first.
pub fn rewritten(statement: &str) -> Vec<String> {
    let text = statement.trim();
    if text.is_empty() || text.contains('\n') {
        return vec![];
    }
    let whole = [printed, member, asked, layered, declared, equation, function, both, exchanged, matched];
    let mut out: Vec<String> = whole.iter().filter_map(|rewrite| rewrite(text)).collect();
    let value = text.find('=').filter(|at| !text[at + 1..].starts_with('=')).map_or(0, |at| at + 1);
    let (head, value) = text.split_at(value);
    let (gap, value) = value.split_at(value.len() - value.trim_start().len());
    let inside = [summed, chosen, bars, divided, chained, solved, tex, masked, sliced, slope, hex, calls];
    out.extend(inside.iter().filter_map(|rewrite| rewrite(value)).map(|value| format!("{head}{gap}{value}")));
    // `u = a // a comment`
    if let Some((code, comment)) = text.split_once("//") {
        out.push(format!("{}# {}", code, comment.trim_start()));
    }
    out.retain(|found| found != text);
    out.dedup();
    out
}

/// The same, where nothing else mends it: words and arguments of Python.
pub fn reworded(statement: &str) -> Option<String> {
    python(statement.trim())
}

/// `print(a)`, `print "a =", a`
fn printed(text: &str) -> Option<String> {
    let word = PRINTS.iter().find(|word| text.strip_prefix(**word).is_some_and(|rest| rest.starts_with([' ', '('])))?;
    let rest = text[word.len()..].trim();
    let inside =
        rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).filter(|_| closes(rest)).unwrap_or(rest);
    let parts = split(inside);
    let shown = parts.iter().rfind(|part| !part.starts_with(['"', '\'']) && !part.contains("=\""))?;
    (!shown.is_empty()).then(|| shown.to_string())
}

/// `w ∈ ℝ^{3×4}`, `w in R^(3 x 4)`
fn member(text: &str) -> Option<String> {
    let name = &text[..skip_name(text)];
    let rest = text[name.len()..].trim_start();
    let set = ["∈", "\\in ", "in "].iter().find_map(|sign| rest.strip_prefix(sign))?.trim_start();
    let set = ["\\mathbb{R}", "ℝ", "R"].iter().find_map(|reals| set.strip_prefix(reals))?.trim_start();
    if name.is_empty() {
        return None;
    }
    if set.is_empty() {
        return Some(format!("input {name} : []"));
    }
    let sizes = set.strip_prefix('^')?.trim().trim_matches(['{', '}', '(', ')']);
    let sizes = sizes.replace("\\times", "×").replace(['*', '⨯'], "×");
    let digit = |c: char| c.is_ascii_digit() || c == ' ';
    let sizes = match sizes.split_once('x') {
        Some((rows, cols)) if rows.ends_with(digit) && cols.starts_with(digit) => format!("{rows}×{cols}"),
        _ => sizes,
    };
    let dims: Vec<&str> = sizes.split('×').map(str::trim).collect();
    let plain = |dim: &&str| !dim.is_empty() && dim.chars().all(is_name_part);
    dims.iter().all(plain).then(|| format!("input {name} : [{}]", dims.join(", ")))
}

/// `∑ a`, `Σ a`
fn summed(value: &str) -> Option<String> {
    let (at, sign) = value.char_indices().find(|(_, c)| matches!(c, '∑' | 'Σ' | '∏' | '√'))?;
    let function = match sign {
        '∏' => "prod",
        '√' => "sqrt",
        _ => "sum",
    };
    let rest = value[at + sign.len_utf8()..].trim_start();
    let end = operand::after(rest);
    let inside = rest[..end].strip_prefix('(').and_then(|inside| inside.strip_suffix(')')).unwrap_or(&rest[..end]);
    (end > 0).then(|| format!("{}{function}({inside}){}", &value[..at], &rest[end..]))
}

/// `nudge a = 5.001`, where the text says `a = 5`
pub fn nudged(statement: &str, text: &str) -> Option<String> {
    let (name, to) = statement.trim().strip_prefix("nudge ")?.split_once('=')?;
    let (name, to) = (name.trim(), to.trim());
    let (to, within) = to.split_once(" in ").map_or((to, String::new()), |(to, of)| (to, format!(" in {of}")));
    let goal: f64 = to.trim().parse().ok()?;
    let defined = |part: &str| {
        let (own, value) = part.trim().trim_start_matches("param ").split_once('=')?;
        (own.trim() == name).then(|| value.split('#').next().unwrap_or(value).trim().parse::<f64>().ok())?
    };
    let now = text.lines().flat_map(|line| line.split(';')).find_map(defined)?;
    // As a person writes it: without what rounding leaves.
    let by = format!("{:.12}", goal - now);
    let by = by.trim_end_matches('0').trim_end_matches('.');
    (goal != now).then(|| format!("nudge {name} by {by}{within}"))
}

/// `grad(J)`, `step(J, 0.1)`, `check J for w`
fn asked(text: &str) -> Option<String> {
    let word = &text[..skip_name(text)];
    let question = statements::find(word)?;
    let rest = &text[word.len()..];
    if !rest.starts_with('(') {
        let (goal, by) =
            rest.split_once(" for ").filter(|_| question.has(Clause::Wrt) && !question.has(Clause::For))?;
        return Some(format!("{word}{goal} wrt {by}"));
    }
    let inside = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).filter(|_| closes(rest))?;
    match (&split(inside)[..], question.has(Clause::By)) {
        // `step(1)` is the function of other pages.
        ([what], _) if question.moves && what.starts_with(|c: char| c.is_ascii_digit() || c == '-') => None,
        ([what], _) => Some(format!("{word} {what}").trim_end().to_string()),
        ([what, by], true) => Some(format!("{word} {what} by {by}")),
        _ => None,
    }
}

/// `layer(4, tanh)`, `Dense(4)`, `dense 4 tanh`, `layer 4, tanh`
fn layered(text: &str) -> Option<String> {
    const LAYERS: &[(&str, &str)] = &[
        ("dense", "layer"),
        ("Dense", "layer"),
        ("linear", "layer"),
        ("Linear", "layer"),
        ("fc", "layer"),
        ("Layer", "layer"),
        ("Conv2d", "conv"),
        ("conv2d", "conv"),
        ("Conv2D", "conv"),
        ("Flatten", "flatten"),
        ("Dropout", "dropout"),
        ("Embedding", "embed"),
        ("LSTM", "lstm"),
        ("GRU", "gru"),
    ];
    let (output, body) = match text.split_once('=') {
        Some((name, value)) if skip_name(name.trim()) == name.trim().len() => (Some(name.trim()), value.trim()),
        _ => (None, text),
    };
    let word = &body[..skip_name(body)];
    let here = LAYERS.iter().find(|(there, _)| *there == word).map(|(_, here)| *here);
    let here = here.or_else(|| crate::layers::find(word).map(|def| def.word))?;
    let rest = body[word.len()..].trim();
    let inside =
        rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).filter(|_| closes(rest)).unwrap_or(rest);
    let parts: Vec<String> = split(inside).iter().map(|part| unquoted(part)).filter(|part| !part.is_empty()).collect();
    let written = format!("{here} {}", parts.join(" "));
    Some(output.map_or(written.clone(), |output| format!("{output} = {written}")).trim_end().to_string())
}

/// `"relu"`, `activation="relu"` as `relu`
fn unquoted(part: &str) -> String {
    let part = part.strip_prefix("activation=").unwrap_or(part);
    part.trim_matches(['"', '\'']).to_string()
}

/// `param w : [2, 1] = 0`, `param w : (2, 1) = zeros`, `y : [1, m] = [0, 1, 1]`
fn declared(text: &str) -> Option<String> {
    let (head, value) = text.split_once('=').filter(|(_, value)| !value.starts_with('='))?;
    let (head, value) = (head.trim_end(), value.trim());
    if let Some(shape) = value.strip_prefix('[').and_then(|_| value.get(..=brackets::matching(value, 0)?)) {
        let begins = value[shape.len()..].trim();
        if !head.contains(':') && !begins.is_empty() && skip_name(begins) == begins.len() {
            return Some(format!("{head} : {shape} = {begins}"));
        }
    }
    let (name, shape) = head.split_once(':')?;
    let (name, shape) = (name.trim_end(), shape.trim());
    if let Some(inside) = shape.strip_prefix('(').and_then(|shape| shape.strip_suffix(')')) {
        return Some(format!("{name} : [{inside}] = {value}"));
    }
    let start = shape.find('[')?;
    let dims = &shape[start..];
    if let Ok(number) = value.parse::<f64>() {
        let filled = match (number, name.starts_with("param ")) {
            (0.0, true) => "zeros".to_string(),
            (1.0, true) => "ones".to_string(),
            (0.0, false) => format!("zeros({dims})"),
            (1.0, false) => format!("ones({dims})"),
            _ => format!("{value}*ones({dims})"),
        };
        return Some(format!("{name} : {shape} = {filled}"));
    }
    let flat = value.starts_with('[') && !value[1..].trim_start().starts_with('[') && closes(value);
    if flat && dims.ends_with(']') && dims.len() > 1 && split(&dims[1..dims.len() - 1]).len() == 2 {
        return Some(match dims.trim_end_matches(']').ends_with(" 1") || dims.trim_end_matches(']').ends_with(",1") {
            true => {
                let rows = split(&value[1..value.len() - 1]);
                format!(
                    "{name} : {shape} = [{}]",
                    rows.iter().map(|row| format!("[{row}]")).collect::<Vec<_>>().join(", ")
                )
            }
            false => format!("{name} : {shape} = [{value}]"),
        });
    }
    None
}

/// `max(a, b]`: brackets closed with their own kind.
fn matched(text: &str) -> Option<String> {
    let mut open = vec![];
    let (mut out, mut any, mut quoted) = (String::new(), false, false);
    for c in text.chars() {
        quoted ^= c == '"';
        let own = match c {
            _ if quoted => c,
            '(' | '[' => {
                open.push(if c == '(' { ')' } else { ']' });
                c
            }
            ')' | ']' => open.pop()?,
            _ => c,
        };
        any |= own != c;
        out.push(own);
    }
    (any && open.is_empty()).then_some(out)
}

/// `x[x > 1]`
fn masked(value: &str) -> Option<String> {
    let (at, _) = value.match_indices('[').find(|(at, _)| value[..*at].ends_with(is_name_part))?;
    let close = at + brackets::matching(&value[at..], 0)?;
    let inside = value[at + 1..close].trim();
    let base = &value[operand::before(&value[..at])..at];
    inside.contains(['<', '>', '=']).then(|| {
        let start = at - base.len();
        format!("{}where({inside}, {base}, 0){}", &value[..start], &value[close + 1..])
    })
}

/// `x(1)`, `A(1, :)`
fn sliced(value: &str) -> Option<String> {
    for (at, _) in value.match_indices('(').filter(|(at, _)| value[..*at].ends_with(is_name_part)) {
        let close = at + brackets::matching(&value[at..], 0)?;
        let inside = &value[at + 1..close];
        let place = |part: &str| {
            let part = part.trim();
            !part.is_empty() && part.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '-'))
        };
        let places = inside.split(',').all(place);
        if places {
            return Some(format!("{}[{inside}]{}", &value[..at], &value[close + 1..]));
        }
    }
    None
}

/// `np.sum(A, axis=1, keepdims=True)`
fn python(value: &str) -> Option<String> {
    let mut out = value.to_string();
    for (there, here) in
        [("keepdims=", "keep="), ("keepdim=", "keep="), ("dim=", "axis="), ("True", "true"), ("False", "false")]
    {
        out = out.replace(there, here);
    }
    if out == value {
        return None;
    }
    for library in ["np.", "numpy.", "torch.", "tf.", "jnp.", "math."] {
        out = out.replace(library, "");
    }
    Some(out)
}

/// `dJ / dw`
fn slope(value: &str) -> Option<String> {
    let (left, right) = value.split_once(" / ")?;
    let word = |text: &str| text.starts_with(['d', '∂']) && text.chars().count() > 1;
    let start = left.trim_end_matches(|c| is_name_part(c) || c == '∂').len();
    (word(&left[start..]) && word(right)).then(|| format!("{left}/{right}"))
}

/// `0x10`
fn hex(value: &str) -> Option<String> {
    let at = value.find("0x").filter(|at| !value[..*at].ends_with(is_name_part))?;
    let digits = &value[at + 2..];
    let length = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
    let number = u64::from_str_radix(&digits[..length], 16).ok()?;
    Some(format!("{}{number}{}", &value[..at], &digits[length..]))
}

/// `let u = a + b`, `u <- a`, `u == a`, `u := a`
fn equation(text: &str) -> Option<String> {
    if let Some(word) = LETS.iter().find(|word| text.strip_prefix(**word).is_some_and(|rest| rest.starts_with(' '))) {
        let rest = text[word.len()..].trim();
        return rest.contains('=').then(|| rest.trim_end_matches(';').to_string());
    }
    let name = &text[..skip_name(text)];
    let rest = text[name.len()..].trim_start();
    let value = ["<-", "←", ":=", "=="].iter().find_map(|sign| rest.strip_prefix(sign))?;
    (!name.is_empty()).then(|| format!("{name} = {}", value.trim()))
}

/// `def f(t): return t^2`, `f = lambda t: t^2`, `f(t) -> t^2`, `f := t -> t^2`
fn function(text: &str) -> Option<String> {
    let word = DEFS.iter().find(|word| text.strip_prefix(**word).is_some_and(|rest| rest.starts_with(' ')));
    let text = word.map_or(text, |word| text[word.len()..].trim());
    let written = |name: &str, params: &str, value: &str| {
        let value = value.trim().trim_end_matches(';');
        let value = value.strip_prefix("return ").unwrap_or(value).trim();
        let params = params.trim().trim_start_matches('(').trim_end_matches(')');
        let plain = !name.is_empty() && skip_name(name) == name.len() && !value.is_empty() && !params.is_empty();
        plain.then(|| format!("{name}({params}) = {value}"))
    };
    let name = &text[..skip_name(text)];
    let rest = text[name.len()..].trim_start();
    if rest.starts_with('(') {
        let close = brackets::matching(rest, 0)?;
        let after = rest[close + 1..].trim_start();
        let signs = if word.is_some() { &["->", "=>", ":=", ":", "="][..] } else { &["->", "=>", ":="][..] };
        let value = signs.iter().find_map(|sign| after.strip_prefix(sign))?;
        return written(name, &rest[..=close], value);
    }
    let value = [":=", "=", "<-"].iter().find_map(|sign| rest.strip_prefix(sign))?.trim_start();
    if let Some(lambda) = value.strip_prefix("lambda ").or_else(|| value.strip_prefix('λ')) {
        let (params, value) = lambda.split_once([':', '.'])?;
        return written(name, params, value);
    }
    if let Some(handle) = value.strip_prefix('@').filter(|handle| handle.starts_with('(')) {
        let close = brackets::matching(handle, 0)?;
        return written(name, &handle[..=close], &handle[close + 1..]);
    }
    let arrow = value.split_once("->").or_else(|| value.split_once("=>").filter(|(params, _)| params.starts_with('(')));
    let (params, value) = arrow?;
    written(name, params, value)
}

/// `u, v = 1, 2`
fn both(text: &str) -> Option<String> {
    let (names, values) = text.split_once('=').filter(|(names, _)| names.contains(','))?;
    let names: Vec<&str> = names.split(',').map(|name| name.trim().trim_matches(['(', ')'])).collect();
    let values = split(values.trim());
    let plain = |name: &&str| !name.is_empty() && skip_name(name) == name.len();
    if names.len() != values.len() || !names.iter().all(plain) {
        return None;
    }
    Some(names.iter().zip(&values).map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join("; "))
}

/// `2a = u`
fn exchanged(text: &str) -> Option<String> {
    let (left, right) = text.split_once('=').filter(|(_, right)| !right.starts_with('='))?;
    let (left, right) = (left.trim(), right.trim());
    let named = !right.is_empty() && skip_name(right) == right.len();
    (named && skip_name(left) != left.len() && !left.contains(['[', ':', '(', '!', '<', '>', '~']))
        .then(|| format!("{right} = {left}"))
}

/// `c ? a : b`, `a if c else b`
fn chosen(value: &str) -> Option<String> {
    if let Some((condition, rest)) = value.split_once('?') {
        let (yes, no) = rest.split_once(':')?;
        return Some(format!("where({}, {}, {})", condition.trim(), yes.trim(), no.trim()));
    }
    let (yes, rest) = value.split_once(" if ")?;
    let (condition, no) = rest.split_once(" else ")?;
    Some(format!("where({}, {}, {})", condition.trim(), yes.trim(), no.trim()))
}

/// `|a|`, `||x||`
fn bars(value: &str) -> Option<String> {
    let (mark, function) = if value.contains("||") { ("||", "norm") } else { ("|", "abs") };
    let pieces: Vec<&str> = value.split(mark).collect();
    if pieces.len() < 3 || pieces.len().is_multiple_of(2) {
        return None;
    }
    let parts = pieces.iter().enumerate().map(|(i, piece)| match i % 2 {
        1 => format!("{function}({})", piece.trim()),
        _ => piece.to_string(),
    });
    Some(parts.collect())
}

/// `a // b`, `a div b`
fn divided(value: &str) -> Option<String> {
    let (at, sign) = value.find("//").map(|at| (at, "//")).or_else(|| Some((value.find(" div ")?, " div ")))?;
    let left = value[..at].trim_end();
    let right = value[at + sign.len()..].trim_start();
    let (from, length) = (operand::before(left), operand::after(right));
    (from < left.len() && length > 0)
        .then(|| format!("{}floor({}/{}){}", &left[..from], &left[from..], &right[..length], &right[length..]))
}

/// `a < b < c`
fn chained(value: &str) -> Option<String> {
    let signs: Vec<(usize, usize)> = ["<=", ">=", "<", ">"].iter().fold(vec![], |mut found, sign| {
        for (at, _) in value.match_indices(sign) {
            if !found.iter().any(|(other, length)| (*other..*other + *length).contains(&at)) {
                found.push((at, sign.len()));
            }
        }
        found
    });
    let mut signs = signs;
    signs.sort_unstable();
    let [(first, length), (second, _)] = signs[..] else { return None };
    let middle = value[first + length..second].trim();
    let apart = [" and ", " or ", "not "].iter().any(|word| middle.contains(word));
    (!middle.is_empty() && !apart)
        .then(|| format!("{} {middle} and {middle} {}", &value[..first + length], &value[second..]))
}

/// `A \ b`
fn solved(value: &str) -> Option<String> {
    let (left, right) = value.split_once('\\').filter(|(left, right)| left.ends_with(' ') && right.starts_with(' '))?;
    let (left, right) = (left.trim_end(), right.trim_start());
    let (from, length) = (operand::before(left), operand::after(right));
    (from < left.len() && length > 0)
        .then(|| format!("{}solve({}, {}){}", &left[..from], &left[from..], &right[..length], &right[length..]))
}

/// `\sigma(x)`, `a \cdot b`
fn tex(value: &str) -> Option<String> {
    let mut out = String::new();
    let mut pieces = value.split('\\');
    out.push_str(pieces.next()?);
    let mut any = false;
    for piece in pieces {
        let word = &piece[..piece.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(piece.len())];
        let (_, here) = TEX.iter().find(|(name, _)| *name == word)?;
        out.push_str(here);
        out.push_str(&piece[word.len()..]);
        any = true;
    }
    any.then_some(out)
}

/// `np.array([1, 2])`, `x.reshape(1, 4)`, `heaviside(a)`
fn calls(value: &str) -> Option<String> {
    for (at, _) in value.match_indices('(') {
        let head = &value[..at];
        let start = head.trim_end_matches(|c: char| is_name_part(c) || c == '.').len();
        let dotted = &head[start..];
        let (path, name) = dotted.rsplit_once('.').map_or(("", dotted), |(path, name)| (path, name));
        let Some((_, template)) = CALLS.iter().find(|(there, _)| *there == name) else { continue };
        let Some(close) = brackets::matching(value, at) else { continue };
        let mut args: Vec<String> = split(&value[at + 1..close]).iter().map(|arg| arg.to_string()).collect();
        // What stands before the dot is a library, or the value itself.
        let library = ["np", "numpy", "torch", "tf", "jnp", "math", "F", "random", "nn", "keras", "K"];
        if !path.is_empty() && !path.split('.').any(|part| library.contains(&part)) {
            args.insert(0, path.to_string());
        }
        let args: Vec<&str> = args.iter().map(String::as_str).filter(|arg| !arg.is_empty()).collect();
        let listed = template.contains("[{");
        if args.len() == 1 && listed && !matches!(name, "rand" | "randn") || args.iter().any(|arg| named(arg)) {
            continue;
        }
        // A shape that is one list already is as it should be.
        if template.contains("{1*}") && args.len() < 3 {
            continue;
        }
        let Some(filled) = fill(template, &args) else { continue };
        return Some(format!("{}{filled}{}", &value[..start], &value[close + 1..]));
    }
    None
}

/// `axis=0`
fn named(arg: &str) -> bool {
    let name = skip_name(arg);
    name > 0 && arg[name..].trim_start().starts_with('=') && !arg[name..].trim_start().starts_with("==")
}

fn fill(template: &str, args: &[&str]) -> Option<String> {
    let bare = |arg: &str| arg.strip_prefix('(').and_then(|arg| arg.strip_suffix(')')).unwrap_or(arg).to_string();
    let mut out = template.replace("{*}", &args.iter().map(|arg| bare(arg)).collect::<Vec<_>>().join(", "));
    out = out.replace("{1*}", &args.iter().skip(1).map(|arg| bare(arg)).collect::<Vec<_>>().join(", "));
    for i in 0..2 {
        let slot = format!("{{{i}}}");
        if out.contains(&slot) {
            let arg = args.get(i)?.trim_end_matches(".T");
            let turned = if args[i].ends_with(".T") { "'" } else { "" };
            let whole = operand::after(arg) == arg.len() || !(out.contains('@') || out.contains(['*', '^', '/', '-']));
            let arg = if whole { format!("{arg}{turned}") } else { format!("({arg}){turned}") };
            out = out.replace(&slot, &arg);
        }
    }
    Some(out)
}

/// Does the bracket that a text begins with end it?
fn closes(text: &str) -> bool {
    brackets::matching(text, 0) == Some(text.len() - 1)
}

/// The parts between commas outside of brackets and texts.
fn split(text: &str) -> Vec<&str> {
    let (mut out, mut depth, mut quoted, mut start) = (vec![], 0i32, false, 0);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                out.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    out.push(text[start..].trim());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_of_other_languages_are_read() {
        for (there, here) in [
            ("print(a + b)", "a + b"),
            ("print(\"a =\", a)", "a"),
            ("let u = a + b;", "u = a + b"),
            ("def f(t): return t^2", "f(t) = t^2"),
            ("f = lambda t: t^2", "f(t) = t^2"),
            ("f := t -> t^2", "f(t) = t^2"),
            ("u = a > b ? b : c", "u = where(a > b, b, c)"),
            ("u = b if a > b else c", "u = where(a > b, b, c)"),
            ("u = |a| + 1", "u = abs(a) + 1"),
            ("u = a // b + 1", "u = floor(a/b) + 1"),
            ("u = a < b < c", "u = a < b and b < c"),
            ("u = np.array([1, 2])", "u = [1, 2]"),
            ("u = A.reshape(1, 4)", "u = reshape(A, [1, 4])"),
            ("z = np.dot(w.T, x) + b", "z = w' @ x + b"),
            ("u, v = 1, 2", "u = 1; v = 2"),
            ("u = A \\ b", "u = solve(A, b)"),
        ] {
            assert!(rewritten(there).contains(&here.to_string()), "{there}: {:?}", rewritten(there));
        }
        assert!(rewritten("u = a + b").is_empty());
    }
}
