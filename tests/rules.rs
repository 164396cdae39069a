//! Both sides of every rule of the table are one number with one slope, over tensors.

#![allow(clippy::unwrap_used)]

mod support;

use nnlang::inside::graph::{Arg, ArgKind, Attr, Attrs, DefId, Domain, Graph, NodeId, Op, Step, Template, Type};
use nnlang::inside::notation::{self, Rule};
use nnlang::inside::ops;
use nnlang::inside::tensor::DType;
use std::sync::Arc;
use support::points::{Draw, LETTERS, distance, numbers, product, shape, slopes, tensor, weighted};

/// A variable of a rule: where it stands among the letters, what it is, and the domain it is drawn from.
struct Var {
    place: usize,
    dtype: DType,
    domains: Vec<Domain>,
}

/// The variables of a rule, each with the domains of the arguments that it stands for.
fn vars(rule: &Rule) -> Vec<Var> {
    let mut out: Vec<Var> = vec![];
    for template in [&rule.left, &rule.right] {
        for step in &template.steps {
            let Step::Var(place) = step else { continue };
            if !out.iter().any(|var| var.place == *place) {
                out.push(Var { place: *place, dtype: DType::Real, domains: vec![] });
            }
        }
        for step in &template.steps {
            let Step::Apply(op, args) = step else { continue };
            let nodes = op.def.args.iter().filter(|arg| arg.kind.is_node());
            for ((at, arg), domain) in args.iter().zip(nodes).zip(op.def.algebra.domain) {
                let Step::Var(place) = template.steps[*at] else { continue };
                let Some(var) = out.iter_mut().find(|var| var.place == place) else { continue };
                var.domains.push(*domain);
                if arg.kind == ArgKind::Condition {
                    var.dtype = DType::Bool;
                }
            }
        }
    }
    out
}

impl Var {
    /// In turn the domains of what it stands for, any number, and a number of a small interval around 0.
    fn entries(&self, turn: usize, sizes: &[usize], draw: &mut Draw) -> Vec<f64> {
        if self.dtype == DType::Bool {
            return draw.entries(Domain::Condition, sizes);
        }
        let more = [Domain::Reals, Domain::Open(-1.0, 1.0), Domain::Positive, Domain::Spd];
        let all: Vec<Domain> = self.domains.iter().copied().chain(more).collect();
        draw.entries(all[turn % all.len()], sizes)
    }
}

/// A side with the attributes that both sides share: the first axis, as a rule keeps them.
fn with_attributes(template: &Template) -> Template {
    let attribute = |arg: &Arg| match arg.kind {
        ArgKind::Axis | ArgKind::ClassAxis => Attr::Int(0),
        ArgKind::Axes => Attr::Ints([0].into()),
        ArgKind::Flag => Attr::Flag(false),
        other => panic!("a rule with an argument of kind {other:?}"),
    };
    let step = |step: &Step| match step {
        Step::Apply(op, args) => {
            let attrs = op.def.args.iter().filter(|arg| !arg.kind.is_node()).map(attribute).collect();
            Step::Apply(Op { def: op.def, attrs: Attrs::from_vec(attrs) }, args.clone())
        }
        other => other.clone(),
    };
    Template { steps: template.steps.iter().map(step).collect() }
}

/// A side at a point: its value and the slopes of a weighted sum of it; `None` where the shapes do not fit.
type Side = Option<(Vec<f64>, Vec<Vec<f64>>)>;

fn side(
    template: &Template,
    vars: &[Var],
    sizes: &[Vec<usize>],
    held: &[Vec<f64>],
    like: &[usize],
) -> Result<Side, String> {
    let mut graph = Graph::default();
    let stand_in = ops::number(&mut graph, f64::NAN);
    let mut nodes: Vec<NodeId> = vec![stand_in; LETTERS.len()];
    let mut slots = vec![];
    for (i, (var, sizes)) in vars.iter().zip(sizes).enumerate() {
        let ty = Type { shape: shape(sizes), dtype: var.dtype };
        nodes[var.place] = ops::slot(&mut graph, DefId(i as u32), ty);
        slots.push(nodes[var.place]);
    }
    let Ok(root) = notation::instantiate(&mut graph, template, &nodes) else { return Ok(None) };
    // As where it takes a place: stretched to the shape that stood there.
    let Ok(root) = ops::build::broadcast_to(&mut graph, root, shape(like)) else { return Ok(None) };
    let values: Vec<_> = (vars.iter().zip(sizes).zip(held))
        .map(|((var, sizes), entries)| tensor(var.dtype, sizes, entries))
        .collect::<Vec<Arc<_>>>();
    let value = numbers(&graph, root, &values)?;
    let number = weighted(&mut graph, root, &mut Draw(9));
    let by: Vec<NodeId> =
        slots.iter().zip(vars).filter(|(_, var)| var.dtype == DType::Real).map(|(slot, _)| *slot).collect();
    let found = slopes(&mut graph, number, &by)?;
    let slopes = found.iter().map(|slope| numbers(&graph, *slope, &values)).collect::<Result<_, _>>()?;
    Ok(Some((value, slopes)))
}

