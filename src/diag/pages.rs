//! The table of the pages in `docs/errors`, which `build.rs` makes of the folder: a page needs no line anywhere.

/// `(stage::cause, page)`, in order.
pub(super) static PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));
