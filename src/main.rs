//! `nnlang`: arguments in, exit code out.

/// Many small pieces of memory, made fast.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    // SAFETY: it sets one word of the allocator's options, before there is a second thread.
    #[allow(unsafe_code, reason = "the allocator has its options in C")]
    unsafe {
        libmimalloc_sys::mi_option_set_enabled(libmimalloc_sys::mi_option_large_os_pages, true);
    }
    nnlang::cli::main()
}
