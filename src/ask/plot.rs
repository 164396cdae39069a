//! `plot f(z), f'(z) for z in -5..5`: curves, points, maps and pictures, on the terminal or in a file.

use super::{Cx, grad};
use crate::diag::Diagnostic;
use crate::figure::{self, Cells, Chart, Kind, Series};
use crate::lower::{Ask, Asked};
use crate::source::Span;
use crate::tensor::{DType, Tensor};
use crate::view::fact::{self, Fact, Plot, Points};
use crate::view::number;
use std::sync::Arc;

/// The most points of a curve.
const POINTS: usize = 10_000;
/// A longer vector is drawn as a histogram.
const BARS: usize = 60;
/// So many pictures of one tensor.
const PICTURES: usize = 144;
/// The columns of a plot that goes into no terminal.
const COLUMNS: usize = 80;

pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    let charts = match (&ask.over, &ask.across) {
        _ if ask.epochs => epochs(cx, ask, span)?,
        (Some(over), Some(across)) => map(cx, ask, over, across, span)?,
        (Some(over), None) => curves(cx, ask, over, span)?,
        (None, _) => values(cx, ask, span)?,
    };
    let facts = charts.iter().map(fact).collect();
    let statement = cx.text(span);
    match &ask.to {
        Some(to) => {
            let figure = figure::grid(&charts, &statement);
            super::graph::written(cx, span, to, figure, None, facts)
        }
        None => {
            let mut doc = crate::view::Doc::new();
            charts.iter().for_each(|chart| doc.extend(figure::terminal(chart, COLUMNS)));
            cx.push(span, doc, facts);
            if let Some(answer) = cx.answers.last_mut() {
                answer.figure = Some(figure::grid(&charts, &statement));
                answer.charts = charts;
            }
            Ok(())
        }
    }
}

/// A chart for machines.
fn fact(chart: &Chart) -> Fact {
    let series = chart.series.iter().map(|series| {
        let (x, y) = series.points.iter().copied().unzip();
        fact::Series { name: series.name.clone(), x, y }
    });
    let rows = |cells: &Cells| cells.values.chunks(cells.columns.max(1)).map(<[f64]>::to_vec).collect();
    let map = chart.cells.as_ref().map(rows);
    Plot { plot: Points { x: chart.x.clone(), series: series.collect(), map } }.into()
}

/// The points of a range.
fn points(cx: &mut Cx, over: &Asked) -> Result<Vec<f64>, Box<Diagnostic>> {
    let range = cx.node(over)?;
    let points = cx.eval.value(range, over.span)?.to_f64();
    if points.ndim() == 1 && !points.is_empty() && points.len() <= POINTS {
        return Ok(points.iter().copied().collect());
    }
    let shape = cx.shape(range);
    Err(Box::new(
        Diagnostic::error("nnlang::shape::each", format!("a plot runs over a vector of at most {POINTS} points"))
            .at(over.span, shape)
            .mend("write a range, such as `for z in -5..5`"),
    ))
}

fn curves(
    cx: &mut Cx,
    ask: &Ask,
    (def, over): &(crate::graph::DefId, Asked),
    span: Span,
) -> Result<Vec<Chart>, Box<Diagnostic>> {
    let points = points(cx, over)?;
    let compiled = &cx.eval.compiled;
    let (name, own) = (compiled.def(*def).name.to_string(), compiled.def(*def).node);
    let here = cx.eval.state.values.get(def).and_then(|value| value.item());
    let here = here.or_else(|| cx.eval.value(own, over.span).ok().and_then(|value| value.item()));
    let mut nodes = vec![];
    for asked in &ask.exprs {
        nodes.push(cx.node(asked)?);
    }
    let mut series: Vec<Series> = vec![];
    let texts: Vec<String> = ask.exprs.iter().map(|asked| cx.text(asked.span)).collect();
    for point in &points {
        let set = [(*def, Arc::new(Tensor::scalar(*point)))];
        let values = cx.eval.with(&nodes, &set, span)?;
        let mut at = 0;
        for (i, value) in values.iter().enumerate() {
            let entries = value.to_f64();
            if entries.len() > 12 {
                return Err(Box::new(
                    Diagnostic::error("nnlang::shape::scalar", format!("`{}` is no number at a point", texts[i]))
                        .at(ask.exprs[i].span, cx.shape(nodes[i]))
                        .mend(format!("plot one number, such as `mean({})`", texts[i])),
                ));
            }
            for (entry, y) in entries.iter().enumerate() {
                if series.len() == at {
                    let name = if entries.len() == 1 { texts[i].clone() } else { format!("{}[{entry}]", texts[i]) };
                    series.push(Series { name, kind: Kind::Line, points: vec![], colour: at });
                }
                series[at].points.push((*point, *y));
                at += 1;
            }
        }
    }
    let wide = points.iter().copied().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), p| (a.min(p), b.max(p)));
    if let (Some(here), Some(goal)) = (here, nodes.first().copied()) {
        let graph = &cx.eval.compiled.graph;
        let real = graph.shape(goal).is_scalar() && graph.node(goal).dtype == DType::Real;
        if real && wide.0 <= here && here <= wide.1 {
            tangent(cx, (goal, &texts[0]), (*def, own, &name), (here, wide), &mut series, span)?;
        }
    }
    // Of one curve its name is that of the axis.
    let y = if series.len() == 1 { series[0].name.clone() } else { String::new() };
    Ok(vec![Chart { x: name, y, series, ..Chart::default() }])
}

