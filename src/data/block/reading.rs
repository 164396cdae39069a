//! A block read over a table: which rows are in which part, and what its lines are.

use super::equation::Cx;
use super::reduction::Reductions;
use super::{Answer, Around, Block, CHOICES, Leaves, Line, faults, lines, looks_along, streaming};
use crate::data::table::Table;
use crate::kernels::random;
use crate::source::Span;
use crate::syntax::ast::{self, Part, PartKind};
use std::ops::Range;
use std::sync::Arc;

/// What a block is read with, besides its table.
pub(super) struct Reading<'a> {
    pub(super) lines: Vec<&'a ast::Define>,
    pub(super) leaves: &'a Leaves,
    pub(super) seed: u64,
    pub(super) at: Span,
    /// How many rows are those of the first file.
    first: usize,
    /// The rows of parts that are files of their own.
    own_files: [Option<Range<usize>>; 3],
}

/// What a line `test` or `valid` holds out.
pub(super) enum Held {
    Share(f64),
    Rows(Vec<bool>),
}

/// Reads a block over a table. `seed` keys the split; `around` reads the file of a part that is a file of its own.
/// `leaves` are the program's own numbers, which a column of the same name hides.
pub fn read(
    table: Table,
    block: &ast::Block,
    leaves: &Leaves,
    (seed, at): (u64, Span),
    around: &mut dyn Around,
) -> Answer<Block> {
    let mut table = table;
    let first = table.rows();
    let mut reading = Reading { lines: lines(block), leaves, seed, at, first, own_files: [None, None, None] };
    if let (Some(from), None) = (table.tests(), reading.line("test")) {
        (reading.first, reading.own_files[2]) = (from, Some(from..first));
    }
    for (part, name) in [(1, "valid"), (2, "test")] {
        let Some(line) = reading.line(name) else { continue };
        if let [Part { kind: PartKind::Text(file), span }] = line.value.parts.as_slice()
            && !table.has(file)
        {
            let from = table.rows();
            table = table.followed_by(around.table(file, *span)?);
            reading.own_files[part] = Some(from..table.rows());
        }
    }
    if table.is_streamed() {
        return streaming::read(table, block, &reading, around);
    }
    let rows = table.rows();
    let mut cx = Cx::new(&table, (0..rows).collect(), leaves);
    cx.most = around.limit();
    if reading.lines.iter().any(|line| looks_along(&line.value)) {
        // Once for the windows alone: rows that would leave the file are none.
        for line in reading.equations() {
            let value = cx.value(&line.value);
            match value {
                // Nothing comes of it.
                Err(problem) if problem.code == "nnlang::value::file_large" => return Err(problem),
                value => cx.name_it(&line.name.text, value),
            }
        }
        cx.named.clear();
    }
    let named: Vec<&ast::Define> = reading.equations().collect();
    cx.lines = &named;
    let mut keep: Vec<bool> = cx.outside.iter().map(|outside| !outside).collect();
    if let Some(line) = reading.line("rows") {
        let chosen = cx.choice(&line.value)?;
        keep.iter_mut().zip(chosen).for_each(|(keep, chosen)| *keep &= chosen);
    }
    let mut held = [None, None, None];
    for (part, line) in reading.held_out() {
        let value = cx.value(&line.value)?;
        held[part] = Some(match value.as_number() {
            Some(share) => Held::Share(cx.share(share, line.value.span)?),
            None => Held::Rows(cx.chosen(&value, line.value.span)?),
        });
    }
    let parts = reading.parts(&keep, held)?;
    let over = parts[0].iter().map(|row| *row as usize).collect();
    let mut cx = Cx::new(&table, over, leaves);
    let (mut out, mut numbers, mut keeping) = (vec![], vec![], vec![]);
    for line in reading.equations() {
        let value = cx.value(&line.value)?;
        cx.no_words(&value)?;
        keeping.push((line.name.text.clone(), cx.made()));
        match value.as_number() {
            Some(number) => numbers.push((line.name.clone(), number)),
            None => out.push(Line::new(line.name.clone(), value.clone())),
        }
        cx.name_it(&line.name.text, Ok(value));
    }
    let (rows, leaves) = (parts.map(Arc::from), leaves.clone());
    Ok(Block { lines: out, numbers, kept: keeping, written: block.clone(), leaves, rows, table })
}

