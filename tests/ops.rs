//! The laws that hold for every operator, from its table entry alone.

#[path = "laws/samples.rs"]
mod samples;
mod support;

use nnlang::batch;
use nnlang::diag::Level;
use nnlang::diff::{self, Slope};
use nnlang::graph::{ArgKind, Attr, DefId, Diff, Domain, Graph, Kernel, NodeId, Notation, Role, Step, Type, verify};
use nnlang::shape::{Dim, Shape};
use nnlang::simplify::Opener;
use nnlang::tensor::{DType, Precision};
use nnlang::{notation, ops};
use samples::{Dice, Given, Sample, is_operator, points, samples, shape, sizes, slots, value, values};
use support::{Files, plain_settings, run};

/// How many samples of each operator.
const COUNT: usize = 6;

/// Runs a law over samples of every operator and tells all that break it.
fn law(count: usize, holds: impl Fn(&Sample) -> Result<(), String>) {
    let (mut wrong, mut met) = (vec![], 0);
    for def in ops::ALL.iter().filter(|def| is_operator(def)) {
        for sample in samples(def, count) {
            met += 1;
            if let Err(why) = holds(&sample) {
                wrong.push(format!("{}: {why}", sample.name()));
            }
        }
    }
    assert!(met > 300, "only {met} samples");
    assert!(wrong.is_empty(), "{} of {met}:\n{}", wrong.len(), wrong.join("\n"));
}

fn near(found: &[f64], wanted: &[f64], tolerance: f64) -> Result<(), String> {
    let scale = wanted.iter().fold(1.0f64, |most, v| most.max(v.abs()));
    let fits = |(a, b): (&f64, &f64)| (a - b).abs() <= tolerance * scale;
    if found.len() == wanted.len() && found.iter().zip(wanted).all(fits) {
        Ok(())
    } else {
        Err(format!("{found:?} is not {wanted:?}"))
    }
}

/// The sum of the entries, each with a weight of its own.
fn weighted(graph: &mut Graph, node: NodeId, seed: u64) -> NodeId {
    let sizes = sizes(graph, node);
    let weights = points(Domain::Reals, &sizes, &mut Dice(seed));
    let weights = literal(graph, &sizes, weights);
    let product = ops::build::mul(graph, weights, node).unwrap();
    ops::build::sum(graph, product, None, false).unwrap()
}

fn literal(graph: &mut Graph, sizes: &[usize], entries: Vec<f64>) -> NodeId {
    let given = Given { sizes: sizes.to_vec(), entries, dtype: DType::Real };
    ops::build::literal(graph, given.tensor(Precision::F64))
}

/// The gradient, as nodes; zeros where there is none; `None` where the operator says that it has none.
fn gradient(graph: &mut Graph, root: NodeId, by: &[NodeId]) -> Option<Vec<NodeId>> {
    let one = ops::number(graph, 1.0);
    let slopes = diff::reverse(graph, root, one, by).ok()?;
    let node = |(slope, by): (Slope, &NodeId)| match slope {
        Slope::Node(node) => node,
        Slope::Unconnected | Slope::Flat(_) => {
            let zero = ops::number(graph, 0.0);
            let shape = graph.shape(*by).clone();
            ops::build::broadcast_to(graph, zero, shape).unwrap()
        }
    };
    Some(slopes.into_iter().zip(by).map(node).collect())
}

#[test]
fn every_operator_has_samples() {
    for def in ops::ALL.iter().filter(|def| is_operator(def)) {
        assert!(!samples(def, COUNT).is_empty(), "{} has no sample", def.name);
    }
}

#[test]
fn the_shape_rule_gives_the_shape_of_the_value() {
    law(COUNT, |sample| {
        let (mut graph, _, node) = sample.graph().ok_or("no graph")?;
        verify(&mut graph, &[node])?;
        let value = values(&graph, &[node], &sample.args, Precision::F64)?;
        let (said, found) = (sizes(&graph, node), value[0].shape().to_vec());
        if said != found {
            return Err(format!("the rule says {said:?}, the value is {found:?}"));
        }
        let dtype = graph.node(node).dtype;
        if value[0].dtype() == dtype { Ok(()) } else { Err(format!("{dtype:?}, not {:?}", value[0].dtype())) }
    });
}

