//! Pointwise operators, reductions, lanes, sources, slots, precision.

use super::*;
use crate::graph::{Along, Reduce, Source};
use crate::tensor::DType;

static ADD: OpDef = op("add", Kernel::Zip(|a, b| a + b));
static MUL: OpDef = op("mul", Kernel::Zip(|a, b| a * b));
static LESS: OpDef = op("less", Kernel::Zip(|a, b| if a < b { 1.0 } else { 0.0 }));
static WHERE: OpDef = op("where", Kernel::Zip3(|c, a, b| if c != 0.0 { a } else { b }));
static SQUARE: OpDef = op("square", Kernel::Map(|v| v * v));
static SUM: OpDef = op("sum", Kernel::Reduce(Reduce::Sum));
static MAX: OpDef = op("max", Kernel::Reduce(Reduce::Lane(largest)));
static FIRST: OpDef = op("argfirst", Kernel::Reduce(Reduce::Lane(|lane| lane.len() as f64 - 1.0)));
static CUMSUM: OpDef = op("cumsum", Kernel::Along(Along(cumulative)));
static EYE: OpDef = op("eye", Kernel::Source(Source::Eye));
static ARANGE: OpDef = op("arange", Kernel::Source(Source::Arange));
static NORMAL: OpDef = op("normal", Kernel::Source(Source::Normal));
static DIM: OpDef = op("dim", Kernel::Source(Source::Dim));

