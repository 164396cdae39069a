//! One step a node: each kind of kernel to the function that runs it.

use super::plan::{Act, Plan, extent, refused};
use super::value::Value;
use super::{Cache, Inputs, Trouble, lanes, moves, pointwise, products, source};
use crate::graph::{Fault, Graph, Kernel, Node, NodeId};
use crate::kernels::Refusal;
use crate::shape::Dim;
use crate::tensor::Precision;

/// A step and what it has to work with.
pub(super) struct Step<'a> {
    /// The graph.
    pub(super) graph: &'a Graph,
    /// The node's id.
    pub(super) id: NodeId,
    /// The node.
    pub(super) node: &'a Node,
    /// The sizes of the result.
    pub(super) shape: &'a [usize],
    /// What the session knows.
    pub(super) inputs: &'a Inputs<'a>,
}

/// Why a step fails.
pub(super) enum Failure {
    /// A kernel refuses.
    Refusal(Refusal),
    /// With a code of its own, and the argument that does not fit.
    Code(&'static str, Option<usize>, Refusal),
    /// Something that is already told whole.
    Trouble(Trouble),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::Refusal(refusal)
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Failure {
        Failure::Trouble(trouble)
    }
}

/// A refusal under a code.
pub(super) fn code(code: &'static str) -> impl Fn(Refusal) -> Failure {
    move |refusal| Failure::Code(code, None, refusal)
}

/// A refusal under a code, for which one argument is to blame.
pub(super) fn code_at(code: &'static str, arg: usize) -> impl Fn(Refusal) -> Failure {
    move |refusal| Failure::Code(code, Some(arg), refusal)
}

impl Step<'_> {
    /// How reals are held.
    pub(super) fn precision(&self) -> Precision {
        self.inputs.precision
    }

    /// The number of a dimension.
    pub(super) fn extent(&self, dim: &Dim) -> Result<usize, Failure> {
        Ok(extent(&self.graph.dims, dim, self.id, self.inputs)?)
    }

    /// The result from reals in row-major order.
    pub(super) fn reals(&self, array: ndarray::ArrayD<f64>) -> Result<Value, Failure> {
        Ok(Value::from_reals(array, self.node.dtype, self.precision())?)
    }
}

/// Takes all steps and gives what is left: the roots. `observe` sees every result with its position and may end the run
/// early by `false`.
pub(super) fn all(
    plan: &Plan,
    graph: &Graph,
    inputs: &Inputs,
    cache: &mut Cache,
    observe: &mut dyn FnMut(usize, &[Value]) -> bool,
) -> Result<Vec<Value>, Trouble> {
    let mut scratch = Scratch::default();
    run(plan, graph, inputs, cache, &[], &mut scratch, observe)?;
    Ok(scratch.values)
}

/// What a run works in.
#[derive(Default)]
pub(super) struct Scratch {
    /// The value of each step, as long as it is needed; of the roots after the run.
    pub(super) values: Vec<Value>,
    uses: Vec<u32>,
    since: usize,
}

