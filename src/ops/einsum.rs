//! `einsum`: products summed over shared letters.

use super::{args, build, eye, shapes};
use crate::graph::{
    Algebra, Arg, ArgKind, Attr, Attrs, Bend, Contract, Diff, Domain, Export, Fault, Graph, Is, Kernel, NodeId,
    Notation, OpDef, Role, Says, Type,
};
use crate::shape::{Dim, Dims, Shape};
use crate::tensor::DType;

const ARGS: &[Arg] = &[args::given("letters", ArgKind::Text), args::given("x", ArgKind::Tensors)];

/// `einsum("ij,jk->ik", A, B)` as it is called: the result may be implicit, and `...` stand for axes.
pub static EINSUM: OpDef = OpDef {
    name: "einsum",
    args: ARGS,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Einsum,
    shape: shapes::expanded,
    kernel: Kernel::Expand(spelled_out),
    diff: Diff::None(args::EXPANDED),
    says: Says::plain(
        "Products summed over the letters that the result has not; a letter twice at one tensor is its diagonal. \
              Without -> the result has the letters that stand once, in their order.",
        &[
            ("einsum(\"ij,jk->ik\", [[1, 2], [3, 4]], [[0, 1], [1, 0]])", "[[2, 1], [4, 3]]"),
            ("einsum(\"ii\", [[1, 2], [3, 4]])", "5"),
            ("einsum(\"i,j->ij\", [1, 2], [3, 4])", "[[3, 4], [6, 8]]"),
            ("einsum(\"...i->...\", [[1, 2], [3, 4]])", "[3, 7]"),
        ],
    ),
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export::none(),
};

/// `einsum` with every letter spelled out: what the graph holds.
pub static EINSUM_LETTERS: OpDef = OpDef {
    name: "einsum",
    args: ARGS,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Einsum,
    shape: contracted,
    kernel: Kernel::Contract(Contract::Einsum),
    diff: Diff::Bilinear(share),
    says: Says::plain("Products summed over the letters that the result has not.", &[]),
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export::none(),
};

/// The letters of each tensor and of the result.
struct Letters {
    inputs: Vec<Vec<char>>,
    output: Vec<char>,
}

/// Stands for `...` while the letters are read.
const REST: char = '…';

impl Letters {
    fn read(text: &str, count: usize) -> Result<Letters, Fault> {
        let text: String = text.replace("...", "…").chars().filter(|c| !c.is_whitespace()).collect();
        let (left, right) = match text.split_once("->") {
            Some((left, right)) => (left, Some(right)),
            None => (text.as_str(), None),
        };
        let letters = |part: &str| {
            let letters: Vec<char> = part.chars().collect();
            match letters.iter().find(|c| !c.is_alphabetic() && **c != REST) {
                Some(c) => Err(fault(format!("einsum names axes by letters, and \"{c}\" is none"))),
                None if letters.iter().filter(|c| **c == REST).count() > 1 => {
                    Err(fault("... can stand only once at each tensor"))
                }
                None => Ok(letters),
            }
        };
        let inputs = left.split(',').map(letters).collect::<Result<Vec<_>, _>>()?;
        if inputs.len() != count {
            let said = if inputs.len() == 1 { "1 tensor".to_string() } else { format!("{} tensors", inputs.len()) };
            let count = if count == 1 { "1 is".to_string() } else { format!("{count} are") };
            return Err(fault(format!("\"{text}\" has letters for {said}, and {count} given")));
        }
        let all: Vec<char> = inputs.concat();
        let output = match right {
            Some(right) => letters(right)?,
            None => {
                let mut once: Vec<char> =
                    all.iter().copied().filter(|c| *c != REST && all.iter().filter(|d| *d == c).count() == 1).collect();
                once.sort_unstable();
                if all.contains(&REST) { std::iter::once(REST).chain(once).collect() } else { once }
            }
        };
        for (i, c) in output.iter().enumerate() {
            if !all.contains(c) {
                return Err(fault(format!("the letter {c} of the result is in no tensor")));
            }
            if output[..i].contains(c) {
                return Err(fault(format!("the letter {c} stands twice in the result")));
            }
        }
        Ok(Letters { inputs, output })
    }

