//! The layers: one `static` each, of data alone, from which parsing, names, errors, completion, reference and graph follow.
//!
//! A layer's equations are lines of the language itself. They see `x`, what the layer is given, its sizes and options by
//! their names, and the dimensions of the input's pattern that fits.

/// How parameters begin.
pub mod init;

/// A layer word and everything that is known of it.
#[derive(Debug)]
pub struct LayerDef {
    /// `layer`
    pub word: &'static str,
    /// How it is written: `layer 4 tanh`.
    pub form: &'static str,
    /// One sentence for the reference.
    pub summary: &'static str,
    /// What comes after the word, in order; then comes an activation.
    pub args: &'static [Arg],
    /// `name=value`
    pub options: &'static [Opt],
    /// Does a block in braces follow?
    pub block: bool,
    /// What it can be given, the first that fits.
    pub inputs: &'static [Input],
    /// Its equations in order; the last defines its output, and an activation is applied to that.
    pub lines: &'static [Line],
    /// The same in PyTorch: its module, and how the weights of one become those of the other.
    pub torch: &'static str,
    /// A program that asserts what is true of it.
    pub example: &'static str,
}

/// What a layer is told in its place after the word.
#[derive(Debug)]
pub struct Arg {
    /// The name under which the equations see it.
    pub name: &'static str,
    /// What it can be.
    pub kind: ArgKind,
    /// What it is, for the error where it is missing: "its number of units".
    pub says: &'static str,
}

/// What stands behind a layer word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgKind {
    /// A dimension of at least 1: `4`, `n`.
    Units,
    /// A number.
    Number,
    /// The sizes of a window, `5x5` or `5`; or the word `all`, which the conditions of the lines know.
    Window,
    /// One of these words, each a condition of the lines.
    Word(&'static [&'static str]),
}

/// An option of a layer.
#[derive(Debug)]
pub struct Opt {
    /// Its name, under which the equations see it.
    pub name: &'static str,
    /// What it can be.
    pub kind: OptKind,
    /// Its value where it is not given, as it would be written; `""`: that of the window.
    pub default: &'static str,
}

/// What an option can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptKind {
    /// The name of an initialiser, a number before it or not: `he`, `0.02normal`.
    Init,
    /// `true` or `false`; a condition of the lines.
    Flag,
    /// A number, or sizes: `2`, `2x1`.
    Sizes,
    /// The same, or `same` or `valid`.
    Pad,
    /// A number.
    Number,
    /// Any value; the option is a condition of the lines where it is given.
    Value,
}

/// A shape that a layer can be given.
#[derive(Debug)]
pub struct Input {
    /// The condition that it is for, `columns` or `rows`; empty: for both.
    pub when: &'static str,
    /// `[m, c, h, w]`, each name a dimension for the equations; a leading `..` stands for any number of axes.
    pub shape: &'static str,
    /// The condition that holds where it fits; may be empty.
    pub is: &'static str,
}

/// One equation of a layer.
#[derive(Debug)]
pub struct Line {
    /// Where it stands: conditions that all hold, `!` before what does not. An option that is a flag, a word after the
    /// layer's, `columns` or `rows`, what an input says.
    pub when: &'static str,
    /// `param W : [n, units] = init`, `z = x @ W + b`; `kept mu : [n] = zeros` is not trained; a name that begins with `_` is a step
    /// on the way. `h[t] = … h[t-1] … start …` is a recurrence, a step on the way too.
    pub text: &'static str,
}

/// The options that every layer with weights has.
pub const INIT: Opt = Opt { name: "init", kind: OptKind::Init, default: "xavier" };
/// Without `b`, where it is false.
pub const BIAS: Opt = Opt { name: "bias", kind: OptKind::Flag, default: "true" };

/// Declares the files of layers and lists what is in them.
macro_rules! layers {
    ($($file:ident: $($name:ident),+;)+) => {
        $(mod $file;)+
        /// Every layer that is built.
        static BUILT: &[&LayerDef] = &[$($(&$file::$name),+),+];
    };
}

layers! {
    layer: LAYER;
    conv: CONV;
    pool: POOL;
    flatten: FLATTEN;
    embed: EMBED;
    attention: ATTENTION;
    norm: NORM;
    dropout: DROPOUT;
    recurrent: RNN, LSTM, GRU;
    blocks: REPEAT, RESIDUAL;
}

