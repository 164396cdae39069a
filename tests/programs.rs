//! Random programs: both modes of differentiation agree with each other and with differences, what is evaluated agrees
//! with what is written, and the one layout of a program has its answers.

#![allow(clippy::unwrap_used)]

mod support;

use nnlang::InMemory;
use nnlang::inside::diff::{self, Slope};
use nnlang::inside::exec::{self, Cache, Inputs};
use nnlang::inside::graph::{Domain, NodeId, verify};
use nnlang::inside::lower::Compiled;
use nnlang::inside::shape::Binding;
use nnlang::inside::source::{Source, Sources};
use nnlang::inside::tensor::{Precision, Tensor};
use nnlang::inside::{ops, syntax};
use nnlang::{Session, Settings};
use std::sync::Arc;
use support::points::{Draw, literal, open, shape, slopes, tensor};

const LEAVES: [(&str, &[usize]); 5] = [("a", &[]), ("x", &[3]), ("y", &[3]), ("W", &[3, 3]), ("X", &[2, 3])];

/// A program with ten definitions, `J` last; its layout is careless.
struct Program {
    text: String,
    leaves: Vec<Vec<f64>>,
}

/// The values that are there, by name.
type Pool = Vec<(String, Vec<usize>)>;

fn some(pool: &Pool, draw: &mut Draw, fits: impl Fn(&[usize]) -> bool) -> Option<(String, Vec<usize>)> {
    let fitting: Vec<&(String, Vec<usize>)> = pool.iter().filter(|(_, sizes)| fits(sizes)).collect();
    if fitting.is_empty() {
        return None;
    }
    // The later ones more often: the graph becomes deep.
    let at = draw.below(fitting.len()).max(draw.below(fitting.len()));
    Some(fitting[at].clone())
}

fn stretched(a: &[usize], b: &[usize]) -> Vec<usize> {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    assert!(long.ends_with(short));
    long.to_vec()
}

/// One right side and its sizes; `None` where nothing fits it.
fn right_side(pool: &Pool, draw: &mut Draw) -> Option<(String, Vec<usize>)> {
    let (a, sizes) = some(pool, draw, |_| true)?;
    let beside = |draw: &mut Draw| some(pool, draw, |other| other.ends_with(&sizes) || sizes.ends_with(other));
    let c = draw.between(0.25, 1.5);
    Some(match draw.below(20) {
        0 | 1 => {
            let (b, other) = beside(draw)?;
            let sign = draw.one_of(&["+", "-", " -  "]);
            (format!("{a}{sign}{b}"), stretched(&sizes, &other))
        }
        2 | 3 => {
            let (b, other) = beside(draw)?;
            (format!("({a} * {b})"), stretched(&sizes, &other))
        }
        4 => {
            let (b, other) = beside(draw)?;
            (format!("{a}/(1 + {b}^2)"), stretched(&sizes, &other))
        }
        5 => (format!("{a}/{c:.3} - {c:.2}{a}"), sizes),
        6 => (format!("({a})^2/2"), sizes),
        7 => (format!("tanh( {a})"), sizes),
        8 => (format!("sigmoid({c:.3}*{a})"), sizes),
        9 => (format!("1/(1 + exp(-{a}))"), sizes),
        10 => (format!("exp(-{a}^2)"), sizes),
        11 => (format!("1 - tanh({a})^2"), sizes),
        12 => {
            let (m, matrix) = some(pool, draw, |sizes| sizes.len() == 2)?;
            let (axis, left) = draw.one_of(&[(0, matrix[1]), (1, matrix[0])]);
            (format!("{}({m}, axis = {axis})", draw.one_of(&["sum", "mean", "max"])), vec![left])
        }
        13 => (format!("{}({a}){}", draw.one_of(&["mean", "sum"]), draw.one_of(&["", "/3", " * 0.5"])), vec![]),
        14 => {
            let (m, matrix) = some(pool, draw, |sizes| sizes.len() == 2)?;
            let (v, _) = some(pool, draw, |sizes| sizes == [matrix[1]])?;
            (format!("{m}@{v}"), vec![matrix[0]])
        }
        15 => {
            let (m, left) = some(pool, draw, |sizes| sizes.len() == 2)?;
            let (n, right) = some(pool, draw, |sizes| sizes.len() == 2 && sizes[1] == left[1])?;
            (format!("{m} @ {n}'"), vec![left[0], right[0]])
        }
        16 => {
            let (v, vector) = some(pool, draw, |sizes| sizes.last() == Some(&3))?;
            let part = draw.one_of(&["1:", ":2", "-2:"]);
            match vector.len() {
                1 => (format!("{v}[{part}]"), vec![2]),
                _ => (format!("{v}[:,{part}]"), vec![vector[0], 2]),
            }
        }
        17 => {
            let (m, matrix) = some(pool, draw, |sizes| sizes.len() == 2)?;
            (format!("{m}[{}]", draw.one_of(&["0", "-1"])), vec![matrix[1]])
        }
        18 => {
            let (b, other) = beside(draw)?;
            (format!("where({a} > {c:.2}, {a}^2 , {b})"), stretched(&sizes, &other))
        }
        _ => {
            let (b, other) = beside(draw)?;
            (format!("{}({a}, {b})", draw.one_of(&["max", "min"])), stretched(&sizes, &other))
        }
    })
}

