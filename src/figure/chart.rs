//! Charts: curves, points, bars and maps over two axes.

use super::ticks::ticks;
use super::{Anchor, Figure, Shape, colour, text_width};
use crate::view::number;

/// A chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// What stands above it.
    pub title: String,
    /// What the horizontal axis shows.
    pub x: String,
    /// What the vertical axis shows.
    pub y: String,
    /// From back to front.
    pub series: Vec<Series>,
    /// A map behind them.
    pub cells: Option<Cells>,
    /// The ranges of both axes, where a map says them.
    pub frame: Option<((f64, f64), (f64, f64))>,
    /// One unit is as long on both axes, and both are without ticks: a picture.
    pub picture: bool,
}

/// One curve, set of points, or set of bars.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name in the legend; none where it is empty.
    pub name: String,
    /// How it is drawn.
    pub kind: Kind,
    /// The points in order; one that is not finite is a gap.
    pub points: Vec<(f64, f64)>,
    /// Which of the colours, from 0.
    pub colour: usize,
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A line through the points.
    Line,
    /// A thin line, a tangent.
    Tangent,
    /// A dot at each.
    Points,
    /// A bar at each, from 0.
    Bars,
}

/// A map: a number in each cell of a grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Cells {
    /// Rows, from the top.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// Row by row.
    pub values: Vec<f64>,
    /// What they are, for the scale.
    pub label: String,
}

const COLOURS: usize = 6;

impl Chart {
    /// The ranges of both axes: of what is finite, and of lines without their few largest where these hide the rest.
    pub fn ranges(&self) -> ((f64, f64), (f64, f64)) {
        if let Some(frame) = self.frame {
            return frame;
        }
        let mut x = (f64::INFINITY, f64::NEG_INFINITY);
        let mut ys: Vec<f64> = vec![];
        let mut bars = false;
        for series in &self.series {
            for (a, b) in series.points.iter().filter(|(a, b)| a.is_finite() && b.is_finite()) {
                // A tangent ends where the curves do.
                if series.kind != Kind::Tangent {
                    let half = if series.kind == Kind::Bars { series.step() / 2.0 } else { 0.0 };
                    x = (x.0.min(*a - half), x.1.max(*a + half));
                    ys.push(*b);
                }
            }
            bars |= series.kind == Kind::Bars;
        }
        ys.sort_by(f64::total_cmp);
        let mut y = match (ys.first(), ys.last()) {
            (Some(low), Some(high)) => (*low, *high),
            _ => (0.0, 1.0),
        };
        let at = |share: f64| ys[(share * (ys.len() - 1) as f64) as usize];
        if ys.len() > 40 && self.series.iter().any(|series| series.kind == Kind::Line) && self.cells.is_none() {
            // A pole: what lies in the middle nine tenths is told from what runs away.
            let (low, high) = (at(0.05), at(0.95));
            let wide = (high - low).max(f64::MIN_POSITIVE);
            if y.0 < low - 8.0 * wide {
                y.0 = low - 0.6 * wide;
            }
            if y.1 > high + 8.0 * wide {
                y.1 = high + 0.6 * wide;
            }
        }
        if bars {
            y = (y.0.min(0.0), y.1.max(0.0));
        }
        if x.0 > x.1 {
            x = (0.0, 1.0);
        }
        let spread = |(low, high): (f64, f64), share: f64| {
            let wide = high - low;
            if wide > 0.0 {
                (low - share * wide, high + share * wide)
            } else {
                let around = if low == 0.0 { 1.0 } else { 0.5 * low.abs() };
                (low - around, high + around)
            }
        };
        let lines = self.series.iter().all(|series| matches!(series.kind, Kind::Line | Kind::Tangent));
        let x = spread(x, if lines && x.1 > x.0 { 0.0 } else { 0.04 });
        (x, spread(y, 0.05))
    }

