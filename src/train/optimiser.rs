//! The optimisers: their options and states, and their rules in nnlang's own notation, with PyTorch's meaning and defaults.

/// An optimiser. In its rules `w` is a parameter, `g` its gradient, `t` the number of the step from 1.
#[derive(Debug)]
pub struct Optimiser {
    /// Its name.
    pub name: &'static str,
    /// Its options with their defaults.
    pub options: &'static [(&'static str, f64)],
    /// What it keeps for each entry of a parameter from step to step; 0 at first.
    pub states: &'static [&'static str],
    /// Equations in order: of intermediate names, of the next states, and at last of the next `w`.
    pub rules: &'static [(&'static str, &'static str)],
}

/// A step against the gradient: what `step J by 0.1` makes.
pub static PLAIN: Optimiser =
    Optimiser { name: "sgd", options: &[("lr", 0.1)], states: &[], rules: &[("w", "w - lr*g")] };

/// Plain gradient descent.
static SGD: Optimiser = Optimiser {
    name: "sgd",
    options: &[("lr", 0.001), ("momentum", 0.0), ("dampening", 0.0), ("weight_decay", 0.0), ("nesterov", 0.0)],
    states: &["b"],
    rules: BALL,
};

const BALL: &[(&str, &str)] = &[
    ("d", "g + weight_decay*w"),
    ("b", "where(t == 1, d, momentum*b + (1 - dampening)*d)"),
    ("w", "w - lr*where(nesterov == 1, d + momentum*b, where(momentum == 0, d, b))"),
];

/// Polyak's heavy ball.
static MOMENTUM: Optimiser = Optimiser {
    name: "momentum",
    options: &[("lr", 0.001), ("momentum", 0.9), ("dampening", 0.0), ("weight_decay", 0.0)],
    states: &["b"],
    rules: &[("d", "g + weight_decay*w"), ("b", "where(t == 1, d, momentum*b + (1 - dampening)*d)"), ("w", "w - lr*b")],
};

/// Nesterov's momentum.
static NESTEROV: Optimiser = Optimiser {
    name: "nesterov",
    options: &[("lr", 0.001), ("momentum", 0.9), ("weight_decay", 0.0)],
    states: &["b"],
    rules: &[("d", "g + weight_decay*w"), ("b", "where(t == 1, d, momentum*b + d)"), ("w", "w - lr*(d + momentum*b)")],
};

/// RMSprop.
static RMSPROP: Optimiser = Optimiser {
    name: "rmsprop",
    options: &[
        ("lr", 0.01),
        ("alpha", 0.99),
        ("eps", 1e-8),
        ("weight_decay", 0.0),
        ("momentum", 0.0),
        ("centered", 0.0),
    ],
    states: &["s", "a", "b"],
    rules: &[
        ("d", "g + weight_decay*w"),
        ("s", "alpha*s + (1 - alpha)*d^2"),
        ("a", "alpha*a + (1 - alpha)*d"),
        ("b", "momentum*b + d/(sqrt(s - centered*a^2) + eps)"),
        ("w", "w - lr*b"),
    ],
};

/// Adagrad.
static ADAGRAD: Optimiser = Optimiser {
    name: "adagrad",
    options: &[("lr", 0.01), ("lr_decay", 0.0), ("weight_decay", 0.0), ("eps", 1e-10)],
    states: &["s"],
    rules: &[("d", "g + weight_decay*w"), ("s", "s + d^2"), ("w", "w - lr/(1 + (t - 1)*lr_decay)*d/(sqrt(s) + eps)")],
};

/// Adadelta.
static ADADELTA: Optimiser = Optimiser {
    name: "adadelta",
    options: &[("lr", 1.0), ("rho", 0.9), ("eps", 1e-6), ("weight_decay", 0.0)],
    states: &["s", "a"],
    rules: &[
        ("d", "g + weight_decay*w"),
        ("s", "rho*s + (1 - rho)*d^2"),
        ("u", "sqrt(a + eps)/sqrt(s + eps)*d"),
        ("a", "rho*a + (1 - rho)*u^2"),
        ("w", "w - lr*u"),
    ],
};

/// Adam.
static ADAM: Optimiser = Optimiser {
    name: "adam",
    options: &[("lr", 0.001), ("beta1", 0.9), ("beta2", 0.999), ("eps", 1e-8), ("weight_decay", 0.0)],
    states: &["m", "v"],
    rules: &[
        ("d", "g + weight_decay*w"),
        ("m", "beta1*m + (1 - beta1)*d"),
        ("v", "beta2*v + (1 - beta2)*d^2"),
        ("w", "w - lr/(1 - beta1^t)*m/(sqrt(v)/sqrt(1 - beta2^t) + eps)"),
    ],
};

/// AdamW.
static ADAMW: Optimiser = Optimiser {
    name: "adamw",
    options: &[("lr", 0.001), ("beta1", 0.9), ("beta2", 0.999), ("eps", 1e-8), ("weight_decay", 0.01)],
    states: &["m", "v"],
    rules: &[
        ("m", "beta1*m + (1 - beta1)*g"),
        ("v", "beta2*v + (1 - beta2)*g^2"),
        ("w", "w*(1 - lr*weight_decay) - lr/(1 - beta1^t)*m/(sqrt(v)/sqrt(1 - beta2^t) + eps)"),
    ],
};

/// L-BFGS: its steps are no rule over one gradient, and are taken by `lbfgs.rs`.
pub static LBFGS: Optimiser = Optimiser {
    name: "lbfgs",
    options: &[("lr", 1.0), ("history", 10.0), ("tolerance", 1e-10)],
    states: &[],
    rules: &[("w", "w")],
};

/// All, in the order of the reference.
pub static ALL: &[&Optimiser] = &[&SGD, &MOMENTUM, &NESTEROV, &RMSPROP, &ADAGRAD, &ADADELTA, &ADAM, &ADAMW, &LBFGS];

/// The optimiser of a name.
pub fn find(name: &str) -> Option<&'static Optimiser> {
    ALL.iter().find(|optimiser| optimiser.name == name).copied()
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn every_rule_is_a_formula_over_its_names() {
        for optimiser in ALL {
            let mut vars = vec!["w", "g", "t"];
            vars.extend(optimiser.options.iter().map(|(name, _)| *name));
            vars.extend(optimiser.states);
            for (name, rule) in optimiser.rules {
                assert!(crate::notation::template(rule, &vars).is_ok(), "{}: {name} = {rule}", optimiser.name);
                vars.push(name);
            }
            assert_eq!(optimiser.rules.last().map(|(name, _)| *name), Some("w"), "{}", optimiser.name);
        }
    }
}
