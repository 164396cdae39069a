//! Pictures: typed marks with three printers, and the charts and graphs that are made of them.
//!
//! A chart or a graph is data first ([`Chart`], [`Network`]); it is laid out as a [`Figure`] of marks, which `svg` prints. On a
//! terminal a chart is drawn with braille dots and blocks from the same data. Every number that a label shows is written by
//! [`crate::view::number`], as in the answers in text.

mod braille;
mod chart;
mod layout;
mod network;
mod png;
mod svg;
mod ticks;

pub use braille::terminal;
pub use chart::{Cells, Chart, Kind, Series, grid};
pub use network::{Edge, Network, Vertex};

/// A picture: marks in a frame whose origin is its upper left corner, one unit a pixel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure {
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// What it shows, for those who cannot see it.
    pub title: String,
    /// From back to front.
    pub marks: Vec<Mark>,
}

/// A mark.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// What is drawn.
    pub shape: Shape,
    /// The role that gives it its colours: `axis`, `grid`, `node`, `param`, `edge`, `value`, `s0` the first series, …
    pub class: String,
    /// The name of the program that it stands for.
    pub name: Option<String>,
}

/// What a mark draws.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A rectangle by its upper left corner, with round corners.
    Box {
        /// Left.
        x: f64,
        /// Top.
        y: f64,
        /// Width.
        w: f64,
        /// Height.
        h: f64,
        /// Radius of the corners.
        r: f64,
    },
    /// A line through points.
    Line(Vec<(f64, f64)>),
    /// A smooth edge through points that ends in an arrow.
    Arrow(Vec<(f64, f64)>),
    /// A point.
    Dot(f64, f64, f64),
    /// A cell of a map, in its own colour `#rrggbb`.
    Cell(f64, f64, f64, f64, String),
    /// Words.
    Text {
        /// Where.
        x: f64,
        /// The base line.
        y: f64,
        /// The words.
        text: String,
        /// Which part of the words stands at `x`.
        anchor: Anchor,
    },
}

/// Which part of a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

impl Figure {
    /// Adds a mark without a name.
    pub fn mark(&mut self, class: impl Into<String>, shape: Shape) {
        self.marks.push(Mark { shape, class: class.into(), name: None });
    }

    /// Adds a mark that stands for a name of the program.
    pub fn named(&mut self, class: impl Into<String>, name: &str, shape: Shape) {
        self.marks.push(Mark { shape, class: class.into(), name: Some(name.into()) });
    }

    /// Adds words.
    pub fn text(&mut self, class: impl Into<String>, x: f64, y: f64, text: impl Into<String>, anchor: Anchor) {
        self.mark(class, Shape::Text { x, y, text: text.into(), anchor });
    }

    /// As SVG, which follows the light or dark of the page that shows it.
    pub fn svg(&self) -> String {
        svg::print(self)
    }

    /// As PNG in the colours of a light page; none where it has no size.
    pub fn png(&self) -> Option<Vec<u8>> {
        png::print(self)
    }

    /// As a page of HTML with the picture in it.
    pub fn html(&self) -> String {
        let title = svg::escaped(&self.title);
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>:root{{color-scheme:light dark}}body{{margin:1rem}}svg{{max-width:100%;height:auto}}</style>\n{}</html>\n",
            self.svg()
        )
    }
}

/// The colour of a share from 0 to 1, dark to bright, by Viridis (van der Walt and Smith 2015): equal steps look equal, in grey
/// too.
pub fn colour(share: f64) -> String {
    const STOPS: [(u8, u8, u8); 11] = [
        (68, 1, 84),
        (72, 36, 117),
        (65, 68, 135),
        (53, 95, 141),
        (42, 120, 142),
        (33, 145, 140),
        (34, 168, 132),
        (68, 191, 112),
        (122, 209, 81),
        (189, 223, 38),
        (253, 231, 37),
    ];
    if !share.is_finite() {
        return "#bbbbbb".into();
    }
    let at = share.clamp(0.0, 1.0) * (STOPS.len() - 1) as f64;
    let low = (at as usize).min(STOPS.len() - 2);
    let part = at - low as f64;
    let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * part).round() as u8;
    let ((a, b, c), (d, e, f)) = (STOPS[low], STOPS[low + 1]);
    format!("#{:02x}{:02x}{:02x}", mix(a, d), mix(b, e), mix(c, f))
}

/// How wide words are in the pictures' font, about: an entry of a monospaced one.
pub fn text_width(text: &str) -> f64 {
    7.2 * crate::view::width(text) as f64
}
