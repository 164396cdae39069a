//! A chart on a terminal: braille dots for lines and points, blocks for maps and bars.

use super::chart::{Cells, Chart, Kind, Series};
use super::ticks::ticks;
use crate::view::{Doc, Line, Style, number, width};

/// The styles of the series, in order; without colour the names at their right ends tell them apart.
const STYLES: [Style; 6] = [Style::Number, Style::Bad, Style::Good, Style::Keyword, Style::Shape, Style::Note];

/// The letters of kinds of points where there is a map behind them.
const LETTERS: [char; 6] = ['o', 'x', '+', '*', '#', '%'];

/// The shades of a map, from least to greatest.
const SHADES: [char; 5] = [' ', '░', '▒', '▓', '█'];

/// A chart in so many columns.
pub fn terminal(chart: &Chart, columns: usize) -> Doc {
    let columns = columns.max(20);
    let mut doc = Doc::new();
    if !chart.title.is_empty() {
        doc.push(Line::new().name(&chart.title));
    }
    match &chart.cells {
        Some(cells) if chart.series.is_empty() => map(&mut doc, cells, columns),
        _ => axes(&mut doc, chart, columns),
    }
    doc
}

/// What stands in a column of the terminal.
#[derive(Clone, Copy)]
struct Spot {
    dots: u8,
    letter: Option<char>,
    style: Style,
}

// Long: what is drawn into one field of spots, from back to front, and the lines that it becomes.
fn axes(doc: &mut Doc, chart: &Chart, columns: usize) {
    let ((x0, x1), (y0, y1)) = chart.ranges();
    let rows = (columns / 4).clamp(8, 20);
    let y_ticks = ticks(y0, y1, rows / 3);
    let labels: Vec<String> = y_ticks.iter().map(|tick| number(*tick, 4)).collect();
    let gutter = labels.iter().map(|label| width(label)).max().unwrap_or(1);
    let named: Vec<_> = chart.series.iter().filter(|series| !series.name.is_empty()).collect();
    let wide = columns.saturating_sub(gutter + 2).max(10);
    let mut spots = vec![Spot { dots: 0, letter: None, style: Style::Note }; wide * rows];
    let (w, h) = ((wide * 2) as f64, (rows * 4) as f64);
    let px = |x: f64| (x - x0) / (x1 - x0) * (w - 1.0);
    let py = |y: f64| (h - 1.0) - (y - y0) / (y1 - y0) * (h - 1.0);
    if let Some(cells) = &chart.cells {
        shaded(&mut spots, cells, (wide, rows));
    }
    for series in &chart.series {
        let style = STYLES[series.colour % STYLES.len()];
        let mut dot = |x: f64, y: f64| {
            if !(0.0..w).contains(&x) || !(0.0..h).contains(&y) {
                return;
            }
            let (cx, cy) = (x as usize, y as usize);
            let spot = &mut spots[cy / 4 * wide + cx / 2];
            if chart.cells.is_some() || series.kind == Kind::Points && named.len() > 1 {
                spot.letter = Some(LETTERS[series.colour % LETTERS.len()]);
            } else {
                // The bits of U+2800: dots 1 2 3 7 on the left, 4 5 6 8 on the right.
                const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
                spot.dots |= BITS[cy % 4][cx % 2];
            }
            spot.style = style;
        };
        match series.kind {
            Kind::Line | Kind::Tangent => {
                for piece in Chart::pieces(&series.points, y1 - y0) {
                    for pair in piece.windows(2) {
                        let (a, b) = ((px(pair[0].0), py(pair[0].1)), (px(pair[1].0), py(pair[1].1)));
                        let steps = (b.0 - a.0).abs().max((b.1 - a.1).abs()).min(4.0 * (w + h)).ceil().max(1.0);
                        for i in 0..=steps as usize {
                            let share = i as f64 / steps;
                            dot((a.0 + (b.0 - a.0) * share).round(), (a.1 + (b.1 - a.1) * share).round());
                        }
                    }
                    if let [(x, y)] = piece.as_slice() {
                        dot(px(*x).round(), py(*y).round());
                    }
                }
            }
            Kind::Points => series.points.iter().for_each(|(x, y)| dot(px(*x).round(), py(*y).round())),
            Kind::Bars => {
                let half = (w / series.points.len().max(1) as f64 * 0.4).max(0.5);
                for (x, y) in series.points.iter().filter(|(x, y)| x.is_finite() && y.is_finite()) {
                    let (a, b) = (py(*y).min(py(0.0)), py(*y).max(py(0.0)));
                    let mut at = (px(*x) - half).round();
                    while at < px(*x) + half {
                        let mut up = a.round();
                        while up <= b {
                            dot(at, up);
                            up += 1.0;
                        }
                        at += 1.0;
                    }
                }
            }
        }
    }
    name_ends(&mut spots, chart, (wide, rows), &|(x, y)| (px(x), py(y)));
    if !chart.y.is_empty() && named.len() < 2 {
        doc.push(Line::new().plain(" ".repeat(gutter + 1)).name(&chart.y));
    }
    let tick_rows: Vec<(usize, &String)> = y_ticks
        .iter()
        .zip(&labels)
        .map(|(tick, label)| ((py(*tick).round().max(0.0) as usize / 4).min(rows - 1), label))
        .collect();
    for row in 0..rows {
        let label = tick_rows.iter().find(|(at, _)| *at == row).map(|(_, label)| label.as_str());
        let edge = if label.is_some() { "┤" } else { "│" };
        let label = label.unwrap_or("");
        let mut line = Line::new().number(format!("{}{label}", " ".repeat(gutter - width(label)))).note(edge);
        let mut text = String::new();
        let mut style = Style::Plain;
        for spot in &spots[row * wide..(row + 1) * wide] {
            let c = match (spot.letter, spot.dots) {
                (Some(letter), _) => letter,
                (None, 0) => ' ',
                (None, dots) => char::from_u32(0x2800 + u32::from(dots)).unwrap_or('·'),
            };
            if spot.style != style && c != ' ' {
                line = line.with(style, std::mem::take(&mut text));
                style = spot.style;
            }
            text.push(c);
        }
        doc.push(line.with(style, text.trim_end().to_string()));
    }
    bottom(doc, (x0, x1), gutter, wide, &chart.x);
    if named.len() > 1 || chart.cells.is_some() && !named.is_empty() {
        legend(doc, &named, gutter + 1, columns);
    }
    if let Some(cells) = &chart.cells {
        doc.push(scale(cells, gutter + 1));
    }
}

