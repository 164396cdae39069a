//! Graphs of definitions: boxes with edges, as a figure, as DOT, as Mermaid and as TikZ.

use super::layout::{self, Laid};
use super::{Anchor, Figure, Shape, text_width};
use std::fmt::Write;

/// A graph that is to be drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Network {
    /// What it shows.
    pub title: String,
    /// The boxes, each after those it is made of.
    pub vertices: Vec<Vertex>,
    /// The edges.
    pub edges: Vec<Edge>,
}

/// A box.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vertex {
    /// The name of the program.
    pub name: String,
    /// What it is: `node`, `param`, `data`, `goal`.
    pub role: &'static str,
    /// The lines in it, each with its class: `head`, `equation`, `shape`, `value`, `slope`.
    pub lines: Vec<(&'static str, String)>,
}

/// An edge from a box to one that is made of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Edge {
    /// The place of the box where it starts.
    pub from: usize,
    /// The place of the box where it ends.
    pub to: usize,
    /// What stands above it: the value that goes along it.
    pub above: String,
    /// What stands below it: the derivative that comes back.
    pub below: String,
}

const LINE: f64 = 16.0;
const MARGIN: f64 = 20.0;

impl Vertex {
    fn size(&self) -> (f64, f64) {
        let wide = self.lines.iter().map(|(_, text)| text_width(text)).fold(24.0, f64::max);
        (wide + 20.0, LINE * self.lines.len() as f64 + 12.0)
    }
}

impl Network {
    /// The boxes with their sizes in their places.
    fn laid(&self) -> (Vec<(f64, f64)>, Laid) {
        let sizes: Vec<(f64, f64)> = self.vertices.iter().map(Vertex::size).collect();
        let edges: Vec<(usize, usize)> = self.edges.iter().map(|edge| (edge.from, edge.to)).collect();
        let mut labels = vec![0.0; sizes.len()];
        for edge in &self.edges {
            let wide = [&edge.above, &edge.below].map(|text| text_width(text));
            labels[edge.from] = wide.into_iter().fold(labels[edge.from], f64::max);
        }
        let laid = layout::lay(&sizes, &edges, &labels);
        (sizes, laid)
    }

    /// From left to right where it is shallow, else from above to below.
    pub fn figure(&self) -> Figure {
        let (sizes, Laid { boxes, routes, width, height, down }) = self.laid();
        let head = if self.title.is_empty() { 0.0 } else { 26.0 };
        let mut figure = Figure {
            width: (width + 2.0 * MARGIN).max(text_width(&self.title) + 2.0 * MARGIN),
            height: height + 2.0 * MARGIN + head,
            title: self.title.clone(),
            marks: vec![],
        };
        if head > 0.0 {
            figure.text("title", figure.width / 2.0, 24.0, &self.title, Anchor::Middle);
        }
        let moved = |(x, y): (f64, f64)| (x + MARGIN, y + MARGIN + head);
        for (edge, route) in self.edges.iter().zip(&routes) {
            let points = route.iter().map(|at| moved(*at)).collect();
            figure.named("edge", &self.vertices[edge.from].name, Shape::Arrow(points));
        }
        for (edge, route) in self.edges.iter().zip(&routes) {
            // Behind the box that the edge leaves it is straight.
            let (a, b) = (moved(route[0]), moved(route[1]));
            let name = &self.vertices[edge.from].name;
            let mut words = |class: &str, (x, y): (f64, f64), text: &String| {
                if !text.is_empty() {
                    let anchor = if down { Anchor::Start } else { Anchor::Middle };
                    figure.named(class, name, Shape::Text { x, y, text: text.clone(), anchor });
                }
            };
            let middle = (a.0 + b.0) / 2.0;
            words("value", if down { (a.0 + 7.0, a.1 + 15.0) } else { (middle, a.1 - 5.0) }, &edge.above);
            words("slope", if down { (a.0 + 7.0, a.1 + 30.0) } else { (middle, a.1 + 14.0) }, &edge.below);
        }
        for (vertex, ((x, y), (w, h))) in self.vertices.iter().zip(boxes.iter().zip(&sizes)) {
            let (x, y) = moved((*x, *y));
            figure.named(vertex.role, &vertex.name, Shape::Box { x, y, w: *w, h: *h, r: 6.0 });
            for (i, (class, text)) in vertex.lines.iter().enumerate() {
                let at = y + 18.0 + LINE * i as f64;
                let words = Shape::Text { x: x + w / 2.0, y: at, text: text.clone(), anchor: Anchor::Middle };
                figure.named(*class, &vertex.name, words);
            }
        }
        figure
    }

