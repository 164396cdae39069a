//! A block over a file that is larger than memory: its rows come in pieces, several times. What is reduced over them is counted
//! in passes, as many as reductions stand inside one another; then the rows of each line go into files without a name.

use super::equation::Cx;
use super::reading::{Held, Reading};
use super::reduction::{Pass, Reductions, Slot};
use super::value::Value;
use super::{Answer, Around, Block, Keeping, Kept, Line, Spooled, faults, looks_along};
use crate::data::Spill;
use crate::data::table::Table;
use crate::source::Span;
use crate::syntax::ast::{self, Expr};
use ndarray::{ArrayD, Axis, IxDyn};
use std::ops::Range;
use std::sync::Arc;

/// Reads the block; two lines with the same reductions have the same bits as if all rows were in memory.
pub(super) fn read(table: Table, block: &ast::Block, reading: &Reading, around: &mut dyn Around) -> Answer<Block> {
    let mut streaming = Streaming { table: &table, reading, around, halo: (0, 0) };
    let mut keep = vec![true; table.rows()];
    if reading.lines.iter().any(|line| looks_along(&line.value)) {
        streaming.windows(&mut keep)?;
    }
    let held = streaming.chosen(&mut keep)?;
    let parts = reading.parts(&keep, held)?;
    // The part of each row; 3: none.
    let mut part_of = vec![3u8; table.rows()];
    for (part, rows) in parts.iter().enumerate() {
        rows.iter().for_each(|row| part_of[*row as usize] = part as u8);
    }
    drop(keep);
    let equations: Vec<(&str, &Expr)> =
        reading.equations().map(|line| (line.name.text.as_str(), &line.value)).collect();
    let kept = streaming.reduced(&equations, &[], &|row| part_of[row] == 0)?;
    let (lines, numbers) = streaming.spilled(&kept, &part_of)?;
    let (rows, leaves) = (parts.map(Arc::from), reading.leaves.clone());
    Ok(Block { lines, numbers, kept, written: block.clone(), leaves, rows, table })
}

struct Streaming<'a> {
    table: &'a Table,
    reading: &'a Reading<'a>,
    around: &'a mut dyn Around,
    /// How many rows windows need before and behind a part.
    halo: (usize, usize),
}

/// A part of a table with the rows around it that windows need.
struct Part {
    table: Table,
    /// The row of the whole that its first own row is.
    from: usize,
    /// Its own rows among those at hand.
    own: Range<usize>,
}

