//! The programs of the language's own page.

use super::super::ast::*;
use super::{causes, program};

pub(super) const PROGRAMS: &[&str] = &[
    r#"# Computation graph
a = 5
b = 3
c = 2

u = b*c
v = a + u
J = 3v

J                       # an expression on its own line prints: J = 33
dJ/da                   # dJ/da = 3
grad J                  # every derivative of J: dJ/da = 3, dJ/db = 6, dJ/dc = 9
trace J                 # forward and backward, step by step, with the chain rule spelled out
nudge a by 0.001        # a 5 -> 5.001, v 11 -> 11.001, J 33 -> 33.003
check J                 # derivatives against finite differences
assert dJ/db == 6
"#,
    r#"input x : [3, m]
input y : [1, m]

layer 4 tanh            # W1 : [3, 4]   b1 : [4, 1]   z1 = W1' @ x  + b1   a1 = tanh(z1)
layer 1 sigmoid         # W2 : [4, 1]   b2 : [1, 1]   z2 = W2' @ a1 + b2   a2 = sigmoid(z2)

J = mean(-(y*log(a2) + (1 - y)*log(1 - a2)))
dJ/dW1
"#,
    r#"input x : [T, 3]
h[t] = tanh(h[t-1] @ W + x[t] @ U + b)  start zeros([4])     # for every t of x: h : [T, 4]
y = h[-1] @ V                                                # outside its equation h is a tensor
f[t] = f[t-1] + f[t-2]  start [0, 1]  for t in 0..20         # 1, 2, 3, 5, …
g[t] = x[t] + g[t+1] start 0
"#,
    r#"network encoder(x) {
    layer 64 relu
    layer 8
}
h = encoder(x)          # encoder.W1 is the parameter; h.a1 what this call computed
h2 = x |> encoder        # the same
"#,
    r#"input x : [m, 3]                                   # or [3, m]: the declaration decides
input y : [m, 1]

data "rent.csv" {
    x = standardize([area, age, "walk (min)"])     # columns by name
    y = rent
    test = 0.2                                     # held out, shuffled by the seed; valid = 0.1 likewise
}

train J {                                          # train J wrt W2, b2 leaves the others as they are
    optimizer = adam(lr = 0.01)                    # sgd momentum nesterov rmsprop adagrad adam adamw lbfgs
    epochs = 200
    batch = 32                                     # or: all
    report = accuracy(a2, y)
    schedule = cosine(warmup = 10)
    clip = 1.0
    stop = patience(20)                            # watches the validation rows, or J where there are none
    save = "rent.safetensors"
}

evaluate J, accuracy(a2, y)                        # a row for train, a row for test
save "rent.safetensors"                            # load "rent.safetensors" is its pair
load "rent.safetensors"
"#,
    r#"precision f32
seed 7
examples columns
use "activations.nnl"
use "net.nnl" as net
x : [3, m] = ones([3, m])
s : int [m] = argmax(x, axis=0)
one : [] = 1
any : [_, 2*m + 1] = x
f(z, k=0.01) = max(k*z, z)
g(x) { u = x^2; u + 1 }
k(x : [3, n]) {
    u = x^2     # a local name

    # the value
    u + 1
}
slope f(z) = where(z > 0, 1, 0)
slope g(z) { 2z }
param W : [3, 4] = xavier
input q : [m] = [1, 2, 3]
h = layer 4 tanh from x
conv 8 5x5 relu stride=2 pad=same
pool max 2x2
flatten
rnn 32 tanh
lstm 64
gru 64
embed 1000 32
attention 4
norm layer
norm batch
dropout 0.2
layer 2*n init=he bias=false from net.h
repeat 3 { layer 8 relu; norm batch }
r = residual from h {
    layer 8
    repeat 2 { layer 8 }
}
data { x = normal([100, 3]); y = sin(x) }
train J wrt W2, net.b2 { epochs = 3 }
"#,
    r#"grad J
grad J wrt W1, b1
derive dJ/dw
trace J
explain dJ/db
nudge a by 0.001
nudge a by -0.001 in J
check J
check J wrt W1
check dJ/dw == x @ (a - y)' / m
shapes
table f(z), f'(z) for z in [-10, 0, 10]
graph J
graph J to "j.svg"
plot f(z), f'(z) for z in -5..5
plot f(z) for z in -5..5 to "f.svg"
assert a ~= b
assert not a
step J
step J by 0.1
step J by adam(lr=0.01) 100 times
step J 3 times
time J
evaluate J
"a heading"
"#,
    r#"data = 3
layer = 2
trace(A)
grad(J, w)
data * 2
data'
step.x
table[0]
input + 1
time and 3
shapes = 4
flatten(x)
grad == 3
save : [3] = x
y = long
    |> f(k=2)      # first
    # a comment between
    |> g
z = [1,
     2,   # two
     3]
total = a +
    b and
    c
w = f(
    x,
    k=2)
a = 1; b = 2   # both
家賃 = 3
ŷ = σ(z)
"#,
    "",
    "\u{FEFF}a = 1\r\nb = 2 \r\n\r\nc = [1,\r\n2]\r\n",
];

#[test]
fn every_program_of_the_page_is_read() {
    for text in PROGRAMS {
        program(text);
    }
}

#[test]
fn a_word_is_a_statement_only_where_a_value_follows_it() {
    for text in ["data = 3", "trace(A)", "grad(J, w)", "data * 2", "data'", "step.x", "table[0]", "time and 3", "grad"]
    {
        let kind = &program(text).items[0].statement;
        assert!(matches!(kind, Statement::Define(_) | Statement::Show(_)), "{text}: {kind:?}");
    }
    for text in ["trace (A)", "grad J", "assert not a", "time .5", "graph [1, 2]", "trace ∂J/∂a", "shapes"] {
        let kind = &program(text).items[0].statement;
        assert!(matches!(kind, Statement::Ask(_)), "{text}: {kind:?}");
    }
}

