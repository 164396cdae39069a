//! Moves: entries in other places.

use super::*;
use crate::graph::{Move, SliceSpec};
use crate::tensor::DType;

static RESHAPE: OpDef = op("reshape", Kernel::Move(Move::Reshape));
static TRANSPOSE: OpDef = op("transpose", Kernel::Move(Move::Transpose));
static BROADCAST: OpDef = op("broadcast_to", Kernel::Move(Move::Broadcast));
static SUM_TO: OpDef = op("sum_to", Kernel::Move(Move::SumTo));
static SLICE: OpDef = op("slice", Kernel::Move(Move::Slice));
static UNSLICE: OpDef = op("unslice", Kernel::Move(Move::Unslice));
static CONCAT: OpDef = op("concat", Kernel::Move(Move::Concat));
static GATHER: OpDef = op("gather", Kernel::Move(Move::Gather));
static SCATTER: OpDef = op("scatter_add", Kernel::Move(Move::ScatterAdd));
static FLIP: OpDef = op("flip", Kernel::Move(Move::Flip));
static DIAG: OpDef = op("diag", Kernel::Move(Move::Diag));
static EMBED: OpDef = op("diag_embed", Kernel::Move(Move::DiagEmbed));
static TRIL: OpDef = op("tril", Kernel::Move(Move::Tril));
static TRIU: OpDef = op("triu", Kernel::Move(Move::Triu));

fn slices(all: &[(u64, i64, u64)]) -> Attr {
    let spec =
        |(start, step, len): &(u64, i64, u64)| SliceSpec { start: Dim::Num(*start), step: *step, len: Dim::Num(*len) };
    Attr::Slices(all.iter().map(spec).collect())
}