    /// The pieces of a line that is to be drawn: without gaps, and without the verticals of its jumps.
    pub fn pieces(points: &[(f64, f64)], height: f64) -> Vec<Vec<(f64, f64)>> {
        let mut out: Vec<Vec<(f64, f64)>> = vec![];
        let mut run: Vec<(f64, f64)> = vec![];
        for (i, (x, y)) in points.iter().enumerate() {
            if !x.is_finite() || !y.is_finite() {
                out.push(std::mem::take(&mut run));
                continue;
            }
            if let Some((_, before)) = run.last() {
                let step = (y - before).abs();
                let slope = |a: Option<&(f64, f64)>, b: Option<&(f64, f64)>| match (a, b) {
                    (Some(a), Some(b)) if a.1.is_finite() && b.1.is_finite() => (b.1 - a.1).abs(),
                    _ => 0.0,
                };
                let around = slope(i.checked_sub(2).and_then(|at| points.get(at)), points.get(i.wrapping_sub(1)))
                    .max(slope(Some(&(*x, *y)), points.get(i + 1)));
                // A jump: far larger than the steps beside it. A pole: from one far end to the other.
                let turns = before.signum() != y.signum() && step > 1.5 * height;
                if points.len() > 40 && (step > 0.1 * height && step > 8.0 * around || turns) {
                    out.push(std::mem::take(&mut run));
                }
            }
            run.push((*x, *y));
        }
        out.push(run);
        out.retain(|piece| !piece.is_empty());
        out
    }

    /// As marks in a box of this size.
    pub fn figure(&self, width: f64, height: f64) -> Figure {
        let mut figure = Figure { width, height, title: self.title.clone(), marks: vec![] };
        self.draw(&mut figure, (0.0, 0.0, width, height));
        figure
    }