/// The names of several lines at their right ends, so that they are told apart without colour.
fn name_ends(
    spots: &mut [Spot],
    chart: &Chart,
    (wide, rows): (usize, usize),
    place: &dyn Fn((f64, f64)) -> (f64, f64),
) {
    let lines = chart.series.iter().filter(|series| series.kind == Kind::Line && !series.name.is_empty());
    if chart.cells.is_some() || lines.clone().count() < 2 {
        return;
    }
    for series in lines.filter(|series| width(&series.name) * 3 < wide) {
        let inside = |point: &&(f64, f64)| {
            let (x, y) = place(**point);
            point.1.is_finite() && (0.0..(2 * wide) as f64).contains(&x) && (0.0..(4 * rows) as f64).contains(&y)
        };
        let Some(last) = series.points.iter().rev().find(inside) else { continue };
        let (x, y) = place(*last);
        let (column, row) = ((x / 2.0) as usize + 1, (y / 4.0) as usize);
        // Beside the line, not on it.
        let start = column.min(wide).saturating_sub(width(&series.name));
        let free = |row: &usize| {
            *row < rows
                && spots[row * wide..][start..column.min(wide)]
                    .iter()
                    .all(|spot| spot.dots == 0 && spot.letter.is_none())
        };
        let near = [row.wrapping_sub(1), row + 1, row.wrapping_sub(2), row + 2];
        let Some(row) = near.into_iter().find(free) else { continue };
        for (i, c) in series.name.chars().enumerate() {
            if let Some(spot) = spots.get_mut(row * wide + start + i) {
                *spot = Spot { dots: 0, letter: Some(c), style: STYLES[series.colour % STYLES.len()] };
            }
        }
    }
}