#[test]
fn a_forgotten_bracket_costs_one_statement() {
    assert_eq!(causes("a = f(1, 2\nb = 3\nc = )\nd = 4"), ["unclosed_bracket", "unopened_bracket"]);
    assert_eq!(causes("network n(x) {\n    h = f(x\n    y = h\n}\nz = 3"), ["unclosed_bracket"]);
    let program = super::read("a = f(1, 2\nb = 3").2;
    assert!(matches!(&program.items[0].statement, Statement::Broken(names) if names[0].text == "a"));
    assert!(matches!(&program.items[1].statement, Statement::Define(define) if define.name.text == "b"));
}
#[test]
fn a_stated_shape_is_beside_the_value_and_not_instead_of_it() {
    let items = program("x : int [3, _, 2*m] = y\nf(z : [m], k=2) = z*k\ninput w : [3] = v").items;
    let Statement::Define(define) = &items[0].statement else { panic!("{:?}", items[0]) };
    let kind = define.kind.as_ref().expect("a shape");
    assert_eq!((kind.element, kind.dims.len(), super::show(&define.value).as_str()), (Some(Element::Int), 3, "y"));
    assert!(matches!(kind.dims[1], DimExpr::Any(_)));
    let Statement::Function(function) = &items[1].statement else { panic!("{:?}", items[1]) };
    assert!(function.params[0].kind.is_some() && function.params[0].default.is_none());
    assert!(function.params[1].kind.is_none() && function.params[1].default.is_some());
    let Statement::Declare(declare) = &items[2].statement else { panic!("{:?}", items[2]) };
    assert!(declare.kind.is_some() && declare.value.as_ref().map(super::show).as_deref() == Some("v"));
}

#[test]
fn every_clause_of_a_question_is_kept() {
    let items =
        program("step J by adam(lr=0.01) 100 times\nnudge a by -1 in J\nplot f(z), g(z) for z in 0..1 to \"f.svg\"")
            .items;
    let asks: Vec<&Ask> =
        items.iter().filter_map(|i| if let Statement::Ask(ask) = &i.statement { Some(&**ask) } else { None }).collect();
    assert_eq!(asks[0].by.as_ref().map(super::show).as_deref(), Some("adam call(lr=0.01)"));
    assert_eq!(asks[0].times.as_ref().map(super::show).as_deref(), Some("100"));
    assert_eq!(asks[1].within.as_ref().map(super::show).as_deref(), Some("J"));
    assert_eq!((asks[2].exprs.len(), asks[2].over.is_some(), asks[2].to.is_some()), (2, true, true));
}

#[test]
fn the_body_of_a_function_is_local_names_and_a_value() {
    let items =
        program("k(x) {\n    u = x^2     # a local name\n\n    # the value\n    u + 1\n    # last\n}   # done").items;
    let Statement::Function(function) = &items[0].statement else { panic!("{:?}", items[0]) };
    assert_eq!((function.locals.len(), function.body.len(), function.trailing.len()), (1, 2, 1));
    assert_eq!(super::show(&function.value), "u Add 1");
    assert_eq!(function.body[1].leading.len(), 2);
    assert!(function.body[0].comment.is_some() && items[0].comment.is_some());
}

#[test]
fn the_product_of_the_notes_proposes_the_transpose_that_fits() {
    let text = "input x : [3, m]\nparam w1 : [3, 4]\nz = w1 x + 1";
    let problems = super::read(text).3;
    let mend = problems[0].mend.as_ref().expect("a mend");
    assert_eq!(mend.text, "w1' @ x would give [4, m]");
    let mut mended = text.to_string();
    mended.replace_range(mend.edits[0].span.range(), &mend.edits[0].text);
    assert_eq!(mended.lines().nth(2), Some("z = w1' @ x + 1"));
}

#[test]
fn a_slip_of_habit_gets_its_own_answer() {
    for (text, cause) in [
        ("z = w1 x", "missing_operator"),
        ("y = max(1 2)", "missing_operator"),
        ("x := 3", "colon_equals"),
        ("w += 1", "update_assignment"),
        ("y = f (x) + 1", "call_space"),
        ("y = x [0]", "call_space"),
        ("if x > 0", "foreign_word"),
        ("print J", "foreign_word"),
        ("y = x > 0 ? 1 : 0", "foreign_operator"),
        ("a++", "foreign_operator"),
        ("y = !a", "foreign_operator"),
        ("J, K", "comma_outside"),
        ("nudge a", "missing_clause"),
        ("plot f(z) z in 0..1", "missing_clause"),
        ("plot f(z) for z", "missing_clause"),
        ("step J by", "missing_value"),
        ("h[t] = h[t-1] start", "missing_value"),
        ("f(x) =", "missing_value"),
        ("y = f(,)", "missing_value"),
        ("y = ()", "missing_value"),
        ("use net.nnl", "not_understood"),
        ("f x = 3", "head_brackets"),
        ("a = 5 b = 6", "missing_end"),
        ("5 = a", "left_side"),
        ("y = a' b", "missing_operator"),
        ("y = √2", "stray_character"),
        ("train J { lr: 0.1 }", "block_line"),
        ("data \"x.csv\" { layer 3 }", "block_line"),
        ("train J", "missing_block"),
        ("repeat 3", "missing_block"),
        ("a = {1, 2}", "block_equals"),
        ("g(x) { 2x", "unclosed_block"),
    ] {
        assert_eq!(causes(text).first(), Some(&cause), "{text}");
    }
}
