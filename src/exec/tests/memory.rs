//! The limit of memory, the cache, long chains.

use super::*;
use crate::graph::{Contract, Move};

static ADD: OpDef = op("add", Kernel::Zip(|a, b| a + b));
static FILL: OpDef = op("broadcast_to", Kernel::Move(Move::Broadcast));
static EINSUM: OpDef = op("einsum", Kernel::Contract(Contract::Einsum));
static LONG: OpDef = op("softmax", Kernel::Along(crate::graph::Along(|input, out| out.copy_from_slice(input))));

#[track_caller]
fn memory(graph: &Graph, node: NodeId, limit: u64) -> (u128, Vec<NodeId>) {
    let none = with(&HashMap::new(), Precision::F64, limit, |inputs| run(graph, &[node], inputs, &mut Cache::new(0)));
    match none {
        Err(Trouble::Memory { needed, largest, limit: said }) if said == limit => (needed, largest),
        other => panic!("no refusal: {other:?}"),
    }
}

fn fill(graph: &mut Graph, v: NodeId, sizes: &[usize]) -> NodeId {
    add(graph, &FILL, &[Attr::Dims(shape(sizes))], &[v], sizes)
}

#[test]
fn what_cannot_fit_is_refused_before_anything_is_allocated() {
    let mut graph = Graph::default();
    let zero = ops::number(&mut graph, 0.0);
    let huge = fill(&mut graph, zero, &[1_000_000, 1_000_000]);
    let (needed, largest) = memory(&graph, huge, 2 << 30);
    assert_eq!((needed, largest[0]), (8_000_000_000_000 + 16, huge));
    let absurd = fill(&mut graph, zero, &[usize::MAX, usize::MAX, usize::MAX, usize::MAX]);
    assert!(memory(&graph, absurd, u64::MAX).0 > u128::from(u64::MAX));
    // No entry, and yet no array can have this shape.
    let hollow = fill(&mut graph, zero, &[0, usize::MAX, usize::MAX]);
    assert!(memory(&graph, hollow, 2 << 30).0 > u128::from(u64::MAX));
}

#[test]
fn the_peak_is_of_what_lives_together() {
    let mut graph = Graph::default();
    let one = ops::number(&mut graph, 1.0);
    let mut x = add(&mut graph, &FILL, &[], &[one], &[1000]);
    for def in 0..50 {
        let sum = add(&mut graph, &ADD, &[], &[x, one], &[1000]);
        x = ops::definition(&mut graph, DefId(def), sum);
    }
    // Two tensors of 8000 bytes at a time and the number: definitions share their value.
    let mut cache = Cache::new(0);
    let fits = with(&HashMap::new(), Precision::F64, 16_016, |inputs| run(&graph, &[x], inputs, &mut cache));
    assert_eq!(fits.map(|all| all[0].number(0)), Ok(Some(51.0)));
    assert_eq!(memory(&graph, x, 16_015).0, 16_016);
    // Named are two that live together, not all that ever lived.
    assert_eq!(memory(&graph, x, 16_015).1.len(), 3);
    // A generous cache does not take an answer's room.
    let mut cache = Cache::new(1 << 30);
    let fits = with(&HashMap::new(), Precision::F64, 16_016, |inputs| run(&graph, &[x], inputs, &mut cache));
    assert!(fits.is_ok() && cache.bytes() == 0);
}

#[test]
fn copies_on_the_way_count() {
    let mut graph = Graph::default();
    let one = ops::number(&mut graph, 1.0);
    let x = add(&mut graph, &FILL, &[], &[one], &[1000]);
    let along = add(&mut graph, &LONG, &[], &[x], &[1000]);
    assert!(memory(&graph, along, 16_100).0 > 16_100);
    // 1000 * 1000 * 1000 outer products on the way to a number.
    let letters = [Attr::Text("i,j,k->ijk".to_string().into())];
    let cube = add(&mut graph, &EINSUM, &letters, &[x, x, x], &[1000, 1000, 1000]);
    assert!(memory(&graph, cube, 2 << 30).0 >= 16_000_000_000);
}

#[test]
fn the_cache_keeps_what_fits_its_budget() {
    let mut graph = Graph::default();
    let one = ops::number(&mut graph, 1.0);
    let x = add(&mut graph, &FILL, &[], &[one], &[100]);
    let y = add(&mut graph, &ADD, &[], &[x, x], &[100]);
    let z = add(&mut graph, &ADD, &[], &[y, x], &[100]);
    let mut cache = Cache::new(1700);
    let first = with(&HashMap::new(), Precision::F64, 1 << 20, |inputs| run(&graph, &[y], inputs, &mut cache));
    assert_eq!((first.is_ok(), cache.bytes()), (true, 1616));
    let second = with(&HashMap::new(), Precision::F64, 1 << 20, |inputs| run(&graph, &[z, y], inputs, &mut cache));
    assert_eq!(second.map(|all| (all[0].number(99), all[1].number(0))), Ok((Some(3.0), Some(2.0))));
    assert_eq!(cache.bytes(), 1616);
    cache.clear();
    assert_eq!(cache.bytes(), 0);
    // A definition is no way past the budget, and costs nothing beside its value.
    let named = ops::definition(&mut graph, DefId(0), y);
    for (budget, held) in [(0, 0), (1 << 20, 1616)] {
        let mut cache = Cache::new(budget);
        let all = with(&HashMap::new(), Precision::F64, 1 << 20, |inputs| run(&graph, &[named], inputs, &mut cache));
        assert_eq!((all.is_ok(), cache.bytes()), (true, held));
    }
}

#[test]
fn a_root_may_be_asked_for_twice_and_used_besides() {
    let mut graph = Graph::default();
    let one = ops::number(&mut graph, 1.0);
    let y = add(&mut graph, &ADD, &[], &[one, one], &[]);
    let z = add(&mut graph, &ADD, &[], &[y, y], &[]);
    let mut cache = Cache::new(0);
    let all = with(&HashMap::new(), Precision::F64, 1 << 20, |inputs| run(&graph, &[y, z, y], inputs, &mut cache));
    let numbers = all.map(|all| all.iter().map(|v| v.item()).collect::<Vec<_>>());
    assert_eq!(numbers, Ok(vec![Some(2.0), Some(4.0), Some(2.0)]));
    let none = with(&HashMap::new(), Precision::F64, 1 << 20, |inputs| run(&graph, &[], inputs, &mut cache));
    assert_eq!(none, Ok(vec![]));
}

#[test]
fn a_long_chain_overflows_nothing() {
    let mut graph = Graph::default();
    let one = ops::number(&mut graph, 1.0);
    let mut x = one;
    for def in 0..200_000 {
        let sum = add(&mut graph, &ADD, &[], &[x, one], &[]);
        x = ops::definition(&mut graph, DefId(def), sum);
    }
    assert_eq!(answer(&graph, x).map(|v| v.item()), Ok(Some(200_001.0)));
}
