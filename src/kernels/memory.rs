//! What the allocator of the program `nnlang` is told.

/// Memory in pages of 2 MB, where the system grants them: a program of 100,000 lines touches 220 MB, and in pages of 4 kB a
/// quarter of its time goes into them. Called before there is a second thread.
#[allow(unsafe_code, reason = "the allocator has its options in C")]
pub fn in_large_pages() {
    // SAFETY: it sets one word of the allocator's options, which no other thread reads yet.
    unsafe {
        libmimalloc_sys::mi_option_set_enabled(libmimalloc_sys::mi_option_large_os_pages, true);
    }
}
