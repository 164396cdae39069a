//! The tensor operators' derivatives of first and second order against central differences, forward against reverse,
//! and values against NumPy.

use super::{build, find, number};
use crate::diff::{Slope, forward, reverse};
use crate::exec::{Cache, Inputs, run};
use crate::graph::{Attr, Attrs, Fault, Graph, Literal, NodeId, SliceSpec, Type, verify};
use crate::shape::{Binding, Dim, Shape};
use crate::tensor::{Precision, Tensor};
use ndarray::{ArrayD, IxDyn};
use std::sync::Arc;

type Build = dyn Fn(&mut Graph, &[NodeId]) -> Result<NodeId, Fault>;

fn shape(sizes: &[usize]) -> Shape {
    Shape::new(sizes.iter().map(|n| Dim::Num(*n as u64)))
}

fn literal(graph: &mut Graph, sizes: &[usize], entries: &[f64]) -> NodeId {
    let array = ArrayD::from_shape_vec(IxDyn(sizes), entries.to_vec()).expect("entries fit");
    let attrs = Attrs::One(Attr::Tensor(Literal(Arc::new(Tensor::F64(array)))));
    graph.add_typed(find("literal").expect("it is there"), attrs, &[], Type::real(shape(sizes)))
}

fn evaluate(graph: &Graph, node: NodeId) -> Vec<f64> {
    let binding = Binding::default();
    let inputs = Inputs {
        slots: &|_| None,
        binding: &binding,
        precision: Precision::F64,
        memory_limit: 1 << 30,
        interrupt: &|| false,
    };
    let values = run(graph, &[node], &inputs, &mut Cache::new(0)).expect("it runs");
    values[0].to_f64().iter().copied().collect()
}

/// Numbers between -1 and 1 that are nowhere near each other, the same every time.
fn scattered(count: usize, seed: u64) -> Vec<f64> {
    (0..count as u64)
        .map(|i| (((i + 1) * 7919 + seed * 104_729) * 2_654_435_761 % 100_003) as f64 / 50_001.5 - 1.0)
        .collect()
}

/// `sum(weight * f(args))`, its gradients, and the gradients of a weighted sum of those.
struct Case {
    graph: Graph,
    args: Vec<NodeId>,
    root: NodeId,
    slopes: Vec<NodeId>,
    second: Vec<NodeId>,
}

fn weighted(graph: &mut Graph, x: NodeId, seed: u64) -> NodeId {
    let sizes: Vec<usize> = graph.shape(x).iter().map(|dim| graph.dims.known(dim).expect("known") as usize).collect();
    let weight = literal(graph, &sizes, &scattered(sizes.iter().product(), seed));
    let product = build::mul(graph, weight, x).expect("one shape");
    build::sum(graph, product, None, false).expect("a sum")
}

fn slopes(graph: &mut Graph, root: NodeId, args: &[NodeId]) -> Vec<NodeId> {
    let one = number(graph, 1.0);
    let found = reverse(graph, root, one, args).unwrap_or_else(|trouble| panic!("{}", trouble.fault.title));
    found
        .into_iter()
        .zip(args)
        .map(|(slope, arg)| match slope {
            Slope::Node(id) => id,
            Slope::Unconnected | Slope::Flat(_) => build::zeros_like(graph, *arg).expect("zeros"),
        })
        .collect()
}

fn case(f: &Build, inputs: &[(&[usize], Vec<f64>)], orders: usize) -> Case {
    let mut graph = Graph::default();
    let args: Vec<NodeId> = inputs.iter().map(|(sizes, entries)| literal(&mut graph, sizes, entries)).collect();
    let value = f(&mut graph, &args).unwrap_or_else(|fault| panic!("{}", fault.title));
    let root = weighted(&mut graph, value, 3);
    let first = slopes(&mut graph, root, &args);
    let mut second = vec![];
    if orders > 1 {
        let parts: Vec<NodeId> =
            first.iter().enumerate().map(|(i, s)| weighted(&mut graph, *s, 11 + i as u64)).collect();
        let total =
            parts.into_iter().reduce(|a, b| build::add(&mut graph, a, b).expect("scalars")).expect("an argument");
        second = slopes(&mut graph, total, &args);
        let roots = second.clone();
        verify(&mut graph, &roots).expect("the graph holds");
    }
    Case { graph, args, root, slopes: first, second }
}

