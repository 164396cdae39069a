//! The description of the command line: what help, completions and the man page are made of.

use crate::session::Settings;
use crate::tensor::Precision;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;

/// Computation graphs and networks: values, derivatives and the reasons behind them.
#[derive(Parser, Debug)]
#[command(name = "nnlang", version, about, after_help = EXAMPLES, args_override_self = true)]
pub struct Cli {
    /// When to use colour
    #[arg(long, value_name = "WHEN", global = true)]
    pub color: Option<Color>,
    /// What to do
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Without a command, files are run
    #[command(flatten)]
    pub run: Run,
}

const EXAMPLES: &str = "\
Examples:
  nnlang                                     opens the prompt
  nnlang run rent.nnl                        answers every question in the program
  nnlang run rent.nnl --set a=3.5            the same, with another value for a
  echo 'a = 5; 3a' | nnlang                  runs what comes in
  nnlang check net.nnl                       shapes, names and lints; runs nothing
  nnlang explain shape::matmul               what an error means, with an example
  nnlang doc tanh                            the reference entry of a function

Exit codes: 0 the program is right, 1 it is wrong or an assertion fails,
2 the command line is wrong or a file named on it cannot be read, 130 interrupted.";

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Run programs: check everything, then answer every question in order
    #[command(
        after_help = "Examples:\n  nnlang run net.nnl --input x=train.csv --format json\n  nnlang run - < net.nnl"
    )]
    Run(Run),
    /// Check shapes, names and lints; run nothing
    #[command(
        after_help = "Examples:\n  nnlang check --deny warnings net.nnl\n  nnlang check --hints sheet.nnl    what is wrong with an attempt"
    )]
    Check(Check),
    /// Print the formula of a derivative, in the program's own notation
    #[command(after_help = "Example:\n  nnlang derive net.nnl dJ/dW1")]
    Derive(Derive),
    /// Answer for new rows with parameters that were saved
    #[command(
        after_help = "Example:\n  nnlang predict rent.nnl new.csv --weights rent.safetensors -o answers.csv --what a2"
    )]
    Predict(Predict),
    /// Draw the graph of a program, with its values and derivatives: as text, or as a picture in a file
    #[command(
        after_help = "Examples:\n  nnlang graph rent.nnl                 as text\n  nnlang graph rent.nnl J -o j.svg      also .png .html .dot .mmd .tex"
    )]
    Graph(Graph),
    /// Give programs the one layout; comments and blank lines are kept
    #[command(after_help = "Examples:\n  nnlang fmt net.nnl\n  nnlang fmt --check *.nnl\n  nnlang fmt - < net.nnl")]
    Fmt(Fmt),
    /// Print the page of an error or a lint
    #[command(after_help = "Examples:\n  nnlang explain nnlang::shape::matmul\n  nnlang explain matmul")]
    Explain(Explain),
    /// Print the reference entry of a function or a statement, or the list of them
    #[command(after_help = "Examples:\n  nnlang doc\n  nnlang doc leaky_relu")]
    Doc(Doc),
    /// Open the prompt, with a file's definitions loaded
    #[command(
        after_help = "Examples:\n  nnlang repl net.nnl\n  nnlang repl - < lines.txt     answers each line, without prompts"
    )]
    Repl(Repl),
    /// Open a program as a page in the browser: its answers follow every key, its numbers can be dragged
    #[command(after_help = "Example:\n  nnlang open rent.nnl")]
    Open(Open),
    /// Write the page of a program to one file, for a mail or a folder: its sliders still move
    #[command(after_help = "Example:\n  nnlang report rent.nnl -o rent.html")]
    Report(Report),
    /// Print a completion script for a shell
    #[command(after_help = "Example:\n  nnlang completions bash > /etc/bash_completion.d/nnlang")]
    Completions(Completions),
    /// Print the man page
    Man,
}

/// `nnlang run`
#[derive(Args, Debug)]
pub struct Run {
    /// Programs; `-` is standard input
    #[arg(value_name = "FILE")]
    pub files: Vec<String>,
    /// Run every combination of these values of leaves, and `seed`, and print one table of the `evaluate` lines:
    /// `--each rate=0.1,0.01 --each fold=0..5`
    #[arg(long, value_name = "NAME=VALUES", value_parser = pair, allow_hyphen_values = true)]
    pub each: Vec<(String, String)>,
    /// How they are run.
    #[command(flatten)]
    pub options: Options,
}

/// `nnlang derive`
#[derive(Args, Debug)]
pub struct Derive {
    /// The program; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: String,
    /// What to derive: `dJ/dW1`, or any expression
    #[arg(value_name = "EXPR", required = true, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub exprs: Vec<String>,
    /// The program's notation, or LaTeX
    #[arg(long = "as", value_name = "HOW", default_value = "text")]
    pub notation: Notation,
    /// How it is read.
    #[command(flatten)]
    pub options: Options,
}