#[test]
fn a_reshape_keeps_the_row_major_order() {
    gives(&RESHAPE, &[], &[counted(&[2, 3])], &[3, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    gives(&RESHAPE, &[], &[tensor(&[1, 1], &[4.0])], &[], &[4.0]);
    gives(&RESHAPE, &[], &[tensor(&[], &[4.0])], &[1, 1], &[4.0]);
    gives(&RESHAPE, &[], &[tensor(&[0, 3], &[])], &[2, 0], &[]);
    let (code, title) = refused(apply(&RESHAPE, &[], &[counted(&[2, 3])], &[4]));
    assert_eq!((code, title.as_str()), ("nnlang::value::fit", "[2, 3] has 6 entries, and [4] has 4"));
}

#[test]
fn axes_are_put_in_another_order() {
    let order = Attr::Ints([2, 0, 1].into());
    gives(
        &TRANSPOSE,
        &[order],
        &[counted(&[2, 3, 4])],
        &[4, 2, 3],
        &[
            1.0, 5.0, 9.0, 13.0, 17.0, 21.0, 2.0, 6.0, 10.0, 14.0, 18.0, 22.0, 3.0, 7.0, 11.0, 15.0, 19.0, 23.0, 4.0,
            8.0, 12.0, 16.0, 20.0, 24.0,
        ],
    );
    gives(&TRANSPOSE, &[], &[counted(&[2, 3])], &[3, 2], &[1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    gives(&TRANSPOSE, &[], &[counted(&[3])], &[3], &[1.0, 2.0, 3.0]);
    gives(&TRANSPOSE, &[], &[tensor(&[], &[1.0])], &[], &[1.0]);
}

#[test]
fn stretching_and_summing_back_are_transposes() {
    gives(&BROADCAST, &[], &[tensor(&[2, 1], &[1.0, 2.0])], &[2, 2, 2], &[1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 2.0, 2.0]);
    gives(&BROADCAST, &[], &[tensor(&[], &[3.0])], &[2], &[3.0, 3.0]);
    gives(&SUM_TO, &[], &[counted(&[2, 2, 2])], &[2, 1], &[14.0, 22.0]);
    gives(&SUM_TO, &[], &[counted(&[2, 3])], &[], &[21.0]);
    gives(&SUM_TO, &[], &[tensor(&[0, 3], &[])], &[1, 3], &[0.0, 0.0, 0.0]);
    assert_eq!(refused(apply(&SUM_TO, &[], &[counted(&[2])], &[3])).0, "nnlang::value::fit");
}

#[test]
fn slices_walk_forwards_and_backwards() {
    // x[0:2, ::-1, 3::-2]
    let walk = slices(&[(0, 1, 2), (2, -1, 3), (3, -2, 2)]);
    let taken = [12.0, 10.0, 8.0, 6.0, 4.0, 2.0, 24.0, 22.0, 20.0, 18.0, 16.0, 14.0];
    gives(&SLICE, std::slice::from_ref(&walk), &[counted(&[2, 3, 4])], &[2, 3, 2], &taken);
    gives(&SLICE, &[slices(&[(4, 3, 1)])], &[counted(&[5])], &[1], &[5.0]);
    gives(&SLICE, &[slices(&[(9, i64::MIN, 0)])], &[counted(&[5])], &[0], &[]);
    gives(&SLICE, &[slices(&[(1, i64::MIN, 1)])], &[counted(&[5])], &[1], &[2.0]);
    // y = zeros; y[4::-2] = [1, 2, 3]
    let back = [slices(&[(4, -2, 3)]), Attr::Dims(shape(&[6]))];
    gives(&UNSLICE, &back, &[counted(&[3])], &[6], &[3.0, 0.0, 2.0, 0.0, 1.0, 0.0]);
    let (code, title) = refused(apply(&SLICE, &[slices(&[(3, 2, 2)])], &[counted(&[5])], &[2]));
    assert_eq!(code, "nnlang::value::fit");
    assert_eq!(title, "this slice walks from 3 to 5, and the axis has size 5");
    assert_eq!(refused(apply(&SLICE, &[slices(&[(1, -1, 3)])], &[counted(&[5])], &[3])).0, "nnlang::value::fit");
    assert_eq!(refused(apply(&SLICE, &[slices(&[(1, 0, 3)])], &[counted(&[5])], &[3])).0, "nnlang::value::fit");
}

#[test]
fn parts_are_put_end_to_end() {
    let parts = [counted(&[2, 1]), tensor(&[2, 0], &[]), counted(&[2, 2])];
    gives(&CONCAT, &[Attr::Int(1)], &parts, &[2, 3], &[1.0, 1.0, 2.0, 2.0, 3.0, 4.0]);
    gives(&CONCAT, &[Attr::Int(0)], &[counted(&[1]), counted(&[2])], &[3], &[1.0, 1.0, 2.0]);
    assert!(apply(&CONCAT, &[Attr::Int(0)], &[counted(&[1]), counted(&[2])], &[4]).is_err());
    assert!(apply(&CONCAT, &[Attr::Int(0)], &[counted(&[3]), counted(&[2])], &[4]).is_err());
}

#[test]
fn every_line_along_an_axis_has_its_own_indices() {
    let ints =
        |sizes: &[usize], entries: &[i64]| Arc::new(Tensor::from_ints(sizes, entries.to_vec()).expect("entries fit"));
    // np.take_along_axis
    let index = ints(&[2, 2], &[2, 0, 2, 1]);
    gives(&GATHER, &[Attr::Int(1)], &[counted(&[2, 3]), index], &[2, 2], &[3.0, 1.0, 6.0, 5.0]);
    let index = ints(&[3, 3], &[1, 0, 1, 0, 0, 1, 1, 1, 1]);
    let taken = [4.0, 2.0, 6.0, 1.0, 2.0, 6.0, 4.0, 5.0, 6.0];
    gives(&GATHER, &[Attr::Int(0)], &[counted(&[2, 3]), index.clone()], &[3, 3], &taken);
    let middle = ints(&[2, 2, 2], &[2, 0, 1, 1, 0, 0, 2, 1]);
    let taken = [5.0, 2.0, 3.0, 4.0, 7.0, 8.0, 11.0, 10.0];
    gives(&GATHER, &[Attr::Int(1)], &[counted(&[2, 3, 2]), middle], &[2, 2, 2], &taken);
    gives(&GATHER, &[Attr::Int(0)], &[counted(&[3]), tensor(&[2], &[2.0, 2.0])], &[2], &[3.0, 3.0]);
    gives(&GATHER, &[Attr::Int(0)], &[counted(&[3]), tensor(&[0], &[])], &[0], &[]);
    // np.add.at; some indices stand twice.
    let attrs = [Attr::Int(0), Attr::Dim(Dim::Num(2).into())];
    gives(&SCATTER, &attrs, &[counted(&[3, 3]), index], &[2, 3], &[4.0, 7.0, 0.0, 8.0, 8.0, 18.0]);
    let (attrs, index) = ([Attr::Int(1), Attr::Dim(Dim::Num(3).into())], ints(&[2, 2], &[2, 0, 1, 1]));
    gives(&SCATTER, &attrs, &[counted(&[2, 2]), index], &[2, 3], &[2.0, 0.0, 1.0, 0.0, 7.0, 0.0]);
}

#[test]
fn an_index_outside_its_axis_or_not_whole_is_told() {
    let take = |index: f64| apply(&GATHER, &[Attr::Int(0)], &[counted(&[3]), tensor(&[1], &[index])], &[1]);
    let (code, title) = refused(take(3.0));
    assert_eq!(code, "nnlang::value::index");
    assert_eq!(title, "the index 3 is outside an axis of size 3, whose entries are 0 to 2");
    assert_eq!(refused(take(-1.0)).0, "nnlang::value::index");
    let (code, title) = refused(take(1.5));
    assert_eq!((code, title.as_str()), ("nnlang::value::whole", "whole numbers are wanted here, and 1.5 is none"));
    for far in [f64::NAN, f64::INFINITY, 1e300] {
        assert_eq!(refused(take(far)).0, "nnlang::value::whole");
    }
    let empty = apply(&GATHER, &[Attr::Int(0)], &[tensor(&[0], &[]), tensor(&[1], &[0.0])], &[1]);
    assert_eq!(refused(empty).1, "the index 0 is outside an axis without entries");
}

#[test]
fn axes_are_flipped() {
    gives(&FLIP, &[Attr::Int(1)], &[counted(&[2, 3])], &[2, 3], &[3.0, 2.0, 1.0, 6.0, 5.0, 4.0]);
    gives(
        &FLIP,
        &[Attr::Ints([0, 2].into())],
        &[counted(&[2, 3, 4])],
        &[2, 3, 4],
        &[
            16.0, 15.0, 14.0, 13.0, 20.0, 19.0, 18.0, 17.0, 24.0, 23.0, 22.0, 21.0, 4.0, 3.0, 2.0, 1.0, 8.0, 7.0, 6.0,
            5.0, 12.0, 11.0, 10.0, 9.0,
        ],
    );
}

#[test]
fn diagonals_and_triangles() {
    gives(&DIAG, &[], &[counted(&[3, 4])], &[3], &[1.0, 6.0, 11.0]);
    gives(&DIAG, &[Attr::Int(1)], &[counted(&[3, 4])], &[3], &[2.0, 7.0, 12.0]);
    gives(&DIAG, &[Attr::Int(-9)], &[counted(&[3, 4])], &[0], &[]);
    gives(&DIAG, &[], &[counted(&[2, 2, 2])], &[2, 2], &[1.0, 4.0, 5.0, 8.0]);
    gives(&DIAG, &[], &[tensor(&[0, 0], &[])], &[0], &[]);
    gives(&EMBED, &[], &[counted(&[2])], &[2, 2], &[1.0, 0.0, 0.0, 2.0]);
    gives(&EMBED, &[Attr::Int(-1)], &[counted(&[2])], &[3, 3], &[0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 2.0, 0.0]);
    gives(&EMBED, &[], &[counted(&[2, 2])], &[2, 2, 2], &[1.0, 0.0, 0.0, 2.0, 3.0, 0.0, 0.0, 4.0]);
    gives(
        &TRIL,
        &[Attr::Int(-1)],
        &[counted(&[3, 4])],
        &[3, 4],
        &[0.0, 0.0, 0.0, 0.0, 5.0, 0.0, 0.0, 0.0, 9.0, 10.0, 0.0, 0.0],
    );
    gives(
        &TRIU,
        &[Attr::Int(1)],
        &[counted(&[3, 4])],
        &[3, 4],
        &[0.0, 2.0, 3.0, 4.0, 0.0, 0.0, 7.0, 8.0, 0.0, 0.0, 0.0, 12.0],
    );
    gives(&TRIL, &[], &[counted(&[2, 2, 2])], &[2, 2, 2], &[1.0, 0.0, 3.0, 4.0, 5.0, 0.0, 7.0, 8.0]);
    gives(&TRIU, &[Attr::Int(i64::MIN)], &[counted(&[2, 2])], &[2, 2], &[1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn whole_numbers_and_bools_move_as_they_are() {
    let mut graph = Graph::default();
    let far = (1i64 << 53) + 1;
    let x = literal(&mut graph, &Arc::new(Tensor::from_ints(&[2], vec![far, 2]).expect("two")));
    let ty = Type { shape: shape(&[2, 1]), dtype: DType::Int };
    let node = graph.add_typed(&RESHAPE, Attrs::None, &[x], ty);
    assert_eq!(answer(&graph, node), Ok(Arc::new(Tensor::from_ints(&[2, 1], vec![far, 2]).expect("two"))));
    let bools = ArrayD::from_shape_vec(IxDyn(&[2]), vec![true, false]).expect("two");
    let x = literal(&mut graph, &Arc::new(Tensor::Bool(bools.clone())));
    let ty = Type { shape: shape(&[2]), dtype: DType::Bool };
    let node = graph.add_typed(&FLIP, Attrs::None, &[x], ty);
    let flipped = ArrayD::from_shape_vec(IxDyn(&[2]), vec![false, true]).expect("two");
    assert_eq!(answer(&graph, node), Ok(Arc::new(Tensor::Bool(flipped))));
}
