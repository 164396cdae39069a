//! Dimensions against plain integer arithmetic at random points, and what is shown.

use super::*;
use crate::source::{SourceId, Span};
use std::collections::BTreeMap;

fn span(line: usize) -> Span {
    Span::new(SourceId(0), line, line + 1)
}

/// A fixed sequence of numbers (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}

/// An expression as written, evaluated without any normal form.
#[derive(Clone, Debug)]
enum Written {
    Num(i128),
    Sym(Sym),
    Add(Box<Written>, Box<Written>),
    Sub(Box<Written>, Box<Written>),
    Mul(Box<Written>, Box<Written>),
    Floor(Box<Written>, u64),
}

impl Written {
    fn random(numbers: &mut Numbers, syms: &[Sym], depth: u32) -> Written {
        let kind = if depth == 0 { numbers.below(2) } else { numbers.below(7) };
        let mut part = || Box::new(Written::random(numbers, syms, depth - 1));
        match kind {
            0 => Written::Num(i128::from(numbers.below(9)) - 4),
            1 => Written::Sym(syms[numbers.below(syms.len() as u64) as usize]),
            2 => Written::Add(part(), part()),
            3 => Written::Sub(part(), part()),
            4 => Written::Mul(part(), part()),
            _ => {
                let inner = part();
                Written::Floor(inner, numbers.below(5) + 1)
            }
        }
    }

    fn dim(&self, dims: &Dims) -> Result<Dim, TooLarge> {
        match self {
            Written::Num(n) => Dim::num(*n),
            Written::Sym(sym) => Ok(dims.sym(*sym)),
            Written::Add(a, b) => dims.add(&a.dim(dims)?, &b.dim(dims)?),
            Written::Sub(a, b) => dims.sub(&a.dim(dims)?, &b.dim(dims)?),
            Written::Mul(a, b) => dims.mul(&a.dim(dims)?, &b.dim(dims)?),
            Written::Floor(a, k) => dims.floor_div(&a.dim(dims)?, *k),
        }
    }

    fn eval(&self, values: &BTreeMap<Sym, u64>) -> i128 {
        match self {
            Written::Num(n) => *n,
            Written::Sym(sym) => i128::from(values[sym]),
            Written::Add(a, b) => a.eval(values) + b.eval(values),
            Written::Sub(a, b) => a.eval(values) - b.eval(values),
            Written::Mul(a, b) => a.eval(values) * b.eval(values),
            Written::Floor(a, k) => a.eval(values).div_euclid(i128::from(*k)),
        }
    }
}

#[test]
fn the_normal_form_has_the_value_of_what_was_written() {
    let mut numbers = Numbers(7);
    let mut dims = Dims::default();
    let syms: Vec<Sym> = ["m", "n", "k"].iter().map(|name| dims.fresh(name, None)).collect();
    let mut written = Vec::new();
    for _ in 0..3000 {
        let expr = Written::random(&mut numbers, &syms, 4);
        let Ok(dim) = expr.dim(&dims) else { continue };
        assert_eq!(dims.normal(&dim), dim, "{expr:?}");
        for _ in 0..12 {
            let values: BTreeMap<Sym, u64> = syms.iter().map(|sym| (*sym, numbers.below(40))).collect();
            let value = expr.eval(&values);
            assert_eq!(dims.eval_signed(&dim, &Binding { values }), Ok(value), "{expr:?} as {}", dims.show(&dim));
        }
        written.push((expr, dim));
    }
    assert!(written.len() > 2900);
    // What is said of two of them is true at every point that is tried.
    let (mut yes, mut no) = (0, 0);
    for _ in 0..20_000 {
        let (a, left) = &written[numbers.below(written.len() as u64) as usize];
        let (b, right) = &written[numbers.below(written.len() as u64) as usize];
        let same = dims.same(left, right);
        yes += u32::from(same == Same::Yes);
        no += u32::from(same == Same::No);
        let at_least = dims.compare(left, Relation::AtLeast, right);
        for _ in 0..8 {
            let values: BTreeMap<Sym, u64> = syms.iter().map(|sym| (*sym, numbers.below(6))).collect();
            let (a, b) = (a.eval(&values), b.eval(&values));
            assert!(same != Same::Yes || a == b);
            assert!(same != Same::No || a != b);
            assert!(at_least != Same::Yes || a >= b);
            assert!(at_least != Same::No || a < b);
        }
    }
    assert!(yes > 100 && no > 1000, "{yes} {no}");
}

