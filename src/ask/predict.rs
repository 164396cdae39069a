//! `predict "new.csv" to "answers.csv" { rent = a2 }`: what a model says of new rows, whose columns may stand in any order.

use super::{Cx, epochs};
use crate::data::{self, block::Block, table::Table};
use crate::diag::Diagnostic;
use crate::graph::{DefId, NodeId};
use crate::lower::{Ask, Asked};
use crate::outside::{Cause, Reach, Refusal};
use crate::resolve::hir::{Choice, Chosen};
use crate::source::{Span, Spanned};
use crate::tensor::Tensor;
use crate::train::errors;
use crate::view::fact::{Cells, File, Held, Row};
use crate::view::{Align, Cell, Line, Table as Shown, number};
use std::sync::Arc;

/// Rows that are shown where no file takes them.
const ROWS: usize = 10;

/// A column of answers: its name and its cells.
type Column = (String, Vec<String>);

/// Answers `predict`.
pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    let (Some(lines), Some(file)) = (ask.training.as_deref(), &ask.file) else { return Ok(()) };
    let (Some(block), Some(_)) = (cx.eval.state.block.clone(), &cx.eval.state.examples) else {
        return Err(Box::new(errors::no_block(span)));
    };
    if let Some(to) = ask.to.as_ref().filter(|to| separator(&to.node).is_none()) {
        return Err(Box::new(errors::no_table(&to.node, to.span)));
    }
    let table = table(cx, file)?;
    let model = cx.eval.state.model.clone();
    let block = model.as_deref().unwrap_or(&block.1);
    let (made, columns) = columns(cx, &lines.choices, block, table, span)?;
    let count = made.rows_of(0).len();
    match &ask.to {
        Some(to) => {
            let bytes = written(&columns, count, separator(&to.node).unwrap_or(b','));
            let Some(outside) = cx.eval.watch.outside else { return Err(Box::new(errors::no_outside(to.span))) };
            outside.write(&to.node, &bytes).map_err(|refusal| Box::new(errors::file(&refusal, to.span)))?;
            let said = format!("{count} {} written to `{}`", if count == 1 { "row is" } else { "rows are" }, to.node);
            let fact = File { rows: Some(count), ..File::new(&to.node) };
            cx.push(span, crate::view::Doc::line(Line::new().note(said)), vec![fact.into()]);
        }
        None => show(cx, &columns, count, span),
    }
    Ok(())
}

/// Folders and files of the outside.
struct Opened<'a>(&'a dyn Reach);

impl data::folder::Shelf for Opened<'_> {
    fn folder(&mut self, path: &str) -> Result<Vec<String>, Refusal> {
        self.0.folder(path)
    }

    fn file(&mut self, path: &str) -> Result<Vec<u8>, Refusal> {
        self.0.read(path)
    }
}

/// The table of a file.
fn table(cx: &Cx, file: &Spanned<String>) -> Result<Table, Box<Diagnostic>> {
    let Some(outside) = cx.eval.watch.outside else { return Err(Box::new(errors::no_outside(file.span))) };
    let table = match outside.read(&file.node) {
        Ok(bytes) => data::read(&file.node, &bytes).and_then(|arrays| Table::of(&arrays)),
        Err(Refusal { cause: Cause::Folder, .. }) => data::folder::table(&file.node, &file.node, &mut Opened(outside)),
        Err(refusal) => return Err(Box::new(errors::file(&refusal, file.span))),
    };
    table.map_err(|error| Box::new(error.diagnostic(Some(file.span))))
}

/// The block over the new rows, and the columns of the answers.
fn columns(
    cx: &mut Cx,
    choices: &[Choice<Asked>],
    block: &Block,
    table: Table,
    span: Span,
) -> Result<(Block, Vec<Column>), Box<Diagnostic>> {
    let mut nodes: Vec<NodeId> = vec![];
    for choice in choices {
        match &choice.value {
            Chosen::Value(asked) => nodes.push(cx.node(asked)?),
            Chosen::Text(column) if !table.has(column) => {
                return Err(Box::new(errors::no_carried(column, &table.file, &table.names(), choice.span)));
            }
            Chosen::Text(_) | Chosen::Called(..) => {}
        }
    }
    let Some(examples) = cx.eval.state.examples.clone() else { return Err(Box::new(errors::no_block(span))) };
    let compiled = &*cx.eval.compiled;
    let reached = compiled.graph.reach(&nodes);
    let mut wanted = vec![];
    for bound in &examples.inputs {
        let Some(at) = compiled.defs.iter().position(|def| *def.name == *bound.name) else { continue };
        let node = compiled.defs[at].node;
        if reached.contains(&node) {
            let form = bound.form;
            wanted.push((bound.name.clone(), form.rank, form.axis, form.dtype));
        }
    }
    let names: Vec<&str> = wanted.iter().map(|(name, ..)| name.as_str()).collect();
    let made = block.again(table, &names)?;
    let inputs = made.examples(&examples.dim, &wanted, (cx.eval.state.precision, u64::MAX))?;
    let rows = made.rows_of(0).to_vec();
    let mut set: Vec<(DefId, Arc<Tensor>)> = vec![];
    for bound in &inputs.inputs {
        if let Some(def) = cx.eval.compiled.defs.iter().position(|def| *def.name == *bound.name)
            && let Some(whole) = bound.whole(0)
        {
            set.push((DefId(def as u32), whole));
        }
    }
    let binding = cx.eval.state.binding.clone();
    epochs::resize(cx, &examples.dim, rows.len());
    let values = cx.eval.with(&nodes, &set, span);
    cx.eval.state.binding = binding;
    cx.eval.forget();
    let values = values?;
    let mut asked = nodes.iter().zip(&values);
    let mut out = vec![];
    for choice in choices {
        let name = &choice.name.text;
        match &choice.value {
            Chosen::Value(of) => {
                let Some((node, value)) = asked.next() else { continue };
                let shape = cx.eval.compiled.graph.shape(*node);
                let dims = &cx.eval.compiled.graph.dims;
                let axis = shape.iter().position(|dim| dims.show(dim) == examples.dim);
                let Some(axis) = axis.filter(|_| shape.rank() <= 2) else {
                    return Err(Box::new(errors::no_rows(&cx.text(of.span), &cx.shape(*node), &examples.dim, of.span)));
                };
                out.extend(of_value(name, value, axis, kinds(block, name)));
            }
            Chosen::Text(column) | Chosen::Called(crate::syntax::ast::Name { text: column, .. }, _) => {
                let cell = |row: &u32| made.table().cell(*row as usize, column).unwrap_or_default();
                out.push((name.clone(), rows.iter().map(cell).collect()));
            }
        }
    }
    Ok((made, out))
}