    /// As DOT, for Graphviz.
    pub fn dot(&self) -> String {
        let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        let mut out = format!(
            "digraph \"{}\" {{\n  rankdir=LR\n  node [shape=box, style=rounded, fontname=monospace]\n  edge [fontname=monospace]\n",
            quoted(&self.title)
        );
        for (i, vertex) in self.vertices.iter().enumerate() {
            let lines: Vec<String> = vertex.lines.iter().map(|(_, text)| quoted(text)).collect();
            let style = if vertex.role == "param" { ", style=\"rounded,dashed\"" } else { "" };
            // Writing to a string cannot fail.
            let _ = writeln!(out, "  n{i} [label=\"{}\"{style}]", lines.join("\\n"));
        }
        for edge in &self.edges {
            let words: Vec<String> = [&edge.above, &edge.below]
                .into_iter()
                .filter(|text| !text.is_empty())
                .map(|text| quoted(text))
                .collect();
            let label = if words.is_empty() { String::new() } else { format!(" [label=\"{}\"]", words.join("\\n")) };
            let _ = writeln!(out, "  n{} -> n{}{label}", edge.from, edge.to);
        }
        out + "}\n"
    }

    /// As Mermaid, which Markdown pages draw.
    pub fn mermaid(&self) -> String {
        let quoted =
            |text: &str| text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
        let mut out = String::from("flowchart LR\n");
        for (i, vertex) in self.vertices.iter().enumerate() {
            let lines: Vec<String> = vertex.lines.iter().map(|(_, text)| quoted(text)).collect();
            let _ = writeln!(out, "  n{i}[\"{}\"]", lines.join("<br>"));
        }
        for edge in &self.edges {
            let words: Vec<String> = [&edge.above, &edge.below]
                .into_iter()
                .filter(|text| !text.is_empty())
                .map(|text| quoted(text))
                .collect();
            let label = if words.is_empty() { String::new() } else { format!("|\"{}\"|", words.join("<br>")) };
            let _ = writeln!(out, "  n{} -->{label} n{}", edge.from, edge.to);
        }
        out
    }

    /// As a picture in TikZ, in a document of its own.
    pub fn tex(&self) -> String {
        let (sizes, laid) = self.laid();
        let mut out = String::from(
            "\\documentclass[tikz,border=4pt]{standalone}\n\\begin{document}\n\\begin{tikzpicture}[x=1pt,y=-1pt,font=\\ttfamily\\small,box/.style={draw,rounded corners,align=center},>=stealth]\n",
        );
        for (i, (vertex, ((x, y), (w, h)))) in self.vertices.iter().zip(laid.boxes.iter().zip(&sizes)).enumerate() {
            let lines: Vec<String> = vertex.lines.iter().map(|(_, text)| verbatim(text)).collect();
            let dashed = if vertex.role == "param" { ",dashed" } else { "" };
            let _ = writeln!(
                out,
                "\\node[box{dashed}] (n{i}) at ({:.1},{:.1}) {{{}}};",
                x + w / 2.0,
                y + h / 2.0,
                lines.join("\\\\ ")
            );
        }
        for (edge, route) in self.edges.iter().zip(&laid.routes) {
            let mut label = String::new();
            let [above, below] = if laid.down { ["above right", "below right"] } else { ["above", "below"] };
            for (side, text) in [(above, &edge.above), (below, &edge.below)].iter().filter(|(_, text)| !text.is_empty())
            {
                let _ = write!(label, " node[midway,{side}] {{{}}}", verbatim(text));
            }
            let places: Vec<String> = route.iter().map(|(x, y)| format!("({x:.1},{y:.1})")).collect();
            let (first, rest) = places.split_first().map_or(("", &places[..]), |(first, rest)| (first.as_str(), rest));
            let _ = writeln!(out, "\\draw[->,rounded corners=6pt] {first} --{label} {};", rest.join(" -- "));
        }
        out + "\\end{tikzpicture}\n\\end{document}\n"
    }
}

/// Words as LaTeX prints them, letter by letter.
fn verbatim(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\textbackslash{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '#' | '$' | '%' | '&' | '_' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            '…' => out.push_str("\\dots{}"),
            '∂' => out.push_str("$\\partial$"),
            '·' => out.push_str("$\\cdot$"),
            '×' => out.push_str("$\\times$"),
            c if ('α'..='ω').contains(&c) || ('Α'..='Ω').contains(&c) => {
                let _ = write!(out, "\\ensuremath{{{}}}", greek(c));
            }
            c => out.push(c),
        }
    }
    out
}

fn greek(c: char) -> &'static str {
    match c {
        'α' => "\\alpha",
        'β' => "\\beta",
        'γ' => "\\gamma",
        'δ' => "\\delta",
        'ε' => "\\varepsilon",
        'η' => "\\eta",
        'θ' => "\\theta",
        'κ' => "\\kappa",
        'λ' => "\\lambda",
        'μ' => "\\mu",
        'ν' => "\\nu",
        'π' => "\\pi",
        'ρ' => "\\rho",
        'σ' => "\\sigma",
        'τ' => "\\tau",
        'φ' => "\\varphi",
        'χ' => "\\chi",
        'ψ' => "\\psi",
        'ω' => "\\omega",
        _ => "?",
    }
}