/// First and second derivatives by each real argument against central differences.
#[test]
fn slopes_of_both_orders_agree_with_finite_differences() {
    law(4, |sample| {
        let (mut graph, args, node) = sample.graph().ok_or("no graph")?;
        if graph.node(node).dtype != DType::Real {
            return Ok(());
        }
        let by: Vec<NodeId> = sample.reals().map(|i| args[i]).collect();
        let root = weighted(&mut graph, node, 3);
        let Some(first) = gradient(&mut graph, root, &by) else { return without_slope(sample) };
        let parts: Vec<NodeId> =
            first.iter().enumerate().map(|(i, node)| weighted(&mut graph, *node, 20 + i as u64)).collect();
        let Some(total) = parts.into_iter().reduce(|a, b| ops::build::add(&mut graph, a, b).unwrap()) else {
            return Ok(());
        };
        let second = gradient(&mut graph, total, &by).ok_or("no second derivative")?;
        verify(&mut graph, &second)?;
        for (order, (of, slopes)) in [(root, &first), (total, &second)].into_iter().enumerate() {
            for (arg, slope) in sample.reals().zip(slopes) {
                let found = value(&graph, *slope, &sample.args);
                let mut wanted = vec![];
                for i in 0..sample.args[arg].entries.len() {
                    let at = |by: f64| {
                        let mut args = sample.args.clone();
                        args[arg].entries[i] += by;
                        value(&graph, of, &args)[0]
                    };
                    // Richardson: the error of the plain difference falls from h^2 to h^4.
                    let h = 2e-4;
                    let plain = |h: f64| (at(h) - at(-h)) / (2.0 * h);
                    wanted.push((4.0 * plain(h / 2.0) - plain(h)) / 3.0);
                }
                near(&found, &wanted, 2e-7).map_err(|why| format!("order {}, argument {arg}: {why}", order + 1))?;
            }
        }
        Ok(())
    });
}

/// Those that say that they have no derivative say why.
fn without_slope(sample: &Sample) -> Result<(), String> {
    match sample.def.diff {
        Diff::None(why) if !why.is_empty() => Ok(()),
        _ => Err("it has no slope and does not say why".into()),
    }
}

#[test]
fn forward_agrees_with_reverse() {
    law(COUNT, |sample| {
        let (mut graph, args, node) = sample.graph().ok_or("no graph")?;
        let by: Vec<usize> = sample.reals().collect();
        if graph.node(node).dtype != DType::Real || by.is_empty() {
            return Ok(());
        }
        let root = weighted(&mut graph, node, 3);
        let nodes: Vec<NodeId> = by.iter().map(|i| args[*i]).collect();
        let Some(back) = gradient(&mut graph, root, &nodes) else { return without_slope(sample) };
        let directions: Vec<Vec<f64>> =
            by.iter().map(|i| points(Domain::Reals, &sample.args[*i].sizes, &mut Dice(40 + *i as u64))).collect();
        let mut tangents = vec![];
        for (i, direction) in by.iter().zip(&directions) {
            tangents.push((args[*i], literal(&mut graph, &sample.args[*i].sizes, direction.clone())));
        }
        let ahead = match diff::forward(&mut graph, root, &tangents).map_err(|trouble| trouble.fault.title)? {
            Slope::Node(node) => value(&graph, node, &sample.args)[0],
            Slope::Unconnected | Slope::Flat(_) => 0.0,
        };
        let mut sum = 0.0;
        for (slope, direction) in back.iter().zip(&directions) {
            sum += value(&graph, *slope, &sample.args).iter().zip(direction).map(|(s, d)| s * d).sum::<f64>();
        }
        near(&[ahead], &[sum], 1e-11)
    });
}

