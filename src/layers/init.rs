//! How parameters begin: the initialisers, by name.

/// An initialiser.
#[derive(Debug)]
pub struct Init {
    /// Its name.
    pub name: &'static str,
    /// What it does, with its source.
    pub summary: &'static str,
    /// How.
    pub method: Method,
}

/// How an initialiser draws.
#[derive(Clone, Copy, Debug)]
pub enum Method {
    /// All zero.
    Zeros,
    /// All one.
    Ones,
    /// Normal numbers times a scale.
    Normal(Scale),
    /// Uniform numbers between minus and plus a limit.
    Uniform(Scale),
    /// A matrix with orthonormal columns (or rows, where there are more columns).
    Orthogonal,
}

/// `sqrt(gain / fan)`
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// The number over the fan.
    pub gain: f64,
    /// What it is divided by.
    pub fan: Fan,
}

/// What counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fan {
    /// The inputs of a unit.
    In,
    /// The inputs and the outputs.
    InPlusOut,
    /// Nothing: the gain is the square of the scale, and a number before the name takes its place.
    One,
}

/// All of them.
pub static ALL: &[Init] = &[
    Init {
        name: "xavier",
        summary: "Uniform in ±sqrt(6/(in + out)) (Glorot and Bengio 2010); the default.",
        method: Method::Uniform(Scale { gain: 6.0, fan: Fan::InPlusOut }),
    },
    Init {
        name: "he",
        summary: "Normal with standard deviation sqrt(2/in), for relu (He et al. 2015).",
        method: Method::Normal(Scale { gain: 2.0, fan: Fan::In }),
    },
    Init {
        name: "lecun",
        summary: "Normal with standard deviation sqrt(1/in) (LeCun et al. 1998).",
        method: Method::Normal(Scale { gain: 1.0, fan: Fan::In }),
    },
    Init { name: "orthogonal", summary: "Orthonormal columns (Saxe et al. 2013).", method: Method::Orthogonal },
    Init {
        name: "normal",
        summary: "Normal with standard deviation 0.01, the course's small random weights; `0.02normal` has 0.02.",
        method: Method::Normal(Scale { gain: 1e-4, fan: Fan::One }),
    },
    Init {
        name: "uniform",
        summary: "Uniform in ±sqrt(1/in).",
        method: Method::Uniform(Scale { gain: 1.0, fan: Fan::In }),
    },
    Init { name: "ones", summary: "All one.", method: Method::Ones },
    Init { name: "zeros", summary: "All zero.", method: Method::Zeros },
];

impl Init {
    /// The initialiser of a name.
    pub fn find(name: &str) -> Option<&'static Init> {
        ALL.iter().find(|init| init.name == name)
    }
}
