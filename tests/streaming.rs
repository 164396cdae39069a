//! A file that is larger than what is held of it trains what it trains as a whole, to the same bits.

#![allow(clippy::unwrap_used)]

use nnlang::{InMemory, Session, Settings};

/// What a program answers over `d.csv`, which is read a piece at a time where it is larger than `large`, in so much memory.
fn answers(text: &str, file: &str, large: Option<usize>, memory: u64) -> String {
    let mut outside = InMemory { large, ..InMemory::default().file("d.csv", file) };
    let settings = Settings { memory_limit: Some(memory), ..Settings::default() };
    let report = Session::new(settings).apply("p.nnl", text, &mut outside).1;
    assert!(report.diagnostics.is_empty(), "{:?}", report.diagnostics);
    report.answers.iter().map(|answer| answer.doc.text()).collect()
}

/// Rows by formula, with a gap here and there, words in quotes, and a line end in one of them.
fn table(rows: u32) -> String {
    let row = |i: u32| {
        let (a, b) = (f64::from(i * 7919 % 1000) / 100.0, f64::from(i * i % 97));
        let kind = ["red", "\"green, light\"", "\"blue\nor so\"", "NA"][(i * 31 % 4) as usize];
        let gap = if i % 50 == 7 { String::new() } else { format!("{b}") };
        format!("{i},{a:.2},{gap},{kind},{}\n", u32::from(a * 3.0 + b / 7.0 > 20.0))
    };
    (0..rows).fold("id,a,b,kind,y\n".into(), |text, i| text + &row(i))
}

const PROGRAM: &str = "seed 3
data \"d.csv\" {
    x = [standardize(log1p(a - min(a))), minmax(fill(b, median(b))), one_hot(fill(kind, mode(kind))), b > quantile(b, 0.9)]
    y = y
    rows = not missing(b) and a < quantile(a, 0.99)
    test = 0.2
    valid = id % 10 == 3
}
layer 1 sigmoid
J = mean(bce(a1, y))
train J {
    optimizer = adam(lr = 0.05)
    epochs = 3
    batch = 32
    report = accuracy(a1, y)
}
";

#[test]
fn a_file_in_pieces_gives_the_same_bits_as_a_whole() {
    let file = table(500);
    let text = format!("{PROGRAM}evaluate J, accuracy(a1, y)\nm\n10^9*W1\n10^9*b1\nx[:5]\n");
    let whole = answers(&text, &file, None, 1 << 30);
    assert!(whole.contains("valid") && whole.contains("W1"), "{whole}");
    for piece in [1, 100, 5000] {
        assert_eq!(answers(&text, &file, Some(piece), 1 << 30), whole, "pieces of {piece} bytes");
    }
}

#[test]
fn examples_beside_memory_train_to_the_same_bits_and_are_evaluated_all_at_once() {
    let file = table(900);
    let text = format!("{PROGRAM}10^9*W1\n10^9*b1\nm\n");
    let whole = answers(&text, &file, None, 1 << 30);
    // A sixty-fourth of it holds no part: 10 kB of 30.
    assert_eq!(answers(&text, &file, Some(4000), 640_000), whole);
    // Sums of pieces are those of all but for the last digits.
    let text = format!("{PROGRAM}evaluate J, accuracy(a1, y), std(a1), f1(a1, y), max(a1)\n");
    assert_eq!(answers(&text, &file, Some(4000), 640_000), answers(&text, &file, None, 1 << 30));
}

#[test]
fn what_needs_all_rows_at_once_says_so() {
    let ask = |question: &str| {
        let file = table(900);
        let mut outside = InMemory { large: Some(4000), ..InMemory::default().file("d.csv", file) };
        let settings = Settings { memory_limit: Some(640_000), ..Settings::default() };
        let text = format!("data \"d.csv\" {{\n    x = [a, y]\n    y = y\n}}\nlayer 1\n{question}\n");
        let report = Session::new(settings).apply("p.nnl", &text, &mut outside).1;
        let codes: Vec<&str> = report.diagnostics.iter().map(|problem| problem.code).collect();
        codes.join(" ")
    };
    assert_eq!(ask("evaluate median(a1)"), "nnlang::data::large");
    assert_eq!(ask("mean(a1)"), "nnlang::data::large");
    assert_eq!(ask("train mean(a1^2) { epochs = 1 }"), "nnlang::data::large");
    assert_eq!(ask("evaluate mean(a1)"), "");
}

#[test]
fn windows_look_beyond_a_piece_and_not_beyond_the_file() {
    let file = table(300);
    let text = "data \"d.csv\" {
    x = a[row - 3 : row + 40 : 7]
    s = standardize(a)[row + 12]
    two = [a, y][row - 1 : row + 1]
    rows = row % 2 == 0
    test = 0.2
}
x\ns\ntwo[:3]\nm\nevaluate sum(x), sum(s), sum(two), m\n";
    let whole = answers(text, &file, None, 1 << 30);
    for piece in [1, 100, 1000] {
        assert_eq!(answers(text, &file, Some(piece), 1 << 30), whole, "pieces of {piece} bytes");
    }
}

#[test]
fn windows_that_take_more_than_there_is_are_an_error() {
    let mut outside = InMemory::default().file("d.csv", table(300));
    let settings = Settings { memory_limit: Some(100_000), ..Settings::default() };
    let text = "data \"d.csv\" {\n    x = [a, y][row : row + 50]\n}\nx\n";
    let report = Session::new(settings).apply("p.nnl", text, &mut outside).1;
    // 300 rows of 50 of 2 numbers of 8 bytes.
    assert!(report.diagnostics[0].title.contains("take 0.2 MiB, and the limit is 0.1 MiB"), "{:?}", report.diagnostics);
}