fn largest(lane: &[f64]) -> f64 {
    lane.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

fn cumulative(input: &[f64], out: &mut [f64]) {
    let mut sum = 0.0;
    for (v, out) in input.iter().zip(out) {
        sum += v;
        *out = sum;
    }
}

fn typed(graph: &mut Graph, def: &'static OpDef, args: &[NodeId], sizes: &[usize], dtype: DType) -> NodeId {
    graph.add_typed(def, Attrs::None, args, Type { shape: shape(sizes), dtype })
}

#[test]
fn the_first_page_answers_33() {
    // J = 3(a + b*c) with a = 5, b = 3, c = 2.
    let mut graph = Graph::default();
    let [a, b, c, three] = [5.0, 3.0, 2.0, 3.0].map(|v| ops::number(&mut graph, v));
    let u = add(&mut graph, &MUL, &[], &[b, c], &[]);
    let u = ops::definition(&mut graph, DefId(0), u);
    let v = add(&mut graph, &ADD, &[], &[a, u], &[]);
    let j = add(&mut graph, &MUL, &[], &[three, v], &[]);
    assert_eq!(answer(&graph, j), Ok(Arc::new(Tensor::scalar(33.0))));
}

#[test]
fn shapes_broadcast_as_in_numpy() {
    let x = counted(&[2, 3]);
    let row = [10.0, 20.0, 30.0];
    gives(&ADD, &[], &[x.clone(), tensor(&[3], &row)], &[2, 3], &[11.0, 22.0, 33.0, 14.0, 25.0, 36.0]);
    gives(
        &ADD,
        &[],
        &[tensor(&[2, 1], &[10.0, 20.0]), tensor(&[3], &[1.0, 2.0, 3.0])],
        &[2, 3],
        &[11.0, 12.0, 13.0, 21.0, 22.0, 23.0],
    );
    gives(&ADD, &[], &[tensor(&[1, 1], &[10.0]), tensor(&[3], &row)], &[1, 3], &[20.0, 30.0, 40.0]);
    gives(&ADD, &[], &[tensor(&[], &[1.0]), x.clone()], &[2, 3], &[2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
    gives(&SQUARE, &[], std::slice::from_ref(&x), &[2, 3], &[1.0, 4.0, 9.0, 16.0, 25.0, 36.0]);
    let condition = tensor(&[2, 1], &[1.0, 0.0]);
    gives(&WHERE, &[], &[condition, x, tensor(&[], &[0.5])], &[2, 3], &[1.0, 2.0, 3.0, 0.5, 0.5, 0.5]);
}

#[test]
fn equal_names_with_unequal_numbers_do_not_broadcast() {
    let (code, title) = refused(apply(&ADD, &[], &[counted(&[2]), counted(&[3])], &[3]));
    assert_eq!(code, "nnlang::value::fit");
    assert_eq!(title, "these shapes do not broadcast to [3]: [2] and [3]");
}

#[test]
fn a_comparison_is_a_bool_and_counts_as_0_or_1() {
    let mut graph = Graph::default();
    let x = literal(&mut graph, &counted(&[3]));
    let two = ops::number(&mut graph, 2.0);
    let less = typed(&mut graph, &LESS, &[x, two], &[3], DType::Bool);
    let sum = add(&mut graph, &SUM, &[], &[less], &[]);
    let scalar = typed(&mut graph, &LESS, &[sum, two], &[], DType::Bool);
    let bools = ArrayD::from_shape_vec(IxDyn(&[3]), vec![true, false, false]).expect("three");
    assert_eq!(answer(&graph, less), Ok(Arc::new(Tensor::Bool(bools))));
    assert_eq!(answer(&graph, sum), Ok(Arc::new(Tensor::scalar(1.0))));
    assert_eq!(answer(&graph, scalar), Ok(Arc::new(Tensor::Bool(ArrayD::from_elem(IxDyn(&[]), true)))));
}

#[test]
fn reductions_take_one_axis_or_several_or_all() {
    let (a, x) = (counted(&[2, 3]), counted(&[2, 3, 4]));
    let axes = |axes: &[i64]| Attr::Ints(axes.into());
    gives(&SUM, &[axes(&[1]), Attr::Flag(true)], std::slice::from_ref(&a), &[2, 1], &[6.0, 15.0]);
    gives(&SUM, &[axes(&[0]), Attr::Absent], std::slice::from_ref(&a), &[3], &[5.0, 7.0, 9.0]);
    gives(&SUM, &[axes(&[0, 2])], std::slice::from_ref(&x), &[3], &[68.0, 100.0, 132.0]);
    gives(&MAX, &[axes(&[0, 1])], std::slice::from_ref(&x), &[4], &[21.0, 22.0, 23.0, 24.0]);
    gives(&SUM, &[Attr::Absent, Attr::Flag(true)], std::slice::from_ref(&x), &[1, 1, 1], &[300.0]);
    gives(&SUM, &[], &[x], &[], &[300.0]);
    gives(&SUM, &[], &[tensor(&[], &[7.0])], &[], &[7.0]);
}

#[test]
fn axes_of_size_0_are_summed_to_0() {
    gives(&SUM, &[Attr::Ints([0].into())], &[tensor(&[0, 3], &[])], &[3], &[0.0, 0.0, 0.0]);
    gives(&SUM, &[Attr::Ints([1].into())], &[tensor(&[0, 3], &[])], &[0], &[]);
    gives(&SUM, &[], &[tensor(&[0], &[])], &[], &[0.0]);
    gives(&ADD, &[], &[tensor(&[0, 3], &[]), tensor(&[3], &[1.0, 2.0, 3.0])], &[0, 3], &[]);
    gives(&CUMSUM, &[Attr::Int(0)], &[tensor(&[0, 3], &[])], &[0, 3], &[]);
}

#[test]
fn a_reduction_to_whole_numbers_is_whole() {
    let mut graph = Graph::default();
    let x = literal(&mut graph, &counted(&[2, 3]));
    let ty = Type { shape: shape(&[2]), dtype: DType::Int };
    let first = graph.add_typed(&FIRST, Attrs::One(Attr::Ints([1].into())), &[x], ty);
    assert_eq!(answer(&graph, first), Ok(Arc::new(Tensor::from_ints(&[2], vec![2, 2]).expect("two"))));
}

#[test]
fn lanes_run_along_any_axis() {
    let x = counted(&[2, 3, 4]);
    gives(
        &CUMSUM,
        &[Attr::Int(1)],
        &[x],
        &[2, 3, 4],
        &[
            1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 12.0, 15.0, 18.0, 21.0, 24.0, 13.0, 14.0, 15.0, 16.0, 30.0, 32.0, 34.0,
            36.0, 51.0, 54.0, 57.0, 60.0,
        ],
    );
    gives(&CUMSUM, &[Attr::Int(0)], &[counted(&[2, 3])], &[2, 3], &[1.0, 2.0, 3.0, 5.0, 7.0, 9.0]);
    gives(&CUMSUM, &[Attr::Int(1)], &[counted(&[2, 3])], &[2, 3], &[1.0, 3.0, 6.0, 4.0, 9.0, 15.0]);
}

#[test]
fn sources_have_the_shape_of_their_node() {
    gives(&EYE, &[], &[], &[2, 3], &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    gives(&EYE, &[], &[], &[3, 2], &[1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
    gives(&ARANGE, &[Attr::Dim(Dim::Num(4).into())], &[], &[4], &[0.0, 1.0, 2.0, 3.0]);
    gives(&ARANGE, &[Attr::Dim(Dim::Num(0).into())], &[], &[0], &[]);
    let draw = |key: u64| apply(&NORMAL, &[Attr::Dims(shape(&[3])), Attr::Key([key].into())], &[], &[3]);
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
}

#[test]
fn in_f32_each_result_is_rounded_once() {
    // np.float32(0.1) + np.float32(0.2) is 0.30000001192092896, and 0.1f is 0.10000000149011612.
    let mut graph = Graph::default();
    let [a, b] = [0.1, 0.2].map(|v| ops::number(&mut graph, v));
    let sum = add(&mut graph, &ADD, &[], &[a, b], &[]);
    let row = literal(&mut graph, &tensor(&[2], &[0.1, 1e300]));
    let kept = add(&mut graph, &WHERE, &[], &[a, row, row], &[2]);
    let all = with(&HashMap::new(), Precision::F32, 1 << 20, |inputs| {
        run(&graph, &[sum, kept], inputs, &mut Cache::new(0)).expect("it runs")
    });
    assert_eq!(all[0].dtype(), DType::Real);
    assert!(matches!(&*all[0], Tensor::F32(_)) && matches!(&*all[1], Tensor::F32(_)));
    assert_eq!(all[0].item(), Some(0.30000001192092896));
    assert_eq!(all[1].numbers().collect::<Vec<f64>>(), [0.10000000149011612, f64::INFINITY]);
}

fn slots(all: &[(u32, Slot)]) -> HashMap<DefId, Slot> {
    all.iter().map(|(def, slot)| (DefId(*def), slot.clone())).collect()
}

#[test]
fn a_slot_holds_a_value_or_a_later_node() {
    let mut graph = Graph::default();
    let a = ops::slot(&mut graph, DefId(0), Type::real(Shape::SCALAR));
    let b = ops::slot(&mut graph, DefId(1), Type::real(Shape::SCALAR));
    let product = add(&mut graph, &MUL, &[], &[a, b], &[]);
    // b = 2*3, written after its user.
    let [two, three] = [2.0, 3.0].map(|v| ops::number(&mut graph, v));
    let six = add(&mut graph, &MUL, &[], &[two, three], &[]);
    let held = slots(&[(0, Slot::Value(Arc::new(Tensor::scalar(7.0)))), (1, Slot::Node(six))]);
    let mut cache = Cache::new(1 << 20);
    for _ in 0..2 {
        let all = with(&held, Precision::F64, 1 << 20, |inputs| run(&graph, &[product, b], inputs, &mut cache));
        assert_eq!(all, Ok(vec![Arc::new(Tensor::scalar(42.0)), Arc::new(Tensor::scalar(6.0))]));
    }
    let without = slots(&[(1, Slot::Node(six))]);
    cache.clear();
    let none = with(&without, Precision::F64, 1 << 20, |inputs| run(&graph, &[product], inputs, &mut cache));
    assert_eq!(none, Err(Trouble::Missing { def: DefId(0), node: product }));
    let circle = slots(&[(0, Slot::Node(product)), (1, Slot::Node(six))]);
    let none = with(&circle, Precision::F64, 1 << 20, |inputs| run(&graph, &[product], inputs, &mut cache));
    assert!(matches!(none, Err(Trouble::Fault { fault, .. }) if fault.code == "nnlang::value::fit"));
}

#[test]
fn whole_numbers_are_taken_from_reals_that_are_whole() {
    let mut graph = Graph::default();
    let ty = Type { shape: shape(&[2]), dtype: DType::Int };
    let labels = ops::slot(&mut graph, DefId(0), ty);
    let told = |graph: &Graph, slot: Slot| {
        let held = slots(&[(0, slot)]);
        with(&held, Precision::F32, 1 << 20, |inputs| run(graph, &[labels], inputs, &mut Cache::new(0)))
            .map(|all| all[0].clone())
    };
    let whole = literal(&mut graph, &tensor(&[2], &[3.0, 16_777_217.0]));
    let broken = literal(&mut graph, &tensor(&[2], &[3.0, 0.5]));
    let as_ints = Arc::new(Tensor::from_ints(&[2], vec![3, 16_777_217]).expect("two"));
    assert_eq!(told(&graph, Slot::Value(tensor(&[2], &[3.0, 16_777_217.0]))), Ok(as_ints.clone()));
    assert_eq!(told(&graph, Slot::Value(as_ints.clone())), Ok(as_ints));
    assert_eq!(told(&graph, Slot::Node(whole)).map(|v| v.number(0)), Ok(Some(3.0)));
    for slot in [Slot::Node(broken), Slot::Value(tensor(&[2], &[3.0, 0.5]))] {
        let (code, title) = refused(told(&graph, slot));
        assert_eq!((code, title.as_str()), ("nnlang::value::whole", "whole numbers are wanted here, and 0.5 is none"));
    }
}

#[test]
fn a_slot_of_another_shape_is_told() {
    let mut graph = Graph::default();
    let a = ops::slot(&mut graph, DefId(0), Type::real(shape(&[2])));
    let held = slots(&[(0, Slot::Value(counted(&[3])))]);
    let none = with(&held, Precision::F64, 1 << 20, |inputs| run(&graph, &[a], inputs, &mut Cache::new(0)));
    let (code, title) = refused(none.map(|all| all[0].clone()));
    assert_eq!((code, title.as_str()), ("nnlang::value::shape", "this value has shape [3], and [2] is wanted"));
}

#[test]
fn values_arrive_in_any_layout_and_width() {
    let mut graph = Graph::default();
    let a = ops::slot(&mut graph, DefId(0), Type::real(shape(&[3, 2])));
    let b = ops::slot(&mut graph, DefId(1), Type::real(shape(&[2])));
    let sum = add(&mut graph, &ADD, &[], &[a, b], &[3, 2]);
    let Tensor::F64(x) = (*counted(&[2, 3])).clone() else { return };
    let single = ArrayD::from_shape_vec(IxDyn(&[2]), vec![10.0f32, 20.0]).expect("two");
    let held = slots(&[
        (0, Slot::Value(Arc::new(Tensor::F64(x.reversed_axes())))),
        (1, Slot::Value(Arc::new(Tensor::F32(single)))),
    ]);
    let all = with(&held, Precision::F64, 1 << 20, |inputs| run(&graph, &[sum], inputs, &mut Cache::new(0)));
    assert_eq!(all, Ok(vec![tensor(&[3, 2], &[11.0, 24.0, 12.0, 25.0, 13.0, 26.0])]));
}

#[test]
fn dimensions_have_the_numbers_of_the_binding() {
    let mut graph = Graph::default();
    let m = graph.dims.fresh("m", None);
    let dim = graph.dims.sym(m);
    let range =
        graph.add_typed(&ARANGE, Attrs::One(Attr::Dim(dim.clone().into())), &[], Type::real(Shape::new([dim.clone()])));
    let size = add(&mut graph, &DIM, &[Attr::Dim(dim.into())], &[], &[]);
    let none = answer(&graph, range);
    assert_eq!(none, Err(Trouble::Unbound { dim: m, node: range }));
    // An input without a value says more than the dimension that it would bring.
    let ty = graph.ty(range);
    let x = ops::slot(&mut graph, DefId(0), ty.clone());
    let sum = graph.add_typed(&ADD, Attrs::None, &[range, x], ty);
    assert_eq!(answer(&graph, sum), Err(Trouble::Missing { def: DefId(0), node: sum }));
    let binding = Binding { values: [(m, 3)].into() };
    let inputs = Inputs {
        slots: &|_| None,
        binding: &binding,
        precision: Precision::F64,
        memory_limit: 1 << 20,
        interrupt: &|| false,
    };
    let all = run(&graph, &[range, size], &inputs, &mut Cache::new(0));
    assert_eq!(all, Ok(vec![tensor(&[3], &[0.0, 1.0, 2.0]), Arc::new(Tensor::scalar(3.0))]));
}

#[test]
fn a_run_ends_when_it_is_asked_to() {
    let mut graph = Graph::default();
    let mut x = ops::number(&mut graph, 1.0);
    for _ in 0..2000 {
        x = add(&mut graph, &ADD, &[], &[x, x], &[]);
    }
    let binding = Binding::default();
    let inputs = Inputs {
        slots: &|_| None,
        binding: &binding,
        precision: Precision::F64,
        memory_limit: 1 << 30,
        interrupt: &|| true,
    };
    assert_eq!(run(&graph, &[x], &inputs, &mut Cache::new(0)), Err(Trouble::Interrupted));
}