fn program(seed: u64) -> Program {
    let mut draw = Draw(seed);
    let (mut text, mut pool, mut leaves): (String, Pool, Vec<Vec<f64>>) = (String::new(), vec![], vec![]);
    for (name, sizes) in LEAVES {
        let entries = draw.entries(Domain::NonZero, sizes);
        let rows: Vec<String> = entries.chunks(3).map(|row| format!("{row:?}")).collect();
        let value = match sizes.len() {
            0 => format!("{:?}", entries[0]),
            1 => rows.concat(),
            _ => format!("[{}]", rows.join(",")),
        };
        text.push_str(&format!("{name}={value}\n"));
        pool.push((name.into(), sizes.to_vec()));
        leaves.push(entries);
    }
    for i in 1..=10 {
        let (right, sizes) = std::iter::repeat_with(|| right_side(&pool, &mut draw)).flatten().next().unwrap();
        let space = draw.one_of(&["", " ", "  "]);
        text.push_str(&format!("u{i}{space}={space}{right}\n"));
        pool.push((format!("u{i}"), sizes));
    }
    let (last, _) = pool.pop().unwrap();
    let (more, _) = some(&pool, &mut draw, |_| true).unwrap();
    text.push_str(&format!("J = mean({last}) +mean({more}*W[0, 0])\nJ\ngrad J\n"));
    Program { text, leaves }
}

/// Runs a text; its graph, and its answers as they are printed.
fn run(text: &str) -> (Session, String) {
    let (session, report) = Session::new(Settings::default()).apply("random.nnl", text, &mut InMemory::default());
    let problems: Vec<&str> = report.diagnostics.iter().filter(|p| p.is_error()).map(|p| p.title.as_str()).collect();
    assert!(problems.is_empty(), "{text}\n{problems:?}");
    (session, support::answers(&report))
}

fn node(compiled: &Compiled, name: &str) -> NodeId {
    compiled.defs.iter().find(|def| &*def.name == name).unwrap().node
}

/// The numbers of nodes where the leaves hold these entries.
fn numbers(compiled: &Compiled, roots: &[NodeId], leaves: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let held: Vec<(usize, Arc<Tensor>)> = (LEAVES.iter().zip(leaves))
        .map(|((name, sizes), entries)| {
            let at = compiled.defs.iter().position(|def| &*def.name == *name).unwrap();
            (at, tensor(nnlang::inside::tensor::DType::Real, sizes, entries))
        })
        .collect();
    let slots = |def: nnlang::inside::graph::DefId| {
        held.iter().find(|(at, _)| *at == def.index()).map(|(_, value)| exec::Slot::Value(value.clone()))
    };
    let binding = Binding::default();
    let inputs = Inputs {
        slots: &slots,
        binding: &binding,
        precision: Precision::F64,
        memory_limit: 1 << 30,
        interrupt: &|| false,
    };
    let values = exec::run(&compiled.graph, roots, &inputs, &mut Cache::new(0)).unwrap();
    values.iter().map(|value| value.numbers().collect()).collect()
}

/// One number of many that are added: rounding is as large as the largest of them.
fn near(found: f64, wanted: f64, tolerance: f64, scale: f64) -> bool {
    found == wanted || (found - wanted).abs() <= tolerance * scale.max(wanted.abs())
}

