//! `nnlang`: arguments in, exit code out.

fn main() -> std::process::ExitCode {
    nnlang::cli::main()
}
