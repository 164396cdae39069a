//! Closed expressions in our notation over given nodes: slopes and rules are written so, parsed once, and built.

use crate::graph::{Attrs, Fault, Graph, Is, NodeId, Op, OpDef, Step, Template};
use crate::ops;
use crate::source::{Source, Sources};
use crate::syntax::ast::{ArgValue, Expr, Part, PartKind, Prefix};
use crate::syntax::pratt::{self, Step as TreeStep};
use rustc_hash::FxHashMap;
use std::sync::{LazyLock, Mutex};

/// A rule: where the left side stands, the right side may stand.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The pattern. Its variables match any node, the same variable the same node.
    pub left: Template,
    /// What takes its place.
    pub right: Template,
    /// As written.
    pub text: &'static str,
}

/// Parses `text` over the variables `vars`; the error says what is wrong with it (tests parse all of the table).
pub fn template(text: &str, vars: &[&str]) -> Result<Template, String> {
    let mut sources = Sources::default();
    let id = sources.add(Source::new("formula", text));
    let expr = crate::syntax::parse_expr(&sources, id)
        .map_err(|problems| problems.first().map(|p| p.title.clone()).unwrap_or_default())?;
    let mut steps = vec![];
    build(&expr, vars, &mut steps)?;
    Ok(Template { steps })
}

fn build(expr: &Expr, vars: &[&str], steps: &mut Vec<Step>) -> Result<usize, String> {
    let mut stack: Vec<usize> = vec![];
    for step in pratt::postorder(expr, &mut |_| false) {
        let at = match step {
            TreeStep::Operand(part, postfixes) => operand(part, postfixes, vars, steps)?,
            TreeStep::Name(name, _) => return Err(format!("`{}` here", name.text)),
            TreeStep::Prefix(prefix, _) => {
                let arg = stack.pop().ok_or("an operand is missing")?;
                match (prefix, &steps[arg]) {
                    (Prefix::Neg, Step::Number(v)) if arg + 1 == steps.len() => {
                        let v = -*v;
                        steps[arg] = Step::Number(v);
                        arg
                    }
                    (Prefix::Neg, _) => apply(ops::of(Is::Neg), vec![arg], steps)?,
                    (Prefix::Not, _) => apply(ops::of(Is::Not), vec![arg], steps)?,
                }
            }
            TreeStep::Infix(infix, _) => {
                let right = stack.pop().ok_or("an operand is missing")?;
                let left = stack.pop().ok_or("an operand is missing")?;
                apply(ops::infix(infix).ok_or("no operator of a formula")?, vec![left, right], steps)?
            }
            TreeStep::Chained(_) => return Err("comparisons do not chain".into()),
        };
        stack.push(at);
    }
    stack.pop().ok_or_else(|| "nothing there".into())
}

fn operand(part: &Part, postfixes: &[Part], vars: &[&str], steps: &mut Vec<Step>) -> Result<usize, String> {
    let mut rest = postfixes;
    let mut at = match &part.kind {
        PartKind::Number(value) => push(Step::Number(*value), steps),
        PartKind::Group(inner) => build(inner, vars, steps)?,
        PartKind::Name(name) => match (vars.iter().position(|var| var == name), postfixes.first()) {
            (Some(var), _) => push(Step::Var(var), steps),
            (None, Some(Part { kind: PartKind::Call(args), .. })) => {
                rest = &postfixes[1..];
                let mut values = vec![];
                for arg in args {
                    match &arg.value {
                        ArgValue::Expr(expr) if arg.name.is_none() => values.push(build(expr, vars, steps)?),
                        ArgValue::Expr(_) | ArgValue::Each(_) => return Err(format!("an argument of `{name}`")),
                    }
                }
                let def = ops::find(name).ok_or_else(|| format!("there is no operator `{name}`"))?;
                apply(if values.len() == 2 { ops::of_two(def) } else { def }, values, steps)?
            }
            (None, _) => match name.as_str() {
                "pi" => push(Step::Number(std::f64::consts::PI), steps),
                "e" => push(Step::Number(std::f64::consts::E), steps),
                "inf" => push(Step::Number(f64::INFINITY), steps),
                _ => return Err(format!("`{name}` is not a variable here")),
            },
        },
        other => return Err(format!("{other:?} has no place in a formula")),
    };
    for postfix in rest {
        at = match postfix.kind {
            PartKind::Prime => apply(ops::of(Is::MatrixTranspose), vec![at], steps)?,
            _ => return Err("a postfix has no place here".into()),
        };
    }
    Ok(at)
}

