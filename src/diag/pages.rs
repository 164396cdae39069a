//! The table of the pages in `docs/errors`; `BLESS=1 cargo test --test errors` writes it anew.

/// `(stage::cause, page)`, in order.
pub(super) static PAGES: &[(&str, &str)] = &[("data::file", include_str!("../../docs/errors/data/file.md"))];