/// `nnlang predict`
#[derive(Args, Debug)]
pub struct Predict {
    /// The program; its `data` block says what the columns mean
    #[arg(value_name = "FILE")]
    pub file: String,
    /// The new rows; their columns may stand in any order
    #[arg(value_name = "NEW")]
    pub new: String,
    /// Where the answers are written, as .csv or .tsv; unless told they are shown
    #[arg(short, long = "out", value_name = "FILE")]
    pub out: Option<String>,
    /// What is answered: a name or an expression; unless told the lines of the program's own `predict`
    #[arg(long, value_name = "EXPR")]
    pub what: Vec<String>,
    /// How it is run; `--weights` has the parameters.
    #[command(flatten)]
    pub options: Options,
}

/// `nnlang graph`
#[derive(Args, Debug)]
pub struct Graph {
    /// The program; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: String,
    /// What it is the graph of [default: the last number that is defined]
    #[arg(value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub name: Option<String>,
    /// The file that the picture goes into; its ending says which kind
    #[arg(short, long, value_name = "OUT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub output: Option<String>,
    /// How it is run.
    #[command(flatten)]
    pub options: Options,
}

/// How a formula is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Notation {
    /// As the program writes it.
    Text,
    /// For a paper.
    Latex,
}

/// `nnlang check`
#[derive(Args, Debug)]
pub struct Check {
    /// Programs; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<String>,
    /// What counts as wrong
    #[arg(long, value_name = "WHAT")]
    pub deny: Option<Deny>,
    /// Answer the program's checks too, and say of those that do not hold where and why, without giving the formula
    #[arg(long)]
    pub hints: bool,
    /// How they are checked.
    #[command(flatten)]
    pub options: Options,
}

/// What `--deny` takes.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deny {
    /// Warnings too
    Warnings,
}

/// `nnlang fmt`
#[derive(Args, Debug)]
pub struct Fmt {
    /// Change nothing; name the files that would change, and exit 1 where there are any
    #[arg(long)]
    pub check: bool,
    /// Programs; `-` reads standard input and prints the result
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<String>,
}

/// `nnlang explain`
#[derive(Args, Debug)]
pub struct Explain {
    /// The code, as an error shows it: `nnlang::shape::matmul`, `shape::matmul` or `matmul`; without it, all codes
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

/// `nnlang doc`
#[derive(Args, Debug)]
pub struct Doc {
    /// A function or a statement's word; without it, all of them
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

/// `nnlang repl`
#[derive(Args, Debug)]
pub struct Repl {
    /// A program whose definitions are there from the start; `-` reads the prompt's lines from standard input
    #[arg(value_name = "FILE")]
    pub file: Option<String>,
    /// How statements are run.
    #[command(flatten)]
    pub options: Options,
}

/// `nnlang open`
#[derive(Args, Debug)]
pub struct Open {
    /// The program; without one the page is empty
    #[arg(value_name = "FILE")]
    pub file: Option<String>,
    /// Print the address alone; start no browser
    #[arg(long)]
    pub no_browser: bool,
    /// How it is run.
    #[command(flatten)]
    pub options: Options,
}

/// `nnlang report`
#[derive(Args, Debug)]
pub struct Report {
    /// The program; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: String,
    /// The file that is written
    #[arg(short, long, value_name = "OUT", default_value = "report.html")]
    pub out: String,
    /// How it is run.
    #[command(flatten)]
    pub options: Options,
}

/// `nnlang completions`
#[derive(Args, Debug)]
pub struct Completions {
    /// Which shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// What programs are run with.
#[derive(Args, Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// Replace a leaf or an input by an expression
    #[arg(long, value_name = "NAME=EXPR", value_parser = pair, allow_hyphen_values = true)]
    pub set: Vec<(String, String)>,
    /// Read an input from a file (csv, npy, npz, safetensors)
    #[arg(long, value_name = "NAME=FILE", value_parser = pair)]
    pub input: Vec<(String, String)>,
    /// Read the parameters from a file (npz, safetensors)
    #[arg(long, value_name = "FILE")]
    pub weights: Option<String>,
    /// How real numbers are held
    #[arg(long, value_name = "P")]
    pub precision: Option<Bits>,
    /// The seed of random numbers
    #[arg(long, value_name = "N", value_parser = seed, allow_hyphen_values = true)]
    pub seed: Option<u64>,
    /// How many threads may work; the answers are the same for any number, and this version works on one
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// What each statement took, on standard error: as text, or as JSON Lines
    #[arg(long, value_name = "F", num_args = 0..=1, default_missing_value = "text")]
    pub timings: Option<Format>,
    /// The plan that each statement is answered with, on standard error: groups, buffers, costs
    #[arg(long)]
    pub explain_plan: bool,
    /// Significant digits of printed numbers
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=17))]
    pub digits: Option<u8>,
    /// Go on with trainings where the files that their `checkpoint` names ended
    #[arg(long)]
    pub resume: bool,
    /// Answers as text, or as JSON Lines
    #[arg(long, value_name = "F")]
    pub format: Option<Format>,
    /// The most memory that tensors may take [default: 2GiB, or half of what the process may use]
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub memory_limit: Option<u64>,
    /// Only answers and errors: no warnings, no notes, no progress
    #[arg(short, long)]
    pub quiet: bool,
}

