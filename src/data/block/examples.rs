//! What the inputs of a program hold of a block: the rows of each part, along the axis of the examples.

use super::{Answer, Block, Line, Spooled, Wanted};
use crate::data::examples::Form;
use crate::data::{Bound, Examples, Held};
use crate::source::Span;
use crate::tensor::{DType, Precision};
use std::sync::Arc;

impl Block {
    /// What the inputs hold: for each its name, how many axes it has, along which the examples go, and its type.
    /// `room`: how many bytes a part may have that is held in memory.
    pub fn examples(&self, dim: &str, inputs: &[Wanted], (precision, room): (Precision, u64)) -> Answer<Examples> {
        let mut bound = vec![];
        for (name, rank, axis, dtype) in inputs {
            let Some(line) = self.lines.iter().find(|line| line.name.text == *name) else { continue };
            let form = Form { rank: *rank, axis: *axis, dtype: *dtype, precision };
            let mut parts = vec![];
            for (part, rows) in self.rows.iter().enumerate() {
                parts.push(match &line.spilled {
                    Some(spilled) => self.spilled(line, &spilled[part], form, room)?,
                    None => Held::Whole(Arc::new(self.held(line, rows, form)?)),
                });
            }
            let Ok(parts) = <[Held; 3]>::try_from(parts) else { continue };
            let columns = line.value.of.iter().map(|column| column.to_string()).collect();
            bound.push(Bound { name: name.clone(), columns, form, parts });
        }
        Ok(Examples { dim: dim.into(), inputs: bound, rows: self.rows.clone() })
    }

    /// Rows that are in memory.
    fn held(&self, line: &Line, rows: &[u32], form: Form) -> Answer<crate::tensor::Tensor> {
        let places: Vec<usize> = rows.iter().map(|row| *row as usize).collect();
        let array = line.value.select(&places);
        let each = (array.len() / places.len().max(1)).max(1);
        if let Some(at) = array.iter().position(|v| !v.is_finite()) {
            let row = array.iter().skip(at / each * each).take(each);
            return Err(self.not_a_number(line, places[at / each], row.copied().find(|v| v.is_infinite())));
        }
        if form.dtype != DType::Real
            && let Some(at) = array.iter().position(|v| v.fract() != 0.0)
        {
            return Err(self.not_whole(line, places[at / each]));
        }
        Ok(form.of(array))
    }

    /// Rows that are beside memory; in it, where they are few.
    fn spilled(&self, line: &Line, spooled: &Spooled, form: Form, room: u64) -> Answer<Held> {
        if let Some((row, found)) = spooled.bad {
            return Err(self.not_a_number(line, row, Some(found).filter(|found| found.is_infinite())));
        }
        if let Some(row) = spooled.broken.filter(|_| form.dtype != DType::Real) {
            return Err(self.not_whole(line, row));
        }
        if spooled.rows.bytes() > room {
            return Ok(Held::Spilled(spooled.rows.clone()));
        }
        let refused = |refusal| super::faults::no_room(&refusal, line.name.span);
        let array = spooled.rows.range(0, spooled.rows.rows()).map_err(refused)?;
        Ok(Held::Whole(Arc::new(form.of(array))))
    }

    /// The place of a line.
    pub fn span_of(&self, name: &str) -> Option<Span> {
        self.lines.iter().find(|line| line.name.text == name).map(|line| line.name.span)
    }
}
