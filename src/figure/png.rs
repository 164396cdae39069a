//! A figure as PNG: the marks drawn with the colours of the SVG's own style sheet, by its light half, in twice as many pixels.

use super::{Anchor, Figure, Shape, svg};
use tiny_skia::{Color, FillRule, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, StrokeDash, Transform};
use ttf_parser::{Face, OutlineBuilder};

/// DejaVu Sans Mono with the letters that programs are written in.
const FONT: &[u8] = include_bytes!("mono.ttf");
/// The size of the words, as the style sheet says it.
const SIZE: f32 = 12.0;
/// The most pixels of a picture, and the most along one side.
const PIXELS: f64 = 4.0e7;
const SIDE: f64 = 16_000.0;

/// The whole file; none where the figure has no size.
pub fn print(figure: &Figure) -> Option<Vec<u8>> {
    let (w, h) = (figure.width, figure.height);
    if !(w >= 1.0 && h >= 1.0 && w.is_finite() && h.is_finite()) {
        return None;
    }
    let scale = libm::fmin(2.0, libm::fmin(libm::sqrt(PIXELS / (w * h)), SIDE / libm::fmax(w, h)));
    let map = Pixmap::new((w * scale).ceil() as u32, (h * scale).ceil() as u32)?;
    let face = Face::parse(FONT, 0).ok()?;
    let mut canvas = Canvas { map, scale: scale as f32, face, sheet: sheet() };
    let ground = canvas.look("bg", false).fill.unwrap_or(Color::WHITE);
    canvas.map.fill(ground);
    for mark in &figure.marks {
        canvas.draw(&mark.class, &mark.shape);
    }
    canvas.map.encode_png().ok()
}

