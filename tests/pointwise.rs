//! Values and slopes of the pointwise operators against 50 digits, and stable forms in every spelling.

#![allow(clippy::unwrap_used, clippy::excessive_precision, clippy::inconsistent_digit_grouping)]

mod support;

use nnlang::inside::graph::{Attrs, DefId, Graph, Kernel, NodeId, Role, Type};
use nnlang::inside::shape::Shape;
use nnlang::inside::{notation, ops};
use support::points::{LETTERS, open, slopes};

/// Operator, arguments, value, slopes, second slope by the first argument: made by mpmath.
const TABLE: &str = include_str!("data/pointwise.tsv");

/// A node of scalars with its leaves' values; leaves are the definitions 0, 1, ….
fn value(graph: &Graph, root: NodeId, leaves: &[f64]) -> f64 {
    let mut values = vec![f64::NAN; root.index() + 1];
    for id in graph.reach(&[root]) {
        let node = graph.node(id);
        let arg = |i: usize| values[node.args[i].index()];
        values[id.index()] = match node.op.def.role {
            Role::Number => node.op.attrs.number(0).unwrap(),
            Role::Slot => leaves[node.op.attrs.def(0).unwrap().index()],
            _ => match node.op.def.kernel {
                Kernel::Map(f) => f(arg(0)),
                Kernel::Zip(f) => f(arg(0), arg(1)),
                Kernel::Zip3(f) => f(arg(0), arg(1), arg(2)),
                // Over the one entry of a scalar.
                Kernel::Reduce(_) if node.op.def.name == "sum" => arg(0),
                Kernel::Reduce(_) if node.op.def.name == "norm" => arg(0).abs(),
                _ => panic!("{} is not pointwise", node.op.def.name),
            },
        };
    }
    values[root.index()]
}

fn leaves(graph: &mut Graph, count: usize) -> Vec<NodeId> {
    (0..count).map(|i| ops::slot(graph, DefId(i as u32), Type::real(Shape::SCALAR))).collect()
}

/// The derivative as it is evaluated; 0 where it is flat.
fn slope(graph: &mut Graph, root: NodeId, by: NodeId) -> NodeId {
    slopes(graph, root, &[by]).unwrap()[0]
}

/// How far a number is from the one in the table, relative; infinite where either is not finite alone.
fn off(found: f64, wanted: f64) -> f64 {
    if found == wanted {
        0.0
    } else if found.is_finite() {
        ((found - wanted) / wanted).abs()
    } else {
        f64::INFINITY
    }
}

#[test]
fn values_and_slopes_have_their_digits_at_saturated_tiny_and_huge_arguments() {
    let (mut wrong, mut count) = (vec![], 0);
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split('\t').collect();
        let points: Vec<f64> = cells[1].split(',').map(|v| v.parse().unwrap()).collect();
        let wanted: Vec<Option<f64>> = cells[2..].iter().map(|v| v.parse().ok()).collect();
        let mut graph = Graph::default();
        let args = leaves(&mut graph, points.len());
        let node = graph.add(ops::find(cells[0]).unwrap(), Attrs::None, &args).unwrap();
        let mut compare = |what: &str, found: f64, wanted: Option<f64>, tolerance: f64| {
            count += usize::from(wanted.is_some());
            if let Some(wanted) = wanted
                && off(found, wanted) > tolerance
            {
                wrong.push(format!(
                    "{}({}) {what}: {found:e}, not {wanted:e}, {:.1e}",
                    cells[0],
                    cells[1],
                    off(found, wanted)
                ));
            }
        };
        compare("value", value(&graph, node, &points), wanted[0], tolerance(cells[0]));
        for (i, arg) in args.iter().enumerate() {
            if wanted[1 + i].is_none() && i > 0 {
                continue;
            }
            if wanted[1 + i].is_none() && wanted[1 + args.len()].is_none() {
                continue;
            }
            let first = slope(&mut graph, node, *arg);
            let first_open = open(&mut graph, first);
            compare(&format!("slope {i}"), value(&graph, first_open, &points), wanted[1 + i], 1e-12);
            if i == 0 && wanted[1 + args.len()].is_some() {
                for (what, from) in [("second", first), ("second, of the stable form", first_open)] {
                    let second = slope(&mut graph, from, *arg);
                    let second = open(&mut graph, second);
                    compare(what, value(&graph, second, &points), wanted[1 + args.len()], 1e-10);
                }
            }
        }
    }
    assert!(count > 1000, "only {count} numbers");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