/// The tangent of the first curve where the program's own number is.
fn tangent(
    cx: &mut Cx,
    (goal, text): (crate::graph::NodeId, &str),
    (def, own, name): (crate::graph::DefId, crate::graph::NodeId, &str),
    (here, wide): (f64, (f64, f64)),
    series: &mut Vec<Series>,
    span: Span,
) -> Result<(), Box<Diagnostic>> {
    let Some(derived) = grad::derivatives(cx, goal, &[own], span)?.into_iter().next() else { return Ok(()) };
    let set = [(def, Arc::new(Tensor::scalar(here)))];
    let values = cx.eval.with(&[goal, derived.node], &set, span)?;
    let (Some(value), Some(slope)) = (values[0].item(), values[1].item()) else { return Ok(()) };
    if !value.is_finite() || !slope.is_finite() {
        return Ok(());
    }
    let half = (wide.1 - wide.0) / 6.0;
    let at = |x: f64| (x, value + slope * (x - here));
    let slope = number(slope, 4);
    series.push(Series {
        name: format!("slope {slope} at {name} = {}", number(here, 4)),
        kind: Kind::Tangent,
        points: vec![at(here - half), at(here + half)],
        colour: 5,
    });
    let _ = text;
    Ok(())
}

fn map(
    cx: &mut Cx,
    ask: &Ask,
    over: &(crate::graph::DefId, Asked),
    across: &(crate::graph::DefId, Asked),
    span: Span,
) -> Result<Vec<Chart>, Box<Diagnostic>> {
    let (xs, ys) = (points(cx, &over.1)?, points(cx, &across.1)?);
    if xs.len() * ys.len() > POINTS {
        return Err(Box::new(
            Diagnostic::error(
                "nnlang::shape::each",
                format!("a map has at most {POINTS} points, and this has {}", xs.len() * ys.len()),
            )
            .at(over.1.span.to(across.1.span), format!("{} by {}", xs.len(), ys.len()))
            .mend("take larger steps"),
        ));
    }
    let name = |cx: &Cx, def| cx.eval.compiled.def(def).name.to_string();
    let (x, y) = (name(cx, over.0), name(cx, across.0));
    let beside = over_it(cx, ask, span)?;
    let mut charts = vec![];
    for asked in &ask.exprs {
        let node = cx.node(asked)?;
        let text = cx.text(asked.span);
        let mut values = Vec::with_capacity(xs.len() * ys.len());
        for b in ys.iter().rev() {
            for a in &xs {
                let set = [(over.0, Arc::new(Tensor::scalar(*a))), (across.0, Arc::new(Tensor::scalar(*b)))];
                let value = cx.eval.with(&[node], &set, span)?;
                let Some(number) = value[0].item() else {
                    return Err(Box::new(
                        Diagnostic::error(
                            "nnlang::shape::scalar",
                            format!("`{text}` is no number at a point of the map"),
                        )
                        .at(asked.span, cx.shape(node))
                        .mend(format!("plot one number, such as `{text}[0, 0]`")),
                    ));
                };
                values.push(number);
            }
        }
        let cells = Cells { rows: ys.len(), columns: xs.len(), values, label: text };
        // Corners, so that both axes have their range.
        let ends =
            |v: &[f64]| v.iter().copied().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), p| (a.min(p), b.max(p)));
        let frame = Some((ends(&xs), ends(&ys)));
        charts.push(Chart {
            x: x.clone(),
            y: y.clone(),
            series: beside.clone(),
            cells: Some(cells),
            frame,
            ..Chart::default()
        });
    }
    Ok(charts)
}

