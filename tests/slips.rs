//! What learners type from other habits (Python, NumPy, Matlab, the course's notes, other keyboards): the first mend of each,
//! applied, gives what was meant. `REPORT=1` lists all that differ.

#![allow(clippy::disallowed_methods)]

use nnlang::{InMemory, Session, Settings};

/// What stands above, the slip, and the line that was meant.
type Slip = (&'static str, &'static str, &'static str);

const NUMBERS: &str = "a = 5\nb = 3\nc = 2\nw = 4\nx = 7\ny = 6";
const VECTORS: &str = "x = [1, 2, 3]\ny = [4, 5, 6]\nA = [[1, 2], [3, 4]]\nB = [[5, 6], [7, 8]]";
const GRAPH: &str = "param w = 2\nx = 3\nJ = (w*x - 1)^2";

const SLIPS: &[Slip] = &[
    // Products written together.
    (NUMBERS, "u = bc", "u = b*c"),
    (NUMBERS, "u = wx + b", "u = w*x + b"),
    (NUMBERS, "u = 2xy", "u = 2x*y"),
    (NUMBERS, "u = abc", "u = a*b*c"),
    (NUMBERS, "u = 1/bc", "u = 1/(b*c)"),
    (NUMBERS, "u = bc^2", "u = b*c^2"),
    (NUMBERS, "u = tanh(wx + b)", "u = tanh(w*x + b)"),
    (NUMBERS, "u = a - wx", "u = a - w*x"),
    (NUMBERS, "u = a^bc", "u = a^(b*c)"),
    (NUMBERS, "u = 3bc + a", "u = 3b*c + a"),
    // Statements called as functions.
    (GRAPH, "check(J == (w*x - 1)^2)", "check J == (w*x - 1)^2"),
    (NUMBERS, "assert(a == 5)", "assert a == 5"),
    (NUMBERS, "nudge(a, 0.001)", "nudge a by 0.001"),
    (NUMBERS, "shapes()", "shapes"),
    (GRAPH, "explain(dJ/dw)", "explain dJ/dw"),
    (GRAPH, "derive(dJ/dw)", "derive dJ/dw"),
    (GRAPH, "step(J, 0.1)", "step J by 0.1"),
    (GRAPH, "check(J)", "check J"),
    (GRAPH, "graph(J)", "graph J"),
    // Full-width input.
    ("", "ａ ＝ （３＋４）＊２", "a = (3+4)*2"),
    (NUMBERS, "u ＝ ａ＋ｂ", "u = a+b"),
    (VECTORS, "u ＝ ｘ［０］", "u = x[0]"),
    (VECTORS, "u = A ＠ B", "u = A @ B"),
    (NUMBERS, "u = a ⋅ b", "u = a · b"),
    (NUMBERS, "u = a ∗ b", "u = a * b"),
    // Python.
    (NUMBERS, "u := a + b", "u = a + b"),
    (NUMBERS, "u = a && b", "u = a and b"),
    (NUMBERS, "u = a || b", "u = a or b"),
    (VECTORS, "u = np.sum(x)", "u = sum(x)"),
    (VECTORS, "u = np.exp(x)", "u = exp(x)"),
    (VECTORS, "u = x.sum()", "u = sum(x)"),
    (VECTORS, "u = x.mean()", "u = mean(x)"),
    (VECTORS, "u = np.dot(x, y)", "u = dot(x, y)"),
    (VECTORS, "u = torch.sigmoid(x)", "u = sigmoid(x)"),
    (VECTORS, "u = math.pi", "u = pi"),
    (VECTORS, "u = np.maximum(x, 0)", "u = max(x, 0)"),
    (VECTORS, "u = ln(x)", "u = log(x)"),
    (VECTORS, "u = sum(x, 0)", "u = sum(x, axis=0)"),
    (GRAPH, "dw", "dJ/dw"),
    // Spelling.
    (VECTORS, "u = tahn(x)", "u = tanh(x)"),
    (VECTORS, "u = sigmiod(x)", "u = sigmoid(x)"),
    (VECTORS, "u = Sum(x)", "u = sum(x)"),
    (VECTORS, "u = maen(x)", "u = mean(x)"),
];

/// The program after the edits of its first problem, and whether it is then without errors.
fn mended(text: &str) -> (String, bool, String) {
    let mut outside = InMemory::default();
    let report = Session::new(Settings::default()).answer("slip.nnl", text, &mut outside).1;
    let Some(problem) = report.diagnostics.first() else { return (text.to_string(), true, String::new()) };
    let Some(mend) = &problem.mend else { return (text.to_string(), false, problem.title.clone()) };
    let mut edits = mend.edits.clone();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    let Some(first) = edits.first() else { return (text.to_string(), false, mend.text.clone()) };
    let mut out = report.sources.get(first.span.source).text.clone();
    for edit in &edits {
        out.replace_range(edit.span.range(), &edit.text);
    }
    let again = Session::new(Settings::default()).answer("slip.nnl", &out, &mut outside).1;
    (out, !again.diagnostics.iter().any(|problem| problem.is_error()), mend.text.clone())
}

#[test]
fn the_first_mend_of_a_slip_gives_what_was_meant() {
    let mut wrong = vec![];
    for (above, slip, meant) in SLIPS {
        let lead = if above.is_empty() { String::new() } else { format!("{above}\n") };
        let (found, clean, said) = mended(&format!("{lead}{slip}\n"));
        let plain = nnlang::Source::new("", found).text;
        if plain != format!("{lead}{meant}\n") || !clean {
            let last = plain.lines().last().unwrap_or_default().to_string();
            wrong.push(format!("{slip:30} meant {meant:24} came {last:24} clean {clean} ({said})"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} slips:\n{}", wrong.len(), SLIPS.len(), wrong.join("\n"));
}
