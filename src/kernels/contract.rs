//! Products summed over shared axes: `@` for vectors, matrices and stacks, and `einsum` by reduction to it.

use super::{Refusal, array, copy, entries, misfit, moves, strided, strides, sum, zeros};
use ndarray::{ArrayD, ArrayView2, ArrayViewD, ArrayViewMut2, ArrayViewMutD, Axis, CowArray, IxDyn};

/// `a @ b` with NumPy's rules: a vector is a row on the left and a column on the right, and that axis is then gone;
/// axes before the last two are a stack and broadcast. `out` has the shape of the result and holds zeros.
pub fn matmul(
    a: &ArrayViewD<'_, f64>,
    b: &ArrayViewD<'_, f64>,
    mut out: ArrayViewMutD<'_, f64>,
) -> Result<(), Refusal> {
    let no_fit = || Refusal::Fit(format!("these shapes have no product: {:?} @ {:?}", a.shape(), b.shape()));
    if a.ndim() == 0 || b.ndim() == 0 {
        return Err(no_fit());
    }
    let rank = out.ndim();
    let (left, right) = (copied(a)?, copied(b)?);
    let left = if a.ndim() == 1 { left.insert_axis(Axis(0)) } else { left };
    let right = if b.ndim() == 1 { right.insert_axis(Axis(1)) } else { right };
    let mut out = match (a.ndim(), b.ndim()) {
        (1, 1) => out.view_mut().insert_axis(Axis(0)).insert_axis(Axis(0)),
        (1, _) => out.view_mut().insert_axis(Axis(rank.saturating_sub(1))),
        (_, 1) => out.view_mut().insert_axis(Axis(rank)),
        _ => out.view_mut(),
    };
    let [rows, inner] = *tail(left.shape()) else { return Err(no_fit()) };
    let [under, columns] = *tail(right.shape()) else { return Err(no_fit()) };
    let [to_rows, to_columns] = *tail(out.shape()) else { return Err(no_fit()) };
    let stack = out.shape()[..out.ndim() - 2].to_vec();
    if inner != under || (to_rows, to_columns) != (rows, columns) {
        return Err(no_fit());
    }
    let lefts = blocks(left.shape(), &stack).ok_or_else(no_fit)?;
    let rights = blocks(right.shape(), &stack).ok_or_else(no_fit)?;
    if rows * columns == 0 {
        return Ok(());
    }
    let (Some(l), Some(r), Some(o)) = (left.as_slice(), right.as_slice(), out.as_slice_mut()) else {
        return Err(no_fit());
    };
    for ((to, i), k) in o.chunks_exact_mut(rows * columns).zip(lefts).zip(rights) {
        let (x, y) = (&l[i * rows * inner..][..rows * inner], &r[k * inner * columns..][..inner * columns]);
        product(x, y, to, [rows, inner, columns]);
    }
    Ok(())
}

/// An `einsum` as its letters say: one list for each argument, and the result's.
#[derive(Clone, Debug, PartialEq)]
pub struct Einsum {
    /// Of each argument, a letter for each axis.
    pub inputs: Vec<Vec<char>>,
    /// Of the result.
    pub output: Vec<char>,
}

