//! The equations of a layer word: lines of the language, resolved once over a frame of their own.

use super::hir::{self, BodyLine, LayerBody};
use super::{Cx, Frame};
use crate::layers::{Arg, Input, LayerDef, Opt};
use crate::source::Source;
use crate::syntax::ast::{self, PartKind, Statement};
use rustc_hash::FxHashMap as HashMap;
use std::sync::Arc;

/// The names that a layer's input patterns bind.
fn dims(inputs: &'static [Input]) -> impl Iterator<Item = &'static str> {
    let words = |input: &'static Input| input.shape.split(|c: char| !c.is_alphanumeric());
    inputs.iter().flat_map(words).filter(|word| !word.is_empty())
}

impl Cx<'_> {
    /// Where the equations of a word stand among the program's; read on first use.
    pub(super) fn layer_body(&mut self, def: &'static LayerDef) -> u32 {
        if let Some(at) = self.bodies.get(def.word) {
            return *at;
        }
        let plain = |text: &str| text.strip_prefix("kept ").map_or(text.to_string(), |rest| format!("param {rest}"));
        let text: Vec<String> = def.lines.iter().map(|line| plain(line.text)).collect();
        let id = self.sources.add(Source::new(format!("layers/{}", def.word), text.join("\n")));
        let (program, problems) = crate::syntax::parse(self.sources, id);
        debug_assert!(problems.is_empty(), "{}: {problems:?}", def.word);
        // They see what the layer is told, the operators and the prelude, nothing of the program.
        let frames = std::mem::take(&mut self.frames);
        let scope = std::mem::take(&mut self.scope);
        let drawing = std::mem::replace(&mut self.drawing, false);
        let within = self.within.take();
        let head = self.head_dims.take();
        self.frames.push(Frame { names: HashMap::default(), dims: HashMap::default(), size: 0, function: None });
        self.bending = def.bends();
        let mut body = LayerBody::default();
        let told = def.args.iter().map(|arg: &Arg| arg.name).chain(def.options.iter().map(|option: &Opt| option.name));
        for name in ["x", "s"].into_iter().chain(told).chain(["kh", "kw"]).chain(dims(def.inputs)) {
            if !body.given.contains(&name) {
                self.place(&name.into());
                body.given.push(name);
            }
        }
        for item in &program.items {
            if let Some(line) = self.body_line(&item.statement) {
                body.lines.push(line);
            }
        }
        debug_assert_eq!(body.lines.len(), def.lines.len(), "{}", def.word);
        self.bending = false;
        body.frame = self.frames.pop().map_or(0, |frame| frame.size);
        self.head_dims = head;
        self.within = within;
        self.drawing = drawing;
        self.scope = scope;
        self.frames = frames;
        self.program.bodies.push(body);
        let at = self.program.bodies.len() as u32 - 1;
        self.bodies.insert(def.word, at);
        at
    }

    fn body_line(&mut self, statement: &Statement) -> Option<BodyLine> {
        if let Statement::Recurrence(recurrence) = statement {
            let steps = self.layer_recurrence(recurrence);
            let equation = steps.equations.first()?;
            let local = hir::Local {
                place: equation.place,
                name: equation.name.clone(),
                span: equation.span,
                shape: None,
                value: equation.value,
            };
            return Some(BodyLine { local, init: None, steps: Some(steps) });
        }
        let (name, shape, value, init) = match statement {
            Statement::Define(define) => (&define.name, None, self.expr(&define.value), None),
            Statement::Declare(declare) => {
                let shape = declare.kind.as_ref().map(|kind| self.shape(kind));
                let word = declare.value.as_ref().and_then(|expr| match expr.parts.as_slice() {
                    [ast::Part { kind: PartKind::Name(word), .. }] => Some(Arc::from(word.as_str())),
                    _ => None,
                });
                let start = self.program.arena.len() as u32;
                let root = self.push(hir::Kind::Absent, declare.name.span);
                (&declare.name, shape, hir::Expr { start, root }, word)
            }
            _ => return None,
        };
        let span = name.span;
        let name: Arc<str> = name.text.as_str().into();
        // Lines for other conditions may define the same name.
        let place = match self.local(&name) {
            Some(place) => place,
            None => self.place(&name),
        };
        Some(BodyLine { local: hir::Local { place, name, span, shape, value }, init, steps: None })
    }
}
