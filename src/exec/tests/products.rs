//! Products, Einstein sums, kernels over matrices.

use super::*;
use crate::graph::Contract;

static MATMUL: OpDef = op("matmul", Kernel::Contract(Contract::MatMul));
static EINSUM: OpDef = op("einsum", Kernel::Contract(Contract::Einsum));
static INVERSE: OpDef = op("inverse of 2x2", Kernel::Matrix(inverse));
static APPLY: OpDef = op("2x2 times column", Kernel::Matrix(applied));

fn inverse(inputs: &[(&[f64], usize, usize)], out: &mut [f64]) -> Result<(), String> {
    match inputs {
        [([a, b, c, d], 2, 2)] if a * d != b * c => {
            let det = a * d - b * c;
            out.copy_from_slice(&[d / det, -b / det, -c / det, a / det]);
            Ok(())
        }
        _ => Err("this matrix has no inverse".into()),
    }
}

fn applied(inputs: &[(&[f64], usize, usize)], out: &mut [f64]) -> Result<(), String> {
    let [(m, 2, 2), (v, 2, 1)] = inputs else { return Err("a 2x2 matrix and a column".into()) };
    out.copy_from_slice(&[m[0] * v[0] + m[1] * v[1], m[2] * v[0] + m[3] * v[1]]);
    Ok(())
}

#[track_caller]
fn einsum(letters: &str, args: &[Arc<Tensor>], sizes: &[usize], entries: &[f64]) {
    gives(&EINSUM, &[Attr::Text(letters.to_string().into())], args, sizes, entries);
}

#[test]
fn products_of_every_rank() {
    let v = counted(&[3]);
    let (a, b) = (counted(&[2, 1, 2, 3]), counted(&[3, 3, 2]));
    gives(&MATMUL, &[], &[v.clone(), v.clone()], &[], &[14.0]);
    gives(&MATMUL, &[], &[counted(&[2, 3]), v.clone()], &[2], &[14.0, 32.0]);
    gives(&MATMUL, &[], &[v.clone(), counted(&[3, 2])], &[2], &[22.0, 28.0]);
    gives(&MATMUL, &[], &[counted(&[2, 3]), counted(&[3, 2])], &[2, 2], &[22.0, 28.0, 49.0, 64.0]);
    gives(&MATMUL, &[], &[v.clone(), b.clone()], &[3, 2], &[22.0, 28.0, 58.0, 64.0, 94.0, 100.0]);
    gives(&MATMUL, &[], &[a.clone(), v], &[2, 1, 2], &[14.0, 32.0, 50.0, 68.0]);
    gives(
        &MATMUL,
        &[],
        &[a, b],
        &[2, 3, 2, 2],
        &[
            22.0, 28.0, 49.0, 64.0, 58.0, 64.0, 139.0, 154.0, 94.0, 100.0, 229.0, 244.0, 76.0, 100.0, 103.0, 136.0,
            220.0, 244.0, 301.0, 334.0, 364.0, 388.0, 499.0, 532.0,
        ],
    );
}

#[test]
fn products_over_nothing_are_0() {
    gives(&MATMUL, &[], &[tensor(&[2, 0], &[]), tensor(&[0, 2], &[])], &[2, 2], &[0.0; 4]);
    gives(&MATMUL, &[], &[tensor(&[0, 2], &[]), counted(&[2, 2])], &[0, 2], &[]);
    gives(&MATMUL, &[], &[tensor(&[0], &[]), tensor(&[0], &[])], &[], &[0.0]);
    gives(&MATMUL, &[], &[tensor(&[0, 2, 2], &[]), counted(&[2, 2])], &[0, 2, 2], &[]);
    einsum("ij,jk->ik", &[tensor(&[2, 0], &[]), tensor(&[0, 2], &[])], &[2, 2], &[0.0; 4]);
    einsum("ii->", &[tensor(&[0, 0], &[])], &[], &[0.0]);
}

#[test]
fn a_large_product_is_the_sum_of_its_terms() {
    // Whole numbers below 2^53: exact in any order.
    let (n, k, m) = (17, 40, 23);
    let whole = |rows: usize, columns: usize, by: usize| -> Vec<f64> {
        (0..rows * columns).map(|i| ((i * by) % 13) as f64 - 6.0).collect()
    };
    let (a, b) = (whole(n, k, 7), whole(k, m, 5));
    let mut out = vec![0.0; n * m];
    for i in 0..n {
        for j in 0..m {
            out[i * m + j] = (0..k).map(|l| a[i * k + l] * b[l * m + j]).sum();
        }
    }
    gives(&MATMUL, &[], &[tensor(&[n, k], &a), tensor(&[k, m], &b)], &[n, m], &out);
    einsum("ij,jk->ik", &[tensor(&[n, k], &a), tensor(&[k, m], &b)], &[n, m], &out);
}

#[test]
fn sizes_that_have_no_product_are_told() {
    let (code, title) = refused(apply(&MATMUL, &[], &[counted(&[2, 3]), counted(&[2, 3])], &[2, 3]));
    assert_eq!((code, title.as_str()), ("nnlang::value::fit", "these shapes have no product: [2, 3] @ [2, 3]"));
    assert!(apply(&MATMUL, &[], &[tensor(&[], &[1.0]), counted(&[2])], &[2]).is_err());
    assert!(apply(&MATMUL, &[], &[counted(&[2, 2, 2]), counted(&[3, 2, 2])], &[3, 2, 2]).is_err());
}