impl Einsum {
    /// Reads `"ij,jk->ik"`. Without `->`, the letters that occur once, in their order (NumPy's rule).
    pub fn parse(text: &str) -> Result<Einsum, Refusal> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let (left, right) = match text.split_once("->") {
            Some((left, right)) => (left, Some(right)),
            None => (text.as_str(), None),
        };
        let letters = |part: &str| match part.chars().find(|c| !c.is_alphabetic()) {
            Some(c) => misfit(format!("einsum names axes by letters, and \"{c}\" is none")),
            None => Ok(part.chars().collect::<Vec<char>>()),
        };
        let inputs = left.split(',').map(letters).collect::<Result<Vec<_>, _>>()?;
        let mut all: Vec<char> = inputs.concat();
        all.sort_unstable();
        let output = match right {
            Some(right) => letters(right)?,
            None => all.iter().filter(|c| all.iter().filter(|d| d == c).count() == 1).copied().collect(),
        };
        for (i, c) in output.iter().enumerate() {
            if !all.contains(c) {
                return misfit(format!("the letter {c} of the result is in no argument"));
            }
            if output[..i].contains(c) {
                return misfit(format!("the letter {c} stands twice in the result"));
            }
        }
        Ok(Einsum { inputs, output })
    }

    /// The size of every letter, in the order in which they are met.
    pub fn sizes(&self, shapes: &[&[usize]]) -> Result<Vec<(char, usize)>, Refusal> {
        if shapes.len() != self.inputs.len() {
            let (said, given) = (self.inputs.len(), shapes.len());
            return misfit(format!("the letters are of {said} arguments, and there are {given}"));
        }
        let mut sizes: Vec<(char, usize)> = Vec::new();
        for (letters, shape) in self.inputs.iter().zip(shapes) {
            if letters.len() != shape.len() {
                let letters: String = letters.iter().collect();
                return misfit(format!(
                    "\"{letters}\" names {} axes of a tensor that has {}",
                    letters.len(),
                    shape.len()
                ));
            }
            for (letter, size) in letters.iter().zip(shape.iter()) {
                match sizes.iter().find(|(known, _)| known == letter) {
                    Some((_, known)) if known != size => {
                        return misfit(format!("the letter {letter} is {known} in one place and {size} in another"));
                    }
                    Some(_) => {}
                    None => sizes.push((*letter, *size)),
                }
            }
        }
        Ok(sizes)
    }

    /// How many entries the intermediate results have together, at most.
    pub fn room(&self, shapes: &[&[usize]]) -> u128 {
        let Ok(sizes) = self.sizes(shapes) else { return 0 };
        let mut terms: Vec<Vec<char>> = self.inputs.iter().map(|letters| once(letters)).collect();
        let mut all: u128 = terms.iter().map(|letters| count(letters, &sizes)).fold(0, u128::saturating_add);
        while let Some((i, k)) = self.next(&terms, &sizes) {
            let right = terms.remove(k);
            let left = terms.remove(i);
            let pair = self.kept(&left, &right, &terms);
            // The two operands in their new order, and their product.
            for letters in [&left, &right, &pair] {
                all = all.saturating_add(count(letters, &sizes));
            }
            terms.push(pair);
        }
        all
    }

    /// The sum of products into `out`, which has the shape of the result.
    pub fn run(&self, args: &[ArrayViewD<'_, f64>], mut out: ArrayViewMutD<'_, f64>) -> Result<(), Refusal> {
        let shapes: Vec<&[usize]> = args.iter().map(|x| x.shape()).collect();
        let sizes = self.sizes(&shapes)?;
        let mut letters: Vec<Vec<char>> = Vec::new();
        let mut values: Vec<ArrayD<f64>> = Vec::new();
        for (i, (names, x)) in self.inputs.iter().zip(args).enumerate() {
            let (names, x) = unrepeated(names, x, &sizes)?;
            let elsewhere = |c: &char| self.inputs.iter().enumerate().any(|(k, names)| k != i && names.contains(c));
            let (names, x) = self.summed(names, x, elsewhere, &sizes)?;
            letters.push(names);
            values.push(x);
        }
        while let Some((i, k)) = self.next(&letters, &sizes) {
            let (right, y) = (letters.remove(k), values.remove(k));
            let (left, x) = (letters.remove(i), values.remove(i));
            let kept = self.kept(&left, &right, &letters);
            let (names, product) = pair([&left, &right], [x, y], &kept, &sizes)?;
            letters.push(names);
            values.push(product);
        }
        let (Some(names), Some(x)) = (letters.pop(), values.pop()) else { return misfit("einsum without arguments") };
        let (names, x) = self.summed(names, x, |_| false, &sizes)?;
        let order: Option<Vec<usize>> = self.output.iter().map(|c| names.iter().position(|d| d == c)).collect();
        let Some(order) = order else { return misfit("a letter of the result is in no argument") };
        let x = moves::transpose(x.view(), Some(&order))?;
        if x.shape() != out.shape() {
            return misfit(format!("this einsum has shape {:?}, not {:?}", x.shape(), out.shape()));
        }
        out.assign(&x);
        Ok(())
    }

    /// The pair whose product is smallest: first of equals.
    fn next(&self, terms: &[Vec<char>], sizes: &[(char, usize)]) -> Option<(usize, usize)> {
        let mut best: Option<(u128, usize, usize)> = None;
        for i in 0..terms.len() {
            for k in i + 1..terms.len() {
                let others: Vec<Vec<char>> =
                    terms.iter().enumerate().filter(|(n, _)| *n != i && *n != k).map(|(_, t)| t.clone()).collect();
                let size = count(&self.kept(&terms[i], &terms[k], &others), sizes);
                if best.is_none_or(|(least, ..)| size < least) {
                    best = Some((size, i, k));
                }
            }
        }
        best.map(|(_, i, k)| (i, k))
    }

    /// The letters of a product of two that something after it still needs.
    fn kept(&self, left: &[char], right: &[char], others: &[Vec<char>]) -> Vec<char> {
        let needed = |c: &char| self.output.contains(c) || others.iter().any(|letters| letters.contains(c));
        let both = left.iter().filter(|c| right.contains(c));
        let only_left = left.iter().filter(|c| !right.contains(c));
        let only_right = right.iter().filter(|c| !left.contains(c));
        both.chain(only_left).chain(only_right).filter(|c| needed(c)).copied().collect()
    }

    /// `x` summed over the letters that neither the result nor `elsewhere` needs.
    fn summed(
        &self,
        names: Vec<char>,
        x: ArrayD<f64>,
        elsewhere: impl Fn(&char) -> bool,
        sizes: &[(char, usize)],
    ) -> Result<(Vec<char>, ArrayD<f64>), Refusal> {
        let gone = |c: &char| !self.output.contains(c) && !elsewhere(c);
        let axes: Vec<usize> = names.iter().enumerate().filter(|(_, c)| gone(c)).map(|(axis, _)| axis).collect();
        if axes.is_empty() {
            return Ok((names, x));
        }
        let rest: Vec<char> = names.iter().filter(|c| !gone(c)).copied().collect();
        let mut out = zeros(&shape(&rest, sizes))?;
        moves::lanes(&x.view(), &axes, out.view_mut(), sum::sum)?;
        Ok((rest, out))
    }
}

