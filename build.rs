//! Makes the table of the pages in `docs/errors`, which `nnlang explain` shows: one entry for each file of the folder.

// A build script lives outside.
#![allow(clippy::disallowed_methods)]

use std::path::{Path, PathBuf};

/// What lies in a folder.
fn inside(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

/// The name of a file without what follows the dot.
fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=docs/errors");
    println!("cargo::rerun-if-changed=build.rs");
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut pages = vec![];
    for stage in inside(&root.join("docs/errors"))?.iter().filter(|path| path.is_dir()) {
        let files = inside(stage)?.into_iter().filter(|path| path.extension().is_some_and(|end| end == "md"));
        pages.extend(files.map(|page| (format!("{}::{}", stem(stage), stem(&page)), page)));
    }
    pages.sort();
    let entry = |(code, page): &(String, PathBuf)| format!("    ({code:?}, include_str!({page:?})),\n");
    let table: String = pages.iter().map(entry).collect();
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    std::fs::write(out.join("pages.rs"), format!("&[\n{table}]\n"))
}
