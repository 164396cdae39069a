//! `nnlang`: arguments in, exit code out.

/// Many small pieces of memory, made fast.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    nnlang::inside::cli::main()
}