/// The points after `with`.
fn over_it(cx: &mut Cx, ask: &Ask, span: Span) -> Result<Vec<Series>, Box<Diagnostic>> {
    if ask.beside.is_empty() { Ok(vec![]) } else { scatter(cx, &ask.beside, span) }
}

/// `x[0], x[1], y`: points, coloured by the third.
fn scatter(cx: &mut Cx, asked: &[Asked], span: Span) -> Result<Vec<Series>, Box<Diagnostic>> {
    let mut columns = vec![];
    for one in asked {
        let node = cx.node(one)?;
        columns.push(cx.eval.value(node, one.span)?.to_f64().iter().copied().collect::<Vec<f64>>());
    }
    let (first, second) = match columns.as_slice() {
        [x, y, rest @ ..] if x.len() == y.len() && rest.len() < 2 && rest.iter().all(|kind| kind.len() == x.len()) => {
            (x, y)
        }
        _ => {
            let shapes: Vec<String> = asked
                .iter()
                .filter_map(|one| Some(format!("{} is {}", cx.text(one.span), cx.shape(one.node?))))
                .collect();
            return Err(Box::new(
                Diagnostic::error(
                    "nnlang::shape::plot",
                    "these are no points: two vectors of one length, and a third for the colour",
                )
                .at(span, shapes.join(", "))
                .mend("write `plot x[0], x[1], y`, or name a range: `plot f(z) for z in -5..5`"),
            ));
        }
    };
    let pairs: Vec<(f64, f64)> = first.iter().copied().zip(second.iter().copied()).collect();
    let Some(third) = columns.get(2) else {
        return Ok(vec![Series { name: String::new(), kind: Kind::Points, points: pairs, colour: 0 }]);
    };
    let name = cx.text(asked[2].span);
    let mut kinds = third.clone();
    kinds.sort_by(f64::total_cmp);
    kinds.dedup();
    let few = kinds.len() <= 6;
    let bounds: Vec<f64> = if few { kinds.clone() } else { (0..5).map(|i| kinds[i * (kinds.len() - 1) / 5]).collect() };
    let class = |v: f64| bounds.iter().rposition(|bound| *bound <= v).unwrap_or(0);
    let mut out: Vec<Series> = bounds
        .iter()
        .enumerate()
        .map(|(i, bound)| {
            let relation = if few { "=" } else { "from" };
            Series {
                name: format!("{name} {relation} {}", number(*bound, 4)),
                kind: Kind::Points,
                points: vec![],
                colour: i,
            }
        })
        .collect();
    for (pair, v) in pairs.into_iter().zip(third) {
        out[class(*v)].points.push(pair);
    }
    Ok(out)
}