#[track_caller]
fn near(name: &str, got: &[f64], want: &[f64], tolerance: f64) {
    assert_eq!(got.len(), want.len(), "{name}");
    let scale = want.iter().fold(1.0f64, |m, v| m.max(v.abs()));
    for (g, w) in got.iter().zip(want) {
        assert!((g - w).abs() <= tolerance * scale, "{name}: {got:?} is not {want:?}");
    }
}

/// First and second derivatives against central differences, and forward mode against reverse mode.
#[track_caller]
fn differentiates(name: &str, f: &Build, inputs: &[(&[usize], Vec<f64>)], orders: usize) {
    let mut at = case(f, inputs, orders);
    let h = 1e-5;
    for (k, (_, entries)) in inputs.iter().enumerate() {
        let slope = evaluate(&at.graph, at.slopes[k]);
        let second = at.second.get(k).map(|id| evaluate(&at.graph, *id));
        for i in 0..entries.len() {
            let moved = |by: f64| {
                let mut inputs = inputs.to_vec();
                inputs[k].1[i] += by;
                case(f, &inputs, 1)
            };
            let (up, down) = (moved(h), moved(-h));
            let value = |case: &Case| evaluate(&case.graph, case.root)[0];
            near(&format!("{name}, slope {k} {i}"), &[slope[i]], &[(value(&up) - value(&down)) / (2.0 * h)], 2e-8);
            if let Some(second) = &second {
                let total = |case: &mut Case| -> f64 {
                    let slopes = case.slopes.clone();
                    let sums = slopes.iter().enumerate().map(|(j, s)| {
                        let sum = weighted(&mut case.graph, *s, 11 + j as u64);
                        evaluate(&case.graph, sum)[0]
                    });
                    sums.sum()
                };
                let (mut up, mut down) = (up, down);
                let want = (total(&mut up) - total(&mut down)) / (2.0 * h);
                near(&format!("{name}, second slope {k} {i}"), &[second[i]], &[want], 1e-7);
            }
        }
    }
    let tangents: Vec<(NodeId, NodeId)> = inputs
        .iter()
        .enumerate()
        .map(|(k, (sizes, entries))| {
            (at.args[k], literal(&mut at.graph, sizes, &scattered(entries.len(), 40 + k as u64)))
        })
        .collect();
    let ahead = forward(&mut at.graph, at.root, &tangents).unwrap_or_else(|trouble| panic!("{}", trouble.fault.title));
    let Slope::Node(ahead) = ahead else { return };
    let back: f64 = (0..inputs.len())
        .map(|k| {
            let slope = evaluate(&at.graph, at.slopes[k]);
            slope.iter().zip(scattered(slope.len(), 40 + k as u64)).map(|(s, t)| s * t).sum::<f64>()
        })
        .sum();
    near(&format!("{name}, forward"), &evaluate(&at.graph, ahead), &[back], 1e-11);
}

fn apply(name: &'static str, attrs: Vec<Attr>) -> Box<Build> {
    Box::new(move |graph, args| {
        let def = find(name).unwrap_or_else(|| panic!("{name}"));
        graph.add(def, Attrs::from_vec(attrs.clone()), args)
    })
}

fn x(sizes: &[usize], seed: u64) -> (&[usize], Vec<f64>) {
    (sizes, scattered(sizes.iter().product(), seed))
}