    fn draw(&self, figure: &mut Figure, (left, top, width, height): (f64, f64, f64, f64)) {
        if self.picture {
            return self.draw_picture(figure, (left, top, width, height));
        }
        let ((x0, x1), (y0, y1)) = self.ranges();
        let y_ticks = ticks(y0, y1, 6);
        let labels: Vec<String> = y_ticks.iter().map(|tick| number(*tick, 6)).collect();
        let legend: Vec<&Series> = self.series.iter().filter(|series| !series.name.is_empty()).collect();
        let head = if self.title.is_empty() { 14.0 } else { 34.0 };
        let scale = if self.cells.is_some() { 86.0 } else { 16.0 };
        let gutter = labels.iter().map(|label| text_width(label)).fold(20.0, f64::max) + 14.0;
        let told = legend.len() > 1 || self.cells.is_some() && !legend.is_empty();
        let legend = if told { places(&legend, width - gutter - scale) } else { vec![] };
        let rows = legend.last().map_or(0.0, |(_, _, y)| y + LEGEND);
        let (l, t) = (left + gutter, top + head + rows + 14.0);
        let (w, h) = ((width - gutter - scale).max(40.0), (height - head - rows - 14.0 - 46.0).max(40.0));
        let px = |x: f64| l + (x - x0) / (x1 - x0) * w;
        let py = |y: f64| t + h - (y - y0) / (y1 - y0) * h;
        if !self.title.is_empty() {
            figure.text("title", left + width / 2.0, top + 22.0, &self.title, Anchor::Middle);
        }
        if let Some(cells) = &self.cells {
            cells.draw(figure, (l, t, w, h));
            cells.scale(figure, (l + w + 14.0, t, h));
        }
        for (tick, label) in y_ticks.iter().zip(&labels) {
            let y = py(*tick);
            if self.cells.is_none() {
                figure.mark("grid", Shape::Line(vec![(l, y), (l + w, y)]));
            }
            figure.text("tick", l - 7.0, y + 4.0, label, Anchor::End);
        }
        let wanted = ((w / 70.0) as usize).clamp(2, 10);
        for tick in ticks(x0, x1, wanted) {
            let x = px(tick);
            if self.cells.is_none() {
                figure.mark("grid", Shape::Line(vec![(x, t), (x, t + h)]));
            }
            figure.text("tick", x, t + h + 17.0, number(tick, 6), Anchor::Middle);
        }
        for at in [0.0].into_iter().filter(|_| self.cells.is_none()) {
            if y0 < at && at < y1 {
                figure.mark("axis", Shape::Line(vec![(l, py(at)), (l + w, py(at))]));
            }
            if x0 < at && at < x1 {
                figure.mark("axis", Shape::Line(vec![(px(at), t), (px(at), t + h)]));
            }
        }
        figure.mark("axis", Shape::Line(vec![(l, t), (l, t + h), (l + w, t + h)]));
        figure.text("head", l + w / 2.0, t + h + 36.0, &self.x, Anchor::Middle);
        figure.text("head", left + 6.0, t - 8.0, &self.y, Anchor::Start);
        for series in &self.series {
            let c = series.colour % COLOURS;
            match series.kind {
                Kind::Line | Kind::Tangent => {
                    let class = if series.kind == Kind::Line { format!("s{c}") } else { "tangent".into() };
                    for piece in Chart::pieces(&series.points, y1 - y0) {
                        for part in clipped(&piece, (x0, x1), (y0, y1)) {
                            let points = part.iter().map(|(x, y)| (px(*x), py(*y))).collect();
                            figure.named(class.clone(), &series.name, Shape::Line(points));
                        }
                    }
                }
                Kind::Points => {
                    let inside = |(x, y): &&(f64, f64)| x.is_finite() && y.is_finite();
                    for (x, y) in series.points.iter().filter(inside) {
                        figure.named(format!("p{c}"), &series.name, Shape::Dot(px(*x), py(*y), 3.6));
                    }
                }
                Kind::Bars => {
                    let wide = (w / series.points.len().max(1) as f64 * 0.8).min(60.0);
                    for (x, y) in series.points.iter().filter(|(x, y)| x.is_finite() && y.is_finite()) {
                        let (a, b) = (py(*y).min(py(0.0)), py(*y).max(py(0.0)));
                        let bar = Shape::Box { x: px(*x) - wide / 2.0, y: a, w: wide, h: (b - a).max(0.5), r: 0.0 };
                        figure.named(format!("b{c}"), &series.name, bar);
                    }
                }
            }
        }
        for (series, x, y) in legend {
            entry(figure, series, (l + x, top + head + 8.0 + y));
        }
    }

    /// Cells alone, as large as they fit, each a square.
    fn draw_picture(&self, figure: &mut Figure, (left, top, width, height): (f64, f64, f64, f64)) {
        let Some(cells) = &self.cells else { return };
        let head = if self.title.is_empty() { 6.0 } else { 24.0 };
        if !self.title.is_empty() {
            figure.text("title", left + width / 2.0, top + 16.0, &self.title, Anchor::Middle);
        }
        let one = ((width - 12.0) / cells.columns as f64).min((height - head - 6.0) / cells.rows as f64);
        let (w, h) = (one * cells.columns as f64, one * cells.rows as f64);
        cells.draw(figure, (left + (width - w) / 2.0, top + head, w, h));
    }
}

impl Series {
    /// The least way from one point to the next; 1 where there is one alone.
    fn step(&self) -> f64 {
        let ways = self.points.windows(2).map(|pair| (pair[1].0 - pair[0].0).abs()).filter(|way| *way > 0.0);
        let least = ways.fold(f64::INFINITY, f64::min);
        if least.is_finite() { least } else { 1.0 }
    }
}

/// So high is a line of the legend.
const LEGEND: f64 = 22.0;

