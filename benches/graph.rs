//! Scalar graphs differentiated, nothing else: nodes against seconds of the reverse sweep, of the second derivative along a
//! direction, and of what is evaluated. Run by hand: `cargo bench -- graph`.

use nnlang::inside::diff::{self, Slope};
use nnlang::inside::graph::{Attrs, DefId, Fault, Graph, NodeId, Type};
use nnlang::inside::ops::{self, build};
use nnlang::inside::shape::Shape;
use nnlang::inside::simplify::Opener;
use std::time::Instant;

/// `v = sin(v*w) + v`, over and over: every node is used more than once.
fn chain(graph: &mut Graph, nodes: usize) -> Result<(NodeId, NodeId), Fault> {
    let leaf = ops::slot(graph, DefId(0), Type::real(Shape::SCALAR));
    let Some(sin) = ops::find("sin") else { return Ok((leaf, leaf)) };
    let (mut before, mut v) = (leaf, leaf);
    while graph.len() < nodes {
        let product = build::mul(graph, v, before)?;
        let wave = graph.add(sin, Attrs::None, &[product])?;
        before = v;
        v = build::add(graph, wave, v)?;
    }
    Ok((leaf, v))
}

fn measured(nodes: usize) -> Result<(), Box<dyn std::error::Error>> {
    let wrong = |fault: Fault| fault.title;
    let mut graph = Graph::default();
    let (leaf, root) = chain(&mut graph, nodes).map_err(wrong)?;
    let one = ops::number(&mut graph, 1.0);
    let start = Instant::now();
    let slopes = diff::reverse(&mut graph, root, one, &[leaf]).map_err(|trouble| trouble.fault.title)?;
    let (reverse, first) = (start.elapsed().as_secs_f64(), graph.len());
    let [Slope::Node(slope)] = slopes[..] else { return Err("no slope".into()) };
    let start = Instant::now();
    diff::forward(&mut graph, slope, &[(leaf, one)]).map_err(|trouble| trouble.fault.title)?;
    let (again, second) = (start.elapsed().as_secs_f64(), graph.len());
    let start = Instant::now();
    let opened = Opener::default().open(&mut graph, slope);
    let open = start.elapsed().as_secs_f64();
    println!(
        "{nodes:>8} nodes  gradient {:>8} more in {reverse:.4} s  second {:>8} more in {again:.4} s  evaluated {:>8} in {open:.4} s",
        first - nodes,
        second - first,
        graph.reach(&[opened]).len()
    );
    Ok(())
}

pub(crate) fn run() {
    let measured = [1_000, 10_000, 100_000, 1_000_000].into_iter().try_for_each(measured);
    measured.unwrap_or_else(|why| println!("{why}"));
}