/// One rule of the sheet: what it is for, and what it says.
type Rule = (Vec<&'static str>, Vec<(&'static str, &'static str)>);

struct Canvas {
    map: Pixmap,
    scale: f32,
    face: Face<'static>,
    sheet: Vec<Rule>,
}

/// How a mark looks.
#[derive(Clone, Debug, Default)]
struct Look {
    fill: Option<Color>,
    stroke: Option<Color>,
    width: f32,
    dash: Vec<f32>,
    bold: bool,
}

impl Canvas {
    /// What the sheet says of a class; an element's own rule stands behind those of classes.
    fn look(&self, class: &str, is_text: bool) -> Look {
        let mut look = Look { fill: Some(Color::BLACK), width: 1.0, ..Look::default() };
        let own = format!(".{class}");
        for selector in ["text", own.as_str()].into_iter().skip(usize::from(!is_text)) {
            for (_, says) in self.sheet.iter().filter(|(of, _)| of.contains(&selector)) {
                for (property, value) in says {
                    match *property {
                        "fill" => look.fill = self.colour(value),
                        "stroke" => look.stroke = self.colour(value),
                        "stroke-width" => look.width = value.parse().unwrap_or(1.0),
                        "stroke-dasharray" => look.dash = value.split(' ').filter_map(|n| n.parse().ok()).collect(),
                        "font-weight" => look.bold = true,
                        _ => {}
                    }
                }
            }
        }
        look
    }

    /// `#fff`, `#1b1f24`, `var(--fg)`; none for `none`.
    fn colour(&self, value: &str) -> Option<Color> {
        let value = match value.strip_prefix("var(").and_then(|rest| rest.strip_suffix(')')) {
            Some(name) => {
                let root = self.sheet.iter().find(|(of, _)| of.contains(&"svg"));
                root.and_then(|(_, says)| says.iter().find(|(own, _)| *own == name)).map(|(_, value)| *value)?
            }
            None => value,
        };
        hex(value)
    }

    fn draw(&mut self, class: &str, shape: &Shape) {
        let look = self.look(class, matches!(shape, Shape::Text { .. }));
        match shape {
            Shape::Box { x, y, w, h, r } => self.path(rounded([*x, *y, *w, *h, *r].map(|v| v as f32)), &look),
            Shape::Line(points) => self.path(line(points), &look),
            Shape::Arrow(points) => {
                self.path(curved(points), &look);
                let head = look.stroke.or(look.fill);
                self.path(arrow(points, look.width), &Look { fill: head, ..Look::default() });
            }
            Shape::Dot(x, y, r) => self.path(PathBuilder::from_circle(*x as f32, *y as f32, *r as f32), &look),
            Shape::Cell(x, y, w, h, colour) => {
                let rect = Rect::from_xywh(*x as f32, *y as f32, *w as f32, *h as f32);
                let look = Look { fill: hex(colour), ..Look::default() };
                self.path(rect.map(PathBuilder::from_rect), &look);
            }
            Shape::Text { x, y, text, anchor } => self.text((*x as f32, *y as f32), text, *anchor, &look),
        }
    }

    fn path(&mut self, path: Option<Path>, look: &Look) {
        let Some(path) = path else { return };
        let place = Transform::from_scale(self.scale, self.scale);
        if let Some(colour) = look.fill {
            self.map.fill_path(&path, &paint(colour), FillRule::Winding, place, None);
        }
        if let Some(colour) = look.stroke {
            let dash = StrokeDash::new(look.dash.clone(), 0.0);
            let stroke = Stroke { width: look.width, line_join: LineJoin::Round, dash, ..Stroke::default() };
            self.map.stroke_path(&path, &paint(colour), &stroke, place, None);
        }
    }

    /// Words letter by letter: all letters of the font are equally wide.
    fn text(&mut self, (x, y): (f32, f32), text: &str, anchor: Anchor, look: &Look) {
        let size = SIZE / f32::from(self.face.units_per_em());
        let glyphs: Vec<_> = text.chars().map(|c| self.face.glyph_index(c).unwrap_or_default()).collect();
        let wide = |id| f32::from(self.face.glyph_hor_advance(id).unwrap_or(0)) * size;
        let whole: f32 = glyphs.iter().map(|id| wide(*id)).sum();
        let mut at = match anchor {
            Anchor::Start => x,
            Anchor::Middle => x - whole / 2.0,
            Anchor::End => x - whole,
        };
        let mut pen = Pen { path: PathBuilder::new(), x: 0.0, y, size };
        for id in glyphs {
            pen.x = at;
            self.face.outline_glyph(id, &mut pen);
            at += wide(id);
        }
        let stroke = look.fill.filter(|_| look.bold);
        self.path(pen.path.finish(), &Look { fill: look.fill, stroke, width: 0.6, ..Look::default() });
    }
}

/// Writes the outline of a letter where it stands.
struct Pen {
    path: PathBuilder,
    x: f32,
    y: f32,
    size: f32,
}

impl Pen {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.size, self.y - y * self.size)
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, a: f32, b: f32, x: f32, y: f32) {
        let ((a, b), (x, y)) = (self.at(a, b), self.at(x, y));
        self.path.quad_to(a, b, x, y);
    }

    fn curve_to(&mut self, a: f32, b: f32, c: f32, d: f32, x: f32, y: f32) {
        let ((a, b), (c, d), (x, y)) = (self.at(a, b), self.at(c, d), self.at(x, y));
        self.path.cubic_to(a, b, c, d, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

fn paint(colour: Color) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(colour);
    paint
}

/// A rectangle with round corners.
fn rounded([x, y, w, h, r]: [f32; 5]) -> Option<Path> {
    let r = r.min(w / 2.0).min(h / 2.0);
    if r <= 0.0 {
        return Rect::from_xywh(x, y, w, h).map(PathBuilder::from_rect);
    }
    // How far the control points of a quarter of a circle lie from its ends, in radii.
    let k = r * (1.0 - 0.552_284_8);
    let (right, below) = (x + w, y + h);
    let mut path = PathBuilder::new();
    path.move_to(x + r, y);
    path.line_to(right - r, y);
    path.cubic_to(right - k, y, right, y + k, right, y + r);
    path.line_to(right, below - r);
    path.cubic_to(right, below - k, right - k, below, right - r, below);
    path.line_to(x + r, below);
    path.cubic_to(x + k, below, x, below - k, x, below - r);
    path.line_to(x, y + r);
    path.cubic_to(x, y + k, x + k, y, x + r, y);
    path.close();
    path.finish()
}

fn line(points: &[(f64, f64)]) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (i, (x, y)) in points.iter().enumerate() {
        if i == 0 { path.move_to(*x as f32, *y as f32) } else { path.line_to(*x as f32, *y as f32) }
    }
    path.finish()
}

