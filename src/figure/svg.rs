//! A figure as SVG: plain, without scripts, its words selectable, its colours by the scheme of the page.

use super::{Anchor, Figure, Shape};
use std::fmt::Write;

/// Colours for the light and the dark: Okabe and Ito's, which those who see fewer colours tell apart; lines differ in their dashes
/// too.
pub(super) const STYLE: &str = "svg{--bg:#fff;--fg:#1b1f24;--soft:#6a737d;--line:#d0d7de;--node:#f6f8fa;--param:#e7f3ec;--data:#e8effa;--goal:#fdf0dc;--slope:#a5460a;--c0:#0072b2;--c1:#d55e00;--c2:#009e73;--c3:#cc79a7;--c4:#8a6d00;--c5:#56b4e9}\
@media (prefers-color-scheme:dark){svg{--bg:#16191d;--fg:#e6e8ea;--soft:#9aa4ad;--line:#3a424a;--node:#20252b;--param:#1d3126;--data:#1d2a3d;--goal:#3a2e18;--slope:#ffb27a;--c0:#4fa8e0;--c1:#ff8b3d;--c2:#35c79a;--c3:#e59cc4;--c4:#e0c64a;--c5:#8fd0f5}}\
text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,\"DejaVu Sans Mono\",monospace;fill:var(--fg)}\
.bg{fill:var(--bg)}.axis{stroke:var(--soft);fill:none}.grid{stroke:var(--line);fill:none}.tick,.shape,.equation{fill:var(--soft)}\
.title,.head{font-weight:600}.node,.param,.data,.goal,.group{fill:var(--node);stroke:var(--soft)}.param{fill:var(--param);stroke-dasharray:4 2}.data{fill:var(--data)}.goal{fill:var(--goal);stroke-width:2}\
.group{fill:none;stroke-dasharray:2 3}.edge{fill:none;stroke:var(--soft);stroke-width:1.4}.value{fill:var(--fg)}.onlight{fill:#111111}.ondark{fill:#ffffff}.slope{fill:var(--slope)}\
.s0,.s1,.s2,.s3,.s4,.s5{fill:none;stroke-width:2}.s0{stroke:var(--c0)}.s1{stroke:var(--c1);stroke-dasharray:7 3}.s2{stroke:var(--c2);stroke-dasharray:2 3}.s3{stroke:var(--c3);stroke-dasharray:9 3 2 3}.s4{stroke:var(--c4);stroke-dasharray:4 4}.s5{stroke:var(--c5);stroke-dasharray:12 4}\
.tangent{stroke:var(--soft);stroke-width:1.5;fill:none}.p0,.b0{fill:var(--c0)}.p1,.b1{fill:var(--c1)}.p2,.b2{fill:var(--c2)}.p3,.b3{fill:var(--c3)}.p4,.b4{fill:var(--c4)}.p5,.b5{fill:var(--c5)}.p0,.p1,.p2,.p3,.p4,.p5{stroke:var(--bg);stroke-width:1}";

/// The whole text.
pub fn print(figure: &Figure) -> String {
    let (w, h) = (short(figure.width), short(figure.height));
    let title = escaped(&figure.title);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" role=\"img\">\n<title>{title}</title>\n<style>{STYLE}</style>\n<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"context-stroke\" style=\"fill:#6a737d\"/></marker></defs>\n<rect class=\"bg\" width=\"{w}\" height=\"{h}\"/>\n"
    );
    for mark in &figure.marks {
        let name = match &mark.name {
            Some(name) => format!(" data-name=\"{}\"", escaped(name)),
            None => String::new(),
        };
        let class = &mark.class;
        // Writing to a string cannot fail.
        let _ = match &mark.shape {
            Shape::Box { x, y, w, h, r } => writeln!(
                out,
                "<rect class=\"{class}\"{name} x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>",
                short(*x),
                short(*y),
                short(*w),
                short(*h),
                short(*r)
            ),
            Shape::Line(points) => {
                let path: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", short(*x), short(*y))).collect();
                writeln!(out, "<polyline class=\"{class}\"{name} points=\"{}\"/>", path.join(" "))
            }
            Shape::Arrow(points) => {
                let path = smooth(points);
                writeln!(out, "<path class=\"{class}\"{name} marker-end=\"url(#arrow)\" d=\"{path}\"/>")
            }
            Shape::Dot(x, y, r) => writeln!(
                out,
                "<circle class=\"{class}\"{name} cx=\"{}\" cy=\"{}\" r=\"{}\"/>",
                short(*x),
                short(*y),
                short(*r)
            ),
            Shape::Cell(x, y, w, h, colour) => writeln!(
                out,
                "<rect{name} x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{colour}\"/>",
                short(*x),
                short(*y),
                short(*w),
                short(*h)
            ),
            Shape::Text { x, y, text, anchor } => {
                let anchor = match anchor {
                    Anchor::Start => "",
                    Anchor::Middle => " text-anchor=\"middle\"",
                    Anchor::End => " text-anchor=\"end\"",
                };
                writeln!(
                    out,
                    "<text class=\"{class}\"{name} x=\"{}\" y=\"{}\"{anchor}>{}</text>",
                    short(*x),
                    short(*y),
                    escaped(text)
                )
            }
        };
    }
    out.push_str("</svg>\n");
    out
}

/// A way through points that leaves and reaches each in the direction in which it begins.
fn smooth(points: &[(f64, f64)]) -> String {
    let Some((x, y)) = points.first() else { return String::new() };
    let mut out = format!("M{} {}", short(*x), short(*y));
    for curve in curves(points) {
        let all = curve.map(|(x, y)| format!("{} {}", short(x), short(y)));
        out.push('C');
        out.push_str(&all.join(" "));
    }
    out
}

/// The pieces of that way: of each the two control points and its end.
pub(super) fn curves(points: &[(f64, f64)]) -> Vec<[(f64, f64); 3]> {
    let down = matches!(points, [first, second, ..] if first.0 == second.0 && first.1 != second.1);
    let piece = |pair: &[(f64, f64)]| {
        let (from, to) = (pair[0], pair[1]);
        if down {
            let middle = (from.1 + to.1) / 2.0;
            [(from.0, middle), (to.0, middle), to]
        } else {
            let middle = (from.0 + to.0) / 2.0;
            [(middle, from.1), (middle, to.1), to]
        }
    };
    points.windows(2).map(piece).collect()
}

/// A place to a tenth of a pixel.
fn short(v: f64) -> String {
    let text = format!("{v:.1}");
    text.strip_suffix(".0").unwrap_or(&text).to_string()
}

/// Text as XML says it.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
