//! Laws that hold for every operator of the table, from the table alone: a new operator is tested by being there.

#![allow(clippy::unwrap_used)]

mod support;

use nnlang::InMemory;
use nnlang::inside::batch::batch;
use nnlang::inside::diff::{self, Slope};
use nnlang::inside::graph::{Attrs, DefId, Diff, Domain, Graph, Kernel, NodeId, Notation, Type, verify};
use nnlang::inside::shape::{Binding, Dim, Shape};
use nnlang::inside::tensor::{DType, Precision, Tensor};
use nnlang::inside::{ops, prelude};
use nnlang::{Session, Settings};
use std::collections::BTreeMap;
use std::sync::Arc;
use support::points::{Case, Draw, applied, cases, distance, literal, numbers, open, slopes, tensor, values, weighted};

/// Fails with all that is wrong, and if too little was looked at.
fn all_hold(wrong: &[String], count: usize, least: usize) {
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= least, "only {count} were compared");
}

/// A program of assertions: what does not hold, by the text of the statement.
fn failures(lines: &[(String, String)]) -> Vec<String> {
    let session = Session::new(Settings::default());
    let run = |text: &str| {
        let report = session.apply("examples.nnl", text, &mut InMemory::default()).1;
        report.diagnostics.iter().filter(|problem| problem.is_error()).map(|problem| problem.title.clone()).collect()
    };
    let text: String = lines.iter().map(|(_, line)| format!("{line}\n")).collect();
    let together: Vec<String> = run(&text);
    if together.is_empty() {
        return vec![];
    }
    let alone = lines.iter().filter_map(|(name, line)| {
        let problems: Vec<String> = run(line);
        (!problems.is_empty()).then(|| format!("{name}: {line}: {}", problems.join("; ")))
    });
    let mut alone: Vec<String> = alone.collect();
    if alone.is_empty() {
        alone.push(format!("together: {}", together.join("; ")));
    }
    alone
}

#[test]
fn every_operator_is_described() {
    let mut wrong = vec![];
    for def in ops::ALL {
        let mut say = |what: &str| wrong.push(format!("{}: {what}", def.name));
        if !def.says.summary.ends_with('.') {
            say("its summary is no sentence");
        }
        if def.says.examples.is_empty() && def.notation != Notation::Special {
            say("it can be written, and has no example");
        }
        let nodes = def.args.iter().filter(|arg| arg.kind.is_node()).count();
        if def.algebra.domain.len() != nodes {
            say(&format!("it has {nodes} tensor arguments and {} domains", def.algebra.domain.len()));
        }
        match def.diff {
            Diff::Flat("") | Diff::None("") => say("it does not say why it has no slope"),
            Diff::Slopes(texts) if texts.len() != nodes => say("it has not a slope for each argument"),
            _ => {}
        }
        if def.says.kink == Some("") {
            say("it does not say what counts at its kink");
        }
    }
    all_hold(&wrong, ops::ALL.len(), 100);
}

#[test]
fn every_example_holds() {
    let operators = ops::ALL.iter().flat_map(|def| {
        def.says.examples.iter().map(|(expr, gives)| (def.name.to_string(), format!("assert ({expr}) ~= ({gives})")))
    });
    let functions = prelude::entries().flat_map(|entry| {
        entry.examples.split(';').map(move |example| (entry.name.to_string(), format!("assert {}", example.trim())))
    });
    let lines: Vec<(String, String)> = operators.chain(functions).collect();
    all_hold(&failures(&lines), lines.len(), 200);
}

#[test]
fn an_example_that_does_not_hold_is_found() {
    let line = |text: &str| ("it".to_string(), text.to_string());
    assert_eq!(failures(&[line("assert (1 + 1) ~= (2)"), line("assert (1 + 1) ~= (3)")]).len(), 1);
}

