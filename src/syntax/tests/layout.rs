//! The one layout.

use super::super::format;
use super::language::PROGRAMS;
use super::read;
use crate::source::Source;

fn formatted(text: &str) -> String {
    let (sources, id, program, _) = read(text);
    format(sources.get(id), &program)
}

/// A program's statements without their places, as text.
fn meaning(text: &str) -> String {
    let (_, _, program, problems) = read(text);
    assert!(problems.is_empty(), "{text}\n{problems:?}");
    let shown = format!("{:?}", program.items.iter().map(|item| &item.statement).collect::<Vec<_>>());
    let mut out = String::new();
    let mut rest = shown.as_str();
    while let Some(at) = rest.find("Span { source: SourceId(") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = &rest[rest.find('}').map_or(rest.len(), |end| end + 1)..];
    }
    let out = out + rest;
    // the trivia of blocks and what shares a line are layout
    out.replace("same_line: true", "").replace("same_line: false", "").replace("Blank, ", "").replace("Blank", "")
}

#[test]
fn formatting_keeps_the_meaning_and_is_idempotent() {
    for text in PROGRAMS {
        let once = formatted(text);
        assert_eq!(formatted(&once), once, "{text}");
        assert_eq!(meaning(text), meaning(&once), "{once}");
        assert_eq!(text.matches('#').count(), once.matches('#').count());
    }
}

#[test]
fn operators_have_the_spaces_that_their_looseness_asks_for() {
    for (text, wanted) in [
        ("u=b * c", "u = b*c"),
        ("J  =  -( y*log( a2 )+( 1-y )*log( 1-a2 ) )", "J = -(y*log(a2) + (1 - y)*log(1 - a2))"),
        ("g=x@(a-y)'/m", "g = x @ (a - y)' / m"),
        ("w - 0.1 * dJ/dw", "w - 0.1*dJ/dw"),
        ("dJ / da", "dJ / da"),
        ("x@dJ/dw*2", "x @ dJ/dw * 2"),
        ("a ^ -b ** 2", "a^-b**2"),
        (
            "h[ t ]=h[t - 1]+x[ t ]   start zeros( [4] ) for t in 0 .. n - 1",
            "h[t] = h[t-1] + x[t] start zeros([4]) for t in 0..n-1",
        ),
        ("x[1 : n - 1, ::2]", "x[1:n-1, ::2]"),
        ("x:int[3,m]=y", "x : int [3, m] = y"),
        ("f(z,k = 0.01)=max(k*z,z)", "f(z, k=0.01) = max(k*z, z)"),
        ("conv 8   5x5 relu stride = 2", "conv 8 5x5 relu stride=2"),
        ("h=layer 4 init = he", "h = layer 4 init=he"),
        ("nudge a by - 0.1", "nudge a by -0.1"),
        ("assert a~=b and not c", "assert a ~= b and not c"),
        ("y=x|>f(k = 2)", "y = x |> f(k=2)"),
        ("0 .. 1   step 0.1", "0..1 step 0.1"),
        ("x² ·y + wᵀ@ x", "x²·y + wᵀ @ x"),
        ("a=1;b=2  # both", "a = 1; b = 2  # both"),
        ("g(x){u=x^2;u+1}", "g(x) { u = x^2; u + 1 }"),
        ("network n( x : [3,m] ){\nlayer 8\n\n\n}", "network n(x : [3, m]) {\n    layer 8\n}"),
        ("network n  (x) { layer 2 }", "network n(x) { layer 2 }"),
        ("w = f(\nx,\n k = 2\n)", "w = f(\n    x,\n    k=2\n)"),
        ("a = 1 # one\nlong = 2 # two", "a = 1     # one\nlong = 2  # two"),
        ("a = )b", "a = )b"),
        ("2 % 3*x", "2 % 3 * x"),
        ("d2J/da db*2", "d2J/da db*2"),
        ("g=∂J/∂a+∂²J/∂a² *∂³J/∂a²∂b-d²J/da²", "g = ∂J/∂a + ∂²J/∂a²*∂³J/∂a²∂b - d²J/da²"),
        ("t=a≤b and a≥c or not a≠b;u=a≈b", "t = a ≤ b and a ≥ c or not a ≠ b; u = a ≈ b"),
        ("m=wᵀ·x×2÷3−1", "m = wᵀ·x×2÷3 − 1"),
        ("p=3v+2( a+b )*.5x-1_000", "p = 3v + 2(a + b)*.5x - 1_000"),
        ("y=x**2+x^-2+2x⁻¹", "y = x**2 + x^-2 + 2x⁻¹"),
        ("r=x\n|>f(k = 2)# one\n# between\n|>sum", "r = x\n    |> f(k=2)  # one\n    # between\n    |> sum"),
        ("\"a \\\"b\\\" #;\" ;c=2", "\"a \\\"b\\\" #;\"; c = 2"),
        (
            "network n(x){\ny=f(x,\nslope2,\n  k = 2)\n}",
            "network n(x) {\n    y = f(x,\n        slope2,\n        k=2)\n}",
        ),
    ] {
        assert_eq!(formatted(text), format!("{wanted}\n"), "{text}");
    }
}

#[test]
fn the_first_page_is_in_the_layout_already() {
    let source = Source::new("page", PROGRAMS[0]);
    let without = |text: &str| {
        text.lines().map(|line| line.split('#').next().unwrap_or("").trim_end().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(without(&formatted(&source.text)), without(PROGRAMS[0]));
}

#[test]
fn the_prompt_asks_for_more_where_something_is_open() {
    use super::super::is_complete;
    for text in ["", "a = 3", "a = )", "f(x) { x }", "a = \"open", "# (", "J\n"] {
        assert!(is_complete(text), "{text}");
    }
    for text in ["a = f(1,", "f(x) {", "a = 3 +", "a = b and", "x =", "a = [1\n2", "network f(x) {\n  layer 3\n"] {
        assert!(!is_complete(text), "{text}");
    }
}