#[test]
fn what_is_shown_has_the_value_of_the_dimension() {
    // The text is read back by a small reader of + - * ^ ( ) / floor.
    fn read(text: &str, values: &BTreeMap<String, i128>) -> i128 {
        fn sum(s: &mut &[u8], v: &BTreeMap<String, i128>) -> i128 {
            let mut total = if s.first() == Some(&b'-') {
                *s = &s[1..];
                -product(s, v)
            } else {
                product(s, v)
            };
            while let Some(op) = s.get(1).filter(|_| s[0] == b' ').copied() {
                *s = &s[3..];
                let term = product(s, v);
                total += if op == b'-' { -term } else { term };
            }
            total
        }
        fn product(s: &mut &[u8], v: &BTreeMap<String, i128>) -> i128 {
            let mut total = power(s, v);
            while s.first() == Some(&b'*') {
                *s = &s[1..];
                total *= power(s, v);
            }
            total
        }
        fn power(s: &mut &[u8], v: &BTreeMap<String, i128>) -> i128 {
            let base = if s.starts_with(b"floor(") {
                *s = &s[6..];
                let inner = if s[0] == b'(' {
                    *s = &s[1..];
                    let inner = sum(s, v);
                    *s = &s[1..];
                    inner
                } else {
                    power(s, v)
                };
                assert_eq!(s[0], b'/');
                *s = &s[1..];
                let k = word(s).parse::<i128>().expect("a divisor");
                assert_eq!(s[0], b')');
                *s = &s[1..];
                inner.div_euclid(k)
            } else {
                let word = word(s);
                word.parse().unwrap_or_else(|_| v[&word])
            };
            if s.first() == Some(&b'^') {
                *s = &s[1..];
                return base.pow(word(s).parse().expect("a power"));
            }
            base
        }
        fn word(s: &mut &[u8]) -> String {
            let end = s.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(s.len());
            let word = String::from_utf8_lossy(&s[..end]).into_owned();
            *s = &s[end..];
            word
        }
        let mut bytes = text.as_bytes();
        let value = sum(&mut bytes, values);
        assert!(bytes.is_empty(), "{text}");
        value
    }
    let mut numbers = Numbers(11);
    let mut dims = Dims::default();
    let syms: Vec<Sym> = ["m", "n", "k"].iter().map(|name| dims.fresh(name, None)).collect();
    for _ in 0..2000 {
        let expr = Written::random(&mut numbers, &syms, 3);
        let Ok(dim) = expr.dim(&dims) else { continue };
        let values: BTreeMap<Sym, u64> = syms.iter().map(|sym| (*sym, numbers.below(40))).collect();
        let named = values.iter().map(|(sym, v)| (dims.name(*sym).to_string(), i128::from(*v))).collect();
        assert_eq!(read(&dims.show(&dim), &named), expr.eval(&values), "{}", dims.show(&dim));
    }
}

#[test]
fn dimensions_are_shown_as_the_language_writes_them() {
    let mut dims = Dims::default();
    let m = dims.fresh("m", None);
    let n = dims.fresh("n", None);
    let (m, n) = (dims.sym(m), dims.sym(n));
    let num = Dim::Num;
    let show = |dim: Result<Dim, TooLarge>| dims.show(&dim.expect("small"));
    assert_eq!(show(Ok(m.clone())), "m");
    let twice = dims.mul(&num(2), &m).expect("small");
    assert_eq!(show(dims.add(&num(1), &twice)), "2*m + 1");
    assert_eq!(show(dims.sub(&m, &num(3))), "m - 3");
    assert_eq!(show(dims.sub(&num(3), &m)), "3 - m");
    assert_eq!(show(dims.mul(&m, &m)), "m^2");
    assert_eq!(show(dims.mul(&twice, &n)), "2*m*n");
    assert_eq!(show(Dim::num(-4)), "-4");
    // The size of a window of 3 moved by 2: floor((n - 3)/2) + 1.
    let window = |size: i128, step: u64| {
        let over = dims.sub(&n, &Dim::num(size)?)?;
        dims.add(&dims.floor_div(&over, step)?, &num(1))
    };
    assert_eq!(show(window(3, 2)), "floor((n - 3)/2) + 1");
    assert_eq!(show(window(5, 3)), "floor((n - 5)/3) + 1");
    assert_eq!(show(window(2, 2)), "floor(n/2)");
    // floor((2m + 3)/2) = m + 1, floor(floor(n/2)/3) = floor(n/6), floor((2m + 2n)/4) = floor((m + n)/2)
    assert_eq!(show(dims.add(&twice, &num(3)).and_then(|d| dims.floor_div(&d, 2))), "m + 1");
    assert_eq!(show(dims.floor_div(&n, 2).and_then(|d| dims.floor_div(&d, 3))), "floor(n/6)");
    let both = dims.add(&m, &n).and_then(|d| dims.mul(&d, &num(2)));
    assert_eq!(show(both.and_then(|d| dims.floor_div(&d, 4))), "floor((m + n)/2)");
    assert_eq!(show(dims.sub(&m, &n).and_then(|d| dims.floor_div(&d, 2))), "floor((m - n)/2)");
    assert_eq!(Shape::new([num(3), m.clone()]).show(&dims), "[3, m]");
    assert_eq!(Shape::SCALAR.show(&dims), "[]");
}