/// Without a range: points, bars, a histogram, a heat map, pictures.
fn values(cx: &mut Cx, ask: &Ask, span: Span) -> Result<Vec<Chart>, Box<Diagnostic>> {
    if ask.exprs.len() > 1 {
        let series = scatter(cx, &ask.exprs, span)?;
        let (x, y) = (cx.text(ask.exprs[0].span), cx.text(ask.exprs[1].span));
        return Ok(vec![Chart { x, y, series, ..Chart::default() }]);
    }
    let Some(asked) = ask.exprs.first() else { return Ok(vec![]) };
    let node = cx.node(asked)?;
    let text = cx.text(asked.span);
    let value = cx.eval.value(node, asked.span)?.to_f64();
    let shape = value.shape().to_vec();
    let entries: Vec<f64> = value.iter().copied().collect();
    let chart = |x: &str, y: &str, points, name: &str| {
        let series = vec![Series { name: name.into(), kind: Kind::Bars, points, colour: 0 }];
        Chart { x: x.into(), y: y.into(), series, ..Chart::default() }
    };
    match shape.as_slice() {
        [n] if *n > 0 && *n <= BARS => {
            let points = entries.iter().enumerate().map(|(i, v)| (i as f64, *v)).collect();
            Ok(vec![chart("index", &text, points, "")])
        }
        [n] if *n > BARS => Ok(vec![chart(&text, "how many", histogram(&entries), "")]),
        [rows, columns] if rows * columns > 0 => {
            let cells = Cells { rows: *rows, columns: *columns, values: entries, label: text.clone() };
            Ok(vec![Chart { title: String::new(), cells: Some(cells), picture: true, x: text, ..Chart::default() }])
        }
        [.., h, w] if shape.len() <= 4 && h * w > 0 && shape.iter().all(|n| *n > 0) => {
            let count = entries.len() / (h * w);
            let each = entries.chunks(h * w).take(PICTURES).enumerate();
            let one = |(i, values): (usize, &[f64])| {
                let title = match shape.as_slice() {
                    [_, second, _, _] => format!("{}, {}", i / second, i % second),
                    _ => i.to_string(),
                };
                let cells = Cells { rows: *h, columns: *w, values: values.to_vec(), label: String::new() };
                Chart { title, cells: Some(cells), picture: true, x: text.clone(), ..Chart::default() }
            };
            let _ = count;
            Ok(each.map(one).collect())
        }
        _ => Err(Box::new(
            Diagnostic::error("nnlang::shape::plot", format!("`{text}` alone is no plot"))
                .at(asked.span, cx.shape(node))
                .because("a vector is drawn as bars, a matrix as a map, [rows, columns, h, w] as pictures")
                .mend("say over what it is drawn, such as `plot f(z) for z in -5..5`"),
        )),
    }
}

/// How many entries lie in each of some bins of one width: by the rule of Freedman and Diaconis (1981).
fn histogram(entries: &[f64]) -> Vec<(f64, f64)> {
    let mut sorted: Vec<f64> = entries.iter().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let (Some(low), Some(high)) = (sorted.first().copied(), sorted.last().copied()) else { return vec![] };
    if low == high {
        return vec![(low, sorted.len() as f64)];
    }
    let quarter = |share: f64| sorted[(share * (sorted.len() - 1) as f64) as usize];
    let width = 2.0 * (quarter(0.75) - quarter(0.25)) / libm::cbrt(sorted.len() as f64);
    let bins = if width > 0.0 { ((high - low) / width).ceil() } else { 10.0 };
    let bins = (bins as usize).clamp(5, 50);
    let width = (high - low) / bins as f64;
    let mut out: Vec<(f64, f64)> = (0..bins).map(|i| (low + (i as f64 + 0.5) * width, 0.0)).collect();
    for v in &sorted {
        out[(((v - low) / width) as usize).min(bins - 1)].1 += 1.0;
    }
    out
}

/// `plot J for epoch`: what the last training told.
fn epochs(cx: &mut Cx, ask: &Ask, span: Span) -> Result<Vec<Chart>, Box<Diagnostic>> {
    let Some(history) = cx.eval.state.history.clone() else {
        return Err(Box::new(
            Diagnostic::error("nnlang::train::history", "nothing was trained yet")
                .at(span, "by the epochs of a training")
                .mend("write it below `train J { … }`"),
        ));
    };
    let mut series = vec![];
    for asked in &ask.exprs {
        let text = cx.text(asked.span);
        let names = [text.clone(), format!("{text} valid")];
        let found: Vec<_> = history.iter().filter(|(name, _)| names.contains(name)).collect();
        if found.is_empty() {
            let known: Vec<&str> = history.iter().map(|(name, _)| name.as_str()).collect();
            return Err(Box::new(
                Diagnostic::error("nnlang::train::history", format!("the training did not report `{text}`"))
                    .at(asked.span, "not reported")
                    .because(format!("it reported {}", known.join(", ")))
                    .mend(format!("write `report = {text}` in the block of `train`")),
            ));
        }
        for (name, points) in found {
            series.push(Series { name: name.clone(), kind: Kind::Line, points: points.clone(), colour: series.len() });
        }
    }
    let y = if series.len() == 1 { series[0].name.clone() } else { String::new() };
    Ok(vec![Chart { x: "epoch".into(), y, series, ..Chart::default() }])
}