impl Streaming<'_> {
    fn part(&self, part: (usize, usize, usize)) -> Answer<Part> {
        let found = self.table.part(part, self.halo);
        let (table, before, rows) = found.map_err(|error| Box::new(error.diagnostic(Some(self.reading.at))))?;
        Ok(Part { table, from: part.2, own: before..before + rows })
    }

    /// How far windows look, and the rows whose windows leave the file, which are none.
    fn windows(&mut self, keep: &mut [bool]) -> Answer<()> {
        for at in self.table.parts() {
            loop {
                let part = self.part(at)?;
                let mut cx = Cx::new(&part.table, vec![], self.reading.leaves);
                cx.core = part.own.clone();
                for line in self.reading.equations() {
                    cx.reductions = Reductions::Pass(Pass::default());
                    let value = cx.value(&line.value);
                    cx.name_it(&line.name.text, value);
                }
                if cx.beyond == (0, 0) {
                    let outside = &cx.outside[part.own.clone()];
                    keep[part.from..].iter_mut().zip(outside).for_each(|(keep, outside)| *keep &= !outside);
                    break;
                }
                let (before, behind) = cx.beyond;
                if before > 0 {
                    self.halo.0 = part.own.start + before;
                }
                if behind > 0 {
                    self.halo.1 = part.table.rows() - part.own.end + behind;
                }
            }
        }
        Ok(())
    }

    /// Which rows are kept, and which are held out.
    fn chosen(&mut self, keep: &mut [bool]) -> Answer<[Option<Held>; 3]> {
        let mut wanted: Vec<(usize, &str, &Expr)> = vec![];
        wanted.extend(self.reading.line("rows").map(|line| (0, "rows", &line.value)));
        wanted.extend(self.reading.held_out().map(|(part, line)| (part, line.name.text.as_str(), &line.value)));
        let mut held = [None, None, None];
        if wanted.is_empty() {
            return Ok(held);
        }
        let named: Vec<(&str, &Expr)> = wanted.iter().map(|(_, name, expr)| (*name, *expr)).collect();
        let equations: Vec<&ast::Define> = self.reading.equations().collect();
        let kept = self.reduced(&named, &equations, &|_| true)?;
        for part in self.table.parts() {
            let Part { table, from, own: core } = self.part(part)?;
            let mut cx = Cx::new(&table, vec![], self.reading.leaves);
            cx.lines = &equations;
            let mut more = false;
            for ((part, name, expr), (_, own)) in wanted.iter().zip(&kept) {
                cx.reductions = Reductions::Were(own.clone().into_iter());
                let value = cx.value(expr)?;
                if let (Some(share), false) = (value.as_number(), *name == "rows") {
                    held[*part] = Some(Held::Share(cx.share(share, expr.span)?));
                    continue;
                }
                more = true;
                let chosen = &cx.chosen(&value, expr.span)?[core.clone()];
                if *name == "rows" {
                    keep[from..].iter_mut().zip(chosen).for_each(|(keep, chosen)| *keep &= chosen);
                } else if let Held::Rows(rows) = held[*part].get_or_insert_with(|| Held::Rows(vec![])) {
                    rows.resize(from, false);
                    rows.extend(chosen);
                }
            }
            // A share is the same in all parts.
            if !more {
                break;
            }
        }
        Ok(held)
    }

    /// The reductions of some lines over the rows that are chosen; `named`: lines that they may name besides.
    fn reduced(
        &mut self,
        lines: &[(&str, &Expr)],
        named: &[&ast::Define],
        over: &dyn Fn(usize) -> bool,
    ) -> Answer<Keeping> {
        let mut slots: Vec<Vec<Slot>> = lines.iter().map(|_| vec![]).collect();
        loop {
            let mut unknown = 0;
            for part in self.table.parts() {
                let Part { table, from, own: core } = self.part(part)?;
                let own = core.clone().filter(|row| over(from + row - core.start)).collect();
                let mut cx = Cx::new(&table, own, self.reading.leaves);
                cx.lines = named;
                unknown = 0;
                for ((name, expr), slots) in lines.iter().zip(&mut slots) {
                    let pass = Pass { slots: std::mem::take(slots), at: 0, unknown: 0 };
                    cx.reductions = Reductions::Pass(pass);
                    let value = cx.value(expr);
                    unknown += cx.unknown();
                    // What does not fit may fit when all is known.
                    let value = match value {
                        Err(problem) if cx.unknown() == 0 => return Err(problem),
                        value => value,
                    };
                    cx.name_it(name, value);
                    if let Reductions::Pass(pass) = &mut cx.reductions {
                        *slots = std::mem::take(&mut pass.slots);
                    }
                    for slot in slots.iter_mut() {
                        if let Slot::Counts(sum, span) = slot {
                            let mut scratch = || self.around.scratch();
                            sum.relieve(&mut scratch).map_err(|refusal| faults::no_room(&refusal, *span))?;
                        }
                    }
                }
                if unknown == 0 {
                    break;
                }
            }
            if unknown == 0 {
                let known = |slots: Vec<Slot>| slots.into_iter().filter_map(Slot::known).collect::<Vec<Kept>>();
                return Ok(lines.iter().zip(slots).map(|((name, _), own)| (name.to_string(), known(own))).collect());
            }
            for slot in slots.iter_mut().flatten() {
                *slot = match std::mem::replace(slot, Slot::Waits) {
                    Slot::Counts(sum, span) => Slot::Known(sum.kept(span)?),
                    same => same,
                };
            }
        }
    }

    /// The rows of each line, part by part, beside memory; and the lines that are numbers.
    fn spilled(&mut self, kept: &Keeping, part_of: &[u8]) -> Answer<(Vec<Line>, Vec<(ast::Name, f64)>)> {
        let equations: Vec<&ast::Define> = self.reading.equations().collect();
        let mut spools: Vec<Option<(Value, [Spool; 3])>> = equations.iter().map(|_| None).collect();
        let mut numbers = vec![];
        for (count, part) in self.table.parts().into_iter().enumerate() {
            let Part { table, from, own: core } = self.part(part)?;
            let mut own: [Vec<usize>; 3] = Default::default();
            for row in core.clone() {
                if let Some(part) = own.get_mut(part_of[from + row - core.start] as usize) {
                    part.push(row);
                }
            }
            let mut cx = Cx::new(&table, vec![], self.reading.leaves);
            for ((line, (_, reductions)), spool) in equations.iter().zip(kept).zip(&mut spools) {
                cx.reductions = Reductions::Were(reductions.clone().into_iter());
                let value = cx.value(&line.value)?;
                cx.no_words(&value)?;
                match value.as_number() {
                    Some(number) if count == 0 => numbers.push((line.name.clone(), number)),
                    Some(_) => {}
                    None => {
                        let span = line.name.span;
                        let (_, spools) = match spool {
                            Some(spool) => spool,
                            None => {
                                let shape: Vec<usize> = std::iter::once(0).chain(value.inner().to_vec()).collect();
                                let head = Value { array: ArrayD::zeros(IxDyn(&shape)), ..value.clone() };
                                let mut new = || Spool::new(self.around, value.inner(), span);
                                spool.insert((head, [new()?, new()?, new()?]))
                            }
                        };
                        for (spool, rows) in spools.iter_mut().zip(&own) {
                            spool.push(&value, rows, (from, core.start), span)?;
                        }
                    }
                }
                cx.name_it(&line.name.text, Ok(value));
            }
        }
        let mut lines = vec![];
        for (line, spool) in equations.into_iter().zip(spools) {
            let Some((value, spools)) = spool else { continue };
            let mut made = Line::new(line.name.clone(), value);
            made.spilled = Some(spools.map(Spool::done));
            lines.push(made);
        }
        Ok((lines, numbers))
    }
}