    fn text(&self) -> String {
        let inputs: Vec<String> = self.inputs.iter().map(|letters| letters.iter().collect()).collect();
        format!("{}->{}", inputs.join(","), self.output.iter().collect::<String>())
    }

    fn uses(&self, letter: char) -> bool {
        self.output.contains(&letter) || self.inputs.iter().any(|letters| letters.contains(&letter))
    }

    /// A letter that is used nowhere here, and is not among `others`.
    fn fresh(&self, others: &[char]) -> char {
        let mut all = ('a'..='z').chain('A'..='Z').chain('\u{100}'..);
        all.find(|c| c.is_alphabetic() && !self.uses(*c) && !others.contains(c)).unwrap_or('a')
    }
}

fn fault(title: impl Into<String>) -> Fault {
    Fault::new("nnlang::shape::einsum", title)
}

/// The call with letters for `...` and for the result. An axis of size 1 that `...` stretches is left out.
fn spelled_out(graph: &mut Graph, attrs: &Attrs, args: &[NodeId]) -> Result<NodeId, Fault> {
    let mut letters = Letters::read(attrs.text(0).unwrap_or(""), args.len())?;
    let mut args = args.to_vec();
    let rest = |own: &[char], rank: usize| own.contains(&REST).then(|| (rank + 1).checked_sub(own.len())).flatten();
    let ranks: Vec<usize> = args.iter().map(|arg| graph.shape(*arg).rank()).collect();
    let most = letters.inputs.iter().zip(&ranks).filter_map(|(own, rank)| rest(own, *rank)).max().unwrap_or(0);
    let mut names: Vec<char> = Vec::with_capacity(most);
    for _ in 0..most {
        names.push(letters.fresh(&names));
    }
    // From the right, as broadcasting does: which of the axes behind `...` have another size than 1 somewhere?
    let mut wide = vec![false; most];
    for (own, arg) in letters.inputs.iter().zip(&args) {
        let shape = graph.shape(*arg);
        let Some(count) = rest(own, shape.rank()) else { continue };
        let start = own.iter().position(|c| *c == REST).unwrap_or(0);
        for (i, dim) in shape.iter().skip(start).take(count).enumerate() {
            wide[most - count + i] |= graph.dims.known(dim) != Some(1);
        }
    }
    for (own, arg) in letters.inputs.iter_mut().zip(&mut args) {
        let shape = graph.shape(*arg).clone();
        let Some(start) = own.iter().position(|c| *c == REST) else { continue };
        let Some(count) = rest(own, shape.rank()) else { return Err(too_few(graph, own, &shape)) };
        let mut dims = shape.to_vec();
        let mut mine = Vec::with_capacity(count);
        for i in (0..count).rev() {
            let place = most - count + i;
            if wide[place] && graph.dims.known(&dims[start + i]) == Some(1) {
                dims.remove(start + i);
            } else {
                mine.insert(0, names[place]);
            }
        }
        own.splice(start..=start, mine);
        *arg = build::reshape_to(graph, *arg, Shape::new(dims))?;
    }
    if let Some(start) = letters.output.iter().position(|c| *c == REST) {
        letters.output.splice(start..=start, names);
    }
    contraction(graph, &letters, &args)
}

/// A contraction; where it is a sum, a transpose, a product entry by entry or one of matrices, as that: what is known of
/// those (forms, formulas, derivatives) holds for it too.
fn contraction(graph: &mut Graph, letters: &Letters, args: &[NodeId]) -> Result<NodeId, Fault> {
    // Also checks the shapes, and unifies the dimensions of each letter.
    let whole = graph.add(&EINSUM_LETTERS, Attrs::One(Attr::Text(letters.text().into())), args)?;
    let twice = |own: &Vec<char>| own.iter().enumerate().any(|(i, c)| own[..i].contains(c));
    if letters.inputs.iter().any(twice) || args.iter().any(|arg| graph.node(*arg).dtype != DType::Real) {
        return Ok(whole);
    }
    // What one tensor alone is summed over.
    let mut parts: Vec<(Vec<char>, NodeId)> = Vec::with_capacity(args.len());
    for (i, (own, arg)) in letters.inputs.iter().zip(args).enumerate() {
        let others = |c: &char| letters.inputs.iter().enumerate().any(|(j, other)| j != i && other.contains(c));
        let needed = |c: &char| letters.output.contains(c) || others(c);
        let gone: Vec<usize> = (0..own.len()).filter(|axis| !needed(&own[*axis])).collect();
        let arg = if gone.is_empty() { *arg } else { build::sum(graph, *arg, Some(&gone), false)? };
        parts.push((own.iter().copied().filter(needed).collect(), arg));
    }
    let made = match parts.as_slice() {
        [one] => Some(one.clone()),
        [a, b] => product(graph, a, b, &letters.output)?,
        _ => None,
    };
    match made {
        Some((own, made)) => ordered(graph, (&own, made), &letters.output),
        None => Ok(whole),
    }
}