/// Well-conditioned: random entries and a large diagonal.
fn square(sizes: &[usize], seed: u64) -> (&[usize], Vec<f64>) {
    let n = sizes[sizes.len() - 1];
    let mut entries = scattered(sizes.iter().product(), seed);
    for (i, v) in entries.iter_mut().enumerate() {
        let (row, column) = (i / n % n, i % n);
        *v = if row == column { 2.0 + v.abs() } else { 0.5 * *v };
    }
    (sizes, entries)
}

fn over(axes: Option<&[i64]>, keep: bool) -> Vec<Attr> {
    vec![axes.map_or(Attr::Absent, |axes| Attr::Ints(axes.into())), Attr::Flag(keep)]
}

#[test]
fn reductions_have_the_slopes_of_their_differences() {
    for name in ["sum", "mean", "prod", "max", "min", "norm", "logsumexp", "median"] {
        for axes in [None, Some(&[0][..]), Some(&[1]), Some(&[0, 2]), Some(&[1, 2])] {
            let keep = axes.is_some_and(|axes| axes.len() == 2);
            differentiates(name, &apply(name, over(axes, keep)), &[x(&[2, 3, 2], 5)], 2);
        }
    }
    for name in ["var", "std"] {
        for ddof in [0, 1] {
            let mut attrs = over(Some(&[1]), false);
            attrs.push(Attr::Int(ddof));
            differentiates(name, &apply(name, attrs), &[x(&[2, 4], 6)], 2);
        }
    }
}

#[test]
fn a_product_with_zeros_has_all_its_slopes() {
    // d/dx of x*y*z by hand, and its second derivatives by differences; one zero, and two.
    for entries in [vec![0.0, 2.0, 3.0, 0.5], vec![0.0, 2.0, 0.0, 0.5]] {
        differentiates("prod", &apply("prod", over(None, false)), &[(&[4], entries)], 2);
    }
}

#[test]
fn lanes_along_an_axis_have_the_slopes_of_their_differences() {
    for name in ["softmax", "log_softmax", "cumsum", "sort", "prod_others", "flip"] {
        for axis in [0, 1, 2] {
            differentiates(name, &apply(name, vec![Attr::Int(axis)]), &[x(&[2, 3, 2], 8)], 2);
        }
    }
    differentiates(
        "layer_norm",
        &|graph, args| {
            let eps = number(graph, 1e-3);
            let (gain, shift) = (number(graph, 1.0), number(graph, 0.0));
            graph.add(find("layer_norm").expect("it is there"), Attrs::One(Attr::Int(1)), &[args[0], gain, shift, eps])
        },
        &[x(&[2, 4], 9)],
        2,
    );
}