/// When to use colour.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The form of answers and problems.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people
    Text,
    /// For machines: JSON Lines
    Json,
}

/// How real numbers are held.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bits {
    /// 32 bits
    F32,
    /// 64 bits
    F64,
}

impl Options {
    /// As the session takes them.
    pub fn settings(&self) -> Settings {
        Settings {
            set: self.set.clone(),
            inputs: self.input.clone(),
            weights: self.weights.clone(),
            precision: self.precision.map(|bits| match bits {
                Bits::F32 => Precision::F32,
                Bits::F64 => Precision::F64,
            }),
            seed: self.seed,
            digits: self.digits.map_or(6, usize::from),
            memory_limit: Some(self.memory_limit.unwrap_or_else(super::outside::default_memory_limit)),
            timings: self.timings.is_some(),
            plans: self.explain_plan,
            resume: self.resume,
            ..Settings::default()
        }
    }
}

/// `a=3.5`
fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
            Ok((name.trim().to_string(), value.trim().to_string()))
        }
        _ => Err("write it as NAME=VALUE, without spaces around `=`".into()),
    }
}

/// `7`
fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "write a whole number from 0 on".into())
}

/// `--timings` alone is `--timings text`: what stands behind it is a form only where it is one, else a file.
pub(super) fn spelt_out(args: &[OsString]) -> Vec<OsString> {
    let mut out: Vec<OsString> = Vec::with_capacity(args.len());
    for (i, arg) in args.iter().enumerate() {
        let form = args.get(i + 1).is_some_and(|next| next == "text" || next == "json");
        let alone = arg == "--timings" && !form;
        out.push(if alone { "--timings=text".into() } else { arg.clone() });
    }
    out
}

/// `4GiB`, `512MiB`, `2G`, `1000000`
fn bytes(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let unit: f64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kib" => 1024.0,
        "kb" => 1e3,
        "m" | "mib" => 1024.0 * 1024.0,
        "mb" => 1e6,
        "g" | "gib" => 1024.0 * 1024.0 * 1024.0,
        "gb" => 1e9,
        "t" | "tib" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        "tb" => 1e12,
        _ => return Err("write a size such as 4GiB, 512MiB or a number of bytes".into()),
    };
    match number.parse::<f64>() {
        Ok(number) if number > 0.0 && number * unit >= 1.0 && number * unit < 9e18 => Ok((number * unit) as u64),
        _ => Err("write a size such as 4GiB, 512MiB or a number of bytes".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sizes_are_read_with_their_unit() {
        assert_eq!(bytes("4GiB"), Ok(4 << 30));
        assert_eq!(bytes("1.5 kb"), Ok(1500));
        assert_eq!(bytes("2G"), Ok(2 << 30));
        assert_eq!(bytes("100"), Ok(100));
        for wrong in ["", "GiB", "-1", "0", "4 apples", "1e400", "99999999999TiB"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_file_without_a_command_is_run() {
        let cli = Cli::try_parse_from(["nnlang", "a.nnl", "--set", "a=-3", "--color", "never"]).expect("it is right");
        assert_eq!(cli.run.files, ["a.nnl"]);
        assert_eq!(cli.run.options.set, [("a".to_string(), "-3".to_string())]);
        let cli = Cli::try_parse_from(["nnlang", "--color", "never", "check", "a.nnl", "--seed", "3"]);
        assert!(matches!(cli.expect("it is right").command, Some(Command::Check(_))));
        assert!(Cli::try_parse_from(["nnlang", "a.nnl", "--threads", "8"]).is_ok());
        assert!(Cli::try_parse_from(["nnlang", "a.nnl", "--threads", "0"]).is_err());
        for (args, form) in
            [(vec!["--timings", "a.nnl"], Format::Text), (vec!["a.nnl", "--timings", "json"], Format::Json)]
        {
            let args: Vec<OsString> = std::iter::once("nnlang").chain(args).map(OsString::from).collect();
            let cli = Cli::try_parse_from(spelt_out(&args)).expect("it is right");
            assert_eq!((cli.run.options.timings, cli.run.files), (Some(form), vec!["a.nnl".to_string()]));
        }
        let wrong = ["nnlang", "run", "a", "--set", "a"];
        assert!(Cli::try_parse_from(wrong).is_err());
    }
}