#[test]
fn two_names_may_agree_and_m_and_m_plus_1_never_do() {
    let mut dims = Dims::default();
    let m = dims.fresh("m", None);
    let n = dims.fresh("n", None);
    let (m, n) = (dims.sym(m), dims.sym(n));
    let more = dims.add(&m, &Dim::Num(1)).expect("small");
    assert_eq!(dims.same(&m, &n), Same::Maybe);
    assert_eq!(dims.same(&m, &more), Same::No);
    assert_eq!(dims.same(&m, &Dim::Num(3)), Same::Maybe);
    let even = dims.mul(&n, &Dim::Num(2)).expect("small");
    let odd = dims.add(&dims.mul(&m, &Dim::Num(2)).expect("small"), &Dim::Num(1)).expect("small");
    assert_eq!(dims.same(&even, &odd), Same::No);
    // floor(m/2) <= m < m + 1
    assert_eq!(dims.same(&dims.floor_div(&m, 2).expect("small"), &more), Same::No);
    let named = Dim::Named(209, "m".into());
    assert_eq!(dims.same(&named, &Dim::Num(209)), Same::Yes);
    assert_eq!(dims.same(&named, &Dim::Named(209, "k".into())), Same::Yes);
    assert_eq!(dims.same(&named, &Dim::Num(3)), Same::No);
    assert_eq!(dims.add(&named, &Dim::Num(1)), Ok(Dim::Num(210)));
    assert!(dims.says_more(&named, &Dim::Num(209)));
}

#[test]
fn operators_settle_a_hole_and_never_unify_names() {
    let mut dims = Dims::default();
    let m = dims.fresh("m", None);
    let n = dims.fresh("n", None);
    let hole = dims.hole(Some(span(1)));
    let (m, n, hole_dim) = (dims.sym(m), dims.sym(n), dims.sym(hole));
    assert!(!dims.meet(&m, &n));
    assert!(!dims.meet(&m, &Dim::Num(3)));
    assert_eq!(dims.show(&hole_dim), "_");
    dims.at(Some(span(5)));
    assert!(dims.meet(&hole_dim, &m));
    assert_eq!(dims.show(&hole_dim), "m");
    assert_eq!(dims.forced(hole), Some(span(5)));
    assert!(dims.meet(&m, &hole_dim));
    assert!(!dims.meet(&hole_dim, &n));
    assert_eq!(dims.chain(&[&hole_dim]), [("_ = m".to_string(), span(5))]);
    // In a sum, and with a number that has a name.
    let other = dims.hole(None);
    let sum = dims.add(&dims.sym(other), &Dim::Num(2)).expect("small");
    assert!(!dims.meet(&sum, &Dim::Num(1)), "no size is -1");
    assert!(dims.meet(&sum, &Dim::Num(5)));
    assert_eq!(dims.known(&dims.sym(other)), Some(3));
    let third = dims.hole(None);
    assert!(dims.meet(&dims.sym(third), &Dim::Named(209, "k".into())));
    assert_eq!(dims.show(&dims.sym(third)), "k");
    let itself = dims.hole(None);
    let more = dims.add(&dims.sym(itself), &Dim::Num(1)).expect("small");
    assert!(!dims.meet(&dims.sym(itself), &more));
}

