//! `data` blocks: read before names are bound, so that what they declare is known; split when the inputs' shapes are.

use super::Session;
use super::errors;
use super::files::{Beside, Files};
use super::names::Kept;
use crate::data::block;
use crate::diag::Diagnostic;
use crate::eval::State;
use crate::graph::DefId;
use crate::lower::{Compiled, DefKind};
use crate::shape::Dim;
use crate::source::{Sources, Span};
use crate::syntax::ast::{self, Statement};
use crate::train::model;
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// How many rows are trained on, in the shapes of what a block declares.
const ROWS: &str = "m";

impl Session {
    /// Reads the `data` block of statements; its lines that are no inputs of the program are declared by it, where the program
    /// uses them.
    pub(super) fn blocks(&self, sources: &Sources, items: &mut [ast::Item], files: &mut Files) -> Vec<Diagnostic> {
        let is_data = |item: &ast::Item| matches!(item.statement, Statement::Data(_));
        let Some(at) = items.iter().position(is_data) else { return vec![] };
        let second = items[at + 1..].iter().find(|item| is_data(item)).map(|second| second.span);
        if let Some(second) = second {
            let first = items[at].span;
            items.iter_mut().filter(|item| is_data(item)).for_each(silence);
            return vec![errors::second(second, first)];
        }
        match self.block(sources, items, at, files) {
            Ok(new) => {
                if let Statement::Data(data) = &mut items[at].statement {
                    data.declares = new;
                }
                vec![]
            }
            Err(problem) => {
                // The number of rows has a name too, where the block declares the inputs.
                let others = || self.items.iter().map(|kept| &kept.item).chain(items.iter());
                let is_own = |item: &ast::Item| match &item.statement {
                    Statement::Declare(declare) => declare.role == ast::Role::Input,
                    statement => statement.names().any(|name| name.text == ROWS),
                };
                let rows = (!others().any(is_own)).then(|| ast::Name { text: ROWS.into(), span: items[at].span });
                silence(&mut items[at]);
                if let Statement::Broken(names) = &mut items[at].statement {
                    names.extend(rows);
                }
                vec![*problem]
            }
        }
    }