#[test]
fn every_formula_has_the_value_of_its_operator() {
    // In the language itself; a formula over a lane is of a whole vector.
    let mut draw = Draw(1);
    let mut lines = vec![];
    for def in applied().filter(|def| !def.algebra.formula.is_empty()) {
        let matrix = def.algebra.domain.iter().any(|domain| matches!(domain, Domain::Matrix | Domain::Spd));
        for _ in 0..5 {
            let mut line = String::new();
            let mut names = vec![];
            for (arg, domain) in def.args.iter().filter(|arg| arg.kind.is_node()).zip(def.algebra.domain) {
                // A name with a default stands for one number.
                let entries = draw.entries(*domain, if matrix { &[3, 3] } else { &[3] });
                let rows: Vec<String> = entries.chunks(3).map(|row| format!("{row:?}")).collect();
                let value = match (arg.default, matrix) {
                    ("", true) => format!("[{}]", rows.join(", ")),
                    ("", false) => rows.concat(),
                    _ => format!("{:?}", entries[0]),
                };
                line.push_str(&format!("{} = {value}\n", arg.name));
                names.push(if arg.default.is_empty() { arg.name.to_string() } else { format!("{0}={0}", arg.name) });
            }
            line.push_str(&format!("assert {}({}) ~= {}", def.name, names.join(", "), def.algebra.formula));
            lines.push((def.name, line));
        }
    }
    let wrong: Vec<String> =
        lines.iter().flat_map(|(name, line)| failures(&[(name.to_string(), line.clone())])).collect();
    all_hold(&wrong, lines.len(), 150);
}

/// Runs a law at points of every operator.
fn at_points(seed: u64, most: usize, law: impl Fn(&Case, &mut Draw) -> Result<usize, String>) -> (Vec<String>, usize) {
    let (mut wrong, mut count) = (vec![], 0);
    for def in applied() {
        let mut draw = Draw(seed);
        let cases = cases(def, &mut draw, most);
        if cases.is_empty() {
            wrong.push(format!("{}: it takes none of the shapes", def.name));
        }
        for case in cases {
            match law(&case, &mut draw) {
                Ok(more) => count += more,
                Err(why) => wrong.push(format!("{case}: {why}")),
            }
        }
    }
    (wrong, count)
}

#[test]
fn the_shape_and_the_type_are_those_of_the_value() {
    let (wrong, count) = at_points(2, 40, |case, _| {
        let (mut graph, slots, node) = case.build();
        verify(&mut graph, &[node])?;
        let value = &values(&graph, &[node], &case.values(), Precision::F64)?[0];
        let stated = graph.shape(node).eval(&graph.dims, &Binding::default()).map_err(|why| format!("{why:?}"))?;
        if stated != value.shape() || graph.node(node).dtype != value.dtype() {
            return Err(format!("it says {stated:?}, and the value is {:?}", value.shape()));
        }
        Ok(1 + usize::from(in_names(case, &slots, value)?))
    });
    all_hold(&wrong, count, 1000);
}

/// The same with names in the place of sizes, where the operator takes them: the shape, with its numbers, is the same.
fn in_names(case: &Case, slots: &[NodeId], value: &Tensor) -> Result<bool, String> {
    let mut graph = Graph::default();
    let (two, three) = (graph.dims.fresh("k", None), graph.dims.fresh("m", None));
    let binding = Binding { values: BTreeMap::from([(two, 2), (three, 3)]) };
    let args: Vec<NodeId> = (case.args.iter().enumerate())
        .map(|(i, arg)| {
            let name = |n: &usize| match n {
                2 => graph.dims.sym(two),
                3 => graph.dims.sym(three),
                n => Dim::Num(*n as u64),
            };
            let shape = Shape::new(arg.sizes.iter().map(name).collect::<Vec<Dim>>());
            ops::slot(&mut graph, DefId(i as u32), Type { shape, dtype: arg.dtype })
        })
        .collect();
    assert_eq!(args.len(), slots.len());
    let Ok(node) = graph.add(case.def, case.attrs.clone(), &args) else { return Ok(false) };
    match graph.shape(node).eval(&graph.dims, &binding) {
        Ok(sizes) if sizes == value.shape() => Ok(true),
        // The rule made one of the names another number.
        Err(_) => Ok(false),
        Ok(_) if graph.dims.known(&graph.dims.sym(two)).is_some() => Ok(false),
        Ok(_) if graph.dims.known(&graph.dims.sym(three)).is_some() => Ok(false),
        Ok(sizes) => Err(format!("in names its shape is {sizes:?}, and the value is {:?}", value.shape())),
    }
}