fn curved(points: &[(f64, f64)]) -> Option<Path> {
    let (x, y) = points.first()?;
    let mut path = PathBuilder::new();
    path.move_to(*x as f32, *y as f32);
    for curve in svg::curves(points) {
        let [(a, b), (c, d), (x, y)] = curve.map(|(x, y)| (x as f32, y as f32));
        path.cubic_to(a, b, c, d, x, y);
    }
    path.finish()
}

/// The head of an arrow, as large as the marker of the SVG.
fn arrow(points: &[(f64, f64)], width: f32) -> Option<Path> {
    let [_, before, tip] = svg::curves(points).pop()?;
    let (dx, dy) = ((tip.0 - before.0) as f32, (tip.1 - before.1) as f32);
    let far = libm::hypotf(dx, dy);
    if far == 0.0 {
        return None;
    }
    let unit = width * 7.0 / 8.0;
    let (dx, dy) = (dx / far * unit, dy / far * unit);
    let (x, y) = (tip.0 as f32, tip.1 as f32);
    let mut path = PathBuilder::new();
    path.move_to(x + dx, y + dy);
    path.line_to(x - 7.0 * dx - 4.0 * dy, y - 7.0 * dy + 4.0 * dx);
    path.line_to(x - 7.0 * dx + 4.0 * dy, y - 7.0 * dy - 4.0 * dx);
    path.close();
    path.finish()
}

/// `#fff` and `#1b1f24`
fn hex(text: &str) -> Option<Color> {
    let digits: Vec<u8> = text.strip_prefix('#')?.chars().filter_map(|c| c.to_digit(16)).map(|d| d as u8).collect();
    match digits.as_slice() {
        [r, g, b] => Some(Color::from_rgba8(r * 17, g * 17, b * 17, 255)),
        [a, b, c, d, e, f] => Some(Color::from_rgba8(a * 16 + b, c * 16 + d, e * 16 + f, 255)),
        _ => None,
    }
}

/// The rules of the style sheet that hold in the light, in order.
fn sheet() -> Vec<Rule> {
    let mut out = vec![];
    let mut rest = svg::STYLE;
    while let Some((of, after)) = rest.split_once('{') {
        if of.starts_with('@') {
            // What is for the dark alone.
            rest = after.split_once("}}").map_or("", |(_, after)| after);
            continue;
        }
        let Some((says, after)) = after.split_once('}') else { break };
        let says = says.split(';').filter_map(|one| one.split_once(':'));
        out.push((of.split(',').collect(), says.collect()));
        rest = after;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_come_from_the_style_sheet_of_the_light() {
        let map = Pixmap::new(1, 1).expect("it has a size");
        let canvas = Canvas { map, scale: 1.0, face: Face::parse(FONT, 0).expect("it is a font"), sheet: sheet() };
        assert_eq!(canvas.look("bg", false).fill, hex("#fff"));
        assert_eq!(canvas.look("s0", false).stroke, hex("#0072b2"));
        assert_eq!(canvas.look("s0", false).fill, None);
        assert_eq!(canvas.look("s1", false).dash, [7.0, 3.0]);
        assert!(canvas.look("title", true).bold);
        assert_ne!(canvas.look("slope", true).fill, canvas.look("value", true).fill);
    }

    #[test]
    fn a_picture_is_a_png_of_twice_its_size_with_the_ink_of_its_marks() {
        let mut figure = Figure { width: 40.0, height: 20.0, ..Figure::default() };
        figure.text("value", 20.0, 14.0, "J = ∂", Anchor::Middle);
        let bytes = figure.png().expect("it has a size");
        let map = Pixmap::decode_png(&bytes).expect("it is a PNG");
        assert_eq!((map.width(), map.height()), (80, 40));
        let dark = map.pixels().iter().filter(|pixel| pixel.red() < 100).count();
        assert!((60..900).contains(&dark), "{dark}");
        assert_eq!(Figure::default().png(), None);
        let long = Figure { width: 1e6, height: 10.0, ..Figure::default() };
        assert!(long.png().is_some_and(|bytes| Pixmap::decode_png(&bytes).is_ok_and(|map| map.width() <= 16_000)));
    }
}