/// A map behind what is drawn.
fn shaded(spots: &mut [Spot], cells: &Cells, (wide, rows): (usize, usize)) {
    for row in 0..rows {
        for column in 0..wide {
            let at = (row * cells.rows / rows) * cells.columns + column * cells.columns / wide;
            let share = cells.share(cells.values.get(at).copied().unwrap_or(f64::NAN));
            let shade = if share.is_finite() { (share * 4.999) as usize } else { 0 };
            spots[row * wide + column].letter = Some(SHADES[shade.min(4)]);
        }
    }
}

/// The marks of the series with their names, in as many lines as they need.
fn legend(doc: &mut Doc, named: &[&Series], indent: usize, columns: usize) {
    let mut line = Line::new().plain(" ".repeat(indent));
    for (i, series) in named.iter().enumerate() {
        let mark = match series.kind {
            Kind::Points => LETTERS[series.colour % LETTERS.len()].to_string(),
            _ => "⠤⠤".to_string(),
        };
        let piece = width(&series.name) + width(&mark) + 3;
        if i > 0 && line.width() + piece > columns {
            doc.push(std::mem::replace(&mut line, Line::new().plain(" ".repeat(indent))));
        }
        line = line.with(STYLES[series.colour % STYLES.len()], mark).plain(" ").name(&series.name).plain("  ");
    }
    doc.push(line);
}

/// The axis below with its ticks and its name.
fn bottom(doc: &mut Doc, (x0, x1): (f64, f64), gutter: usize, wide: usize, name: &str) {
    let mut axis = vec!['─'; wide];
    let mut below = vec![' '; wide];
    let mut free = 0;
    for tick in ticks(x0, x1, (wide / 12).clamp(2, 8)) {
        let at = (((tick - x0) / (x1 - x0)) * (wide - 1) as f64).round().max(0.0) as usize;
        let label = number(tick, 4);
        let start = (at + 1).saturating_sub(width(&label).div_ceil(2)).min(wide.saturating_sub(width(&label)));
        if at >= wide || start < free {
            continue;
        }
        axis[at] = '┬';
        for (i, c) in label.chars().enumerate() {
            if let Some(place) = below.get_mut(start + i) {
                *place = c;
            }
        }
        free = start + width(&label) + 1;
    }
    let line = |chars: Vec<char>| chars.into_iter().collect::<String>();
    doc.push(Line::new().note(format!("{}└{}", " ".repeat(gutter), line(axis))));
    doc.push(Line::new().number(format!("{} {}", " ".repeat(gutter), line(below).trim_end())));
    if !name.is_empty() {
        let at = (gutter + 1 + wide / 2).saturating_sub(width(name) / 2);
        doc.push(Line::new().plain(" ".repeat(at)).name(name));
    }
}

/// Which number a shade is.
fn scale(cells: &Cells, indent: usize) -> Line {
    let (low, high) = cells.range();
    let shades: String = SHADES.iter().collect();
    let line = Line::new()
        .plain(" ".repeat(indent))
        .number(number(low, 4))
        .plain(format!(" {shades} "))
        .number(number(high, 4));
    if cells.label.is_empty() { line } else { line.plain("  ").name(&cells.label) }
}

/// A map by itself: two columns a cell where there is room, so that a cell is a square.
fn map(doc: &mut Doc, cells: &Cells, columns: usize) {
    let each = if cells.columns * 2 <= columns { 2 } else { 1 };
    let wide = cells.columns.min(columns / each);
    let rows = if cells.columns > wide { (cells.rows * wide / cells.columns).max(1) } else { cells.rows.min(60) };
    for row in 0..rows {
        let mut text = String::new();
        for column in 0..wide {
            let at = (row * cells.rows / rows) * cells.columns + column * cells.columns / wide;
            let share = cells.share(cells.values.get(at).copied().unwrap_or(f64::NAN));
            let shade = if share.is_finite() { SHADES[((share * 4.999) as usize).min(4)] } else { '?' };
            text.extend(std::iter::repeat_n(shade, each));
        }
        doc.push(Line::new().plain(text.trim_end().to_string()));
    }
    doc.push(scale(cells, 0));
}