#[test]
fn the_batched_operator_is_the_stacked_operator() {
    law(COUNT, |sample| {
        let Some(which) = (0..sample.args.len()).next_back() else { return Ok(()) };
        // Every argument by itself, and all together.
        for batched in [vec![0], vec![which], (0..sample.args.len()).collect()] {
            let (mut graph, args, node) = sample.graph().ok_or("no graph")?;
            let n = 3;
            let mut wide = sample.args.clone();
            let mut pairs = vec![];
            for i in &batched {
                let (given, next) = (&sample.args[*i], wide.len());
                let domain = sample.def.domain.get(*i).copied().unwrap_or(Domain::Reals);
                let mut entries = vec![];
                for turn in 0..n as u64 {
                    let again = match (given.dtype, domain) {
                        (DType::Int, _) | (_, Domain::Matrix | Domain::Spd) => given.entries.clone(),
                        _ => points(domain, &given.sizes, &mut Dice(70 + turn)),
                    };
                    entries.extend(again.iter().map(|v| {
                        let square = matches!(domain, Domain::Matrix | Domain::Spd);
                        if square { v * (1.0 + 0.1 * turn as f64) } else { *v }
                    }));
                }
                let sizes: Vec<usize> = std::iter::once(n).chain(given.sizes.iter().copied()).collect();
                wide.push(Given { sizes: sizes.clone(), entries, dtype: given.dtype });
                let ty = Type { shape: shape(&sizes), dtype: given.dtype };
                pairs.push((args[*i], ops::slot(&mut graph, DefId(next as u32), ty)));
            }
            let since = graph.len();
            let made = batch::batch(&mut graph, node, &pairs, &Dim::Num(n as u64), since).map_err(|f| f.title)?;
            verify(&mut graph, &[made])?;
            let found = value(&graph, made, &wide);
            let mut wanted = vec![];
            for turn in 0..n {
                let mut args = sample.args.clone();
                for (at, i) in batched.iter().enumerate() {
                    let count = args[*i].entries.len();
                    let all = &wide[sample.args.len() + at].entries;
                    args[*i].entries = all[turn * count..(turn + 1) * count].to_vec();
                }
                wanted.extend(value(&graph, node, &args));
            }
            near(&found, &wanted, 1e-13).map_err(|why| format!("batched in {batched:?}: {why}"))?;
        }
        Ok(())
    });
}

#[test]
fn f32_is_near_f64() {
    law(COUNT, |sample| {
        let (mut graph, args, node) = sample.graph().ok_or("no graph")?;
        // The same points in both: numbers that f32 holds.
        let mut rounded = sample.args.clone();
        for arg in &mut rounded {
            arg.entries.iter_mut().for_each(|v| *v = f64::from(*v as f32));
        }
        let mut nodes = vec![node];
        if graph.node(node).dtype == DType::Real {
            let root = weighted(&mut graph, node, 3);
            let by: Vec<NodeId> = sample.reals().map(|i| args[i]).collect();
            nodes.extend(gradient(&mut graph, root, &by).unwrap_or_default());
        }
        let wide = values(&graph, &nodes, &rounded, Precision::F64)?;
        let narrow = values(&graph, &nodes, &rounded, Precision::F32)?;
        for (wide, narrow) in wide.iter().zip(&narrow) {
            let entries = |t: &nnlang::tensor::Tensor| t.to_f64().iter().copied().collect::<Vec<f64>>();
            near(&entries(narrow), &entries(wide), 2e-5)?;
        }
        Ok(())
    });
}

/// In the language itself: the call and its formula, and the slopes of both.
#[test]
fn every_formula_is_its_kernel_in_value_and_slope() {
    let (mut program, mut met) = (String::new(), 0);
    for def in ops::ALL.iter().filter(|def| is_operator(def) && !def.formula.is_empty()) {
        let names: Vec<&str> = def.args.iter().filter(|arg| arg.kind.is_node()).map(|arg| arg.name).collect();
        let at = samples(def, 40).into_iter().find(|sample| {
            let square = matches!(def.domain.first(), Some(Domain::Matrix | Domain::Spd));
            let plain = |attr: &Attr| matches!(attr, Attr::Absent | Attr::Flag(false) | Attr::Int(0));
            sample.args.iter().all(|arg| arg.sizes.len() == if square { 2 } else { 1 })
                && sample.attrs.all().iter().all(plain)
        });
        let Some(sample) = at else { panic!("{} has no plain sample", def.name) };
        let call = match def.notation {
            Notation::Infix(sign) => format!("{} {sign} {}", names[0], names[1]),
            _ => format!("{}({})", def.name, names.join(", ")),
        };
        met += 1;
        // A function of its own for each, so that the names do not meet.
        let n = def.name;
        for (turn, body) in [("call", call.as_str()), ("formula", def.formula)] {
            program.push_str(&format!("{turn}_{n}({}) = {body}\n", names.join(", ")));
        }
        let mut given = vec![];
        for (name, arg) in names.iter().zip(&sample.args) {
            program.push_str(&format!("{name}_{n} = {}\n", text(&arg.sizes, &arg.entries)));
            given.push(format!("{name}_{n}"));
        }
        let list = given.join(", ");
        program.push_str(&format!("assert call_{n}({list}) ~= formula_{n}({list})\n"));
        if matches!(def.diff, Diff::Flat(_)) {
            continue;
        }
        for (name, arg) in given.iter().zip(def.args).filter(|(_, arg)| arg.kind == ArgKind::Tensor) {
            let _ = arg;
            let sum = |turn: &str| format!("grad(sum(sin({turn}_{n}({list}))), {name})");
            program.push_str(&format!("assert {} ~= {}\n", sum("call"), sum("formula")));
        }
    }
    assert!(met > 30, "only {met} formulas");
    holds(&program);
}