impl Slot {
    fn known(self) -> Option<Kept> {
        match self {
            Slot::Known(kept) => Some(kept),
            Slot::Counts(..) | Slot::Waits => None,
        }
    }
}

/// The rows of a part of a line on their way.
struct Spool {
    rows: Spill,
    bad: Option<(usize, f64)>,
    broken: Option<usize>,
}

impl Spool {
    fn new(around: &mut dyn Around, inner: &[usize], span: Span) -> Answer<Spool> {
        let scratch = around.scratch().map_err(|refusal| faults::no_room(&refusal, span))?;
        Ok(Spool { rows: Spill::new(scratch, inner.to_vec()), bad: None, broken: None })
    }

    /// Some rows of a part of the table, of which row `start` is row `from` of the whole.
    fn push(&mut self, value: &Value, rows: &[usize], (from, start): (usize, usize), span: Span) -> Answer<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let array = value.select(rows);
        if self.bad.is_none() || self.broken.is_none() {
            for (row, entries) in rows.iter().zip(array.axis_iter(Axis(0))) {
                let bad = entries.iter().find(|v| v.is_infinite()).or_else(|| entries.iter().find(|v| v.is_nan()));
                if let (Some(bad), None) = (bad, self.bad) {
                    self.bad = Some((from + row - start, *bad));
                }
                if self.broken.is_none() && entries.iter().any(|v| v.fract() != 0.0) {
                    self.broken = Some(from + row - start);
                }
            }
        }
        self.rows.push(&array).map_err(|refusal| faults::no_room(&refusal, span))
    }

    fn done(self) -> Spooled {
        Spooled { rows: Arc::new(self.rows), bad: self.bad, broken: self.broken }
    }
}
