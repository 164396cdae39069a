//! What of a `data` block travels with a model: the reductions over the training rows, kinds and shapes, as a note in its file.

use super::value::Value;
use super::{Block, Keeping, Kept, Leaves, Line, lines};
use crate::data::table::Table;
use crate::syntax::ast;
use ndarray::{ArrayD, IxDyn};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

impl Block {
    /// What `predict` needs of it.
    pub fn note(&self) -> Json {
        let kept = |name: &str| self.kept.iter().find(|(own, _)| own == name).map_or(&[][..], |(_, kept)| kept);
        let shape = |line: &Line| {
            let mut out = Map::new();
            out.insert("row".into(), line.inner.clone().into());
            out.insert("whole".into(), line.whole.into());
            out.insert("turned".into(), line.turned.into());
            out.insert("of".into(), line.of().iter().map(|of| Json::from(&**of)).collect());
            if let Some((kinds, from)) = &line.kinds {
                out.insert("kinds".into(), kinds.iter().map(|kind| Json::from(kind.as_str())).collect());
                out.insert("from".into(), (*from).into());
            }
            out
        };
        let mut out: Map<String, Json> = Map::new();
        for line in &self.lines {
            let mut one = shape(line);
            one.insert("kept".into(), kept(&line.name.text).iter().map(said).collect());
            out.insert(line.name.text.clone(), one.into());
        }
        for (name, number) in &self.numbers {
            let own: Json = kept(&name.text).iter().map(said).collect();
            out.insert(name.text.clone(), json!({"number": number, "kept": own}));
        }
        out.into()
    }

    /// As it was for the model of a file that has this note.
    pub fn of_model(&self, note: &Json) -> Option<Block> {
        Block::noted(&self.written, &self.leaves, note)
    }

    /// The block of a program by the note of a model's file: without rows. `None` where the note is of another block.
    pub fn noted(written: &ast::Block, leaves: &Leaves, note: &Json) -> Option<Block> {
        let (mut own, mut numbers, mut kept): (Vec<Line>, Vec<(ast::Name, f64)>, Keeping) = (vec![], vec![], vec![]);
        for line in lines(written).into_iter().filter(|line| !super::CHOICES.contains(&line.name.text.as_str())) {
            let name = &line.name.text;
            let told = note.get(name)?;
            let reductions = told.get("kept")?.as_array()?.iter().map(heard).collect::<Option<Vec<_>>>()?;
            kept.push((name.clone(), reductions));
            if let Some(number) = told.get("number") {
                numbers.push((line.name.clone(), number.as_f64()?));
                continue;
            }
            let inner = sizes(told.get("row")?)?;
            let shape: Vec<usize> = std::iter::once(0).chain(inner).collect();
            let mut value = Value::each(ArrayD::zeros(IxDyn(&shape)));
            value.whole = told.get("whole")?.as_bool()?;
            value.turned = told.get("turned")?.as_bool()?;
            value.of = words(told.get("of")?)?.into_iter().map(Arc::from).collect();
            if let Some(kinds) = told.get("kinds") {
                value.kinds = Some((Arc::new(words(kinds)?), told.get("from")?.as_u64()? as usize));
            }
            own.push(Line::new(line.name.clone(), value));
        }
        Some(Block {
            lines: own,
            numbers,
            kept,
            written: written.clone(),
            leaves: leaves.clone(),
            rows: Default::default(),
            table: Table::empty(),
        })
    }
}

/// A reduction for the note.
fn said(kept: &Kept) -> Json {
    match kept {
        Kept::Numbers(shape, numbers) => json!({"shape": shape, "numbers": numbers}),
        Kept::Kinds(kinds) => json!({"kinds": kinds}),
    }
}

/// A reduction of a note.
fn heard(note: &Json) -> Option<Kept> {
    if let Some(kinds) = note.get("kinds") {
        return Some(Kept::Kinds(words(kinds)?));
    }
    let numbers = note.get("numbers")?.as_array()?.iter().map(Json::as_f64).collect::<Option<Vec<_>>>()?;
    let shape = sizes(note.get("shape")?)?;
    (shape.iter().product::<usize>() == numbers.len()).then_some(Kept::Numbers(shape, numbers))
}

fn sizes(note: &Json) -> Option<Vec<usize>> {
    note.as_array()?.iter().map(|size| size.as_u64().map(|size| size as usize)).collect()
}

fn words(note: &Json) -> Option<Vec<String>> {
    note.as_array()?.iter().map(|word| word.as_str().map(String::from)).collect()
}