#[test]
fn a_clash_carries_the_places_that_led_to_it() {
    let mut dims = Dims::default();
    let syms: Vec<Sym> = ["m", "n", "k"].iter().map(|name| dims.fresh(name, None)).collect();
    let [m, n, k] = [0, 1, 2].map(|i| dims.sym(syms[i]));
    assert_eq!(dims.unify(&m, &n, span(1)), Ok(()));
    assert!(dims.is_same(&m, &n));
    assert_eq!(dims.show(&n), "m");
    assert_eq!(dims.unify(&n, &Dim::Num(3), span(2)), Ok(()));
    assert_eq!(dims.normal(&m), Dim::Named(3, "m".into()));
    assert_eq!(dims.normal(&n), Dim::Named(3, "n".into()));
    let twice = dims.mul(&Dim::Num(2), &k).expect("small");
    let formula = dims.add(&twice, &Dim::Num(1)).expect("small");
    assert_eq!(dims.unify(&formula, &Dim::Num(9), span(3)), Ok(()));
    assert_eq!(dims.known(&k), Some(4));
    let clash = dims.unify(&m, &k, span(4)).expect_err("3 is not 4");
    assert_eq!((dims.known(&clash.left), dims.known(&clash.right)), (Some(3), Some(4)));
    let chain = [("m = n", 1), ("n = 3", 2), ("2*k + 1 = 9", 3)].map(|(fact, line)| (fact.to_string(), span(line)));
    for fact in chain {
        assert!(clash.chain.contains(&fact), "{fact:?} in {:?}", clash.chain);
    }
}

#[test]
fn a_stated_shape_solves_what_is_linear() {
    let mut dims = Dims::default();
    let syms: Vec<Sym> = ["m", "n", "k"].iter().map(|name| dims.fresh(name, None)).collect();
    let [m, n, k] = [0, 1, 2].map(|i| dims.sym(syms[i]));
    let times = |dims: &Dims, f: u64, d: &Dim| dims.mul(&Dim::Num(f), d).expect("small");
    // 3m = 2n + … only for some numbers
    let before = dims.clone();
    assert!(dims.unify(&times(&dims, 3, &m), &times(&dims, 2, &n), span(1)).is_err());
    assert!(dims.unify(&times(&dims, 2, &m), &Dim::Num(7), span(1)).is_err());
    assert!(dims.unify(&dims.floor_div(&m, 2).expect("small"), &Dim::Num(3), span(1)).is_err());
    assert!(dims.unify(&dims.add(&m, &Dim::Num(4)).expect("small"), &Dim::Num(3), span(1)).is_err());
    assert_eq!(dims.show(&m), before.show(&m));
    // 4k = 4m + 8n
    let right = dims.add(&times(&dims, 4, &m), &times(&dims, 8, &n)).expect("small");
    assert_eq!(dims.unify(&times(&dims, 4, &k), &right, span(2)), Ok(()));
    assert_eq!(dims.show(&k), "m + 2*n");
    assert_eq!(dims.unify(&n, &Dim::Num(5), span(3)), Ok(()));
    assert_eq!(dims.show(&k), "m + 10");
    // m = n' + 1 is solved for m, without a minus.
    let q = dims.fresh("q", None);
    let q = dims.sym(q);
    let more = dims.add(&q, &Dim::Num(1)).expect("small");
    assert_eq!(dims.unify(&m, &more, span(4)), Ok(()));
    assert_eq!(dims.show(&k), "q + 11");
}

