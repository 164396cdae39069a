//! The questions of the language as data: one line each, read by the grammar's walk, completion, the lints and the reference.
//!
//! What answers a question is the file of its word in `ask/`, which this list declares: a new question is that file and its
//! line here. Statements that define or declare have words of their own in `syntax/words.rs`.

/// A question: its word, what stands behind it, and what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its word.
    pub word: &'static str,
    /// How it is written; the first is the one that is proposed.
    pub forms: &'static [&'static str],
    /// What it does, as a sentence.
    pub summary: &'static str,
    /// What stands behind the word.
    pub takes: Takes,
    /// What its expressions are.
    pub about: About,
    /// Does it move parameters?
    pub moves: bool,
    /// The clauses without which it says nothing.
    pub needs: &'static [Clause],
    /// The clauses that it may have.
    pub may: &'static [Clause],
}

/// What stands behind the word of a question, before its clauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// `shapes`
    Nothing,
    /// `trace J`
    One,
    /// `evaluate J, accuracy(a2, y)`
    Several,
    /// `save "rent.safetensors"`
    File,
}

/// What the expressions of a question are, and what it does with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A scalar that is differentiated: another shape is an error.
    Scalar,
    /// What is differentiated, or two things that are compared.
    Goal,
    /// A derivative, of which numbers are told.
    Derivative,
    /// A derivative, of which the formula is told; nothing is evaluated.
    Formula,
    /// A name that is moved.
    Name,
    /// A value at the program's point.
    Value,
    /// A value for each number of a name.
    Each,
    /// The program.
    Program,
}

/// A clause of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clause {
    /// `wrt W1, b1`
    Wrt,
    /// `by 0.001`
    By,
    /// `in J`
    In,
    /// `for z in -5..5`
    For,
    /// `100 times`
    Times,
    /// `to "j.svg"`
    To,
    /// `as latex`
    As,
    /// `with x[0], x[1], y`
    With,
}

impl Clause {
    /// The clauses with their words, in the order in which they are written.
    pub const ALL: [(Clause, &'static str); 8] = [
        (Clause::Wrt, "wrt"),
        (Clause::By, "by"),
        (Clause::In, "in"),
        (Clause::For, "for"),
        (Clause::Times, "times"),
        (Clause::To, "to"),
        (Clause::As, "as"),
        (Clause::With, "with"),
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        Clause::ALL.iter().find(|(clause, _)| *clause == self).map_or("", |(_, word)| *word)
    }

    /// The clause of a word.
    pub fn of(word: &str) -> Option<Clause> {
        Clause::ALL.iter().find(|(_, own)| *own == word).map(|(clause, _)| *clause)
    }
}

impl Statement {
    /// Can it have this clause?
    pub fn has(&self, clause: Clause) -> bool {
        self.needs.contains(&clause) || self.may.contains(&clause)
    }

    /// The clauses that it can have, those that it needs first.
    pub fn clauses(&self) -> impl Iterator<Item = Clause> {
        self.needs.iter().chain(self.may).copied()
    }
}

/// `train J { … }`: it has a block, and is answered as a question.
pub static TRAIN: Statement = Statement {
    word: "train",
    forms: &["train J { … }"],
    summary: "Trains the parameters until the goal is small.",
    takes: Takes::One,
    about: About::Goal,
    moves: true,
    needs: &[],
    may: &[],
};

/// `predict "new.csv" to "answers.csv" { … }`: it has a block, and is answered as a question.
pub static PREDICT: Statement = Statement {
    word: "predict",
    forms: &["predict \"new.csv\" to \"answers.csv\" { … }"],
    summary: "Answers for new rows, whose columns may stand in any order.",
    takes: Takes::File,
    about: About::Value,
    moves: false,
    needs: &[],
    may: &[Clause::To],
};

/// Hands the list to a macro, which makes of each line what it wants: `syntax` and this module the data, `ask` the answers.
macro_rules! each_statement {
    ($with:ident) => {
        $with! {
            // word: takes about moves? [clauses that it needs] [clauses that it may have] [forms] summary
            built {
                grad: One Scalar stays [] [Wrt] ["grad J wrt W1, b1", "grad J"]
                    "Answers the derivatives of a scalar.";
                derive: Several Formula stays [] [As] ["derive dJ/dw", "derive dJ/dw, dJ/db", "derive dJ/dw as latex"]
                    "Answers the formula of a derivative, in the program's own notation.";
                trace: One Scalar stays [] [] ["trace J"]
                    "Answers every step forward and back, with numbers and the chain rule.";
                explain: One Derivative stays [] [] ["explain dJ/db"]
                    "Answers the paths from one name to another, each with its product, and their sum.";
                nudge: One Name stays [By] [In] ["nudge a by 0.001 in J", "nudge a by 0.001"]
                    "Answers what changes where a value moves a little.";
                check: One Goal stays [] [Wrt] ["check J", "check J wrt w", "check dJ/dw == 2w"]
                    "Compares derivatives with finite differences, or a learner's formula with the derivative.";
                shapes: Nothing Program stays [] [] ["shapes"]
                    "Answers every name's shape, and counts the parameters.";
                table: Several Each stays [For] [] ["table f(z), f'(z) for z in [-10, 0, 10]"]
                    "Answers a table of values.";
                plot: Several Each stays [] [For With To] ["plot f(z), f'(z) for z in -5..5", "plot f(z) for z in -5..5 to \"f.svg\"", "plot x[0], x[1], y", "plot J for epoch"]
                    "Answers a plot, on the terminal or as a picture.";
                graph: One Goal stays [] [To] ["graph J to \"j.svg\"", "graph J"]
                    "Answers the computation graph, as text or as a picture.";
                assert: One Value stays [] [] ["assert a ~= b"]
                    "Says nothing where it holds, and is an error where it does not.";
                step: One Goal moves [] [Wrt By Times] ["step J by 0.1", "step J by 0.1 100 times", "step J wrt W2, b2 by 0.1"]
                    "Moves the parameters by gradient steps.";
                evaluate: Several Value stays [] [] ["evaluate J, accuracy(a2, y)"]
                    "Answers each expression for the training rows and for the test rows.";
                time: One Value stays [] [] ["time J"]
                    "Answers where the time and memory of an expression go.";
                save: File Program stays [] [] ["save \"rent.safetensors\""]
                    "Saves the parameters.";
                load: File Program moves [] [] ["load \"rent.safetensors\""]
                    "Loads the parameters.";
            }
        }
    };
}
pub(crate) use each_statement;

macro_rules! data {
    (built { $($word:ident: $takes:ident $about:ident $moves:ident $needs:tt $may:tt $forms:tt $summary:literal;)* }) => {
        /// Every question, in the order of the reference.
        pub static ALL: &[Statement] = &[
            $(one!($word $takes $about $moves $needs $may $forms $summary),)*
        ];
    };
}

macro_rules! one {
    ($word:ident $takes:ident $about:ident $moves:ident [$($needs:ident)*] [$($may:ident)*] $forms:tt
     $summary:literal) => {
        Statement {
            word: stringify!($word),
            forms: &$forms,
            summary: $summary,
            takes: Takes::$takes,
            about: About::$about,
            moves: one!($moves),
            needs: &[$(Clause::$needs),*],
            may: &[$(Clause::$may),*],
        }
    };
    (moves) => { true };
    (stays) => { false };
}

each_statement!(data);

/// The question of a word.
pub fn find(word: &str) -> Option<&'static Statement> {
    ALL.iter().find(|statement| statement.word == word)
}