/// A tensor with its axes in another order.
fn ordered(graph: &mut Graph, (own, x): (&[char], NodeId), order: &[char]) -> Result<NodeId, Fault> {
    let places: Vec<usize> = order.iter().filter_map(|c| own.iter().position(|d| d == c)).collect();
    if places.is_sorted() { Ok(x) } else { build::permuted(graph, x, &places) }
}

/// The product of two tensors, and the letters of its axes; `None` where no product of the language is it.
fn product(
    graph: &mut Graph,
    (left, a): &(Vec<char>, NodeId),
    (right, b): &(Vec<char>, NodeId),
    output: &[char],
) -> Result<Option<(Vec<char>, NodeId)>, Fault> {
    let summed: Vec<char> = left.iter().copied().filter(|c| !output.contains(c)).collect();
    let stack: Vec<char> = output.iter().copied().filter(|c| left.contains(c) && right.contains(c)).collect();
    let own = |letters: &[char], other: &[char]| -> Vec<char> {
        letters.iter().copied().filter(|c| !other.contains(c)).collect()
    };
    let (rows, columns) = (own(left, right), own(right, left));
    let is_dot = stack.is_empty() && summed.len() == 1;
    if summed.is_empty() || (rows.is_empty() && columns.is_empty() && !is_dot) {
        // Entry by entry, with the axes of the result and behind them those that are summed.
        let all = [output, &summed].concat();
        let mut sides = [*a, *b];
        for (side, own) in sides.iter_mut().zip([left, right]) {
            *side = ordered(graph, (own, *side), &all)?;
            let first = all.iter().position(|c| own.contains(c)).unwrap_or(all.len());
            for (axis, _) in all[first..].iter().enumerate().filter(|(_, c)| !own.contains(c)) {
                *side = build::insert_axis(graph, *side, axis)?;
            }
        }
        let entries = build::mul(graph, sides[0], sides[1])?;
        let gone: Vec<usize> = (output.len()..all.len()).collect();
        let made = if gone.is_empty() { entries } else { build::sum(graph, entries, Some(&gone), false)? };
        return Ok(Some((output.to_vec(), made)));
    }
    if summed.len() > 1 || rows.len() > 1 || columns.len() > 1 {
        return Ok(None);
    }
    // Of matrices, or of stacks of them, in the order that the result has.
    let turned = rows.first().zip(columns.first()).is_some_and(|(row, column)| {
        let place = |c: &char| output.iter().position(|d| d == c);
        place(row) > place(column)
    });
    let ((left, a, rows), (right, b, columns)) =
        if turned { ((right, *b, &columns), (left, *a, &rows)) } else { ((left, *a, &rows), (right, *b, &columns)) };
    let mut a = ordered(graph, (left, a), &[&stack, &**rows, &summed].concat())?;
    let mut b = ordered(graph, (right, b), &[&*stack, &*summed, columns].concat())?;
    // A stack has no vectors.
    let lacks = |side: &[char]| side.is_empty() && !stack.is_empty();
    if lacks(rows) {
        a = build::insert_axis(graph, a, stack.len())?;
    }
    if lacks(columns) {
        b = build::insert_axis(graph, b, stack.len() + 1)?;
    }
    let mut made = build::matmul(graph, a, b)?;
    if lacks(rows) || lacks(columns) {
        made = build::drop_axis(graph, made, stack.len() + usize::from(lacks(columns)))?;
    }
    Ok(Some(([&*stack, &**rows, columns].concat(), made)))
}

