//! A small reader of LaTeX: what a formula in it means, in the program's own notation.

/// A piece of a formula that was read.
#[derive(Clone, Debug)]
struct Value {
    text: String,
    rank: usize,
    /// A vector that lies on its side.
    row: bool,
    /// A vector of ones: what stands beside it is stretched.
    ones: bool,
}

/// Reads one formula; `names` are the program's, in the order in which it defines them, `rank` tells how many axes an
/// expression has.
pub struct Reader<'a> {
    rest: &'a str,
    names: &'a [String],
    rank: &'a dyn Fn(&str) -> usize,
}

type Read<T> = Result<T, String>;

const FUNCTIONS: &[(&str, &str)] = &[
    (r"\log\det", "logdet"),
    (r"\log\Gamma", "lgamma"),
    (r"\log_{2}", "log2"),
    (r"\log_{10}", "log10"),
    (r"\log", "log"),
    (r"\exp", "exp"),
    (r"\sinh", "sinh"),
    (r"\cosh", "cosh"),
    (r"\sin", "sin"),
    (r"\cos", "cos"),
    (r"\tanh", "tanh"),
    (r"\tan", "tan"),
    (r"\arcsin", "asin"),
    (r"\arccos", "acos"),
    (r"\arctan", "atan"),
    (r"\sigma", "sigmoid"),
    (r"\Phi", "normal_cdf"),
    (r"\varphi", "normal_pdf"),
    (r"\psi", "digamma"),
    (r"\det", "det"),
    (r"\max", "max"),
    (r"\min", "min"),
];

const COMPARE: &[(&str, &str)] =
    &[(r"\neq", "!="), (r"\leq", "<="), (r"\geq", ">="), (r"\approx", "~="), ("<", "<"), (">", ">"), ("=", "==")];

impl<'a> Reader<'a> {
    /// What a formula says.
    pub fn read(text: &'a str, names: &'a [String], rank: &'a dyn Fn(&str) -> usize) -> Read<String> {
        let mut reader = Reader { rest: text, names, rank };
        let value = reader.condition()?;
        match reader.rest.trim() {
            "" => Ok(value.text),
            rest => Err(format!("`{rest}` is left of `{text}`")),
        }
    }

