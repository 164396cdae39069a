//! The engine against the reference: every program of the documents, answered by both.

// Tests are outside themselves.
#![allow(clippy::disallowed_methods)]

mod support;

use nnlang::inside::eval::Engine;
use nnlang::{Session, Settings};
use support::{Files, Page, files_below, root, short};

/// The numbers of an answer, and everything else of it.
fn split(text: &str) -> (String, Vec<f64>) {
    let (mut words, mut numbers) = (String::new(), vec![]);
    let number = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '_');
    for word in text.split_inclusive(|c: char| !number(c)) {
        let bare = word.trim_end_matches(|c: char| !number(c));
        match bare.parse::<f64>() {
            Ok(v) => {
                numbers.push(v);
                words.push('#');
                words.push_str(&word[bare.len()..]);
            }
            Err(_) => words.push_str(word),
        }
    }
    (words, numbers)
}

#[test]
fn every_program_of_the_documents_is_answered_alike() {
    let mut programs: Vec<(String, String, Settings, Files)> = vec![];
    for path in files_below(&root().join("tests/golden"), ".md") {
        let page = Page::read(&path);
        let Some(fence) = page.fence("nnl") else { continue };
        let Ok((settings, _)) = page.settings() else { continue };
        programs.push((short(&path), fence.body.clone(), settings, page.files()));
    }
    let (mut faults, mut compared) = (vec![], 0);
    for (name, text, settings, files) in programs {
        let answers = |engine: Engine| {
            let settings = Settings { engine, digits: 12, ..settings.clone() };
            let report = Session::new(settings).load(&name, &text, &mut files.clone()).1;
            // What a check prints of its finite differences is rounding, and `time` tells of the engine itself.
            let answers = support::answers(&report);
            // In how many steps an optimiser finds that no gradient is left is rounding too.
            let apart =
                ["finite difference", " a run\n", "no gradient is left"].iter().any(|words| answers.contains(words));
            if apart { Default::default() } else { split(&answers) }
        };
        let (words, numbers) = answers(Engine::Reference);
        let (others, found) = answers(Engine::Always);
        compared += numbers.len();
        let near = |a: &f64, b: &f64| {
            a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= 1e-10 * (1.0 + a.abs().max(b.abs()))
        };
        let far = numbers.iter().zip(&found).find(|(a, b)| !near(a, b));
        if words != others || numbers.len() != found.len() || far.is_some() {
            faults.push(format!("{name}: {far:?}\n{}", support::difference(&words, &others)));
        }
    }
    assert!(faults.is_empty(), "{} programs differ\n{}", faults.len(), faults.join("\n"));
    assert!(compared > 1000, "only {compared} numbers were compared");
}

/// Numbers that look random, the same on every machine.
struct Draws(u64);