/// The kinds that the numbers of a name stand for: of the line or of the column of that name.
fn kinds<'b>(block: &'b Block, name: &str) -> Option<&'b (Arc<Vec<String>>, usize)> {
    let line = block.lines.iter().find(|line| line.name.text == name);
    let line = line.or_else(|| block.lines.iter().find(|line| matches!(line.of(), [of] if **of == *name)));
    line?.kinds.as_ref()
}

/// One column, or one for each number of a row; whole numbers that stand for kinds are their words.
fn of_value(name: &str, value: &Tensor, axis: usize, kinds: Option<&(Arc<Vec<String>>, usize)>) -> Vec<Column> {
    let array = value.to_f64();
    let whole = matches!(value, Tensor::Int(_));
    let cell = |v: &f64| match kinds.filter(|_| whole) {
        Some((words, from)) => {
            let at = *v as i64 - *from as i64;
            usize::try_from(at).ok().and_then(|at| words.get(at)).cloned().unwrap_or_default()
        }
        None => match value {
            Tensor::F32(_) => format!("{}", *v as f32),
            _ => format!("{v}"),
        },
    };
    if array.ndim() == 1 {
        return vec![(name.to_string(), array.iter().map(cell).collect())];
    }
    let wide = array.shape()[1 - axis];
    let named = |at: usize| match kinds {
        Some((words, _)) if words.len() == wide && wide > 1 => format!("{name}_{}", words[at]),
        _ if wide == 1 => name.to_string(),
        _ => format!("{name}_{at}"),
    };
    let lanes = array.axis_iter(ndarray::Axis(1 - axis)).enumerate();
    lanes.map(|(at, lane)| (named(at), lane.iter().map(cell).collect())).collect()
}

/// What stands between the cells of a file of this name; `None`: it is no table.
fn separator(path: &str) -> Option<u8> {
    let end = path.rsplit_once('.').map(|(_, end)| end.to_lowercase())?;
    match end.as_str() {
        "csv" => Some(b','),
        "tsv" | "tab" => Some(b'\t'),
        _ => None,
    }
}

/// The bytes of a table with a header.
fn written(columns: &[Column], rows: usize, separator: u8) -> Vec<u8> {
    let between = char::from(separator);
    let quoted = |cell: &str| match cell.contains([between, '"', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_string(),
    };
    let mut out = String::new();
    let mut line = |cells: Vec<String>| {
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                out.push(between);
            }
            out.push_str(cell);
        }
        out.push('\n');
    };
    line(columns.iter().map(|(name, _)| quoted(name)).collect());
    for row in 0..rows {
        line(columns.iter().map(|(_, cells)| cells.get(row).map(|cell| quoted(cell)).unwrap_or_default()).collect());
    }
    out.into_bytes()
}

fn show(cx: &mut Cx, columns: &[Column], rows: usize, span: Span) {
    let mut table = Shown::new(columns.iter().map(|(name, _)| (name.as_str(), Align::Right)).collect::<Vec<_>>());
    let mut facts = vec![];
    for row in 0..rows {
        let (mut held, mut cells) = (vec![], vec![]);
        for (name, column) in columns {
            let text = column.get(row).cloned().unwrap_or_default();
            match text.parse::<f64>() {
                Ok(v) => {
                    cells.push(Cell::number(number(v, cx.digits)));
                    held.push((name.clone(), Held::Number(v)));
                }
                Err(_) => {
                    cells.push(Cell::name(text.clone()));
                    held.push((name.clone(), Held::Word(text)));
                }
            }
        }
        if row < ROWS {
            table.row(cells);
        }
        facts.push(Row { row: Cells(held) }.into());
    }
    let mut doc = table.doc();
    if rows > ROWS {
        doc.push(Line::new().note(format!("{} more rows; `to \"answers.csv\"` writes all", rows - ROWS)));
    }
    cx.push(span, doc, facts);
}