/// The product of two terms, `kept` letters left: shared and kept are a stack, shared and not kept are summed.
fn pair(
    [left, right]: [&[char]; 2],
    [x, y]: [ArrayD<f64>; 2],
    kept: &[char],
    sizes: &[(char, usize)],
) -> Result<(Vec<char>, ArrayD<f64>), Refusal> {
    let pick =
        |from: &[char], test: &dyn Fn(&char) -> bool| from.iter().filter(|c| test(c)).copied().collect::<Vec<_>>();
    let stack = pick(left, &|c| right.contains(c) && kept.contains(c));
    let inner = pick(left, &|c| right.contains(c) && !kept.contains(c));
    let rows = pick(left, &|c| !right.contains(c));
    let columns = pick(right, &|c| !left.contains(c));
    let x = ordered(left, x, &[&stack, &rows, &inner])?;
    let y = ordered(right, y, &[&stack, &inner, &columns])?;
    let names = [stack.clone(), rows.clone(), columns.clone()].concat();
    let mut out = zeros(&shape(&names, sizes))?;
    let size = |letters: &[char]| shape(letters, sizes).iter().product::<usize>();
    let [m, k, n] = [size(&rows), size(&inner), size(&columns)];
    if m * n > 0 {
        let (Some(a), Some(b), Some(o)) = (x.as_slice(), y.as_slice(), out.as_slice_mut()) else {
            return misfit("a product of views");
        };
        for (i, to) in o.chunks_exact_mut(m * n).enumerate() {
            product(&a[i * m * k..][..m * k], &b[i * k * n..][..k * n], to, [m, k, n]);
        }
    }
    Ok((names, out))
}

/// One product of row-major matrices into zeros.
fn product(x: &[f64], y: &[f64], out: &mut [f64], [m, k, n]: [usize; 3]) {
    if k == 0 {
        return;
    }
    if m == 1 && n == 1 {
        if let ([a], [b]) = (x, y) {
            out[0] = a * b;
            return;
        }
        let terms: Vec<f64> = x.iter().zip(y).map(|(a, b)| a * b).collect();
        out[0] = sum::sum(&terms);
        return;
    }
    if m * k * n <= SMALL {
        for (row, to) in x.chunks_exact(k).zip(out.chunks_exact_mut(n)) {
            for (a, under) in row.iter().zip(y.chunks_exact(n)) {
                to.iter_mut().zip(under).for_each(|(sum, b)| *sum += a * b);
            }
        }
        return;
    }
    let views =
        (ArrayView2::from_shape((m, k), x), ArrayView2::from_shape((k, n), y), ArrayViewMut2::from_shape((m, n), out));
    if let (Ok(a), Ok(b), Ok(mut to)) = views {
        ndarray::linalg::general_mat_mul(1.0, &a, &b, 0.0, &mut to);
    }
}

/// Below so many multiplications a loop is faster than setting up a product.
const SMALL: usize = 256;

fn tail(shape: &[usize]) -> &[usize] {
    &shape[shape.len().saturating_sub(2)..]
}

/// A row-major array of the entries: the view itself where it is one.
fn copied<'a>(x: &'a ArrayViewD<'_, f64>) -> Result<CowArray<'a, f64, IxDyn>, Refusal> {
    if x.is_standard_layout() { Ok(CowArray::from(x.view())) } else { Ok(CowArray::from(copy(x)?)) }
}

/// Which matrix of a stack goes with each matrix of the broadcast `stack`.
fn blocks(shape: &[usize], stack: &[usize]) -> Option<Vec<usize>> {
    let own = &shape[..shape.len() - 2];
    let count = entries(own)?;
    let numbers = array(own, (0..count).collect()).ok()?;
    Some(numbers.broadcast(IxDyn(stack))?.iter().copied().collect())
}