#[test]
fn einstein_sums_agree_with_numpy() {
    let (a, m, v) = (counted(&[2, 3]), counted(&[3, 3]), counted(&[3]));
    let (b, t) = (counted(&[3, 2]), counted(&[3, 3, 3]));
    einsum("ij,jk->ik", &[a.clone(), b.clone()], &[2, 2], &[22.0, 28.0, 49.0, 64.0]);
    einsum("ij, jk -> ki", &[a.clone(), b.clone()], &[2, 2], &[22.0, 49.0, 28.0, 64.0]);
    einsum("ba,ac", &[a.clone(), b.clone()], &[2, 2], &[22.0, 28.0, 49.0, 64.0]);
    einsum("ii->", std::slice::from_ref(&m), &[], &[15.0]);
    einsum("ii", std::slice::from_ref(&m), &[], &[15.0]);
    einsum("ii->i", std::slice::from_ref(&m), &[3], &[1.0, 5.0, 9.0]);
    einsum("iij->j", std::slice::from_ref(&t), &[3], &[39.0, 42.0, 45.0]);
    einsum("ij->", std::slice::from_ref(&a), &[], &[21.0]);
    einsum("ij->j", std::slice::from_ref(&a), &[3], &[5.0, 7.0, 9.0]);
    einsum("ij->ji", std::slice::from_ref(&a), &[3, 2], &[1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    einsum("i,j->ij", &[v.clone(), tensor(&[2], &[1.0, 10.0])], &[3, 2], &[1.0, 10.0, 2.0, 20.0, 3.0, 30.0]);
    einsum("i,i->i", &[v.clone(), v.clone()], &[3], &[1.0, 4.0, 9.0]);
    einsum("i,i", &[v.clone(), v.clone()], &[], &[14.0]);
    einsum("ij,k->i", &[a.clone(), v.clone()], &[2], &[36.0, 90.0]);
    einsum("i,ijk,k->j", &[v.clone(), t, v.clone()], &[3], &[516.0, 624.0, 732.0]);
    einsum("ij,jk,ki->", &[m.clone(), m.clone(), m], &[], &[4185.0]);
    einsum("ij,jk,kl->il", &[a, b, counted(&[2, 2])], &[2, 2], &[106.0, 156.0, 241.0, 354.0]);
    einsum(
        "bij,bjk->bik",
        &[counted(&[2, 2, 3]), counted(&[2, 3, 2])],
        &[2, 2, 2],
        &[22.0, 28.0, 49.0, 64.0, 220.0, 244.0, 301.0, 334.0],
    );
    let q = counted(&[1, 2, 2, 4]);
    einsum("bhqd,bhkd->bhqk", &[q.clone(), q], &[1, 2, 2, 2], &[30.0, 70.0, 70.0, 174.0, 446.0, 614.0, 614.0, 846.0]);
    einsum(",i->i", &[tensor(&[], &[2.0]), v], &[3], &[2.0, 4.0, 6.0]);
}

#[test]
fn letters_that_do_not_fit_are_told() {
    let told = |letters: &str, args: &[Arc<Tensor>]| {
        refused(apply(&EINSUM, &[Attr::Text(letters.to_string().into())], args, &[])).1
    };
    let (a, v) = (counted(&[2, 3]), counted(&[3]));
    assert_eq!(told("ij,i->", &[a.clone(), v.clone()]), "the letter i is 2 in one place and 3 in another");
    assert_eq!(told("i->", std::slice::from_ref(&a)), "\"i\" names 1 axes of a tensor that has 2");
    assert_eq!(told("i->k", std::slice::from_ref(&v)), "the letter k of the result is in no argument");
    assert_eq!(told("i->ii", std::slice::from_ref(&v)), "the letter i stands twice in the result");
    assert_eq!(told("i,i->", std::slice::from_ref(&v)), "the letters are of 2 arguments, and there are 1");
    assert_eq!(told("1->", &[v]), "einsum names axes by letters, and \"1\" is none");
}

#[test]
fn matrices_come_in_stacks() {
    gives(
        &INVERSE,
        &[],
        &[tensor(&[2, 2, 2], &[1.0, 0.0, 0.0, 2.0, 1.0, 1.0, 0.0, 1.0])],
        &[2, 2, 2],
        &[1.0, 0.0, 0.0, 0.5, 1.0, -1.0, 0.0, 1.0],
    );
    gives(&APPLY, &[], &[counted(&[2, 2, 2]), tensor(&[2], &[1.0, 1.0])], &[2, 2], &[3.0, 7.0, 11.0, 15.0]);
    gives(&APPLY, &[], &[tensor(&[0, 2, 2], &[]), tensor(&[2], &[1.0, 1.0])], &[0, 2], &[]);
    let (code, title) = refused(apply(&INVERSE, &[], &[tensor(&[2, 2], &[1.0, 1.0, 1.0, 1.0])], &[2, 2]));
    assert_eq!((code, title.as_str()), ("nnlang::value::matrix", "this matrix has no inverse"));
}