#[test]
fn moves_have_the_slopes_of_their_differences() {
    let dims = |sizes: &[usize]| Attr::Dims(shape(sizes));
    let part = |start, step, len| SliceSpec { start: Dim::Num(start), step, len: Dim::Num(len) };
    differentiates("reshape", &apply("reshape", vec![dims(&[3, 2])]), &[x(&[2, 3], 1)], 2);
    differentiates("transpose", &apply("transpose", vec![Attr::Ints([2, 0, 1].into())]), &[x(&[2, 3, 4], 1)], 2);
    differentiates("matrix_transpose", &apply("matrix_transpose", vec![]), &[x(&[2, 3, 2], 1)], 2);
    differentiates("broadcast_to", &apply("broadcast_to", vec![dims(&[2, 3, 2])]), &[x(&[3, 1], 1)], 2);
    differentiates("sum_to", &apply("sum_to", vec![dims(&[3, 1])]), &[x(&[2, 3, 2], 1)], 2);
    let slices = Attr::Slices([part(2, -2, 2), part(1, 1, 2)].into());
    differentiates("part", &apply("part", vec![slices]), &[x(&[3, 4], 1)], 2);
    differentiates("pad", &apply("pad", vec![Attr::Ints([1, 0, 0, 2].into())]), &[x(&[2, 2], 1)], 2);
    differentiates("split", &apply("split", vec![Attr::Int(2), Attr::Int(1)]), &[x(&[3, 4], 1)], 2);
    differentiates("repeat", &apply("repeat", vec![Attr::Dim(Dim::Num(3).into()), Attr::Int(0)]), &[x(&[2, 2], 1)], 2);
    differentiates("concat", &apply("concat", vec![Attr::Int(1)]), &[x(&[2, 3], 1), x(&[2, 1], 2), x(&[2, 2], 3)], 2);
    differentiates("stack", &apply("stack", vec![Attr::Int(1)]), &[x(&[2, 3], 1), x(&[2, 3], 2)], 2);
    differentiates("diag", &apply("diag", vec![]), &[x(&[3], 1)], 2);
    differentiates("diag", &apply("diag", vec![]), &[x(&[2, 3, 3], 1)], 2);
    differentiates("tril", &apply("tril", vec![Attr::Int(-1)]), &[x(&[2, 3, 3], 1)], 2);
    differentiates("triu", &apply("triu", vec![Attr::Int(1)]), &[x(&[3, 4], 1)], 2);
    differentiates("trace", &apply("trace", vec![]), &[x(&[2, 3, 3], 1)], 2);
    for (sizes, index, places) in [
        (&[3, 2][..], &[4, 2][..], vec![0.0, 1.0, 2.0, 0.0, 2.0, 2.0, 1.0, 1.0]),
        (&[3, 2], &[2], vec![2.0, 2.0]),
        (&[3, 2], &[2, 1, 2], vec![2.0, 1.0, 0.0, 0.0]),
    ] {
        differentiates(
            "gather",
            &move |graph, args| {
                let index = literal(graph, index, &places);
                graph.add(find("gather").expect("it is there"), Attrs::One(Attr::Int(0)), &[args[0], index])
            },
            &[x(sizes, 4)],
            2,
        );
    }
}

#[test]
fn products_of_every_rank_have_the_slopes_of_their_differences() {
    let sizes: [(&[usize], &[usize]); 10] = [
        (&[3], &[3]),
        (&[2, 3], &[3]),
        (&[3], &[3, 2]),
        (&[2, 3], &[3, 4]),
        (&[2, 2, 3], &[3]),
        (&[3], &[2, 3, 2]),
        (&[2, 2, 3], &[3, 2]),
        (&[2, 3], &[2, 3, 2]),
        (&[2, 1, 2, 3], &[3, 3, 2]),
        (&[1, 2, 3], &[2, 3, 1]),
    ];
    for (a, b) in sizes {
        differentiates(&format!("{a:?} @ {b:?}"), &apply("matmul", vec![]), &[x(a, 1), x(b, 2)], 2);
    }
}

#[test]
fn einsums_have_the_slopes_of_their_differences() {
    let sizes: [(&str, &[&[usize]]); 12] = [
        ("ij,jk->ik", &[&[2, 3], &[3, 2]]),
        ("ij,jk", &[&[2, 3], &[3, 2]]),
        ("ij->ji", &[&[2, 3]]),
        ("ij->", &[&[2, 3]]),
        ("ij->i", &[&[2, 3]]),
        ("ii", &[&[3, 3]]),
        ("ii->i", &[&[3, 3]]),
        ("iji,j->i", &[&[2, 3, 2], &[3]]),
        ("i,j,k->kji", &[&[2], &[3], &[2]]),
        ("ij,kl->", &[&[2, 2], &[2, 3]]),
        ("...ij,...jk->...ik", &[&[2, 2, 3], &[1, 3, 2]]),
        ("b...,b...->b", &[&[2, 3], &[2, 3]]),
    ];
    for (text, sizes) in sizes {
        let inputs: Vec<_> = sizes.iter().enumerate().map(|(i, sizes)| x(sizes, i as u64)).collect();
        differentiates(text, &apply("einsum", vec![Attr::Text(text.to_string().into())]), &inputs, 2);
    }
}