#[test]
fn data_binds_names_and_conflicts_tell_both_numbers() {
    let mut dims = Dims::default();
    let m = dims.fresh("m", None);
    let n = dims.fresh("n", None);
    let (md, nd) = (dims.sym(m), dims.sym(n));
    let mut binding = Binding::default();
    let stated = Shape::new([Dim::Num(3), md.clone()]);
    assert_eq!(dims.bind(&stated, &[3, 7], &mut binding), Ok(Bound::Whole));
    assert_eq!(dims.eval(&md, &binding), Ok(7));
    assert_eq!(dims.eval(&nd, &binding), Err(Unbound::Name(n)));
    let say = |result: Result<Bound, super::bind::Unfit>| result.expect_err("it does not fit").to_string();
    let copy = binding.clone();
    let mut bind = |stated: &Shape, actual: &[usize]| dims.bind(stated, actual, &mut binding);
    assert_eq!(say(bind(&stated, &[4, 7])), "axis 0 of the data is 4, and 3 is stated");
    assert_eq!(say(bind(&stated, &[3, 8])), "axis 1 of the data is 8, and m is 7 already");
    assert_eq!(say(bind(&stated, &[3])), "the data has 1 dimension, and 2 are stated");
    let twice = dims.mul(&Dim::Num(2), &nd).expect("small");
    assert_eq!(say(bind(&Shape::new([twice.clone()]), &[5])), "axis 0 of the data is 5, and 2*n is never 5");
    let both = dims.mul(&md, &nd).expect("small");
    assert_eq!(
        say(bind(&Shape::new([nd.clone(), both.clone()]), &[2, 15])),
        "axis 1 of the data is 15, and m*n is 14 with m = 7, n = 2"
    );
    assert_eq!(
        say(bind(&Shape::new([dims.add(&md, &Dim::Num(1)).expect("small")]), &[9])),
        "axis 0 of the data is 9, and m + 1 is 8 with m = 7"
    );
    assert_eq!(binding, copy, "an error leaves the binding as it was");
    // In the other order too: 2n + 1 tells n, then m*n is checked.
    let odd = dims.add(&twice, &Dim::Num(1)).expect("small");
    assert_eq!(dims.bind(&Shape::new([both, odd]), &[28, 9], &mut binding), Ok(Bound::Whole));
    assert_eq!(dims.eval(&nd, &binding), Ok(4));
    let half = Shape::new([dims.floor_div(&dims.sym(dims.clone().fresh("p", None)), 2).expect("small")]);
    assert_eq!(dims.bind(&half, &[3], &mut Binding::default()), Ok(Bound::Open));
    assert_eq!(dims.eval(&dims.sub(&nd, &Dim::Num(9)).expect("small"), &binding), Err(Unbound::Range));
}

#[test]
fn conditions_wait_for_data() {
    let mut dims = Dims::default();
    let m = dims.fresh("m", None);
    let m = dims.sym(m);
    dims.at(Some(span(3)));
    let more = dims.add(&m, &Dim::Num(3)).expect("small");
    assert_eq!(dims.require(&more, Relation::AtLeast, &Dim::Num(3)), Same::Yes);
    assert_eq!(dims.require(&Dim::Num(2), Relation::AtLeast, &more), Same::No);
    assert_eq!(dims.require(&m, Relation::AtLeast, &Dim::Num(3)), Same::Maybe);
    assert_eq!(dims.require(&m, Relation::AtLeast, &Dim::Num(3)), Same::Maybe);
    assert_eq!(dims.conditions().len(), 1);
    let mut binding = Binding::default();
    assert_eq!(dims.check(&binding), Ok(()));
    assert!(dims.bind(&Shape::new([m]), &[2], &mut binding).is_ok());
    let broken = dims.check(&binding).expect_err("2 is below 3");
    assert_eq!((broken.left, broken.right, broken.condition.place), (2, 3, Some(span(3))));
}

#[test]
fn what_cannot_be_counted_is_too_large() {
    let mut dims = Dims::default();
    let m = dims.fresh("m", None);
    let m = dims.sym(m);
    let huge = Dim::Num(1 << 62);
    assert_eq!(dims.mul(&huge, &Dim::Num(2)), Err(TooLarge));
    assert_eq!(dims.mul(&huge, &huge), Err(TooLarge));
    assert_eq!(dims.mul(&Dim::Num(u64::MAX), &m), Err(TooLarge));
    assert_eq!(dims.floor_div(&m, 0), Err(TooLarge));
    assert_eq!(Shape::new([huge.clone(), huge.clone(), Dim::Num(0)]).count(&dims), Ok(Dim::Num(0)));
    assert_eq!(Shape::new([huge.clone(), huge, m.clone()]).count(&dims), Err(TooLarge));
    assert_eq!(Shape::SCALAR.count(&dims), Ok(Dim::Num(1)));
    // Formulas end, too: (m + n)^2^k, and floors in floors.
    let n = dims.fresh("n", None);
    let mut power = dims.add(&m, &dims.sym(n)).expect("small");
    let squared = (0..64).try_for_each(|_| dims.mul(&power, &power).map(|next| power = next));
    assert_eq!(squared, Err(TooLarge));
    let mut deep = m.clone();
    let nested = (0..100_000).try_for_each(|_| {
        let twice = dims.add(&dims.mul(&deep, &Dim::Num(2))?, &Dim::Num(1))?;
        dims.floor_div(&dims.mul(&twice, &m)?, 7).map(|next| deep = next)
    });
    assert_eq!(nested, Err(TooLarge));
}