impl Draws {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % count.max(1)
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// An expression over a name of this shape, and the shape of its value.
fn unary(draws: &mut Draws, name: &str, shape: &[usize]) -> (String, Vec<usize>) {
    let rank = shape.len();
    let axis = draws.below(rank);
    let without = || shape.iter().enumerate().filter(|(i, _)| *i != axis).map(|(_, n)| *n).collect::<Vec<_>>();
    let same = shape.to_vec();
    match draws.below(if rank == 0 { 7 } else { 16 }) {
        0 => (format!("tanh({name})"), same),
        1 => (format!("sigmoid({name})*{name}"), same),
        2 => (format!("log(1 + {name}^2)"), same),
        3 => (format!("relu({name}) - 0.5{name}"), same),
        4 => (format!("exp(-{name}^2)"), same),
        5 => (format!("sin({name}) + gelu({name})"), same),
        6 => (format!("sqrt(1 + abs({name}))"), same),
        7 => (format!("sum({name}, axis={axis})"), without()),
        8 => (format!("mean({name}, axis={axis})"), without()),
        9 => (format!("max({name}, axis={axis})"), without()),
        10 => (format!("softmax({name}, axis={axis})"), same),
        11 => (format!("logsumexp({name}, axis={axis})"), without()),
        12 if rank == 2 => (format!("{name}'"), vec![shape[1], shape[0]]),
        13 => (format!("reshape({name}, [{}])", shape.iter().product::<usize>()), vec![shape.iter().product()]),
        14 if shape[0] > 1 => {
            let mut own = same;
            own[0] -= 1;
            (format!("{name}[1:]"), own)
        }
        _ => {
            let mut own = same;
            own[axis] *= 2;
            (format!("concat({name}, 2{name}, axis={axis})"), own)
        }
    }
}

/// A program of random definitions, its last a scalar, and its derivatives.
fn program(draws: &mut Draws) -> String {
    let shapes: [&[usize]; 6] = [&[], &[3], &[2, 3], &[3, 4], &[4, 1], &[2, 3, 4]];
    let mut text = String::from("seed 1\n");
    let mut names: Vec<(String, Vec<usize>)> = vec![];
    for i in 0..3 {
        let shape = draws.one(&shapes).to_vec();
        text.push_str(&format!("param p{i} : {shape:?} = normal({shape:?})\n"));
        names.push((format!("p{i}"), shape));
    }
    for i in 0..4 + draws.below(10) {
        let (a, a_shape) = names[names.len() - 1 - draws.below(names.len().min(4))].clone();
        let (b, b_shape) = draws.one(&names).clone();
        let name = format!("v{i}");
        let fits = b_shape.is_empty() || b_shape == a_shape || a_shape.ends_with(&b_shape);
        let product = a_shape.len() == 2 && b_shape.len() == 2 && a_shape[1] == b_shape[0];
        let (expr, shape) = match draws.below(4) {
            0 | 1 if product => (format!("{a} @ {b}"), vec![a_shape[0], b_shape[1]]),
            0 | 1 if fits => {
                let sign = *draws.one(&["+", "-", "*"]);
                let expr = match draws.below(4) {
                    0 => format!("maximum({a}, {b})"),
                    1 => format!("{a}/(1 + {b}^2)"),
                    _ => format!("{a} {sign} {b}"),
                };
                (expr, a_shape)
            }
            _ => unary(draws, &a, &a_shape),
        };
        if shape.iter().product::<usize>() > 400 {
            continue;
        }
        text.push_str(&format!("{name} = {expr}\n"));
        names.push((name, shape));
    }
    let last = names.iter().rev().take(4).map(|(name, _)| format!("sum(tanh({name}))")).collect::<Vec<_>>();
    text + &format!("J = {}\nJ\ngrad J\nstep J by 0.01 3 times\n", last.join(" + "))
}

#[test]
fn random_graphs_are_answered_alike() {
    // By hand: NNLANG_GRAPHS=100000 cargo test --release --test engine random
    let count = std::env::var("NNLANG_GRAPHS").ok().and_then(|n| n.parse().ok()).unwrap_or(150);
    let (mut faults, mut compared) = (vec![], 0);
    for seed in 0..count {
        let text = program(&mut Draws(seed));
        let answers = |engine: Engine| {
            let settings = Settings { engine, digits: 12, ..support::plain_settings() };
            let report = Session::new(settings).load("", &text, &mut Files::default()).1;
            let wrong: Vec<String> =
                report.diagnostics.iter().filter(|it| it.is_error()).map(|it| it.title.clone()).collect();
            assert!(wrong.is_empty(), "{wrong:?}\n{text}");
            split(&support::answers(&report))
        };
        let ((words, numbers), (others, found)) = (answers(Engine::Reference), answers(Engine::Always));
        compared += numbers.len();
        let near = |a: &f64, b: &f64| (a - b).abs() <= 1e-8 * (1.0 + a.abs().max(b.abs()));
        let far = numbers.iter().zip(&found).find(|(a, b)| !near(a, b));
        if words != others || numbers.len() != found.len() || far.is_some() {
            faults.push(format!("seed {seed}: {far:?}\n{text}"));
        }
    }
    assert!(faults.is_empty(), "{} of {count} graphs differ\n{}", faults.len(), faults[0]);
    assert!(compared > 10 * count as usize, "only {compared} numbers were compared");
}