fn too_few(graph: &Graph, own: &[char], shape: &Shape) -> Fault {
    let letters: String = own.iter().filter(|c| **c != REST).collect();
    let (count, shape) = (letters.chars().count(), shape.show(&graph.dims));
    fault(format!("\"{letters}\" names {count} axes, and {shape} has fewer"))
}

fn contracted(dims: &mut Dims, args: &[Type], attrs: &Attrs) -> Result<Type, Fault> {
    let letters = Letters::read(attrs.text(0).unwrap_or(""), args.len())?;
    let sizes = sizes(dims, &letters, args)?;
    let size = |letter: &char| sizes.iter().find(|(c, _, _)| c == letter).map(|(_, dim, _)| dim.clone());
    Ok(Type::real(Shape::new(letters.output.iter().filter_map(size))))
}

/// Every letter, its dimension, and the tensor where it was met first. Letters unify their dimensions.
fn sizes(dims: &mut Dims, letters: &Letters, args: &[Type]) -> Result<Vec<(char, Dim, usize)>, Fault> {
    let mut sizes: Vec<(char, Dim, usize)> = Vec::new();
    for (i, (own, ty)) in letters.inputs.iter().zip(args).enumerate() {
        if own.len() != ty.shape.rank() {
            let (text, shape): (String, String) = (own.iter().collect(), ty.shape.show(dims));
            let axes = if own.len() == 1 { "axis" } else { "axes" };
            return Err(fault(format!("\"{text}\" names {} {axes}, and {shape} has {}", own.len(), ty.shape.rank()))
                .label(i, ""));
        }
        for (letter, dim) in own.iter().zip(ty.shape.iter()) {
            match sizes.iter_mut().find(|(known, _, _)| known == letter) {
                None => sizes.push((*letter, dim.clone(), i)),
                Some((_, known, first)) => {
                    if !dims.agree(known, dim) {
                        let (a, b) = (dims.show(known), dims.show(dim));
                        let title = format!("the letter {letter} is {a} in one place and {b} in another");
                        return Err(fault(title).label(*first, "").label(i, ""));
                    }
                    if dims.says_more(dim, known) {
                        *known = dim.clone();
                    }
                }
            }
        }
    }
    Ok(sizes)
}

/// One argument's share is an `einsum` of the others and `dy`: with an identity for each letter that stands twice at
/// that argument, and ones for each that stands nowhere else.
fn share(graph: &mut Graph, node: NodeId, dy: NodeId, arg: usize) -> Result<NodeId, Fault> {
    let (args, attrs) = (graph.node(node).args.clone(), graph.node(node).op.attrs.clone());
    let letters = Letters::read(attrs.text(0).unwrap_or(""), args.len())?;
    let Some(own) = letters.inputs.get(arg) else { return build::zeros_like(graph, node) };
    let shape = graph.shape(args[arg]).clone();
    let mut inputs: Vec<Vec<char>> = Vec::new();
    let mut operands: Vec<NodeId> = Vec::new();
    for (i, (letters, operand)) in letters.inputs.iter().zip(&args).enumerate() {
        if i != arg {
            inputs.push(letters.clone());
            operands.push(*operand);
        }
    }
    inputs.push(letters.output.clone());
    operands.push(dy);
    let mut target: Vec<char> = Vec::new();
    for (letter, dim) in own.iter().zip(shape.iter()) {
        if target.contains(letter) {
            let twin = letters.fresh(&target);
            inputs.push(vec![*letter, twin]);
            operands.push(graph.add(&eye::EYE, Attrs::One(Attr::Dim(dim.clone().into())), &[])?);
            target.push(twin);
        } else {
            if !inputs.iter().any(|letters| letters.contains(letter)) {
                let one = build::number(graph, 1.0);
                inputs.push(vec![*letter]);
                operands.push(build::broadcast_to(graph, one, Shape::new([dim.clone()]))?);
            }
            target.push(*letter);
        }
    }
    contraction(graph, &Letters { inputs, output: target }, &operands)
}