#[test]
fn single_precision_is_near_double_precision() {
    let (wrong, count) = at_points(3, 20, |case, _| {
        let (graph, _, node) = case.build();
        let [double, single] =
            [Precision::F64, Precision::F32].map(|precision| values(&graph, &[node], &case.values(), precision));
        let (double, single) = (double?, single?);
        let [double, single] = [&double[0], &single[0]].map(|value| value.numbers().collect::<Vec<f64>>());
        let off = distance(&single, &double);
        if off <= 1e-5 { Ok(1) } else { Err(format!("{single:?} in f32, {double:?} in f64")) }
    });
    all_hold(&wrong, count, 1000);
}

#[test]
fn a_batch_is_the_stack_of_its_entries() {
    let (wrong, count) = at_points(4, 12, |case, draw| {
        let mut compared = 0;
        // Each argument by itself, then all together.
        for chosen in (0..case.args.len()).map(|i| vec![i]).chain([(0..case.args.len()).collect()]) {
            let (mut graph, slots, node) = case.build();
            let mut held = case.values();
            let (mut pairs, mut rows) = (vec![], vec![]);
            for i in &chosen {
                let arg = &case.args[*i];
                let entries: Vec<Vec<f64>> =
                    (0..3).map(|row| if row == 0 { arg.entries.clone() } else { draw_like(case, *i, draw) }).collect();
                let sizes = [&[3], arg.sizes.as_slice()].concat();
                let shape = support::points::shape(&sizes);
                pairs.push((
                    slots[*i],
                    ops::slot(&mut graph, DefId(held.len() as u32), Type { shape, dtype: arg.dtype }),
                ));
                held.push(tensor(arg.dtype, &sizes, &entries.concat()));
                rows.push(entries);
            }
            if pairs.is_empty() {
                continue;
            }
            let since = graph.len();
            let together = batch(&mut graph, node, &pairs, &Dim::Num(3), since).map_err(|fault| fault.title)?;
            verify(&mut graph, &[together])?;
            let stated = graph.shape(node).known(&graph.dims).unwrap_or_default();
            let shape = graph.shape(together).known(&graph.dims).unwrap_or_default();
            if shape != [&[3], stated.as_slice()].concat() {
                return Err(format!("batched over {chosen:?} its shape is {shape:?}"));
            }
            let mut single = vec![];
            for row in 0..3 {
                let mut held = case.values();
                for (i, entries) in chosen.iter().zip(&rows) {
                    held[*i] = tensor(case.args[*i].dtype, &case.args[*i].sizes, &entries[row]);
                }
                match numbers(&graph, node, &held) {
                    Ok(more) => single.extend(more),
                    // An index outside.
                    Err(_) => return Ok(compared),
                }
            }
            let found = numbers(&graph, together, &held)?;
            if distance(&found, &single) > 1e-13 {
                return Err(format!("batched over {chosen:?}: {found:?}, one by one {single:?}"));
            }
            compared += 1;
        }
        Ok(compared)
    });
    all_hold(&wrong, count, 1500);
}

/// Other entries for an argument; indices are those of the case in another order, for they were in range.
fn draw_like(case: &Case, i: usize, draw: &mut Draw) -> Vec<f64> {
    let arg = &case.args[i];
    match arg.dtype {
        DType::Int => arg.entries.iter().rev().copied().collect(),
        DType::Real | DType::Bool => draw.entries(arg.domain, &arg.sizes),
    }
}

/// `f(x + h*t)` less `f(x - h*t)` over `2*h`.
fn difference(graph: &Graph, root: NodeId, case: &Case, along: &[(usize, Vec<f64>)]) -> Result<f64, String> {
    let h = 1e-5;
    let at = |h: f64| -> Result<f64, String> {
        let mut held: Vec<Arc<Tensor>> = case.values();
        for (i, tangent) in along {
            let moved: Vec<f64> = case.args[*i].entries.iter().zip(tangent).map(|(x, t)| x + h * t).collect();
            held[*i] = tensor(DType::Real, &case.args[*i].sizes, &moved);
        }
        Ok(numbers(graph, root, &held)?[0])
    };
    // Richardson's: the error is of the fourth order.
    let (near, far) = ((at(h)? - at(-h)?) / (2.0 * h), (at(8.0 * h)? - at(-8.0 * h)?) / (16.0 * h));
    Ok(near + (near - far) / 63.0)
}