/// A tensor as it is written.
fn text(sizes: &[usize], entries: &[f64]) -> String {
    let Some((first, rest)) = sizes.split_first() else { return format!("{:?}", entries[0]) };
    let parts: Vec<String> = entries.chunks(entries.len() / first).map(|part| text(rest, part)).collect();
    format!("[{}]", parts.join(", "))
}

fn holds(program: &str) {
    let report = run("laws.nnl", program, &plain_settings(), &Files::default());
    let errors = report.diagnostics.iter().filter(|problem| problem.level == Level::Error);
    let failed: Vec<String> = errors
        .map(|problem| {
            let line = problem.labels.first().map_or("", |label| {
                let start = program[..label.span.start as usize].rfind('\n').map_or(0, |at| at + 1);
                program[start..].lines().next().unwrap_or("")
            });
            format!("{line}: {}", problem.title)
        })
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

const LETTERS: [&str; 26] = [
    "a", "b", "c", "d", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x",
    "y", "z", "A",
];

/// Both sides of `lhs = rhs` have one value and one gradient, wherever the left side has any.
#[test]
fn every_rule_keeps_value_and_slope() {
    let mut wrong = vec![];
    for def in ops::ALL {
        for text in def.rules.iter().chain(def.stable) {
            if let Err(why) = notation::rule(text) {
                wrong.push(format!("{}: {text}: {why}", def.name));
                continue;
            }
            let (left, right) = text.split_once(" = ").unwrap();
            let sides = [left, right].map(|side| notation::template(side, &LETTERS).unwrap());
            let of_matrices = sides[0].steps.iter().any(|step| {
                let Step::Apply(op, _) = step else { return false };
                op.def.domain.iter().any(|domain| matches!(domain, Domain::Matrix | Domain::Spd))
            });
            let mut met = 0;
            for turn in 0..30u64 {
                let mut dice = Dice(turn * 97 + 5);
                let matrix = of_matrices && turn % 2 == 1;
                let sizes = if matrix { vec![3, 3] } else { [&[][..], &[3], &[3]][turn as usize % 3].to_vec() };
                let given: Vec<Given> = (0..LETTERS.len())
                    .map(|_| {
                        let count: usize = sizes.iter().product();
                        let reach = [0.9, 2.5, 6.0][turn as usize % 3];
                        let low = if turn % 2 == 0 { 0.05 } else { -reach };
                        let entries = if matrix {
                            points(Domain::Matrix, &sizes, &mut dice)
                        } else {
                            (0..count).map(|_| dice.real(low, reach)).collect()
                        };
                        Given { sizes: sizes.clone(), entries, dtype: DType::Real }
                    })
                    .collect();
                let mut graph = Graph::default();
                let args = slots(&mut graph, &given);
                let nodes: Vec<NodeId> = match sides
                    .iter()
                    .map(|side| notation::instantiate(&mut graph, side, &args).map_err(|fault| fault.title))
                    .collect()
                {
                    Ok(nodes) => nodes,
                    Err(_) => continue,
                };
                let to = graph.shape(nodes[0]).clone();
                let Ok(other) = ops::build::broadcast_to(&mut graph, nodes[1], to) else { continue };
                let mut pairs = vec![(nodes[0], other)];
                let used = |side: &nnlang::graph::Template, i: usize| {
                    side.steps.iter().any(|step| matches!(step, Step::Var(var) if *var == i))
                };
                let by: Vec<NodeId> = (0..LETTERS.len()).filter(|i| used(&sides[0], *i)).map(|i| args[i]).collect();
                if graph.node(nodes[0]).dtype == DType::Real && graph.node(other).dtype == DType::Real {
                    let roots = [nodes[0], other].map(|node| weighted(&mut graph, node, 3));
                    if let (Some(a), Some(b)) =
                        (gradient(&mut graph, roots[0], &by), gradient(&mut graph, roots[1], &by))
                    {
                        pairs.extend(a.into_iter().zip(b));
                    }
                }
                let found: Vec<_> =
                    pairs.iter().map(|(a, b)| (value(&graph, *a, &given), value(&graph, *b, &given))).collect();
                // Where the spelled side has no value or no slope, the rule is what gives it one.
                if found.iter().any(|(left, _)| left.iter().any(|v| !v.is_finite())) {
                    continue;
                }
                met += 1;
                for (left, right) in found {
                    if let Err(why) = near(&right, &left, 1e-9) {
                        wrong.push(format!("{}: {text} at turn {turn}: {why}", def.name));
                    }
                }
            }
            if met == 0 {
                wrong.push(format!("{}: {text}: it was nowhere compared", def.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// What is evaluated is what was written: every operator, through the rules that see it.
#[test]
fn the_opened_form_has_the_value_and_the_slopes() {
    law(COUNT, |sample| {
        let (mut graph, args, node) = sample.graph().ok_or("no graph")?;
        let mut nodes = vec![node];
        if graph.node(node).dtype == DType::Real {
            let root = weighted(&mut graph, node, 3);
            let by: Vec<NodeId> = sample.reals().map(|i| args[i]).collect();
            nodes.extend(gradient(&mut graph, root, &by).unwrap_or_default());
        }
        for node in nodes {
            let opened = Opener::default().open(&mut graph, node);
            verify(&mut graph, &[opened])?;
            near(&value(&graph, opened, &sample.args), &value(&graph, node, &sample.args), 1e-12)?;
        }
        Ok(())
    });
}

#[test]
fn every_entry_says_what_it_is_and_its_examples_hold() {
    let mut program = String::new();
    for def in ops::ALL.iter().filter(|def| is_operator(def)) {
        assert!(def.summary.ends_with('.') && def.summary.len() > 10, "{} needs a sentence", def.name);
        // What only a derivative writes is not called by a program's author.
        assert!(def.notation == Notation::Special || !def.examples.is_empty(), "{} has no example", def.name);
        let args = def.args.iter().filter(|arg| arg.kind.is_node()).count();
        assert!(def.domain.len() <= args.max(1), "{} has more domains than arguments", def.name);
        for (text, gives) in def.examples {
            program.push_str(&format!("assert ({text}) ~= ({gives})\n"));
        }
    }
    holds(&program);
}

#[test]
fn an_operator_with_a_kink_says_what_counts_there() {
    let jumps = |text: &&str| text.contains("where") || text.contains("sign");
    let silent: Vec<&str> = ops::ALL
        .iter()
        .filter(|def| matches!(def.diff, Diff::Slopes(texts) if texts.iter().any(jumps)) && def.kink.is_none())
        .map(|def| def.name)
        .collect();
    assert!(silent.is_empty(), "the slopes of {silent:?} jump, and their entries do not say how");
}

#[test]
fn shapes_of_operators_with_names_are_shapes_of_numbers() {
    // A named dimension, bound to a number, gives what the number gives.
    for def in ops::ALL.iter().filter(|def| is_operator(def)) {
        let one = def.args.iter().filter(|arg| arg.kind.is_node()).count() == 1;
        if !one || !matches!(def.kernel, Kernel::Map(_) | Kernel::Reduce(_) | Kernel::Along(_)) {
            continue;
        }
        for sample in samples(def, COUNT).into_iter().filter(|sample| !sample.args[0].sizes.is_empty()) {
            let (numbers, _, node) = sample.graph().unwrap();
            let mut graph = Graph::default();
            let dims: Vec<_> = (0..sample.args[0].sizes.len())
                .map(|i| {
                    let sym = graph.dims.fresh(&format!("n{i}"), None);
                    graph.dims.sym(sym)
                })
                .collect();
            let named = Shape::new(dims);
            let slot = ops::slot(&mut graph, DefId(0), Type { shape: named.clone(), dtype: sample.args[0].dtype });
            let made = graph.add(def, sample.attrs.clone(), &[slot]).unwrap_or_else(|why| panic!("{}", why.title));
            let mut binding = nnlang::shape::Binding::default();
            graph.dims.bind(&named, &sample.args[0].sizes, &mut binding).unwrap();
            let found = graph.shape(made).eval(&graph.dims, &binding).unwrap();
            assert_eq!(found, sizes(&numbers, node), "{}", sample.name());
        }
    }
}

#[test]
fn roles_other_than_plain_are_few() {
    let others = ops::ALL.iter().filter(|def| !is_operator(def) && def.role != Role::Draw).count();
    assert!(others <= 8, "{others} operators escape the laws");
}