fn once(letters: &[char]) -> Vec<char> {
    let mut out: Vec<char> = Vec::new();
    for c in letters {
        if !out.contains(c) {
            out.push(*c);
        }
    }
    out
}

fn shape(letters: &[char], sizes: &[(char, usize)]) -> Vec<usize> {
    letters.iter().map(|c| sizes.iter().find(|(d, _)| d == c).map_or(1, |(_, size)| *size)).collect()
}

fn count(letters: &[char], sizes: &[(char, usize)]) -> u128 {
    shape(letters, sizes).iter().fold(1u128, |all, n| all.saturating_mul(*n as u128))
}

/// `x` with each letter once: of a repeated letter the diagonal.
fn unrepeated(
    letters: &[char],
    x: &ArrayViewD<'_, f64>,
    sizes: &[(char, usize)],
) -> Result<(Vec<char>, ArrayD<f64>), Refusal> {
    let names = once(letters);
    let x = copy(x)?;
    if names.len() == letters.len() {
        return Ok((names, x));
    }
    let shape = shape(&names, sizes);
    let by = strides(x.shape());
    let walk: Vec<usize> =
        names.iter().map(|c| letters.iter().zip(&by).filter(|(d, _)| *d == c).map(|(_, s)| *s).sum()).collect();
    if shape.contains(&0) {
        return Ok((names, zeros(&shape)?));
    }
    match x.as_slice().and_then(|entries| strided(entries, &shape, &walk)) {
        Some(diagonal) => Ok((names, copy(&diagonal)?)),
        None => misfit("a repeated letter names axes of different sizes"),
    }
}

fn ordered(letters: &[char], x: ArrayD<f64>, groups: &[&[char]]) -> Result<ArrayD<f64>, Refusal> {
    let order: Vec<usize> = groups.concat().iter().filter_map(|c| letters.iter().position(|d| d == c)).collect();
    if order.iter().enumerate().all(|(i, axis)| i == *axis) {
        return Ok(x);
    }
    copy(&moves::transpose(x.view(), Some(&order))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition: the sum, over all letters, of the products of the entries.
    fn spelled_out(einsum: &Einsum, args: &[ArrayD<f64>], sizes: &[(char, usize)], out: &mut ArrayD<f64>) {
        let total: usize = sizes.iter().map(|(_, n)| n).product();
        for mut rest in 0..total {
            let mut at = Vec::new();
            for (letter, n) in sizes {
                at.push((*letter, rest % n));
                rest /= n;
            }
            let place = |letters: &[char]| -> Vec<usize> {
                letters.iter().filter_map(|c| at.iter().find(|(d, _)| d == c)).map(|(_, i)| *i).collect()
            };
            let term: f64 = args.iter().zip(&einsum.inputs).map(|(x, letters)| x[place(letters).as_slice()]).product();
            out[place(&einsum.output).as_slice()] += term;
        }
    }

    #[test]
    fn einsum_is_the_sum_over_its_letters() {
        let mut state = 7u64;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        let alphabet = ['a', 'b', 'c', 'd', 'e'];
        for _ in 0..400 {
            let all: Vec<usize> = alphabet.iter().map(|_| next(4)).collect();
            let size = |c: &char| all[alphabet.iter().position(|d| d == c).unwrap_or(0)];
            let inputs: Vec<Vec<char>> =
                (0..1 + next(4)).map(|_| (0..next(4)).map(|_| alphabet[next(5)]).collect()).collect();
            let output: Vec<char> = once(&inputs.concat()).into_iter().filter(|_| next(2) == 0).collect();
            let einsum = Einsum { inputs, output };
            // Whole numbers: exact in any order of summation.
            let args: Vec<ArrayD<f64>> = einsum
                .inputs
                .iter()
                .map(|letters| {
                    let shape: Vec<usize> = letters.iter().map(size).collect();
                    ArrayD::from_shape_fn(IxDyn(&shape), |_| next(9) as f64 - 4.0)
                })
                .collect();
            let views: Vec<ArrayViewD<f64>> = args.iter().map(|x| x.view()).collect();
            let shapes: Vec<&[usize]> = args.iter().map(|x| x.shape()).collect();
            let sizes = einsum.sizes(&shapes).expect("sizes agree");
            let shape = shape(&einsum.output, &sizes);
            let (mut out, mut expected) = (ArrayD::zeros(IxDyn(&shape)), ArrayD::zeros(IxDyn(&shape)));
            spelled_out(&einsum, &args, &sizes, &mut expected);
            assert_eq!(einsum.run(&views, out.view_mut()), Ok(()), "{einsum:?}");
            assert_eq!(out, expected, "{einsum:?}");
        }
    }
}
