//! Where a number that is not finite was born.

use super::super::{Birth, birth};
use super::*;
use crate::graph::{Contract, Move, Reduce, SliceSpec};

static ADD: OpDef = op("add", Kernel::Zip(|a, b| a + b));
static SUB: OpDef = op("sub", Kernel::Zip(|a, b| a - b));
static DIV: OpDef = op("div", Kernel::Zip(|a, b| a / b));
static LOG: OpDef = op("log", Kernel::Map(libm::log));
static EXP: OpDef = op("exp", Kernel::Map(libm::exp));
static SUM: OpDef = op("sum", Kernel::Reduce(Reduce::Sum));
static MATMUL: OpDef = op("matmul", Kernel::Contract(Contract::MatMul));
static SLICE: OpDef = op("slice", Kernel::Move(Move::Slice));
static GATHER: OpDef = op("gather", Kernel::Move(Move::Gather));
static SCATTER: OpDef = op("scatter_add", Kernel::Move(Move::ScatterAdd));
static WHERE: OpDef = OpDef { diff: Diff::Select, ..op("where", Kernel::Zip3(|c, a, b| if c != 0.0 { a } else { b })) };

fn born(graph: &Graph, root: NodeId) -> Option<Birth> {
    with(&HashMap::new(), Precision::F64, 1 << 20, |inputs| birth(graph, root, inputs)).expect("it runs")
}

/// The node, the entry, and the operands' values.
fn told(graph: &Graph, root: NodeId) -> Option<(NodeId, Vec<usize>, Vec<f64>)> {
    born(graph, root).map(|b| (b.node, b.entry, b.operands.iter().map(|o| o.value).collect()))
}

#[test]
fn the_first_place_counts_and_not_what_follows() {
    let mut graph = Graph::default();
    let x = literal(&mut graph, &tensor(&[3], &[1.0, 0.0, -1.0]));
    let log = add(&mut graph, &LOG, &[], &[x], &[3]);
    let sum = add(&mut graph, &SUM, &[], &[log], &[]);
    let more = add(&mut graph, &ADD, &[], &[sum, sum], &[]);
    assert_eq!(told(&graph, more), Some((log, vec![1], vec![0.0])));
    assert_eq!(born(&graph, x), None);
    let both = born(&graph, more).map(|b| (b.result, b.operands[0].node, b.operands[0].entry.clone()));
    assert_eq!(both, Some((f64::NEG_INFINITY, x, vec![1])));
}

#[test]
fn what_vanishes_on_the_way_is_not_told() {
    let mut graph = Graph::default();
    let [one, zero, far, minus] = [1.0, 0.0, 1000.0, -1.0].map(|v| ops::number(&mut graph, v));
    let inf = add(&mut graph, &EXP, &[], &[far], &[]);
    let gone = add(&mut graph, &DIV, &[], &[one, inf], &[]);
    let nan = add(&mut graph, &LOG, &[], &[minus], &[]);
    let chosen = add(&mut graph, &WHERE, &[], &[zero, nan, gone], &[]);
    assert_eq!(born(&graph, chosen), None);
    let bad = add(&mut graph, &DIV, &[], &[one, chosen], &[]);
    assert_eq!(told(&graph, bad), Some((bad, vec![], vec![1.0, 0.0])));
    let other = add(&mut graph, &WHERE, &[], &[one, nan, inf], &[]);
    assert_eq!(told(&graph, other), Some((nan, vec![], vec![-1.0])));
}

#[test]
fn a_choice_is_followed_entry_by_entry() {
    let mut graph = Graph::default();
    let condition = literal(&mut graph, &tensor(&[2], &[1.0, 0.0]));
    let x = literal(&mut graph, &tensor(&[2], &[4.0, -1.0]));
    let log = add(&mut graph, &LOG, &[], &[x], &[2]);
    let zero = ops::number(&mut graph, 0.0);
    let inf = add(&mut graph, &DIV, &[], &[x, zero], &[2]);
    let chosen = add(&mut graph, &WHERE, &[], &[condition, log, inf], &[2]);
    // log(-1) at entry 1 is not chosen; -1/0 is.
    assert_eq!(told(&graph, chosen), Some((inf, vec![1], vec![-1.0, 0.0])));
}

#[test]
fn an_inf_that_the_program_wrote_is_no_birth_but_a_nan_of_it_is() {
    let mut graph = Graph::default();
    let inf = ops::number(&mut graph, f64::INFINITY);
    let one = ops::number(&mut graph, 1.0);
    let more = add(&mut graph, &ADD, &[], &[inf, one], &[]);
    assert_eq!(born(&graph, more), None);
    let nan = add(&mut graph, &SUB, &[], &[more, inf], &[]);
    assert_eq!(told(&graph, nan), Some((nan, vec![], vec![f64::INFINITY, f64::INFINITY])));
}

#[test]
fn moves_and_products_lead_back_to_the_entries_that_they_took() {
    let mut graph = Graph::default();
    let x = literal(&mut graph, &tensor(&[2, 2], &[0.0, 1.0, 2.0, -3.0]));
    let log = add(&mut graph, &LOG, &[], &[x], &[2, 2]);
    let one = literal(&mut graph, &tensor(&[2], &[1.0, 1.0]));
    let product = add(&mut graph, &MATMUL, &[], &[log, one], &[2]);
    let second = SliceSpec { start: Dim::Num(1), step: 1, len: Dim::Num(1) };
    let slice = add(&mut graph, &SLICE, &[Attr::Slices([second].into())], &[product], &[1]);
    // Row 1 holds log(-3); log(0) is in row 0, which the slice leaves out.
    assert_eq!(told(&graph, slice), Some((log, vec![1, 1], vec![-3.0])));
    let index = literal(&mut graph, &tensor(&[1, 2], &[1.0, 1.0]));
    let row = add(&mut graph, &GATHER, &[Attr::Int(0)], &[log, index], &[1, 2]);
    assert_eq!(told(&graph, row), Some((log, vec![1, 1], vec![-3.0])));
    let scattered = add(&mut graph, &SCATTER, &[Attr::Int(0), Attr::Dim(Dim::Num(3).into())], &[row, index], &[3, 2]);
    assert_eq!(told(&graph, scattered), Some((log, vec![1, 1], vec![-3.0])));
}

#[test]
fn a_sum_that_overflows_is_born_there() {
    let mut graph = Graph::default();
    let x = literal(&mut graph, &tensor(&[2, 2], &[1e308, 1e308, 1.0, 2.0]));
    let sum = add(&mut graph, &SUM, &[Attr::Ints([1].into())], &[x], &[2]);
    assert_eq!(told(&graph, sum), Some((sum, vec![0], vec![1e308, 1e308])));
}

#[test]
fn a_nan_in_what_the_session_holds_is_told_at_its_slot() {
    let mut graph = Graph::default();
    let a = ops::slot(&mut graph, DefId(0), Type::real(shape(&[2])));
    let sum = add(&mut graph, &SUM, &[], &[a], &[]);
    let held = |v: f64| HashMap::from([(DefId(0), Slot::Value(tensor(&[2], &[1.0, v])))]);
    let told = |v: f64| with(&held(v), Precision::F64, 1 << 20, |inputs| birth(&graph, sum, inputs)).expect("it runs");
    assert_eq!(told(f64::NAN).map(|b| (b.node, b.entry)), Some((a, vec![1])));
    assert_eq!(told(f64::INFINITY), None);
    assert_eq!(told(1.0), None);
}