#[test]
fn linear_algebra_has_the_slopes_of_its_differences() {
    for name in ["inv", "det", "logdet", "cofactor", "cholesky"] {
        for sizes in [&[1, 1][..], &[2, 2], &[3, 3], &[2, 3, 3]] {
            differentiates(name, &apply(name, vec![]), &[square(sizes, 2)], 2);
        }
    }
    differentiates("det", &apply("det", vec![]), &[square(&[5, 5], 2)], 2);
    let sides: [(&[usize], &[usize]); 5] =
        [(&[3, 3], &[3]), (&[3, 3], &[3, 2]), (&[2, 3, 3], &[3]), (&[3, 3], &[2, 3, 1]), (&[2, 1, 2, 2], &[3, 2, 2])];
    for (a, b) in sides {
        differentiates(&format!("solve {a:?} {b:?}"), &apply("solve", vec![]), &[square(a, 2), x(b, 5)], 2);
    }
}

#[test]
fn the_slope_of_det_is_right_for_a_singular_matrix() {
    // The cofactors of [[1, 2], [2, 4]] and of the all-ones and 1..9 matrices, by hand.
    for (sizes, entries, want) in [
        (&[2, 2][..], vec![1.0, 2.0, 2.0, 4.0], vec![4.0, -2.0, -2.0, 1.0]),
        (&[3, 3], vec![1.0; 9], vec![0.0; 9]),
        (&[3, 3], (1..10).map(f64::from).collect(), vec![-3.0, 6.0, -3.0, 6.0, -12.0, 6.0, -3.0, 6.0, -3.0]),
    ] {
        let mut graph = Graph::default();
        let a = literal(&mut graph, sizes, &entries);
        let det = graph.add(find("det").expect("it is there"), Attrs::None, &[a]).expect("square");
        let slope = slopes(&mut graph, det, &[a])[0];
        near("det", &evaluate(&graph, slope), &want, 1e-14);
    }
}

#[test]
fn kinks_share_and_zero_norms_are_flat() {
    let slope_of = |name: &'static str, entries: &[f64]| {
        let mut graph = Graph::default();
        let a = literal(&mut graph, &[entries.len()], entries);
        let y = apply(name, over(None, false))(&mut graph, &[a]).expect("a reduction");
        let first = slopes(&mut graph, y, &[a])[0];
        let sum = weighted(&mut graph, first, 1);
        let second = slopes(&mut graph, sum, &[a])[0];
        (evaluate(&graph, first), evaluate(&graph, second))
    };
    assert_eq!(slope_of("max", &[2.0, 5.0, 5.0]), (vec![0.0, 0.5, 0.5], vec![0.0; 3]));
    assert_eq!(slope_of("min", &[2.0, 5.0, 2.0]), (vec![0.5, 0.0, 0.5], vec![0.0; 3]));
    assert_eq!(slope_of("norm", &[0.0, 0.0]), (vec![0.0; 2], vec![0.0; 2]));
    near("norm", &slope_of("norm", &[3e300, 4e300]).0, &[0.6, 0.8], 1e-15);
    near("norm", &slope_of("norm", &[3e-300, 4e-300]).0, &[0.6, 0.8], 1e-15);
    assert_eq!(slope_of("std", &[3.0, 3.0]).0, vec![0.0; 2]);
}