/// Is a source the library's own, the equations of a layer or the prelude?
pub fn is_library(source: &str) -> bool {
    source.starts_with("layers/") || source.starts_with("prelude/")
}

/// Every layer of the language.
pub fn all() -> impl Iterator<Item = &'static LayerDef> {
    BUILT.iter().copied()
}

/// The layer of a word.
pub fn find(word: &str) -> Option<&'static LayerDef> {
    all().find(|def| def.word == word)
}

impl LayerDef {
    /// The option of a name.
    pub fn option(&self, name: &str) -> Option<&'static Opt> {
        self.options.iter().find(|option| option.name == name)
    }

    /// May its first argument be a network of the program, `layer block(64, 256)`?
    pub fn takes_network(&self) -> bool {
        self.word == layer::LAYER.word
    }

    /// Does one of its lines say where the activation goes, as `bend(…)`? Else it is applied to the output.
    pub fn bends(&self) -> bool {
        self.lines.iter().any(|line| line.text.contains("bend("))
    }

    /// Can its statement be the word alone?
    pub fn alone(&self) -> bool {
        self.args.is_empty()
    }

    /// Is it known from the text alone whether a condition holds?
    fn is_said(&self, condition: &str) -> bool {
        let words = |arg: &Arg| match arg.kind {
            ArgKind::Word(words) => words.contains(&condition),
            ArgKind::Window => condition == "all",
            ArgKind::Units | ArgKind::Number => false,
        };
        self.option(condition).is_some() || self.args.iter().any(words)
    }

    /// Do the conditions of a line hold, where these do? With `given` false, those of what the layer is given count as true.
    pub fn holds(&self, when: &str, flags: &[&str], given: bool) -> bool {
        when.split_whitespace().all(|word| match word.strip_prefix('!') {
            Some(word) => (!given && !self.is_said(word)) || !flags.contains(&word),
            None => (!given && !self.is_said(word)) || flags.contains(&word),
        })
    }

    /// The names that it defines where these conditions hold, without their number, in order; the last is its output.
    pub fn names(&self, flags: &[&str]) -> Vec<&'static str> {
        let mut names: Vec<&'static str> = vec![];
        for line in self.lines.iter().filter(|line| self.holds(line.when, flags, false)) {
            if !line.is_hidden() && !names.contains(&line.name()) {
                names.push(line.name());
            }
        }
        names
    }
}

/// Conditions as a reader would say them.
fn told(when: &str) -> String {
    let one = |word: &str| match word.strip_prefix('!') {
        Some(word) => format!("{word}=false"),
        None => word.to_string(),
    };
    when.split_whitespace().map(one).collect::<Vec<_>>().join(", ")
}

impl Input {
    /// Its condition as a reader would say it.
    pub fn told(&self) -> String {
        told(self.when)
    }
}

impl Line {
    /// Its conditions as a reader would say them.
    pub fn told(&self) -> String {
        told(self.when)
    }

    /// Is it a step on the way that has no name for the program? Its name begins with `_`.
    pub fn is_hidden(&self) -> bool {
        self.name().starts_with('_')
    }

    /// Is it a value that is kept and saved, but not trained? The step on the way of the same name, `_mu` of `mu`, is what it
    /// becomes at a step of training.
    pub fn is_kept(&self) -> bool {
        self.text.starts_with("kept ")
    }

    /// The name that it defines.
    pub fn name(&self) -> &'static str {
        let text = self.text.strip_prefix("param ").or_else(|| self.text.strip_prefix("kept ")).unwrap_or(self.text);
        text.split([' ', ':', '=', '[']).next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_a_layer_follow_from_its_lines() {
        let layer = find("layer").map(|def| (def.names(&["bias"]), def.names(&[])));
        assert_eq!(layer, Some((vec!["W", "b", "z", "a"], vec!["W", "z", "a"])));
    }

    #[test]
    fn a_layer_is_told_whole() {
        for def in all() {
            assert!(def.form.starts_with(def.word), "{}", def.word);
            assert!(def.summary.ends_with('.'), "{}", def.word);
            assert!(def.block || def.example.contains("assert"), "{}", def.word);
            assert!(def.block || def.lines.last().is_some_and(|line| line.name() == "a"), "{}", def.word);
        }
    }
}