/// Relative, for values; a reflection loses what its two sides cancel.
fn tolerance(name: &str) -> f64 {
    match name {
        "lgamma" | "digamma" | "polygamma" => 5e-14,
        _ => 2e-15,
    }
}

#[test]
fn every_slope_formula_and_rule_of_the_pointwise_operators_parses() {
    for def in ops::ALL.iter().filter(|def| is_pointwise(def)) {
        let vars: Vec<&str> =
            def.args.iter().filter(|arg| arg.kind.is_node()).map(|arg| arg.name).chain(["y"]).collect();
        if let nnlang::inside::graph::Diff::Slopes(texts) = def.diff {
            assert_eq!(texts.len() + 1, vars.len(), "{}", def.name);
            for text in texts.iter().filter(|text| !text.is_empty()) {
                notation::template(text, &vars).unwrap_or_else(|why| panic!("{}: {text}: {why}", def.name));
            }
            if !def.algebra.formula.is_empty() {
                notation::template(def.algebra.formula, &vars).unwrap_or_else(|why| panic!("{}: {why}", def.name));
            }
        }
        for text in def.algebra.stable.iter().chain(def.algebra.rules) {
            notation::rule(text).unwrap_or_else(|why| panic!("{}: {text}: {why}", def.name));
        }
    }
}

/// What a text over `z` and `w` gives, and its slopes by `z`, first and second.
fn spelled(text: &str, point: [f64; 2]) -> [f64; 3] {
    let mut graph = Graph::default();
    let vars = leaves(&mut graph, 2);
    let template = notation::template(text, &["z", "w"]).unwrap();
    let node = notation::instantiate(&mut graph, &template, &vars).unwrap();
    let node = open(&mut graph, node);
    let first = slope(&mut graph, node, vars[0]);
    let first = open(&mut graph, first);
    let second = slope(&mut graph, first, vars[0]);
    let second = open(&mut graph, second);
    [node, first, second].map(|node| value(&graph, node, &point))
}