#[test]
fn labels_choose_their_loss() {
    let labels = |name: &'static str, axis: i64, index: &'static [usize], places: &'static [f64]| -> Box<Build> {
        Box::new(move |graph, args| {
            let y = literal(graph, index, places);
            graph.add(find(name).expect("it is there"), Attrs::One(Attr::Int(axis)), &[args[0], y])
        })
    };
    differentiates("cross_entropy", &labels("cross_entropy", 1, &[2], &[2.0, 0.0]), &[x(&[2, 3], 4)], 2);
    differentiates("cross_entropy", &labels("cross_entropy", 0, &[2], &[2.0, 0.0]), &[x(&[3, 2], 4)], 2);
    differentiates("cross_entropy", &labels("cross_entropy", 0, &[1, 2], &[2.0, 0.0]), &[x(&[3, 2], 4)], 2);
    differentiates("nll", &labels("nll", 1, &[2], &[2.0, 0.0]), &[x(&[2, 3], 4)], 2);
    let mut graph = Graph::default();
    let p = literal(&mut graph, &[2, 2], &[0.1, 0.9, 0.8, 0.2]);
    for (name, want) in [("accuracy", vec![0.5]), ("confusion", vec![0.0, 0.0, 1.0, 1.0])] {
        let counted = labels(name, 1, &[2], &[1.0, 1.0])(&mut graph, &[p]).expect("scores and labels");
        assert_eq!(evaluate(&graph, counted), want, "{name}");
    }
    let score = literal(&mut graph, &[1, 4], &[0.9, 0.2, 0.6, 0.4]);
    let truth = literal(&mut graph, &[1, 4], &[1.0, 0.0, 0.0, 0.0]);
    let add = |graph: &mut Graph, name: &str| {
        graph
            .add(find(name).expect("it is there"), Attrs::One(Attr::Int(0)), &[score, truth])
            .expect("scores and labels")
    };
    let accuracy = add(&mut graph, "accuracy");
    assert_eq!(evaluate(&graph, accuracy), vec![0.75]);
    let confusion = add(&mut graph, "confusion");
    assert_eq!(evaluate(&graph, confusion), vec![2.0, 1.0, 0.0, 1.0]);
    let wrong = graph.add(find("cross_entropy").expect("it is there"), Attrs::One(Attr::Int(0)), &[p, score]);
    assert_eq!(wrong.map_err(|fault| fault.code), Err("nnlang::shape::labels"));
}

#[test]
fn a_product_that_does_not_fit_proposes_the_transpose() {
    let mut graph = Graph::default();
    let m = graph.dims.fresh("m", None);
    let m = graph.dims.sym(m);
    let slot = find("slot").expect("it is there");
    let input = |graph: &mut Graph, def: u32, shape: Shape| {
        graph.add_typed(slot, Attrs::One(Attr::Def(crate::graph::DefId(def))), &[], Type::real(shape))
    };
    let w = input(&mut graph, 0, shape(&[3, 4]));
    let x = input(&mut graph, 1, Shape::new([Dim::Num(3), m]));
    let fault = build::matmul(&mut graph, w, x).expect_err("4 is not 3");
    assert_eq!(fault.code, "nnlang::shape::matmul");
    assert_eq!(fault.title, "the inner dimensions of this product differ: 4 and 3");
    assert_eq!(fault.mend.as_deref(), Some("{0}' @ {1} would give [4, m]"));
    assert_eq!(fault.instead.as_deref(), Some("{0}' @ {1}"));
    let two = number(&mut graph, 2.0);
    let fault = build::matmul(&mut graph, two, x).expect_err("2 is no matrix");
    assert_eq!(fault.instead.as_deref(), Some("{0} * {1}"));
}

