//! Derivatives of every order: the second slopes of all built-ins against 700 digits, and the sizes of graphs.

#![allow(clippy::unwrap_used)]

mod support;

use nnlang::InMemory;
use nnlang::inside::diff::{self, Slope};
use nnlang::inside::graph::NodeId;
use nnlang::inside::lower::{Compiled, derive};
use nnlang::{Report, Session, Settings};
use support::points::open;

/// Expressions of two numbers, where, their slopes and their second slopes.
const TABLE: &str = include_str!("data/orders.tsv");

fn applied(text: &str) -> (Session, Report) {
    let (session, report) = Session::new(Settings::default()).apply("orders.nnl", text, &mut InMemory::default());
    let wrong: Vec<&str> = report.diagnostics.iter().filter(|p| p.is_error()).map(|p| p.title.as_str()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    (session, report)
}

#[test]
fn slopes_and_second_slopes_of_the_built_ins_have_their_digits() {
    let (mut text, mut wanted, mut expressions) = (String::new(), vec![], vec![]);
    for (i, line) in TABLE.lines().filter(|line| !line.starts_with('#')).enumerate() {
        let cells: Vec<&str> = line.split('\t').collect();
        if expressions.last() != Some(&cells[0]) {
            expressions.push(cells[0]);
            text += &format!("f{}(a, b) = {}\n", expressions.len(), cells[0]);
        }
        text += &format!("p{i}_ = {}\nq{i}_ = {}\nJ{i}_ = f{}(p{i}_, q{i}_)\n", cells[1], cells[2], expressions.len());
        let asked = ["dJ_/dp_", "dJ_/dq_", "d2J_/dp_2", "d2J_/dp_ dq_", "d2J_/dq_ dp_", "d2J_/dq_2"];
        for (asked, cell) in asked.into_iter().zip([3, 4, 5, 6, 6, 7]) {
            if let Ok(number) = cells[cell].parse::<f64>() {
                text += &format!("{}\n", asked.replace('_', &format!("{i}_")));
                wanted.push((asked, line, number));
            }
        }
    }
    let report = applied(&text).1;
    assert_eq!(report.answers.len(), wanted.len());
    assert!(wanted.len() > 3500, "only {} numbers", wanted.len());
    let mut wrong = vec![];
    for (answer, (asked, line, wanted)) in report.answers.iter().zip(&wanted) {
        let found = answer.facts[0].valued().and_then(|it| it.value.item()).unwrap_or(f64::NAN);
        let tolerance = if asked.starts_with("d2") { 1e-10 } else { 1e-12 };
        if (found - wanted).abs() <= (tolerance * wanted.abs()).max(1e-300) {
            continue;
        }
        wrong.push(format!("{asked}: {found:e}, not {wanted:e}: {line}"));
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

fn compiled(text: &str) -> Compiled {
    applied(text).0.compiled().clone()
}

fn node(compiled: &Compiled, name: &str) -> NodeId {
    compiled.defs.iter().find(|def| &*def.name == name).unwrap().node
}

/// What is evaluated for these nodes together: how many nodes that is.
fn size(compiled: &mut Compiled, roots: &[NodeId]) -> usize {
    let opened: Vec<NodeId> = roots.iter().map(|root| open(&mut compiled.graph, *root)).collect();
    compiled.graph.reach(&opened).len()
}

/// A network of layers of four units, its loss `J`, and its parameters.
fn network(layers: usize, activation: &str, columns: bool, bias: bool) -> (Compiled, Vec<NodeId>) {
    let shape = |n: usize| if columns { format!("[{n}, m]") } else { format!("[m, {n}]") };
    let mut text = format!("input x : {}\ninput y : {}\n", shape(3), shape(1));
    let option = if bias { "" } else { " bias=false" };
    let name = match activation.split_once("(z) = ") {
        Some((name, _)) => {
            text += &format!("{activation}\n");
            name
        }
        None => activation,
    };
    for _ in 1..layers {
        text += &format!("layer 4 {name}{option}\n");
    }
    text += &format!("layer 1 sigmoid{option}\nJ = mean(-(y*log(a{layers}) + (1 - y)*log(1 - a{layers})))\n");
    let compiled = compiled(&text);
    let names = (1..=layers).flat_map(|k| [format!("W{k}"), format!("b{k}")]);
    let by = names.filter(|name| bias || name.starts_with('W')).map(|name| node(&compiled, &name)).collect();
    (compiled, by)
}

const ACTIVATIONS: [&str; 29] = [
    "tanh",
    "relu",
    "sigmoid",
    "gelu",
    "silu",
    "elu",
    "selu",
    "softplus",
    "hardtanh",
    "leaky_relu",
    "softmax",
    "log_softmax",
    "identity",
    "f(z) = 1/(1 + exp(-z))",
    "f(z) = exp(z)/(1 + exp(z))",
    "f(z) = (exp(z) - exp(-z))/(exp(z) + exp(-z))",
    "f(z) = log(1 + exp(z))",
    "f(z) = z/(1 + exp(-z))",
    "f(z) = z*sigmoid(1.5*z)",
    "f(z) = z*tanh(softplus(z))",
    "f(z) = z*tanh(log(1 + exp(z)))",
    "f(z) = where(z > 0, z, 0.1*z)",
    "f(z) = max(0.1*z, z)",
    "f(z) = max(0, z)",
    "f(z) = where(z > 0, z, exp(z) - 1)",
    "f(z) = 0.5*z*(1 + erf(z/sqrt(2)))",
    "f(z) = 0.5*z*(1 + tanh(sqrt(2/pi)*(z + 0.044715*z^3)))",
    "f(z) = clip(z/6 + 0.5, 0, 1)",
    "f(z) = z/(1 + abs(z))",
];

/// Blocks spelled out, `h_` the block before and `W` the block's own matrix, examples in rows.
const BLOCKS: [&str; 9] = [
    "tanh(h_ @ W)",
    "h_ + tanh(h_ @ W)",
    "h_ + gelu(h_ @ W)",
    "max(0, h_ @ W)",
    "softmax(h_ @ W)",
    "exp(h_ @ W)/sum(exp(h_ @ W), axis=1, keep=true)",
    "layer_norm(h_ @ W)",
    "(h_ @ W - mean(h_ @ W, axis=1, keep=true))/sqrt(var(h_ @ W, axis=1, keep=true) + 1e-5)",
    "h_ + softmax(h_ @ W @ h_') @ h_",
];

/// A chain of blocks, its loss `J`, and its matrices.
fn chain(blocks: usize, block: &str) -> (Compiled, Vec<NodeId>) {
    let mut text = "input x : [m, 4]\nh0 = x\n".to_string();
    for k in 1..=blocks {
        let block = block.replace("h_", &format!("h{}", k - 1)).replace('W', &format!("W{k}"));
        text += &format!("param W{k} : [4, 4] = xavier\nh{k} = {block}\n");
    }
    text += &format!("J = mean(h{blocks}^2)\n");
    let compiled = compiled(&text);
    let by = (1..=blocks).map(|k| node(&compiled, &format!("W{k}"))).collect();
    (compiled, by)
}

/// The nodes of a goal, and those of all its slopes together.
fn sizes(compiled: &mut Compiled, by: &[NodeId]) -> [usize; 2] {
    let goal = node(compiled, "J");
    let forward = size(compiled, &[goal]);
    let Compiled { graph, openers, .. } = compiled;
    let slopes = derive(graph, openers, goal, by).unwrap();
    let slopes: Vec<NodeId> = slopes.into_iter().map(|slope| slope.node).collect();
    [forward, size(compiled, &slopes)]
}

#[test]
fn a_gradient_graph_has_at_most_five_times_the_nodes_of_its_forward_graph() {
    let mut wrong = vec![];
    let mut look = |what: String, (mut compiled, by): (Compiled, Vec<NodeId>)| {
        let [forward, back] = sizes(&mut compiled, &by);
        if back > 5 * forward {
            wrong.push(format!("{what}: {back} nodes of {forward}"));
        }
    };
    // Rows without biases have the fewest nodes forward.
    for activation in ACTIVATIONS {
        look(activation.into(), network(100, activation, false, false));
    }
    for activation in ["tanh", "relu", "gelu"] {
        for (columns, bias) in [(true, true), (true, false), (false, true)] {
            let what = format!("{activation}, columns {columns}, bias {bias}");
            look(what, network(100, activation, columns, bias));
        }
    }
    for block in BLOCKS {
        look(block.into(), chain(100, block));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_graphs_of_second_derivatives_are_linear_in_the_layers() {
    let mut wrong = vec![];
    for activation in ["tanh", "relu", "gelu", "softmax"] {
        for columns in [true, false] {
            let sizes = [20, 40, 60].map(|layers| {
                let (mut compiled, by) = network(layers, activation, columns, true);
                let goal = node(&compiled, "J");
                let forward = size(&mut compiled, &[goal]);
                let Compiled { graph, openers, .. } = &mut compiled;
                let slope = derive(graph, openers, goal, &by[..1]).unwrap().remove(0).node;
                let hessian = derive(graph, openers, slope, &by[..1]).unwrap().remove(0).node;
                let opened = open(graph, slope);
                let Slope::Node(hvp) = diff::forward(graph, opened, &[(by[0], by[0])]).unwrap() else {
                    panic!("{activation}: no product")
                };
                [forward, size(&mut compiled, &[hessian]), size(&mut compiled, &[hvp])]
            });
            for what in [1, 2] {
                let [first, second, third] = sizes.map(|sizes| sizes[what]);
                if third - second > (second - first) + 20 || third > 12 * sizes[2][0] {
                    wrong.push(format!("{activation}, columns {columns}: {sizes:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_lstm_and_its_recurrence_written_out_are_one_graph() {
    let text = "m = 2\ninput x : [m, 4, 3] = zeros([2, 4, 3])\nlstm 5\nJ = sum(a1^2)\ndJ/dW1\n\
                s[:, :, t] = lstm(x[:, t], s[:, :, t-1], W1, U1, b1) start zeros([2, m, 5])\n\
                same = s[0]\nK = sum(same^2)\ndK/dW1\n";
    let mut compiled = compiled(text);
    let roots = ["a1", "same", "J", "K"].map(|name| node(&compiled, name));
    let [a, h, j, k] = roots.map(|root| open(&mut compiled.graph, root));
    assert_eq!((a, j), (h, k));
    // And so are the slopes.
    let weights = ["W1", "U1", "b1"].map(|name| node(&compiled, name));
    let mut openers = compiled.openers.clone();
    let slopes = [roots[2], roots[3]].map(|root| {
        let derived = derive(&mut compiled.graph, &mut openers, root, &weights).unwrap();
        derived.iter().map(|one| open(&mut compiled.graph, one.node)).collect::<Vec<_>>()
    });
    assert_eq!(slopes[0], slopes[1]);
}

#[test]
fn a_recurrence_of_ten_thousand_steps_is_no_larger_than_one_of_ten() {
    // f[t] = w*f[t-1] + 1 at w = 1 counts, and its slope is the sum of what was counted before.
    let text = |steps: usize| {
        let sum = steps * (steps - 1) / 2;
        format!(
            "param w = 1\nf[t] = w*f[t-1] + 1 start 0 for t in 0..{steps}\nJ = f[-1]\n\
             assert J == {steps}\nassert dJ/dw == {sum}\nd2J/dw2\n"
        )
    };
    let sizes = [10, 10_000].map(|steps| {
        let mut compiled = compiled(&text(steps));
        let (of, by) = (node(&compiled, "J"), node(&compiled, "w"));
        let mut openers = compiled.openers.clone();
        let slope = derive(&mut compiled.graph, &mut openers, of, &[by]).unwrap().remove(0).node;
        size(&mut compiled, &[of, slope])
    });
    assert_eq!(sizes[0], sizes[1]);
}
