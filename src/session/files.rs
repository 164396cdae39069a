//! The files that a session has read: programs that it uses, and arrays.

use super::errors;
use crate::data::{self, Arrays, Table};
use crate::diag::Diagnostic;
use crate::outside::{Cause, Outside, Refusal, Scratch};
use crate::resolve::Loader;
use crate::source::{Source, SourceId, Sources, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What was read; a session reads a file once, so that what depends on it stays what it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Read {
    texts: Arc<BTreeMap<String, Arc<str>>>,
    arrays: Arc<BTreeMap<String, Arc<Arrays>>>,
    /// The `data` block that holds, and its file.
    pub(super) block: Option<Arc<(String, data::block::Block)>>,
    /// The last block over a file that is read a piece at a time, by all that it is made of.
    pub(super) large: Arc<Vec<(String, Arc<(String, data::block::Block)>)>>,
}

/// Folders and files of the outside.
struct Opened<'a>(&'a mut dyn Outside);

impl data::folder::Shelf for Opened<'_> {
    fn folder(&mut self, path: &str) -> Result<Vec<String>, Refusal> {
        self.0.folder(path)
    }

    fn file(&mut self, path: &str) -> Result<Vec<u8>, Refusal> {
        self.0.read(path)
    }
}

/// The files around a `data` block.
pub(super) struct Beside<'a, 'f> {
    pub files: &'a mut Files<'f>,
    pub sources: &'a Sources,
    /// Are the rows of a text its letters?
    pub letters: bool,
    /// How many bytes a part may have that is held in memory.
    pub room: u64,
    /// How many bytes a value may take.
    pub limit: u64,
}

impl data::block::Around for Beside<'_, '_> {
    fn table(&mut self, path: &str, span: Span) -> Result<Table, Box<Diagnostic>> {
        self.files.table(self.sources, path, self.letters, span)
    }

    fn scratch(&mut self) -> Result<Arc<dyn Scratch>, Refusal> {
        match &mut self.files.outside {
            Some(outside) => outside.scratch(),
            None => Err(Refusal::new("", Cause::Missing)),
        }
    }

    fn room(&self) -> u64 {
        self.room
    }

    fn limit(&self) -> u64 {
        self.limit
    }
}

/// Reads files, each once.
pub(super) struct Files<'a> {
    /// None where only what was read may be used.
    pub outside: Option<&'a mut dyn Outside>,
    /// What was read.
    pub read: Read,
}

impl Read {
    /// Were the same programs read?
    pub fn is_same(&self, other: &Read) -> bool {
        Arc::ptr_eq(&self.texts, &other.texts)
    }

    /// The text of a program that was read.
    pub fn text(&self, name: &str) -> Option<Arc<str>> {
        self.texts.get(name).cloned()
    }

    /// Takes another text for a program that was read.
    pub fn set_text(&mut self, name: &str, text: Arc<str>) {
        Arc::make_mut(&mut self.texts).insert(name.to_string(), text);
    }

    /// Programs are read again when they are asked for.
    pub fn forget_texts(&mut self) {
        self.texts = Arc::default();
    }
}

impl Files<'_> {
    /// The outside, to be lent to a run.
    pub fn mutable(&mut self) -> Option<&mut dyn Outside> {
        match &mut self.outside {
            Some(outside) => Some(&mut **outside),
            None => None,
        }
    }

    fn bytes(&mut self, path: &str) -> Result<Vec<u8>, String> {
        match &mut self.outside {
            Some(outside) => outside.read(path).map_err(|refusal| refusal.to_string()),
            None => Err(format!("`{path}` was not read")),
        }
    }

    /// The arrays of a file that may be a table.
    pub fn arrays(&mut self, path: &str) -> Result<Arc<Arrays>, Box<Diagnostic>> {
        self.read_once(path, data::read)
    }

    /// A file as a table of examples: beside the program that names it, or where the command runs.
    pub fn table(
        &mut self,
        sources: &Sources,
        path: &str,
        letters: bool,
        from: Span,
    ) -> Result<Table, Box<Diagnostic>> {
        let told = |error: data::DataError| Box::new(error.diagnostic(Some(from)));
        let base = sources.get(from.source).name.clone();
        let beside = base.rsplit_once('/').filter(|_| !path.starts_with('/') && path != "-");
        let places = beside.map(|(folder, _)| format!("{folder}/{path}")).into_iter().chain([path.to_string()]);
        let mut refused = None;
        for full in places {
            if let Some(known) = self.read.arrays.get(&full) {
                return Table::of(known).map_err(told);
            }
            let Some(outside) = &mut self.outside else { continue };
            if let Some((stored, separator)) =
                data::separator(path).and_then(|mark| Some((outside.large(&full)?, mark)))
            {
                return data::Stream::open(path, stored, separator).map(Table::of_stream).map_err(told);
            }
            match outside.read(&full) {
                Ok(bytes) if path.ends_with(".txt") => return Table::of_text(path, &bytes, letters).map_err(told),
                Ok(bytes) => {
                    let arrays = Arc::new(data::read(path, &bytes).map_err(told)?);
                    Arc::make_mut(&mut self.read.arrays).insert(full, arrays.clone());
                    return Table::of(&arrays).map_err(told);
                }
                Err(Refusal { cause: Cause::Folder, .. }) => {
                    return data::folder::table(path, &full, &mut Opened(&mut **outside)).map_err(told);
                }
                Err(refusal) => refused = Some(refusal),
            }
        }
        let why = refused.map_or(format!("`{path}` was not read"), |refusal| refusal.to_string());
        Err(Box::new(errors::file(&why).at(from, "this file")))
    }

    /// The arrays of a file that names them.
    pub fn named(&mut self, path: &str) -> Result<Arc<Arrays>, Box<Diagnostic>> {
        self.read_once(path, data::read_named)
    }

    fn read_once(
        &mut self,
        path: &str,
        read: fn(&str, &[u8]) -> Result<Arrays, data::DataError>,
    ) -> Result<Arc<Arrays>, Box<Diagnostic>> {
        if let Some(known) = self.read.arrays.get(path) {
            return Ok(known.clone());
        }
        let bytes = self.bytes(path).map_err(|why| Box::new(errors::file(&why)))?;
        let arrays = Arc::new(read(path, &bytes).map_err(|error| Box::new(error.diagnostic(None)))?);
        Arc::make_mut(&mut self.read.arrays).insert(path.to_string(), arrays.clone());
        Ok(arrays)
    }
}

impl Loader for Files<'_> {
    fn load(&mut self, sources: &mut Sources, path: &str, from: Span) -> Result<SourceId, Diagnostic> {
        // Relative to the file that uses it.
        let base = sources.get(from.source).name.clone();
        let full = match base.rsplit_once('/') {
            Some((folder, _)) if !path.starts_with('/') => format!("{folder}/{path}"),
            Some(_) | None => path.to_string(),
        };
        if let Some(text) = self.read.texts.get(&full) {
            return Ok(sources.add(Source::new(full, &**text)));
        }
        let bytes = self.bytes(&full).map_err(|why| errors::used(&why, from))?;
        let text =
            String::from_utf8(bytes).map_err(|_| errors::used(&format!("`{path}` is not text in UTF-8"), from))?;
        Arc::make_mut(&mut self.read.texts).insert(full.clone(), text.as_str().into());
        Ok(sources.add(Source::new(full, text)))
    }
}
