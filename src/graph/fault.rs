//! Why an operator does not fit its arguments.

use crate::shape::Dim;

/// Why an operator does not fit its arguments: the facts, from which `lower` makes a diagnostic with places.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// `nnlang::shape::matmul`
    pub code: &'static str,
    /// The sentence. Shapes and dimensions are already shown in words.
    pub title: String,
    /// What to say at which argument.
    pub labels: Vec<FaultLabel>,
    /// Further facts.
    pub because: Vec<String>,
    /// The mend in words; `{0}` stands for the source of argument 0.
    pub mend: Option<String>,
    /// The whole call as it should be, `{0}' @ {1}`: offered as an edit.
    pub instead: Option<String>,
    /// One argument as it should be.
    pub argument: Option<(usize, String)>,
    /// The dimensions that do not fit: where their sizes were forced is told beside it.
    pub about: Vec<Dim>,
}

/// A label of a fault.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultLabel {
    /// The index of the node's argument.
    pub arg: usize,
    /// What to say; its shape is added where this is empty.
    pub text: String,
}

impl Fault {
    /// A fault with its sentence.
    pub fn new(code: &'static str, title: impl Into<String>) -> Fault {
        Fault {
            code,
            title: title.into(),
            labels: vec![],
            because: vec![],
            mend: None,
            instead: None,
            argument: None,
            about: vec![],
        }
    }

    /// With a label at an argument (empty text: its shape and where that comes from).
    pub fn label(mut self, arg: usize, text: impl Into<String>) -> Fault {
        self.labels.push(FaultLabel { arg, text: text.into() });
        self
    }

    /// With a further fact.
    pub fn because(mut self, fact: impl Into<String>) -> Fault {
        self.because.push(fact.into());
        self
    }

    /// With a mend in words.
    pub fn mend(mut self, text: impl Into<String>) -> Fault {
        self.mend = Some(text.into());
        self
    }

    /// With the dimensions that do not fit.
    pub fn about(mut self, dims: &[&crate::shape::Dim]) -> Fault {
        self.about.extend(dims.iter().map(|dim| (*dim).clone()));
        self
    }

    /// With one argument as it should be.
    pub fn instead_of(mut self, arg: usize, template: impl Into<String>) -> Fault {
        self.argument = Some((arg, template.into()));
        self
    }

    /// With the whole call as it should be.
    pub fn instead(mut self, template: impl Into<String>) -> Fault {
        self.instead = Some(template.into());
        self
    }
}