#[test]
fn slopes_are_those_of_central_differences_in_both_modes_and_twice() {
    let (wrong, count) = at_points(5, 10, |case, draw| {
        let (mut graph, slots, node) = case.build();
        let moving: Vec<usize> = (0..case.args.len()).filter(|i| case.args[*i].moves()).collect();
        if moving.is_empty() {
            return Ok(0);
        }
        let by: Vec<NodeId> = moving.iter().map(|i| slots[*i]).collect();
        let along: Vec<(usize, Vec<f64>)> =
            moving.iter().map(|i| (*i, draw.entries(Domain::NonZero, &case.args[*i].sizes))).collect();
        let hidden = matches!(case.def.role, nnlang::inside::graph::Role::Stop);
        // What is stated is another slope than that of the value.
        if ops::states_slope(case.def) {
            return Ok(0);
        }
        let held = case.values();
        let mut root = weighted(&mut graph, node, draw);
        let mut compared = 0;
        for order in 1..=2 {
            let found = slopes(&mut graph, root, &by);
            // What has no slope says so; of what stands for another expression, that one does.
            if let (1, Diff::None(_)) = (order, case.def.diff) {
                match &found {
                    Err(why) if why.contains("has no derivative") => return Ok(1),
                    Ok(_) if !matches!(case.def.kernel, Kernel::Expand(_)) => {
                        return Err("it says that it has no derivative, and gives one".into());
                    }
                    _ => {}
                }
            }
            let found = found?;
            // The share of each argument along its tangent.
            let (mut back, mut next): (f64, Option<NodeId>) = (0.0, None);
            for ((i, tangent), slope) in along.iter().zip(&found) {
                if graph.shape(*slope) != graph.shape(slots[*i]) {
                    return Err(format!("its slope by argument {i} has another shape"));
                }
                let tangent = literal(&mut graph, &case.args[*i].sizes, tangent);
                let product = ops::build::mul(&mut graph, tangent, *slope).map_err(|fault| fault.title)?;
                let share = ops::build::sum(&mut graph, product, None, false).map_err(|fault| fault.title)?;
                back += numbers(&graph, share, &held)?[0];
                next = Some(match next {
                    None => share,
                    Some(before) => ops::build::add(&mut graph, before, share).map_err(|fault| fault.title)?,
                });
            }
            let wanted = if hidden { 0.0 } else { difference(&graph, root, case, &along)? };
            let scale = 1.0f64.max(wanted.abs());
            if (back - wanted).abs() > 1e-7 * scale || back.is_nan() {
                return Err(format!("order {order}: reverse mode says {back}, differences {wanted}"));
            }
            let tangents: Vec<(NodeId, NodeId)> = along
                .iter()
                .map(|(i, tangent)| (slots[*i], literal(&mut graph, &case.args[*i].sizes, tangent)))
                .collect();
            let ahead = match diff::forward(&mut graph, root, &tangents).map_err(|trouble| trouble.fault.title)? {
                Slope::Node(node) => numbers(&graph, node, &held)?[0],
                Slope::Unconnected | Slope::Flat(_) => 0.0,
            };
            if (ahead - back).abs() > 1e-11 * scale || ahead.is_nan() {
                return Err(format!("order {order}: forward mode says {ahead}, reverse mode {back}"));
            }
            // What is evaluated is the same.
            let opened = next.map(|next| open(&mut graph, next));
            if let Some(opened) = opened {
                let evaluated = numbers(&graph, opened, &held)?[0];
                if (evaluated - back).abs() > 1e-10 * scale || evaluated.is_nan() {
                    return Err(format!("order {order}: {evaluated} as it is evaluated, {back} as it is"));
                }
            }
            compared += 1;
            let Some(next) = next else { break };
            root = next;
        }
        Ok(compared)
    });
    all_hold(&wrong, count, 1000);
}

#[test]
fn an_operator_with_attributes_is_tried_with_more_than_one() {
    // The laws would hold for nothing if the points were none.
    for def in applied() {
        let cases = cases(def, &mut Draw(6), 200);
        let attrs: Vec<&Attrs> = cases.iter().map(|case| &case.attrs).collect();
        let listed = def.args.iter().any(|arg| !arg.kind.is_node());
        assert!(!listed || attrs.iter().any(|other| *other != attrs[0]), "{}", def.name);
    }
}