#[test]
fn a_hundred_thousand_equal_names_are_quickly_told() {
    let mut dims = Dims::default();
    let syms: Vec<Sym> = (0..100_000).map(|_| dims.fresh("m", None)).collect();
    let syms: Vec<Dim> = syms.iter().map(|sym| dims.sym(*sym)).collect();
    for pair in syms.windows(2).rev() {
        assert_eq!(dims.unify(&pair[0], &pair[1], span(1)), Ok(()));
    }
    assert!(syms.iter().all(|sym| dims.is_same(sym, &syms[0])));
}

#[test]
fn broadcasting_aligns_at_the_right_and_settles_holes() {
    let mut dims = Dims::default();
    let (m, n, hole) = (dims.fresh("m", None), dims.fresh("n", None), dims.hole(None));
    let [m, n, hole] = [m, n, hole].map(|sym| dims.sym(sym));
    let shape = |all: &[&Dim]| Shape::new(all.iter().map(|dim| (*dim).clone()));
    let (one, three) = (Dim::Num(1), Dim::Num(3));
    let out = broadcast(&mut dims, &shape(&[&three, &m]), &shape(&[&one])).expect("1 stretches");
    assert_eq!(out.show(&dims), "[3, m]");
    let out = broadcast(&mut dims, &shape(&[&m, &one]), &shape(&[&n])).expect("both stretch");
    assert_eq!(out.show(&dims), "[m, n]");
    let misfit = broadcast(&mut dims, &shape(&[&m, &three]), &shape(&[&n, &three])).expect_err("two names");
    assert_eq!((misfit.axis_from_right, misfit.left, misfit.right), (1, m.clone(), n));
    let out = broadcast(&mut dims, &shape(&[&hole, &three]), &shape(&[&m, &one])).expect("the hole is m");
    assert_eq!(out, shape(&[&m, &three]));
    assert_eq!(dims.show(&hole), "m");
    // A name with a value says more than its number, in either order.
    let named = Dim::Named(3, "k".into());
    for (left, right) in [(&three, &named), (&named, &three)] {
        assert_eq!(broadcast(&mut dims, &shape(&[left]), &shape(&[right])), Ok(shape(&[&named])));
    }
}

#[test]
fn what_was_unified_stays_equal() {
    let mut numbers = Numbers(23);
    let (mut agreed, mut clashed) = (0, 0);
    for _ in 0..400 {
        let mut dims = Dims::default();
        let syms: Vec<Sym> = ["a", "b", "c", "d"].iter().map(|name| dims.fresh(name, None)).collect();
        let holes: Vec<Sym> = (0..2).map(|_| dims.hole(None)).collect();
        let all: Vec<Sym> = syms.iter().chain(&holes).copied().collect();
        let mut said: Vec<(Dim, Dim)> = Vec::new();
        for line in 0..6 {
            let mut side = |dims: &Dims| Written::random(&mut numbers, &all, 2).dim(dims).expect("small");
            let (left, right) = (side(&dims), side(&dims));
            let before = dims.same(&left, &right);
            match dims.unify(&left, &right, span(line)) {
                Ok(()) => {
                    agreed += 1;
                    assert_ne!(before, Same::No);
                    said.push((left, right));
                }
                Err(clash) => {
                    clashed += 1;
                    assert!(!dims.is_same(&clash.left, &clash.right));
                }
            }
            for (left, right) in &said {
                assert!(dims.is_same(left, right), "{} and {}", dims.show(left), dims.show(right));
                assert_eq!(dims.normal(&dims.normal(left)), dims.normal(left));
            }
        }
    }
    assert!(agreed > 200 && clashed > 200, "{agreed} {clashed}");
}
