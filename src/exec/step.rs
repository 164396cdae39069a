//! One step a node: each kind of kernel to the function that runs it.

use super::plan::{Act, Plan, extent};
use super::value::Value;
use super::{Cache, Inputs, Trouble, lanes, moves, pointwise, products, source};
use crate::graph::{Graph, Kernel, Node, NodeId};
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
    /// With a code of its own.
    Code(&'static str, Refusal),
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
    move |refusal| Failure::Code(code, refusal)
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
    let mut values: Vec<Value> = Vec::new();
    values.resize(plan.order.len(), Value::Empty);
    let mut uses = plan.uses.clone();
    let mut since = 0usize;
    for (position, id) in plan.order.iter().enumerate() {
        let node = graph.node(*id);
        let shape = plan.shape(position);
        since += 1 + shape.iter().fold(0usize, |all, n| all.saturating_add(*n));
        if since >= PATIENCE {
            since = 0;
            if (inputs.interrupt)() {
                return Err(Trouble::Interrupted);
            }
        }
        let needs = plan.needs(position);
        let value = match &plan.acts[position] {
            Act::Cached => cache.get(*id).cloned().unwrap_or_default(),
            Act::Apply => {
                let step = Step { graph, id: *id, node, shape, inputs };
                apply(&step, needs, &values).map_err(|failure| told(plan, *id, failure, inputs))?
            }
            Act::Held(tensor) => {
                let value = Value::from_tensor(tensor, node.dtype, inputs.precision);
                fitting(value, shape).map_err(|refusal| told(plan, *id, code(SHAPE)(refusal), inputs))?
            }
            Act::Alias => {
                let target = needs.first().and_then(|need| values.get(*need as usize)).cloned().unwrap_or_default();
                fitting(Ok(target), shape).map_err(|refusal| told(plan, *id, code(SHAPE)(refusal), inputs))?
            }
        };
        if plan.kept[position] {
            cache.put(*id, &value, plan.bytes(graph, position).try_into().unwrap_or(u64::MAX));
        }
        values[position] = value;
        if !observe(position, &values) {
            return Ok(values);
        }
        for need in needs {
            let need = *need as usize;
            uses[need] -= 1;
            if uses[need] == 0 {
                values[need] = Value::Empty;
            }
        }
    }
    Ok(values)
}

/// Steps and rows between two looks at the interrupt.
const PATIENCE: usize = 512;

const SHAPE: &str = "nnlang::value::shape";

fn fitting(value: Result<Value, Refusal>, shape: &[usize]) -> Result<Value, Refusal> {
    let value = value?;
    if value.shape() == shape {
        return Ok(value);
    }
    Err(Refusal::Fit(format!("this value has shape {:?}, and {shape:?} is wanted", value.shape())))
}

fn told(plan: &Plan, node: NodeId, failure: Failure, inputs: &Inputs) -> Trouble {
    match failure {
        Failure::Trouble(trouble) => trouble,
        Failure::Code(code, Refusal::Fit(title)) => Trouble::Fault { node, code, title },
        Failure::Code(_, refusal) | Failure::Refusal(refusal) => plan.trouble(node, refusal, inputs),
    }
}

fn apply(step: &Step, needs: &[u32], values: &[Value]) -> Result<Value, Failure> {
    let arg = |i: usize| needs.get(i).and_then(|need| values.get(*need as usize)).unwrap_or(&Value::Empty);
    let args = || needs.iter().map(|need| values.get(*need as usize).unwrap_or(&Value::Empty)).collect::<Vec<_>>();
    match &step.node.op.def.kernel {
        Kernel::Map(f) => pointwise::map(step, *f, arg(0)),
        Kernel::Zip(f) => pointwise::zip(step, *f, arg(0), arg(1)),
        Kernel::Zip3(f) => pointwise::zip3(step, *f, [arg(0), arg(1), arg(2)]),
        Kernel::Reduce(kind) => lanes::reduce(step, *kind, arg(0)),
        Kernel::Along(kind) => lanes::along(step, *kind, arg(0)),
        Kernel::Move(kind) => moves::step(step, *kind, &args()),
        Kernel::Contract(kind) => products::contract(step, *kind, &args()),
        Kernel::Matrix(kernel) => products::matrices(step, *kernel, &args()),
        Kernel::Source(kind) => source::step(step, *kind),
        Kernel::Same | Kernel::Expand(_) => Ok(arg(0).clone()),
    }
}