/// The series of a legend with their places, in as many lines as they need.
fn places<'s>(legend: &[&'s Series], width: f64) -> Vec<(&'s Series, f64, f64)> {
    let (mut x, mut y, mut out) = (0.0, 0.0, vec![]);
    for series in legend {
        let wide = 31.0 + text_width(&series.name);
        if x > 0.0 && x + wide > width {
            (x, y) = (0.0, y + LEGEND);
        }
        out.push((*series, x, y));
        x += wide + 22.0;
    }
    out
}

/// A sample of a series and its name.
fn entry(figure: &mut Figure, series: &Series, (x, y): (f64, f64)) {
    let c = series.colour % COLOURS;
    match series.kind {
        Kind::Line => figure.mark(format!("s{c}"), Shape::Line(vec![(x, y), (x + 26.0, y)])),
        Kind::Tangent => figure.mark("tangent", Shape::Line(vec![(x, y), (x + 26.0, y)])),
        Kind::Points => figure.mark(format!("p{c}"), Shape::Dot(x + 13.0, y, 4.0)),
        Kind::Bars => figure.mark(format!("b{c}"), Shape::Box { x: x + 8.0, y: y - 5.0, w: 10.0, h: 10.0, r: 0.0 }),
    }
    figure.text("tick", x + 31.0, y + 4.0, &series.name, Anchor::Start);
}

impl Cells {
    /// Alone, with its scale; few cells have their numbers in them.
    fn figure(&self, title: &str) -> Figure {
        /// The width of a cell that has a number in it, and of how many letters the number may be.
        const WIDE: f64 = 64.0;
        const LETTERS: usize = 8;
        let (rows, columns) = (self.rows as f64, self.columns as f64);
        let few = self.columns <= 10 && self.rows <= 16;
        let one = if few { WIDE } else { libm::fmin(420.0 / columns, 420.0 / rows) };
        let (w, h) = (one * columns, if few { 32.0 * rows } else { one * rows });
        let (left, top) = (14.0, 34.0);
        let width = libm::fmax(left + w + 96.0, text_width(title) + 28.0);
        let height = top + libm::fmax(h, 96.0) + 14.0;
        let mut figure = Figure { width, height, title: title.into(), marks: vec![] };
        figure.text("title", left, 22.0, title, Anchor::Start);
        self.draw(&mut figure, (left, top, w, h));
        for (i, v) in self.values.iter().enumerate().filter(|_| few) {
            let text = number(*v, 4);
            if text.chars().count() <= LETTERS {
                let (row, column) = ((i / self.columns) as f64, (i % self.columns) as f64);
                let class = if self.share(*v) > 0.55 || v.is_nan() { "onlight" } else { "ondark" };
                figure.text(class, left + WIDE * (column + 0.5), top + 32.0 * row + 20.0, text, Anchor::Middle);
            }
        }
        Cells { label: String::new(), ..self.clone() }.scale(&mut figure, (left + w + 14.0, top, libm::fmax(h, 96.0)));
        figure
    }

    /// The least and the greatest that are finite.
    pub fn range(&self) -> (f64, f64) {
        let finite = self.values.iter().copied().filter(|v| v.is_finite());
        let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        if low > high { (0.0, 1.0) } else { (low, high) }
    }

    /// Where a number lies between the least and the greatest, from 0 to 1.
    pub fn share(&self, v: f64) -> f64 {
        let (low, high) = self.range();
        if !v.is_finite() {
            return f64::NAN;
        }
        if high > low { (v - low) / (high - low) } else { 0.5 }
    }

    fn draw(&self, figure: &mut Figure, (l, t, w, h): (f64, f64, f64, f64)) {
        let (low, high) = self.range();
        let (cw, ch) = (w / self.columns as f64, h / self.rows as f64);
        for row in 0..self.rows {
            let colour_at = |column: usize| {
                let v = self.values[row * self.columns + column];
                let share = if high > low { (v - low) / (high - low) } else { 0.5 };
                colour(if v.is_finite() { (share * 63.0).round() / 63.0 } else { f64::NAN })
            };
            // Neighbours of one colour are one cell.
            let mut column = 0;
            while column < self.columns {
                let own = colour_at(column);
                let mut end = column + 1;
                while end < self.columns && colour_at(end) == own {
                    end += 1;
                }
                let wide = cw * (end - column) as f64;
                let place = (l + cw * column as f64, t + ch * row as f64);
                figure.mark("cell", Shape::Cell(place.0, place.1, wide + 0.3, ch + 0.3, own));
                column = end;
            }
        }
    }