    /// Reads the block at a place; what it declares.
    fn block(
        &self,
        sources: &Sources,
        items: &[ast::Item],
        at: usize,
        files: &mut Files,
    ) -> Result<Vec<ast::Item>, Box<Diagnostic>> {
        let Statement::Data(written) = &items[at].statement else { return Ok(vec![]) };
        let held = || self.items.iter().map(|kept| &kept.item);
        let others: Vec<&ast::Item> = held()
            .chain(items.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, item)| item))
            .filter(|item| !matches!(item.statement, Statement::Data(_)))
            .collect();
        let seed = others.iter().find_map(|item| match &item.statement {
            Statement::Setting(setting) if setting.word.text == "seed" => match setting.value.parts.as_slice() {
                [ast::Part { kind: ast::PartKind::Number(seed), .. }] => Some(*seed as u64),
                _ => None,
            },
            _ => None,
        });
        let seed = self.settings.seed.or(seed).unwrap_or(0);
        let functions = others.iter().filter_map(|item| match &item.statement {
            Statement::Function(function) if !function.slope => {
                Some((function.name.text.clone(), (**function).clone()))
            }
            _ => None,
        });
        let leaves = Arc::new(block::Seen {
            numbers: others.iter().filter_map(|item| leaf(&item.statement)).collect(),
            functions: functions.collect(),
        });
        let before: Vec<&ast::Item> = held().chain(&items[..at]).collect();
        let block = self.read_block(sources, (&before, &items[at], written), (seed, &leaves), files)?;
        let read = &block.1;
        let defined: FxHashSet<&str> =
            others.iter().flat_map(|item| item.statement.names().map(|name| name.text.as_str())).collect();
        // What a conversation will use is not known yet.
        let used: Option<FxHashSet<Arc<str>>> = self.items.is_empty().then(|| {
            let mentions = |item: &&ast::Item| {
                let kept = Kept::new((*item).clone());
                let stems = kept.derivatives.into_iter().flat_map(|slope| slope.stems);
                kept.mentions.into_iter().chain(stems).collect::<Vec<_>>()
            };
            others.iter().flat_map(mentions).collect()
        });
        // The first layer of a program without an input takes `x`, or the first line of which no other line is made.
        let layered = |item: &&ast::Item| matches!(item.statement, Statement::Layer(_));
        let input = |item: &&ast::Item| matches!(&item.statement, Statement::Declare(declare) if declare.role == ast::Role::Input);
        let taken = others.iter().any(layered) && !others.iter().any(input);
        let inside: FxHashSet<Arc<str>> =
            written.block.items.iter().flat_map(|item| Kept::new(item.clone()).mentions).collect();
        let called_x = read.lines.iter().find(|line| matches!(line.name.text.as_str(), "x" | "X"));
        let first = called_x.or_else(|| read.lines.iter().find(|line| !inside.contains(line.name.text.as_str())));
        let first = first.filter(|_| taken).map(|line| line.name.span);
        let wanted = |name: &ast::Name| {
            first == Some(name.span)
                || !defined.contains(name.text.as_str())
                    && used.as_ref().is_none_or(|used| used.contains(name.text.as_str()))
        };
        let mut new = vec![];
        for line in read.lines.iter().filter(|line| wanted(&line.name)) {
            let span = line.name.span;
            let part = |kind| ast::DimExpr::Expr(ast::Expr { span, parts: vec![ast::Part { span, kind }] });
            let mut dims: Vec<_> = line.inner.iter().map(|size| part(ast::PartKind::Number(*size as f64))).collect();
            if !line.whole && dims.is_empty() {
                dims.push(part(ast::PartKind::Number(1.0)));
            }
            let at = if line.turned { dims.len() } else { 0 };
            dims.insert(at, part(ast::PartKind::Name(ROWS.into())));
            let kind = ast::Kind { element: line.whole.then_some(ast::Element::Int), dims, span };
            let declare = ast::Declare {
                role: ast::Role::Input,
                name: line.name.clone(),
                kind: Some(Box::new(kind)),
                value: None,
                otherwise: None,
            };
            new.push(item(Statement::Declare(Box::new(declare)), span));
        }
        for (name, number) in read.numbers.iter().filter(|(name, _)| wanted(name)) {
            let span = name.span;
            let value = ast::Expr { span, parts: vec![ast::Part { span, kind: ast::PartKind::Number(*number) }] };
            new.push(item(Statement::Define(ast::Define { name: name.clone(), kind: None, value }), span));
        }
        files.read.block = Some(block);
        Ok(new)
    }

    /// The block of a file, or of formulas over the definitions that stand before it; and its file.
    fn read_block(
        &self,
        sources: &Sources,
        (before, item, written): (&[&ast::Item], &ast::Item, &ast::Data),
        (seed, leaves): (u64, &block::Leaves),
        files: &mut Files,
    ) -> Result<Arc<(String, block::Block)>, Box<Diagnostic>> {
        Ok(match &written.file {
            Some(file) => {
                let letters = block::uses(&written.block, "letter");
                let noted = self.noted(written, leaves, files);
                // A large file is read once, however often the program around its block is tried anew.
                let key = format!("{} {seed} {leaves:?}", sources.text(item.span));
                let known = files.read.large.iter().find(|(own, _)| *own == key).map(|(_, block)| block.clone());
                match known.map_or_else(
                    || files.table(sources, &file.node, letters, file.span).map(Err),
                    |known| Ok(Ok(known)),
                ) {
                    Ok(Ok(known)) => known,
                    Ok(Err(table)) => match noted.filter(|_| table.is_streamed()) {
                        Some(noted) => Arc::new((file.node.clone(), noted)),
                        None => {
                            let large = table.is_streamed();
                            let around = &mut self.beside(sources, letters, files);
                            let read = block::read(table, &written.block, leaves, (seed, file.span), around)?;
                            let read = Arc::new((file.node.clone(), read));
                            if large {
                                files.read.large = Arc::new(vec![(key, read.clone())]);
                            }
                            read
                        }
                    },
                    Err(problem) => Arc::new((file.node.clone(), noted.ok_or(problem)?)),
                }
            }
            None => {
                let span = item.span;
                let (table, block) = self.formulas(sources, before, written, span, files)?;
                let around = &mut self.beside(sources, false, files);
                Arc::new((String::new(), block::read(table, &block, leaves, (seed, span), around)?))
            }
        })
    }

    fn beside<'a, 'f>(&self, sources: &'a Sources, letters: bool, files: &'a mut Files<'f>) -> Beside<'a, 'f> {
        Beside { files, sources, letters, room: self.room(), limit: self.limit() }
    }

    /// How many bytes a part of a block may have that is held in memory where its file is not.
    fn room(&self) -> u64 {
        self.limit() / 64
    }

    fn limit(&self) -> u64 {
        self.settings.memory_limit.unwrap_or(crate::eval::MEMORY_LIMIT)
    }

    /// The block as the file of weights tells it, where only new rows are asked about.
    fn noted(&self, written: &ast::Data, leaves: &block::Leaves, files: &mut Files) -> Option<block::Block> {
        let path = self.settings.weights.as_ref().filter(|_| self.settings.predicting)?;
        let note = model::columns(&*files.named(path).ok()?)?;
        block::Block::noted(&written.block, leaves, &note)
    }

    /// The inputs of the `data` block that holds get the training rows; the other parts wait in the state.
    pub(super) fn examples(&self, compiled: &Compiled, state: &mut State, files: &Files) -> Vec<Diagnostic> {
        let Some(read) = files.read.block.clone() else { return vec![] };
        state.block = Some(read.clone());
        let read = &read.1;
        let mut inputs = vec![];
        let mut dim = ROWS.to_string();
        for line in &read.lines {
            let Some(def) = compiled.defs.iter().find(|def| *def.name == *line.name.text && def.kind == DefKind::Input)
            else {
                continue;
            };
            let shape = compiled.graph.shape(def.node);
            let dims: Vec<&Dim> = shape.iter().collect();
            let known = |dim: &Dim| compiled.graph.dims.known(dim);
            let open = |at: usize| known(dims[at]).is_none();
            let mut inner = line.inner.clone();
            match (dims.len(), inner.as_slice()) {
                (1, [1]) => inner.clear(),
                (2, []) => inner.push(1),
                _ => {}
            }
            let fits = |axis: usize| {
                let others = dims.iter().enumerate().filter(|(at, _)| *at != axis).map(|(_, dim)| known(dim));
                dims.len() == inner.len() + 1
                    && known(dims[axis]).is_none_or(|size| size == read.training_rows() as u64)
                    && others.zip(&inner).all(|(stated, size)| stated.is_none_or(|stated| stated == *size as u64))
            };
            let any = (0..dims.len()).any(open);
            let mut axes: Vec<usize> = (0..dims.len()).filter(|axis| fits(*axis) && (!any || open(*axis))).collect();
            // Along the axis whose size is not known; of several the first, or the last where the line is turned.
            axes.sort_by_key(|axis| if line.turned { dims.len() - axis } else { *axis });
            let Some(axis) = axes.first().copied() else {
                let stated = shape.show(&compiled.graph.dims);
                return vec![errors::width(&line.name, line.width(), &stated, def.span)];
            };
            dim = compiled.graph.dims.show(dims[axis]);
            let dtype = compiled.graph.node(def.node).dtype;
            inputs.push((line.name.text.clone(), dims.len(), axis, dtype));
        }
        match read.examples(&dim, &inputs, (state.precision, self.room())) {
            Err(problem) => vec![*problem],
            Ok(examples) => {
                // Without rows there is nothing to ask but of new ones.
                for bound in examples.inputs.iter().filter(|_| read.training_rows() > 0) {
                    if let Some(def) = compiled.defs.iter().position(|def| *def.name == *bound.name)
                        && let Some(whole) = bound.whole(0)
                    {
                        state.values.insert(DefId(def as u32), whole);
                    }
                }
                state.examples = Some(Arc::new(examples));
                vec![]
            }
        }
    }
}

pub(super) fn item(statement: Statement, span: Span) -> ast::Item {
    ast::Item { leading: vec![], span, statement, comment: None, same_line: false }
}

/// `fold = 2`, `low = -1`: a name that is a number.
fn leaf(statement: &Statement) -> Option<(String, f64)> {
    let Statement::Define(define) = statement else { return None };
    let number = match define.value.parts.as_slice() {
        [ast::Part { kind: ast::PartKind::Number(number), .. }] => *number,
        [
            ast::Part { kind: ast::PartKind::Prefix(ast::Prefix::Neg), .. },
            ast::Part { kind: ast::PartKind::Number(number), .. },
        ] => -number,
        _ => return None,
    };
    Some((define.name.text.clone(), number))
}

/// What it would define is silent from here on.
fn silence(item: &mut ast::Item) {
    if let Statement::Data(data) = &item.statement {
        let names = data.block.items.iter().flat_map(|item| item.statement.names().cloned()).collect();
        item.statement = Statement::Broken(names);
    }
}