#[test]
fn formulas_are_evaluated_as_they_are_meant() {
    // Identities: the spelled form has the value and the slopes of the named one, which the table holds to 50 digits.
    let pairs = [
        ("1/(1 + exp(-z))", "sigmoid(z)"),
        ("exp(z)/(exp(z) + 1)", "sigmoid(z)"),
        ("(1 + exp(-z))^-1", "sigmoid(z)"),
        ("1/(1 + 2.718281828459045^(-z))", "sigmoid(z)"),
        ("exp(z)/(exp(z) + exp(w) + exp(w))", "sigmoid(z - w - log(2))"),
        ("log(exp(z) + exp(w) + exp(w))", "logaddexp(z, w + log(2))"),
        ("max(z, 0) + log(1 + exp(-abs(z)))", "softplus(z)"),
        ("-(w*log((1 + tanh(z/2))/2) + (1 - w)*log(1 - (1 + tanh(z/2))/2))", "softplus(z) - w*z"),
        ("1/(1 + 1/exp(z))", "sigmoid(z)"),
        ("(1 + tanh(z/2))/2", "sigmoid(z)"),
        ("sigmoid(z)*(1 - sigmoid(z))", "exp(-z)/(1 + exp(-z))^2"),
        ("(exp(z) - exp(-z))/(exp(z) + exp(-z))", "tanh(z)"),
        ("(exp(2*z) - 1)/(exp(2*z) + 1)", "tanh(z)"),
        ("(1 - exp(-2*z))/(1 + exp(-2*z))", "tanh(z)"),
        ("2/(1 + exp(-2*z)) - 1", "tanh(z)"),
        ("sinh(z)/cosh(z)", "tanh(z)"),
        ("log(1 + exp(z))", "softplus(z)"),
        ("log(exp(z) + 1)", "softplus(z)"),
        ("-log(1 - sigmoid(z))", "softplus(z)"),
        ("-log(sigmoid(z))", "softplus(-z)"),
        ("-log(1/(1 + exp(-z)))", "softplus(-z)"),
        ("log(exp(z))", "z"),
        ("log(exp(z) + exp(w))", "logaddexp(z, w)"),
        ("log(exp(z) + 2)", "logaddexp(z, log(2))"),
        ("log(w + exp(z))", "logaddexp(z, log(w))"),
        ("log(w*exp(z) + 3)", "logaddexp(z + log(w), log(3))"),
        ("exp(z)/(w + exp(z))", "sigmoid(z - log(w))"),
        ("exp(z)/(exp(z) + w + 1)", "sigmoid(z - log(w + 1))"),
        ("log(exp(z) + exp(2*z) + w)", "logaddexp(logaddexp(z, 2*z), log(w))"),
        ("log(3*exp(z))", "z + log(3)"),
        ("w/(exp(z) - 1)", "w*recexpadd(z, -1, 1)"),
        ("log(exp(z^2) - 1)", "z^2 + log1mexp(-z^2)"),
        ("log(exp(z)/w)", "z - log(w)"),
        ("log(exp(z)^2)", "2*z"),
        ("log(sqrt(exp(z)))", "z/2"),
        ("log((exp(z) + exp(w))/2)", "logaddexp(z, w) - log(2)"),
        ("-(sigmoid(z)*log(sigmoid(z)) + (1 - sigmoid(z))*log(1 - sigmoid(z)))", "sigmoid_entropy(z)"),
        ("-sigmoid(z)*log(sigmoid(z)) - (1 - sigmoid(z))*log(1 - sigmoid(z))", "sigmoid_entropy(z)"),
        ("log(1 - tanh(z))", "where(abs(z) < 1, log1p(-tanh(z)), log(2) - softplus(2*z))"),
        ("-(w*log(sigmoid(z)) + (1 - w)*log(1 - sigmoid(z)))", "softplus(z) - w*z"),
        ("z*sigmoid(z)", "silu(z)"),
        ("w*(1/(1 + exp(-3*z)))", "w*sigmoid(3*z)"),
        ("w/(1 + exp(-z))*3", "3*w*sigmoid(z)"),
        ("w*((exp(z) - exp(-z))/(exp(z) + exp(-z)))", "w*tanh(z)"),
        ("w*(1 - tanh(z)^2)", "w*4*sigmoid(2*z)*(1 - sigmoid(2*z))"),
        ("-log(exp(z)/(exp(z) + exp(w)))", "softplus(w - z)"),
        ("log(sigmoid(z)/(1 - sigmoid(z)))", "z"),
        ("w*exp(z) - w", "w*expm1(z)"),
        ("z/2*(1 + erf(z/sqrt(2)))", "gelu(z)"),
    ];
    let mut wrong = vec![];
    for (text, named) in pairs {
        for z in [-1000.0, -50.0, -20.0, -1.0, -1e-9, 1e-9, 0.5, 20.0, 50.0, 1000.0] {
            let (found, wanted) = (spelled(text, [z, 0.25]), spelled(named, [z, 0.25]));
            for (order, (found, wanted)) in found.into_iter().zip(wanted).enumerate() {
                let tolerance = [1e-12, 1e-12, 1e-10][order];
                if !(off(found, wanted) <= tolerance || (found - wanted).abs() < 1e-290) {
                    wrong.push(format!("{text} at {z}, order {order}: {found:e}, {named} is {wanted:e}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
#[test]
fn the_logarithm_of_a_saturated_slope_keeps_its_digits() {
    // log(1 - tanh(z)^2), mpmath; its slopes are -2*tanh(z) and -2*(1 - tanh(z)^2).
    let values = [
        (-1000.0, -1998.613_705_638_880_1),
        (-20.0, -38.613_705_638_880_109),
        (-1.0, -0.867_561_660_966_054_4),
        (1e-9, -1e-18),
        (0.5, -0.240_229_013_916_555_05),
        (50.0, -98.613_705_638_880_109),
    ];
    for (z, wanted) in values {
        let found = spelled("log(1 - tanh(z)^2)", [z, 0.0]);
        let slopes = spelled("-2*tanh(z)", [z, 0.0]);
        for (found, wanted, tolerance) in
            [(found[0], wanted, 1e-14), (found[1], slopes[0], 1e-12), (found[2], slopes[1], 1e-10)]
        {
            assert!(off(found, wanted) < tolerance, "at {z}: {found:e}, not {wanted:e}");
        }
    }
}

#[test]
fn a_kink_has_the_same_slope_in_every_spelling() {
    // Section "At a kink" of the language: text, point, slope.
    let inf = f64::INFINITY;
    let facts = [
        ("relu(z)", 0.0, 1.0),
        ("relu(z)", -1e-300, 0.0),
        ("max(0, z)", 0.0, 1.0),
        ("max(z, 0)", 0.0, 1.0),
        ("-min(-z, 0)", 0.0, 1.0),
        ("min(z, 0)", 0.0, 1.0),
        ("min(0, z)", 1.0, 0.0),
        ("max(2*3 - 5, z)", 1.0, 1.0),
        ("leaky_relu(z)", 0.0, 1.0),
        ("leaky_relu(z, 0.2)", -1.0, 0.2),
        ("max(0.01*z, z)", 0.0, 1.0),
        ("max(z, z*0.01)", 0.0, 1.0),
        ("max(z/100, z)", 0.0, 1.0),
        ("max(max(z, 2*z), 3*z)", 0.0, 3.0),
        ("min(max(z, 2*z), 3*z)", 0.0, 2.0),
        ("max(max(-z, z), 2*z)", 0.0, 1.0),
        ("sqrt(z*z)", 0.0, 0.0),
        ("min(0.01*z, z)", 0.0, 0.01),
        ("max(-z, z)", 0.0, 0.0),
        ("max(z, w)", 0.0, 0.5),
        ("max(z, z)", 0.0, 1.0),
        ("elu(z)", 0.0, 1.0),
        ("elu(z, 2)", 0.0, 1.0),
        ("selu(z)", 0.0, 1.050_700_987_355_480_5),
        ("clip(z, 0, 1)", 0.0, 1.0),
        ("clip(z, 0, 1)", 1.0, 1.0),
        ("clip(z, 0, 1)", 1.5, 0.0),
        ("clip(z, 2, 1)", 1.5, 0.0),
        ("min(max(z, 0), 1)", 1.0, 1.0),
        ("max(0, min(z, 1))", 0.0, 1.0),
        ("hardtanh(z)", -1.0, 1.0),
        ("hardtanh(z)", inf, 0.0),
        ("abs(z)", 0.0, 0.0),
        ("abs(z)", -2.0, -1.0),
        ("sqrt(z^2)", 0.0, 0.0),
        ("sqrt(z^2)", -1e300, -1.0),
        ("hypot(z, 0)", 0.0, 0.0),
        ("sign(z)", 0.0, 0.0),
        ("floor(z)", 2.0, 0.0),
        ("ceil(z)", 2.0, 0.0),
        ("round(z)", 0.5, 0.0),
        ("z > 0", 0.0, 0.0),
        ("z^2", 0.0, 0.0),
        ("z^1", 0.0, 1.0),
        ("z^0", 0.0, 0.0),
        ("z^w", 0.0, 0.0),
        ("(-2)^3*z", 1.0, -8.0),
        ("0*log(z)", 0.0, 0.0),
        ("w*log(1 - z)", 1.0, 0.0),
        ("where(z > 0, sqrt(z), z)", -1.0, 1.0),
    ];
    let mut wrong = vec![];
    for (text, z, wanted) in facts {
        let [_, first, second] = spelled(text, [z, 0.0]);
        if first != wanted || (second != 0.0 && text != "z^2") {
            wrong.push(format!("{text} at {z}: {first}, not {wanted}; second {second}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nearness_is_wider_in_f32() {
    use nnlang::inside::tensor::Precision;
    let near = ops::find("near").unwrap();
    let at = |precision, a: f64, b: f64| match ops::kernel(near, precision) {
        Kernel::Zip(f) => f(a, b),
        _ => f64::NAN,
    };
    assert_eq!(at(Precision::F64, 1.0, 1.0 + 1e-6), 0.0);
    assert_eq!(at(Precision::F32, 1.0, 1.0 + 1e-6), 1.0);
    assert_eq!(at(Precision::F64, 0.1 + 0.2, 0.3), 1.0);
    assert_eq!(at(Precision::F64, f64::INFINITY, 1e308), 0.0);
    assert_eq!(at(Precision::F64, f64::INFINITY, f64::INFINITY), 1.0);
    assert_eq!(at(Precision::F64, f64::NAN, f64::NAN), 0.0);
    assert_eq!(at(Precision::F64, 1e308, -1e308), 0.0);
}

/// A template over numbers.
fn evaluated(text: &str, vars: &[&str], point: &[f64]) -> f64 {
    let mut graph = Graph::default();
    let args = leaves(&mut graph, vars.len());
    let template = notation::template(text, vars).unwrap();
    let node = notation::instantiate(&mut graph, &template, &args).unwrap();
    value(&graph, node, point)
}

fn is_pointwise(def: &nnlang::inside::graph::OpDef) -> bool {
    matches!(def.role, Role::Plain) && matches!(def.kernel, Kernel::Map(_) | Kernel::Zip(_) | Kernel::Zip3(_))
}

/// Are they one number, up to the rounding of sums of numbers of size 1?
fn agree(left: f64, right: f64) -> bool {
    left == right || (left - right).abs() <= 1e-13 + 1e-13 * left.abs()
}

#[test]
fn both_sides_of_every_rule_are_one_number() {
    // Points in every sign, inside and outside (-1, 1): a side that has no value there says nothing.
    let mut wrong = vec![];
    for def in ops::ALL.iter().filter(|def| is_pointwise(def)) {
        for text in def.algebra.stable.iter().chain(def.algebra.rules) {
            let (left, right) = text.split_once(" = ").unwrap();
            let mut met = 0;
            for seed in 0..60 {
                let point: Vec<f64> = (0..LETTERS.len() as i32)
                    .map(|i| {
                        let turn = f64::from((seed * 7 + i * 13) % 59) / 59.0;
                        (turn - 0.45) * [0.6, 2.5, 7.0][seed as usize % 3]
                    })
                    .collect();
                let (left, right) = (evaluated(left, &LETTERS, &point), evaluated(right, &LETTERS, &point));
                if left.is_nan() || (left.is_infinite() && text.starts_with("x*log")) {
                    continue;
                }
                met += 1;
                if !agree(left, right) {
                    wrong.push(format!("{}: {text}: {left} and {right}", def.name));
                }
            }
            if met == 0 {
                wrong.push(format!("{}: {text}: it was nowhere compared", def.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_formula_has_the_value_of_its_kernel() {
    let mut wrong = vec![];
    for def in ops::ALL.iter().filter(|def| is_pointwise(def) && !def.algebra.formula.is_empty()) {
        let vars: Vec<&str> = def.args.iter().map(|arg| arg.name).collect();
        let mut met = 0;
        for seed in 0..40 {
            let point: Vec<f64> = (0..vars.len())
                .map(|i| f64::from((seed * 11 + i as i32 * 17) % 41 - 19) / 6.5 + 0.013 * i as f64)
                .collect();
            let mut graph = Graph::default();
            let args = leaves(&mut graph, vars.len());
            let node = graph.add(def, Attrs::None, &args).unwrap();
            let (kernel, formula) = (value(&graph, node, &point), evaluated(def.algebra.formula, &vars, &point));
            met += usize::from(!formula.is_nan());
            if !formula.is_nan() && !agree(kernel, formula) {
                wrong.push(format!("{} at {point:?}: {kernel}, its formula gives {formula}", def.name));
            }
        }
        if met == 0 {
            wrong.push(format!("{}: its formula was nowhere compared", def.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
