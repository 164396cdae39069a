//! `save "rent.safetensors"`: the parameters, and what is kept beside them, in a file.

use super::Cx;
use crate::diag::Diagnostic;
use crate::lower::Ask;
use crate::source::Span;
use crate::train::{errors, model};
use crate::view::fact::File;
use crate::view::{Doc, Line};

/// Answers `save`.
pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    let Some(file) = &ask.to else { return Ok(()) };
    save(cx, &file.node, file.span)?;
    let count = model::held(cx.eval.compiled).len();
    let said = format!("{count} {} kept in `{}`", if count == 1 { "array is" } else { "arrays are" }, file.node);
    let fact = File { arrays: Some(count), ..File::new(&file.node) };
    cx.push(span, Doc::line(Line::new().note(said)), vec![fact.into()]);
    Ok(())
}

/// Writes the parameters as they are now; the file is the old one or the new one whole, whatever happens.
pub(super) fn save(cx: &mut Cx, path: &str, span: Span) -> Result<(), Box<Diagnostic>> {
    let Some(outside) = cx.eval.watch.outside else { return Err(Box::new(errors::no_outside(span))) };
    if !path.ends_with(".safetensors") {
        return Err(Box::new(errors::no_model(path, span)));
    }
    let bytes = model::written(cx.eval, path, span)?;
    outside.write(path, &bytes).map_err(|refusal| Box::new(errors::file(&refusal, span)))
}
