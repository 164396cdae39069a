//! The layers: which names each defines, and from what.

/// How parameters begin.
pub mod init;

/// The names that the `k`-th layer of a word defines, without their number, in order of definition; the last is its
/// output. Empty where the word is no layer that is built.
pub fn names(word: &str, bias: bool) -> &'static [&'static str] {
    match (word, bias) {
        ("layer", true) => &["W", "b", "z", "a"],
        ("layer", false) => &["W", "z", "a"],
        _ => &[],
    }
}

/// Layers of the language that are not built yet.
pub const LATER: &[&str] =
    &["conv", "pool", "flatten", "rnn", "lstm", "gru", "embed", "attention", "norm", "dropout", "repeat", "residual"];
