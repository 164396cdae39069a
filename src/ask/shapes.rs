//! `shapes`: every name's shape, with symbols and numbers; parameters counted.

use super::Cx;
use crate::diag::Diagnostic;
use crate::lower::{Ask, DefKind};
use crate::source::Span;
use crate::tensor::DType;
use crate::view::fact::{Named, Parameters, Size};
use crate::view::{Align, Cell, Doc, Line, Style, Table};

pub(super) fn answer(cx: &mut Cx, _: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    let mut table = Table::new([("name", Align::Left), ("shape", Align::Left), ("", Align::Left), ("", Align::Left)]);
    let mut facts = vec![];
    let mut count: u128 = 0;
    let mut open = false;
    let compiled = &cx.eval.compiled;
    for def in compiled.defs.iter().filter(|def| def.kind != DefKind::Local) {
        let node = compiled.graph.node(def.node);
        let shown = node.shape.show(&compiled.graph.dims);
        let sizes: Vec<Option<usize>> = node.shape.iter().map(|dim| cx.eval.size(dim)).collect();
        let numbers: Option<Vec<usize>> = sizes.iter().copied().collect();
        let in_numbers = numbers.as_ref().map(|all| format!("{all:?}"));
        let kind = match def.kind {
            DefKind::Input => "input",
            DefKind::Param => "parameter",
            DefKind::Leaf | DefKind::Variable | DefKind::Local => "",
        };
        let element = match node.dtype {
            DType::Real => "",
            DType::Int => "int",
            DType::Bool => "bool",
        };
        if def.kind == DefKind::Param {
            match &numbers {
                Some(all) => count += all.iter().map(|n| *n as u128).product::<u128>(),
                None => open = true,
            }
        }
        let other =
            in_numbers.as_ref().filter(|text| **text != shown).map(|text| format!("= {text}")).unwrap_or_default();
        let words = [element, kind].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        table.row([
            Cell::name(&*def.name),
            Cell::new(Style::Shape, &shown),
            Cell::new(Style::Shape, other),
            Cell::new(Style::Note, words),
        ]);
        let fact = Named {
            name: def.name.to_string(),
            shape: node.shape.iter().map(|dim| compiled.graph.dims.show(dim)).collect(),
            sizes: sizes.into_iter().map(Size).collect(),
            kind: if kind.is_empty() { "variable" } else { kind },
        };
        facts.push(fact.into());
    }
    let mut doc: Doc = table.doc();
    let has_params = compiled.defs.iter().any(|def| def.kind == DefKind::Param);
    if has_params {
        let more = if open { " and those of open sizes" } else { "" };
        doc.push(Line::new().note(format!("{count} {}{more}", if count == 1 { "parameter" } else { "parameters" })));
        facts.push(Parameters { parameters: count }.into());
    }
    cx.push(span, doc, facts);
    Ok(())
}