impl<'a> Reading<'a> {
    /// The line of a name.
    pub(super) fn line(&self, name: &str) -> Option<&'a ast::Define> {
        self.lines.iter().find(|line| line.name.text == name).copied()
    }

    /// The lines that are no choices of rows.
    pub(super) fn equations(&self) -> impl Iterator<Item = &'a ast::Define> + '_ {
        self.lines.iter().filter(|line| !CHOICES.contains(&line.name.text.as_str())).copied()
    }

    /// The lines that hold rows of the first file out, with their parts.
    pub(super) fn held_out(&self) -> impl Iterator<Item = (usize, &'a ast::Define)> + '_ {
        let own = |part: &usize| self.own_files[*part].is_none();
        [(2, "test"), (1, "valid")]
            .into_iter()
            .filter(move |(part, _)| own(part))
            .filter_map(|(part, name)| Some((part, self.line(name)?)))
    }

    /// The rows of each part, in order. A share takes the rows with the least draws, `test` before `valid`.
    pub(super) fn parts(&self, keep: &[bool], held: [Option<Held>; 3]) -> Answer<[Vec<u32>; 3]> {
        let rows = keep.len();
        let mut parts: [Vec<u32>; 3] = Default::default();
        let Ok(last) = u32::try_from(rows) else { return Err(faults::too_many(rows, self.at)) };
        let kept = |range: Range<u32>| range.filter(|row| keep[*row as usize]);
        for (part, files) in self.own_files.iter().enumerate() {
            if let Some(range) = files {
                parts[part] = kept(range.start as u32..range.end as u32).collect();
            }
        }
        let mut order: Vec<u32> = kept(0..last.min(self.first as u32)).collect();
        let all = order.len();
        if held.iter().any(|held| matches!(held, Some(Held::Share(_)))) {
            let mut draws = vec![0.0; rows];
            random::uniform(&[self.seed, 0x7370_6c69_7421_2121], &mut draws);
            order.sort_unstable_by(|a, b| draws[*a as usize].total_cmp(&draws[*b as usize]).then(a.cmp(b)));
        }
        let [_, valid, test] = held;
        for (part, held) in [(2, test), (1, valid)] {
            match held {
                None => continue,
                Some(Held::Share(share)) => {
                    let count = libm::round(share * all as f64) as usize;
                    parts[part] = order.drain(..count.min(order.len())).collect();
                }
                Some(Held::Rows(chosen)) => {
                    let (out, rest) = order.iter().partition(|row| chosen[**row as usize]);
                    order = rest;
                    parts[part] = out;
                }
            }
            parts[part].sort_unstable();
        }
        order.sort_unstable();
        if order.is_empty() {
            let kept = keep.iter().filter(|keep| **keep).count();
            return Err(faults::no_rows(rows, kept, parts[1].len() + parts[2].len(), self.at));
        }
        parts[0] = order;
        Ok(parts)
    }
}

impl Block {
    /// The lines of these names over another table, with what the reductions over the training rows were: what a model is
    /// asked about. A line that needs a column which the table lacks is an error where it is named.
    pub fn again(&self, table: Table, names: &[&str]) -> Answer<Block> {
        let Block { written, kept, leaves, .. } = self;
        let rows = table.rows();
        let mut cx = Cx::new(&table, (0..rows).collect(), leaves);
        let mut out = vec![];
        for line in lines(written).into_iter().filter(|line| !CHOICES.contains(&line.name.text.as_str())) {
            let of_line = kept.iter().find(|(own, _)| *own == line.name.text).map(|(_, kept)| kept.clone());
            cx.reductions = Reductions::Were(of_line.unwrap_or_default().into_iter());
            let value = cx.value(&line.value);
            if names.contains(&line.name.text.as_str()) {
                let value = value.clone()?;
                cx.no_words(&value)?;
                if value.as_number().is_none() {
                    out.push(Line::new(line.name.clone(), value));
                }
            }
            cx.name_it(&line.name.text, value);
        }
        let inside: Vec<u32> = (0..rows).filter(|row| !cx.outside[*row]).map(|row| row as u32).collect();
        let rows = [inside.into(), Arc::default(), Arc::default()];
        Ok(Block {
            lines: out,
            numbers: vec![],
            kept: vec![],
            written: written.clone(),
            leaves: leaves.clone(),
            rows,
            table,
        })
    }
}
