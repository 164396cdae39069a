//! `load "rent.safetensors"`: the parameters have the values of a file from here on.

use super::Cx;
use crate::data;
use crate::diag::Diagnostic;
use crate::lower::Ask;
use crate::source::Span;
use crate::train::{errors, model};
use crate::view::fact::File;
use crate::view::{Doc, Line};

/// Answers `load`.
pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    let Some(file) = &ask.to else { return Ok(()) };
    let path = file.node.as_str();
    let Some(outside) = cx.eval.watch.outside else { return Err(Box::new(errors::no_outside(file.span))) };
    let bytes = outside.read(path).map_err(|refusal| Box::new(errors::file(&refusal, file.span)))?;
    let told = |problem: Diagnostic| {
        if problem.labels.is_empty() { problem.at(file.span, "this file") } else { problem }
    };
    let arrays = data::read_named(path, &bytes).map_err(|error| Box::new(told(error.diagnostic(None))))?;
    let (values, problems) = model::restored(cx.eval.compiled, &arrays, path, cx.eval.state.precision);
    let wrong = problems.iter().any(Diagnostic::is_error);
    // Every difference is told; where one is wrong, nothing is taken.
    problems.into_iter().for_each(|problem| cx.tell(told(problem)));
    if wrong {
        return Ok(());
    }
    cx.eval.state.model = model::block(&cx.eval.state, &arrays);
    let count = values.len();
    for (def, value) in values {
        cx.eval.move_to(def, value);
    }
    let said =
        format!("{count} {} of `{path}`", if count == 1 { "name has the value" } else { "names have the values" });
    let fact = File { arrays: Some(count), ..File::new(path) };
    cx.push(span, Doc::line(Line::new().note(said)), vec![fact.into()]);
    Ok(())
}