/// The sizes of the left side, where its shapes fit.
fn sizes_of(template: &Template, vars: &[Var], sizes: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut graph = Graph::default();
    let stand_in = ops::number(&mut graph, f64::NAN);
    let mut nodes: Vec<NodeId> = vec![stand_in; LETTERS.len()];
    for (i, (var, sizes)) in vars.iter().zip(sizes).enumerate() {
        let ty = Type { shape: shape(sizes), dtype: var.dtype };
        nodes[var.place] = ops::slot(&mut graph, DefId(i as u32), ty);
    }
    let root = notation::instantiate(&mut graph, template, &nodes).ok()?;
    Some(graph.shape(root).known(&graph.dims)?.iter().map(|n| *n as usize).collect())
}

/// What of a rule does not hold.
fn wrong_in(rule: &Rule) -> Vec<String> {
    let vars = vars(rule);
    let (left, right) = (with_attributes(&rule.left), with_attributes(&rule.right));
    // What a stated slope says differs from the slope of the value, so a formula's value is all there is to compare.
    let values_only = rule.text.starts_with("stated(");
    let mut draw = Draw(8);
    let (mut met, mut wrong) = (0, vec![]);
    let choices = vec![vec![vec![], vec![3], vec![3, 3]]; vars.len()];
    for sizes in product(&choices) {
        let Some(like) = sizes_of(&left, &vars, &sizes) else { continue };
        for turn in 0..16 {
            let held: Vec<Vec<f64>> =
                vars.iter().zip(&sizes).map(|(var, sizes)| var.entries(turn, sizes, &mut draw)).collect();
            let (left, right) = match [&left, &right].map(|template| side(template, &vars, &sizes, &held, &like)) {
                [Ok(Some(left)), Ok(Some(right))] => (left, right),
                // A singular matrix, or a side that has no slope: the other has none either.
                [Err(_), Err(_)] => continue,
                [Ok(Some(left)), _] if left.0.iter().any(|v| !v.is_finite()) => continue,
                [left, right] => {
                    wrong.push(format!("{} at {held:?}: {left:?} and {right:?}", rule.text));
                    break;
                }
            };
            let all = |(value, slopes): &(Vec<f64>, Vec<Vec<f64>>)| [value.clone(), slopes.concat()].concat();
            // Outside of its domain the left side has no number, and the right side may have one.
            if all(&left).iter().any(|v| !v.is_finite()) {
                continue;
            }
            met += 1;
            let slopes = right.1.iter().zip(&left.1).filter(|_| !values_only);
            let off =
                [distance(&right.0, &left.0)].into_iter().chain(slopes.map(|(right, left)| distance(right, left)));
            if !off.clone().all(|off| off < 1e-9) {
                wrong.push(format!("{} at {held:?}: {left:?} and {right:?}", rule.text));
                break;
            }
        }
    }
    if met == 0 {
        wrong.push(format!("{}: it was nowhere compared", rule.text));
    }
    wrong
}

#[test]
fn both_sides_of_every_rule_have_one_value_and_one_slope() {
    let table = ops::ALL.iter().flat_map(|def| def.algebra.stable.iter().chain(def.algebra.rules));
    let (mut wrong, mut count) = (vec![], 0);
    for text in table.chain(nnlang::inside::formula::READABLE) {
        count += 1;
        match notation::rule(text) {
            Ok(rule) => wrong.extend(wrong_in(&rule)),
            Err(why) => wrong.push(format!("{text}: {why}")),
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 100, "only {count}");
}

#[test]
fn a_rule_that_does_not_hold_is_found() {
    for text in ["tanh(x) = sinh(x)", "abs(x) = x", "a@b = b@a", "(a + b)' = a", "floor(x) = 0*x"] {
        let rule = notation::rule(text.replace('@', " @ ").leak()).unwrap();
        assert!(!wrong_in(&rule).is_empty(), "{text}");
    }
}