/// As [`all`], with the parameters of a body and in what an earlier run worked in.
pub(super) fn run(
    plan: &Plan,
    graph: &Graph,
    inputs: &Inputs,
    cache: &mut Cache,
    given: &[Value],
    scratch: &mut Scratch,
    observe: &mut dyn FnMut(usize, &[Value]) -> bool,
) -> Result<(), Trouble> {
    let Scratch { values, uses, since } = scratch;
    values.clear();
    values.resize(plan.order.len(), Value::Empty);
    uses.clear();
    uses.extend_from_slice(&plan.uses);
    for (position, id) in plan.order.iter().enumerate() {
        let node = graph.node(*id);
        let shape = plan.shape(position);
        *since += 1 + shape.iter().fold(0usize, |all, n| all.saturating_add(*n));
        if *since >= PATIENCE {
            *since = 0;
            if (inputs.interrupt)() {
                return Err(Trouble::Interrupted);
            }
        }
        let needs = plan.needs(position);
        let value = match &plan.acts[position] {
            Act::Cached => cache.get(*id).cloned().unwrap_or_default(),
            Act::Given(place) => given.get(*place as usize).cloned().unwrap_or_default(),
            Act::Apply => {
                let step = Step { graph, id: *id, node, shape, inputs };
                let made = match plan.steps(position) {
                    Some(steps) => {
                        let args: Vec<&Value> = needs.iter().filter_map(|need| values.get(*need as usize)).collect();
                        steps.run(&step, &args)
                    }
                    None => apply(&step, needs, values),
                };
                made.map_err(|failure| failed(*id, failure, inputs))?
            }
            Act::Held(place) => Value::from_tensor(&plan.held[*place as usize], node.dtype, inputs.precision)
                .map_err(code(WHOLE))
                .and_then(|value| fitting(value, shape))
                .map_err(|failure| failed(*id, failure, inputs))?,
            Act::Alias => {
                let target = needs.first().and_then(|need| values.get(*need as usize)).cloned().unwrap_or_default();
                fitting(target, shape)
                    .and_then(|value| value.coerced(node.dtype, inputs.precision).map_err(code(WHOLE)))
                    .map_err(|failure| failed(*id, failure, inputs))?
            }
        };
        if let Some(bytes) = plan.kept(position) {
            cache.put(*id, &value, bytes);
        }
        values[position] = value;
        if !observe(position, values) {
            return Ok(());
        }
        for need in needs {
            let need = *need as usize;
            uses[need] -= 1;
            if uses[need] == 0 {
                values[need] = Value::Empty;
            }
        }
    }
    Ok(())
}

/// Steps and rows between two looks at the interrupt.
const PATIENCE: usize = 512;

const SHAPE: &str = "nnlang::value::shape";
/// Something else where whole numbers are wanted.
pub(super) const WHOLE: &str = "nnlang::value::whole";

fn fitting(value: Value, shape: &[usize]) -> Result<Value, Failure> {
    if value.shape() == shape {
        return Ok(value);
    }
    let title = format!("this value has shape {:?}, and {shape:?} is wanted", value.shape());
    Err(code(SHAPE)(Refusal::Fit(title)))
}

/// A failure as the trouble of a node.
pub(super) fn failed(node: NodeId, failure: Failure, inputs: &Inputs) -> Trouble {
    match failure {
        Failure::Trouble(trouble) => trouble,
        Failure::Code(code, arg, Refusal::Fit(title)) => {
            let fault = Fault::new(code, title);
            Trouble::Fault { node, fault: arg.into_iter().fold(fault, |fault, arg| fault.label(arg, "")) }
        }
        Failure::Code(_, _, refusal) | Failure::Refusal(refusal) => refused(node, refusal, inputs),
    }
}

/// The value of one node from its arguments' values.
pub(super) fn apply(step: &Step, needs: &[u32], values: &[Value]) -> Result<Value, Failure> {
    let arg = |i: usize| needs.get(i).and_then(|need| values.get(*need as usize)).unwrap_or(&Value::Empty);
    let args = || needs.iter().map(|need| values.get(*need as usize).unwrap_or(&Value::Empty)).collect::<Vec<_>>();
    match &crate::ops::kernel(step.node.op.def, step.precision()) {
        Kernel::Map(f) => pointwise::map(step, *f, arg(0)),
        Kernel::Zip(f) => pointwise::zip(step, *f, arg(0), arg(1)),
        Kernel::Zip3(f) => pointwise::zip3(step, *f, [arg(0), arg(1), arg(2)]),
        Kernel::Reduce(kind) => lanes::reduce(step, *kind, arg(0)),
        Kernel::Along(kind) => lanes::along(step, *kind, arg(0)),
        Kernel::Move(kind) => moves::step(step, *kind, &args()),
        Kernel::Contract(kind) => products::contract(step, *kind, &args()),
        Kernel::Matrix(kernel) => products::matrices(step, *kernel, &args()),
        Kernel::Source(kind) => source::step(step, *kind, &args()),
        Kernel::Pick => super::scan::pick(step, arg(0)),
        Kernel::Scan => Err(Refusal::Fit("a loop that was not planned".into()).into()),
        Kernel::Same => arg(0).clone().coerced(step.node.dtype, step.precision()).map_err(code(WHOLE)),
        // Such an operator is never a node: `Graph::add` writes what it stands for.
        Kernel::Expand(_) => Err(Refusal::Fit("this operator stands for others and has no value".into()).into()),
    }
}