    fn value(&self, text: String) -> Value {
        let rank = (self.rank)(&text);
        Value { text, rank, row: false, ones: false }
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn takes(&mut self, sign: &str) -> bool {
        self.space();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn wants(&mut self, sign: &str) -> Read<()> {
        if self.takes(sign) { Ok(()) } else { Err(format!("`{sign}` is missing before `{}`", self.rest)) }
    }

    /// `a = b`, `c \land d`
    fn condition(&mut self) -> Read<Value> {
        let mut left = self.comparison()?;
        while let Some(word) = [(r"\land", "and"), (r"\lor", "or")].iter().find(|(sign, _)| self.takes(sign)) {
            let right = self.comparison()?;
            left = self.value(format!("(({}) {} ({}))", left.text, word.1, right.text));
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Read<Value> {
        if self.takes(r"\lnot") {
            let inner = self.factor()?;
            return Ok(self.value(format!("(not ({}))", inner.text)));
        }
        let left = self.sum()?;
        match COMPARE.iter().find(|(sign, _)| self.takes(sign)) {
            Some((_, sign)) => {
                let right = self.sum()?;
                Ok(self.value(format!("({} {sign} {})", left.text, right.text)))
            }
            None => Ok(left),
        }
    }

    fn sum(&mut self) -> Read<Value> {
        let mut left = if self.takes("-") {
            let inner = self.entries()?;
            Value { text: format!("(-{})", inner.text), ..inner }
        } else {
            self.entries()?
        };
        loop {
            let sign = match () {
                () if self.takes("+") => "+",
                () if self.takes("-") => "-",
                () if self.takes(r"\bmod") => "%",
                () => return Ok(left),
            };
            let right = self.entries()?;
            left = self.value(format!("({} {sign} {})", left.text, right.text));
        }
    }

    /// `A \odot B`: looser than what stands side by side.
    fn entries(&mut self) -> Read<Value> {
        let mut left = self.beside()?;
        while self.takes(r"\odot") {
            let right = self.beside()?;
            left = self.value(format!("({}*{})", left.text, right.text));
        }
        Ok(left)
    }

    /// What stands side by side: numbers, or a product of matrices and vectors.
    fn beside(&mut self) -> Read<Value> {
        let mut left = self.factor()?;
        loop {
            let more = self.takes(r"\,") || self.takes(r"\cdot");
            if !more {
                return Ok(left);
            }
            let right = self.factor()?;
            left = self.product(left, right)?;
        }
    }

    fn product(&self, left: Value, right: Value) -> Read<Value> {
        let (a, b) = (&left.text, &right.text);
        if left.ones || right.ones {
            return Ok(if left.ones { Value { row: false, ..right } } else { left });
        }
        if left.rank == 0 || right.rank == 0 {
            let row = left.row || right.row;
            return Ok(Value { row, ..self.value(format!("({a}*{b})")) });
        }
        let kind = |value: &Value| (value.rank, value.row);
        match (kind(&left), kind(&right)) {
            ((1, false), (1, true)) => Ok(self.value(format!("outer({a}, {b})"))),
            // A column of a matrix's shape, and a row.
            ((2, _), (1, true)) => Ok(self.value(format!("({a}*{b})"))),
            ((1, true), (1, false)) | ((2, _), (1, false)) | ((2.., _), (2.., _)) => {
                Ok(self.value(format!("({a} @ {b})")))
            }
            ((1, true), (2, _)) => Ok(Value { row: true, ..self.value(format!("({a} @ {b})")) }),
            _ => Err(format!("`{a}` and `{b}` stand side by side and make no product")),
        }
    }

    fn factor(&mut self) -> Read<Value> {
        let mut base = self.atom()?;
        loop {
            if self.takes(r"^{\top}") {
                base = match base.rank {
                    _ if base.ones => base,
                    0 | 1 => Value { row: true, ..base },
                    _ => self.value(format!("({})'", base.text)),
                };
            } else if self.takes(r"^{-\top}") {
                base = self.value(format!("inv({})'", base.text));
            } else if self.takes("^{-1}") {
                let text = if base.rank == 2 { format!("inv({})", base.text) } else { format!("({})^(-1)", base.text) };
                base = self.value(text);
            } else if self.takes("^{") {
                let entries = self.takes(r"\odot");
                if base.rank == 2 && !entries {
                    let text = &base.text;
                    if (self.rank)(&format!("{text} @ {text}")) == 2 {
                        return Err(format!("a power of the square matrix `{text}`"));
                    }
                }
                let exponent = self.sum()?;
                self.wants("}")?;
                base = self.value(format!("({})^({})", base.text, exponent.text));
            } else if self.takes("_{[") {
                let end = self.rest.find("]}").ok_or("an index without an end")?;
                let slots = &self.rest[..end];
                base = self.value(format!("({})[{slots}]", base.text));
                self.rest = &self.rest[end + 2..];
            } else {
                return Ok(base);
            }
        }
    }

    fn inside(&mut self, close: &str) -> Read<Value> {
        let inner = self.condition()?;
        self.wants(close)?;
        Ok(inner)
    }

    fn atom(&mut self) -> Read<Value> {
        self.space();
        for (open, close, call) in [
            (r"\left(", r"\right)", ""),
            (r"\left[", r"\right]", "1.0*"),
            (r"\left\lVert ", r"\right\rVert", "norm"),
            (r"\left|", r"\right|", "abs"),
            (r"\sqrt[3]{", "}", "cbrt"),
            (r"\sqrt{", "}", "sqrt"),
        ] {
            if self.takes(open) {
                let inner = self.inside(close)?;
                let text = format!("{call}({})", inner.text);
                let text = if call == "1.0*" { format!("({text})") } else { text };
                return Ok(if call.is_empty() { Value { text, ..inner } } else { self.value(text) });
            }
        }
        if self.takes(r"\frac{") {
            let above = self.inside("}")?;
            self.wants("{")?;
            let below = self.inside("}")?;
            return Ok(Value { row: above.row, ..self.value(format!("(({})/({}))", above.text, below.text)) });
        }
        if self.takes(r"\begin{cases}") {
            let a = self.sum()?;
            self.wants(r"& \text{if }")?;
            let condition = self.condition()?;
            self.wants(r"\\")?;
            let b = self.sum()?;
            self.wants(r"& \text{else}\end{cases}")?;
            return Ok(self.value(format!("where({}, {}, {})", condition.text, a.text, b.text)));
        }
        if self.takes(r"\begin{bmatrix}") {
            return self.matrix();
        }
        for (sign, function) in [(r"\sum", "sum"), (r"\prod", "prod"), (r"\operatorname{mean}", "mean")] {
            if self.takes(sign) {
                let under = self.under()?;
                // The mean has brackets of its own; the others take in what follows.
                let inner = if function == "mean" { self.atom()? } else { self.entries()? };
                return Ok(self.value(format!("{function}({}{under})", inner.text)));
            }
        }
        if self.takes(r"\operatorname{") {
            let end = self.rest.find('}').ok_or("a function without an end")?;
            let function = self.rest[..end].replace(r"\_", "_");
            self.rest = &self.rest[end + 1..];
            let function = if function == "tr" { "trace".to_string() } else { function };
            return self.call(&function);
        }
        if self.takes("I_{") {
            let end = self.rest.find('}').ok_or("an index without an end")?;
            let size = self.known(&self.rest[..end]).unwrap_or_else(|| self.rest[..end].to_string());
            self.rest = &self.rest[end + 1..];
            return Ok(self.value(format!("eye({size})")));
        }
        if self.takes(r"\mathbf{1}_{") {
            let end = self.rest.find('}').ok_or("an index without an end")?;
            let sizes: Vec<String> = self.rest[..end].split(r" \times ").map(str::to_string).collect();
            self.rest = &self.rest[end + 1..];
            return Ok(self.value(format!("ones([{}])", sizes.join(", "))));
        }
        if self.takes(r"\mathbf{1}") {
            return Ok(Value { text: "1".into(), rank: 1, row: false, ones: true });
        }
        self.word()
    }

    /// A number, a name, `e^{…}` or a function that a book writes by its own sign.
    fn word(&mut self) -> Read<Value> {
        let digits = self.rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(self.rest.len());
        if digits > 0 {
            let number = self.rest[..digits].to_string();
            self.rest = &self.rest[digits..];
            if self.takes(r"\cdot 10^{") {
                let end = self.rest.find('}').ok_or("an exponent without an end")?;
                let text = format!("{number}e{}", &self.rest[..end]);
                self.rest = &self.rest[end + 1..];
                return Ok(self.value(text));
            }
            return Ok(self.value(number));
        }
        for (sign, function) in FUNCTIONS {
            if self.rest.strip_prefix(sign).is_some_and(|rest| rest.starts_with(r"\left(")) {
                self.rest = &self.rest[sign.len()..];
                return self.call(function);
            }
        }
        let length = name_length(self.rest);
        let (name, rest) = self.rest.split_at(length);
        let own = self.known(name);
        if name == "e" && rest.starts_with("^{") && own.is_none() {
            self.rest = &rest[2..];
            let inner = self.inside("}")?;
            return Ok(self.value(format!("exp({})", inner.text)));
        }
        let text = match (name, own) {
            (_, Some(own)) => own,
            (r"\pi", None) => "pi".into(),
            (r"\mathrm{e}", None) => "e".into(),
            (r"\infty", None) => "inf".into(),
            _ => return Err(format!("`{name}` before `{rest}` is no name of the program")),
        };
        self.rest = rest;
        Ok(self.value(text))
    }

    /// The name of the program that looks like this; of several the first.
    fn known(&self, shown: &str) -> Option<String> {
        // `\alpha` is `α` where the program has both.
        let fits = |name: &&String| self.candidates(shown).contains(name);
        self.names.iter().filter(|name| !name.is_ascii()).find(fits).or_else(|| self.names.iter().find(fits)).cloned()
    }

    fn candidates(&self, shown: &str) -> Vec<String> {
        let plain = |text: &str| {
            let mut text = text.to_string();
            for command in [r"\mathrm{", r"\mathtt{", r"\text{"] {
                while let Some(at) = text.find(command) {
                    let end = text[at..].find('}').map_or(text.len(), |end| at + end);
                    text.replace_range(end..end + 1, "");
                    text.replace_range(at..at + command.len(), "");
                }
            }
            text.replace(r"\_", "_")
        };
        let typed = shown.starts_with(r"\mathtt");
        let whole = plain(shown);
        let mut all = vec![whole.clone()];
        if typed {
            return all;
        }
        let whole = whole.trim_start_matches('\\').to_string();
        all.push(whole.clone());
        if let Some((base, under)) = whole.split_once("_{") {
            let under = under.trim_end_matches('}').trim_start_matches('\\');
            all.extend([format!("{base}_{under}"), format!("{base}{under}")]);
        }
        if let Some(inner) = whole.strip_prefix("hat{") {
            all.extend([format!("{}\u{302}", inner.trim_end_matches('}')), "ŷ".into()]);
        }
        for (letter, name) in
            [('α', "alpha"), ('β', "beta"), ('λ', "lambda"), ('θ', "theta"), ('μ', "mu"), ('σ', "sigma")]
        {
            all.extend(
                all.clone()
                    .iter()
                    .filter(|text| text.contains(name))
                    .map(|text| text.replace(name, &letter.to_string())),
            );
        }
        all
    }

    /// `_{\text{axis 0, keep}}`
    fn under(&mut self) -> Read<String> {
        if !self.takes(r"_{\text{") {
            return Ok(String::new());
        }
        let end = self.rest.find("}}").ok_or("an index without an end")?;
        let under = self.rest[..end].replace("axis ", "axis=").replace("keep", "keep=true");
        self.rest = &self.rest[end + 2..];
        Ok(format!(", {under}"))
    }

    fn call(&mut self, function: &str) -> Read<Value> {
        self.wants(r"\left(")?;
        let mut args = vec![];
        loop {
            self.space();
            let label = self.rest.strip_prefix(r"\mathrm{").and_then(|rest| rest.split_once('}'));
            if let Some((name, rest)) = label.and_then(|(name, rest)| Some((name, rest.strip_prefix('=')?))) {
                let end = rest.find(',').into_iter().chain(rest.find(r"\right)")).min().unwrap_or(rest.len());
                args.push(format!("{}={}", name.replace(r"\_", "_"), &rest[..end]));
                self.rest = &rest[end..];
            } else if self.rest.trim_start().starts_with('[') {
                let end = self.rest.find(']').ok_or("a list without an end")?;
                args.push(self.rest[..=end].replace(r"\,", "*"));
                self.rest = &self.rest[end + 1..];
            } else {
                args.push(self.condition()?.text);
            }
            if !self.takes(",") {
                break;
            }
        }
        self.wants(r"\right)")?;
        // A column on a diagonal.
        if let ("diag", [column]) = (function, &args[..])
            && (self.rank)(column) == 2
        {
            return Ok(self.value(format!("diag(squeeze({column}))")));
        }
        Ok(self.value(format!("{function}({})", args.join(", "))))
    }

    fn matrix(&mut self) -> Read<Value> {
        let mut rows = vec![vec![]];
        loop {
            let entry = self.sum()?;
            if let Some(row) = rows.last_mut() {
                row.push(entry.text);
            }
            if self.takes("&") {
                continue;
            }
            if self.takes(r"\\") {
                rows.push(vec![]);
                continue;
            }
            self.wants(r"\end{bmatrix}")?;
            break;
        }
        let rows: Vec<String> = rows.iter().map(|row| format!("[{}]", row.join(", "))).collect();
        Ok(self.value(if rows.len() == 1 { rows.concat() } else { format!("[{}]", rows.join(", ")) }))
    }
}

/// Where the name that begins here ends: `\mathrm{dz}_{2}`, `\hat{y}`, `W_{1}`.
fn name_length(text: &str) -> usize {
    let group = |from: usize| text[from..].find('}').map_or(text.len(), |end| from + end + 1);
    let mut at = match text.strip_prefix('\\') {
        Some(rest) => 1 + rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len()),
        None => text.chars().next().map_or(0, char::len_utf8),
    };
    if text[at..].starts_with('{') && text.starts_with('\\') {
        at = group(at);
    }
    if text[at..].starts_with("_{") && !text[at..].starts_with("_{[") {
        let inner = at + 2;
        at = if text[inner..].starts_with('\\') && text[inner..].contains("}}") && text[inner..].starts_with(r"\math") {
            group(group(inner))
        } else {
            group(inner)
        };
    }
    if text[at..].starts_with('.') {
        at += 1 + name_length(&text[at + 1..]);
    }
    at
}