    /// The colours with their numbers.
    fn scale(&self, figure: &mut Figure, (l, t, h): (f64, f64, f64)) {
        let (low, high) = self.range();
        let steps = 32;
        for i in 0..steps {
            let share = 1.0 - (f64::from(i) + 0.5) / f64::from(steps);
            let y = t + h * f64::from(i) / f64::from(steps);
            figure.mark("cell", Shape::Cell(l, y, 12.0, h / f64::from(steps) + 0.4, colour(share)));
        }
        if high > low {
            for tick in ticks(low, high, 5) {
                let y = t + h - (tick - low) / (high - low) * h;
                figure.text("tick", l + 17.0, y + 4.0, number(tick, 4), Anchor::Start);
            }
        } else {
            figure.text("tick", l + 17.0, t + h / 2.0, number(low, 4), Anchor::Start);
        }
        figure.text("head", l + 68.0, t - 8.0, &self.label, Anchor::End);
    }
}

/// Several charts in a grid.
pub fn grid(charts: &[Chart], title: &str) -> Figure {
    if let [one] = charts {
        return match &one.cells {
            Some(cells) if one.picture => cells.figure(if one.title.is_empty() { &one.x } else { &one.title }),
            _ => one.figure(640.0, 420.0),
        };
    }
    let pictures = charts.iter().all(|chart| chart.picture);
    let columns = match (pictures, charts.len()) {
        (true, n) => (libm::ceil(libm::sqrt(n as f64)) as usize).max(1),
        (false, n) => n.min(2),
    };
    let (w, h) = if pictures { (120.0, 130.0) } else { (480.0, 330.0) };
    let rows = charts.len().div_ceil(columns.max(1));
    let (width, height) = (w * columns as f64, h * rows as f64);
    let mut figure = Figure { width, height, title: title.into(), marks: vec![] };
    for (i, chart) in charts.iter().enumerate() {
        chart.draw(&mut figure, ((i % columns) as f64 * w, (i / columns) as f64 * h, w, h));
    }
    figure
}

/// The parts of a line inside a frame; where it leaves it, it ends at the edge.
fn clipped(points: &[(f64, f64)], x: (f64, f64), y: (f64, f64)) -> Vec<Vec<(f64, f64)>> {
    let inside = |p: &(f64, f64)| p.0 >= x.0 && p.0 <= x.1 && p.1 >= y.0 && p.1 <= y.1;
    let cross = |a: (f64, f64), b: (f64, f64)| {
        // From a inside to b outside, by halves: to the last bit that a pixel can show.
        let (mut a, mut b) = (a, b);
        for _ in 0..40 {
            let middle = ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
            if inside(&middle) { a = middle } else { b = middle }
        }
        a
    };
    let mut out = vec![];
    let mut run: Vec<(f64, f64)> = vec![];
    for (i, point) in points.iter().enumerate() {
        let before = i.checked_sub(1).map(|at| points[at]);
        match (before.as_ref().map(inside), inside(point)) {
            (Some(false), true) => run.push(cross(*point, before.unwrap_or(*point))),
            (Some(true), false) => {
                run.push(cross(before.unwrap_or(*point), *point));
                out.push(std::mem::take(&mut run));
            }
            _ => {}
        }
        if inside(point) {
            run.push(*point);
        }
    }
    out.push(run);
    out.retain(|piece| piece.len() > 1);
    out
}