fn push(step: Step, steps: &mut Vec<Step>) -> usize {
    steps.push(step);
    steps.len() - 1
}

fn apply(def: &'static OpDef, args: Vec<usize>, steps: &mut Vec<Step>) -> Result<usize, String> {
    let nodes = def.args.iter().filter(|arg| arg.kind.is_node()).count();
    let args = defaults(def, args, nodes, steps)?;
    Ok(push(Step::Apply(Op { def, attrs: Attrs::None }, args), steps))
}

/// Arguments that are not given take their default, where that is a number.
fn defaults(def: &OpDef, mut args: Vec<usize>, nodes: usize, steps: &mut Vec<Step>) -> Result<Vec<usize>, String> {
    for arg in def.args.iter().filter(|arg| arg.kind.is_node()).skip(args.len()) {
        match arg.default.parse::<f64>() {
            Ok(value) => args.push(push(Step::Number(value), steps)),
            Err(_) => return Err(format!("`{}` wants {nodes} arguments", def.name)),
        }
    }
    Ok(args)
}

/// Builds a template over nodes; the result is the node of its last step.
pub fn instantiate(graph: &mut Graph, template: &Template, vars: &[NodeId]) -> Result<NodeId, Fault> {
    let mut made: smallvec::SmallVec<[NodeId; 16]> = smallvec::SmallVec::new();
    for step in &template.steps {
        let id = match step {
            Step::Var(i) => vars[*i],
            Step::Number(value) => ops::number(graph, *value),
            Step::Apply(op, args) => {
                let args: smallvec::SmallVec<[NodeId; 4]> = args.iter().map(|i| made[*i]).collect();
                graph.add(op.def, op.attrs.clone(), &args)?
            }
        };
        made.push(id);
    }
    Ok(made[made.len() - 1])
}

/// The slope of a pointwise operator by one node argument, over its node arguments and `y`; `None`: flat.
/// Parsed on first use; the cache holds at most one entry for each line of the operators' table.
pub fn slope(def: &'static OpDef, arg: usize, text: &'static str) -> Option<&'static Template> {
    static PARSED: LazyLock<Mutex<FxHashMap<(usize, usize), &'static Template>>> = LazyLock::new(Default::default);
    if text.is_empty() {
        return None;
    }
    let key = (std::ptr::from_ref(def) as usize, arg);
    let mut parsed = PARSED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(template) = parsed.get(&key) {
        return Some(*template);
    }
    let mut vars: Vec<&str> = def.args.iter().filter(|arg| arg.kind.is_node()).map(|arg| arg.name).collect();
    vars.push("y");
    let made: &'static Template = Box::leak(Box::new(template(text, &vars).unwrap_or_default()));
    parsed.insert(key, made);
    Some(made)
}

/// `1 - f(z)` of a pointwise operator over its argument; `None` where the table gives none.
pub fn complement(def: &'static OpDef) -> Option<&'static Template> {
    let given = def.args.iter().filter(|arg| arg.kind.is_node()).count();
    // Behind the slopes by each argument.
    slope(def, given, def.algebra.complement)
}

/// Parses `left = right`; its single letters are variables.
pub fn rule(text: &'static str) -> Result<Rule, String> {
    let split = text.find(" = ").ok_or("a rule is written `left = right`")?;
    let (left, right) = (&text[..split], &text[split + 3..]);
    let letters: Vec<String> = ('a'..='z').chain('A'..='Z').filter(|c| *c != 'e').map(String::from).collect();
    let vars: Vec<&str> = letters.iter().map(String::as_str).collect();
    Ok(Rule { left: template(left, &vars)?, right: template(right, &vars)?, text })
}