#[test]
fn one_hot_linspace_and_their_kind_give_their_numbers() {
    let mut graph = Graph::default();
    let value = |graph: &mut Graph, name: &str, attrs: Vec<Attr>, args: &[NodeId]| {
        let id =
            graph.add(find(name).unwrap_or_else(|| panic!("{name}")), Attrs::from_vec(attrs), args).expect("it fits");
        evaluate(graph, id)
    };
    let n = |n| Attr::Dim(Dim::Num(n).into());
    let y = literal(&mut graph, &[2], &[0.0, 2.0]);
    assert_eq!(value(&mut graph, "one_hot", vec![n(3), Attr::Int(1)], &[y]), [1.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
    let (zero, one) = (number(&mut graph, 0.0), number(&mut graph, 1.0));
    // The decimals nearest to i/10: exact division.
    let tenths: Vec<f64> = (0..11).map(|i| f64::from(i) / 10.0).collect();
    assert_eq!(value(&mut graph, "linspace", vec![n(11)], &[zero, one]), tenths);
    assert_eq!(value(&mut graph, "linspace", vec![n(1)], &[one, zero]), [1.0]);
    assert_eq!(value(&mut graph, "eye", vec![n(2)], &[]), [1.0, 0.0, 0.0, 1.0]);
    assert_eq!(value(&mut graph, "arange", vec![n(3)], &[]), [0.0, 1.0, 2.0]);
    assert_eq!(value(&mut graph, "zeros", vec![Attr::Dims(shape(&[2]))], &[]), [0.0, 0.0]);
    let key = Attr::Key([1, 2].into());
    let draws = value(&mut graph, "bernoulli", vec![Attr::Dims(shape(&[1000])), key], &[one]);
    assert!(draws.iter().all(|v| *v == 1.0));
}

#[test]
fn an_equal_node_is_found_among_the_few_and_among_the_many_that_share_their_newest_argument() {
    let mut graph = Graph::default();
    let numbers: Vec<NodeId> = (0..40).map(|i| number(&mut graph, f64::from(i) + 0.5)).collect();
    let x = literal(&mut graph, &[2], &[1.0, 2.0]);
    let product = |graph: &mut Graph, n: NodeId| build::mul(graph, n, x).expect("it multiplies");
    let first: Vec<NodeId> = numbers.iter().map(|n| product(&mut graph, *n)).collect();
    let size = graph.len();
    let again: Vec<NodeId> = numbers.iter().rev().map(|n| product(&mut graph, *n)).collect();
    assert_eq!(again.into_iter().rev().collect::<Vec<_>>(), first);
    assert_eq!(graph.len(), size);
}

/// A step of a program made of chance: over which of the nodes that there are, and by which operator.
fn grown(graph: &mut Graph, nodes: &mut Vec<NodeId>, state: &mut u64) {
    let mut below = |n: usize| {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*state >> 33) as usize % n
    };
    // Often the newest, so that many nodes have the same newest argument and the table is used.
    let newest = nodes.len() - 1;
    let a = if below(2) == 0 { newest } else { below(nodes.len()) };
    let (a, b) = (nodes[a], nodes[below(nodes.len())]);
    let made = match below(6) {
        0 => build::add(graph, a, b),
        1 => build::mul(graph, a, b),
        2 => build::sub(graph, b, a),
        3 => build::neg(graph, a),
        4 => build::sum(graph, a, None, false),
        _ => Ok(number(graph, below(7) as f64)),
    };
    if let Ok(made) = made {
        nodes.push(made);
    }
}

#[test]
fn a_graph_that_went_back_makes_the_same_nodes_again() {
    let start = |graph: &mut Graph| vec![literal(graph, &[3], &scattered(3, 1)), number(graph, 2.0)];
    for seed in 1..=40 {
        let mut graph = Graph::default();
        let mut nodes = start(&mut graph);
        let mut state = seed;
        let mut marks = vec![];
        for step in 0..400 {
            if step % 40 == 0 {
                marks.push((graph.mark(), nodes.len(), state));
            }
            grown(&mut graph, &mut nodes, &mut state);
        }
        let (len, all) = (graph.len(), nodes.clone());
        // Back to each mark, on by another way, back again, and on as at first.
        for (mark, count, at) in marks.iter().rev() {
            graph.back_to(mark);
            assert_eq!(graph.len(), mark.len);
            nodes.truncate(*count);
            let mut other = at ^ 0x5555;
            (0..100).for_each(|_| grown(&mut graph, &mut nodes, &mut other));
            verify(&mut graph, &nodes).expect("the graph holds on the other way");
            graph.back_to(mark);
            nodes.truncate(*count);
            let (mut again, mut steps) = (*at, 0);
            while nodes.len() < all.len() && steps < 4000 {
                grown(&mut graph, &mut nodes, &mut again);
                steps += 1;
            }
            assert_eq!(nodes, all, "seed {seed}, from {}", mark.len);
            assert_eq!(graph.len(), len, "an equal node was made twice");
            verify(&mut graph, &nodes).expect("the graph holds");
        }
    }
}