#[test]
fn random_programs_are_differentiated_evaluated_and_laid_out_alike() {
    let (mut wrong, mut smooth) = (vec![], 0);
    for seed in 0..300 {
        let program = program(seed);
        let mut say = |what: String| wrong.push(format!("{what}\n{}", program.text));
        let (session, answers) = run(&program.text);

        let mut sources = Sources::default();
        let id = sources.add(Source::new("random.nnl", program.text.clone()));
        let laid_out = syntax::format(sources.get(id), &syntax::parse(&sources, id).0);
        if run(&laid_out).1 != answers {
            say(format!("laid out it has other answers:\n{laid_out}"));
        }
        let again = sources.add(Source::new("again.nnl", laid_out.clone()));
        if syntax::format(sources.get(again), &syntax::parse(&sources, again).0) != laid_out {
            say(format!("laid out twice it is not what it is laid out once:\n{laid_out}"));
        }

        let mut compiled = session.compiled().clone();
        let root = node(&compiled, "J");
        let by: Vec<NodeId> = LEAVES.iter().map(|(name, _)| node(&compiled, name)).collect();
        let graph = &mut compiled.graph;
        let found = slopes(graph, root, &by).unwrap();
        let mut draw = Draw(seed + 1000);
        let along: Vec<Vec<f64>> = LEAVES.iter().map(|(_, sizes)| draw.entries(Domain::NonZero, sizes)).collect();
        let tangents: Vec<(NodeId, NodeId)> = (by.iter().zip(LEAVES).zip(&along))
            .map(|((by, (_, sizes)), entries)| (*by, literal(graph, sizes, entries)))
            .collect();
        let ahead = match diff::forward(graph, root, &tangents).unwrap() {
            Slope::Node(node) => node,
            Slope::Unconnected | Slope::Flat(_) => ops::number(graph, 0.0),
        };
        for (slope, (name, sizes)) in found.iter().zip(LEAVES) {
            assert!(graph.shape(*slope).is_same(&shape(sizes), &graph.dims), "by {name}:\n{}", program.text);
        }
        let plain: Vec<NodeId> = found.iter().copied().chain([ahead, root]).collect();
        let opened: Vec<NodeId> = plain.iter().map(|node| open(graph, *node)).collect();
        verify(graph, &[plain.clone(), opened.clone()].concat()).unwrap();
        let (plain, opened) =
            (numbers(&compiled, &plain, &program.leaves), numbers(&compiled, &opened, &program.leaves));
        let scale = 1.0 + plain.iter().flatten().fold(0.0f64, |scale, v| scale.max(v.abs()));
        if !scale.is_finite() {
            continue;
        }
        let alike = plain.iter().flatten().zip(opened.iter().flatten()).all(|(a, b)| near(*b, *a, 1e-10, scale));
        if !alike {
            say(format!("{plain:?} as it is written, {opened:?} as it is evaluated"));
        }
        let (slopes, ahead) = (&plain[..by.len()], plain[by.len()][0]);
        let back: f64 = slopes.iter().flatten().zip(along.iter().flatten()).map(|(slope, t)| slope * t).sum();
        if !near(ahead, back, 1e-11, scale) {
            say(format!("forward mode says {ahead}, reverse mode {back}"));
        }
        // Where no kink and no jump lies between, two differences agree: then they are the slope.
        let h = 1e-5;
        let at = |h: f64| {
            let moved: Vec<Vec<f64>> = (program.leaves.iter().zip(&along))
                .map(|(entries, tangent)| entries.iter().zip(tangent).map(|(x, t)| x + h * t).collect())
                .collect();
            numbers(&compiled, &[root], &moved)[0][0]
        };
        let (near_by, far) = ((at(h) - at(-h)) / (2.0 * h), (at(4.0 * h) - at(-4.0 * h)) / (8.0 * h));
        if near(near_by, far, 1e-5, scale) {
            smooth += 1;
            if !near(back, near_by, 1e-5, scale) {
                say(format!("its slope is {back}, and differences say {near_by}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong[..wrong.len().min(5)].join("\n\n"));
    assert!(smooth > 250, "only {smooth} of the programs have numbers that are not too large");
}

/// Each of these would take hours, were a step of it not linear in the program.
#[test]
fn long_programs_are_answered() {
    let chain: String = (1..5_000).map(|i| format!("a{i} = a{} + 1\n", i - 1)).collect();
    let layers = "layer 2 tanh\n".repeat(2_000);
    for (text, answers) in [
        // Every name moves as far as the first.
        (format!("a0 = 1\n{chain}nudge a0 by 0.5\n"), 1),
        (format!("input x : [3, m]\n{layers}"), 1 + 4 * 2_000),
        (format!("f(x) = x^2\nf{}(1)\n", "'".repeat(100_000)), 1),
    ] {
        let report = Session::new(Settings::default()).apply("", &text, &mut InMemory::default()).1;
        assert!(report.diagnostics.iter().all(|problem| !problem.is_error()), "{:?}", report.diagnostics);
        assert_eq!(report.answers.len(), answers);
    }
}
