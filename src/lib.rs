//! nnlang is a small declarative language for computation graphs and networks: a program reads like the page of notes it came
//! from, and everything on that page can be asked for — a value, a shape, a derivative, the reason behind it.
//!
//! This library is what the program `nnlang` is made of. A [`Session`] is a value: a text is applied to it, and gives the next
//! session and a [`Report`] of answers and problems. Nothing is printed, and no file is read but through [`Outside`].
//!
//! ```
//! use nnlang::{InMemory, Session, Settings};
//!
//! let mut outside = InMemory::default();
//! let (session, report) = Session::new(Settings::default()).apply(
//!     "notes",
//!     "a = 5\nb = 3\nc = 2\nu = b*c\nv = a + u\nJ = 3v\ndJ/db",
//!     &mut outside,
//! );
//! assert_eq!(report.answers[0].doc.text(), "dJ/db = 6\n");
//!
//! // A definition takes the place of the one before; what depends on it follows, and is told.
//! let (session, report) = session.apply("notes", "b = 4", &mut outside);
//! assert_eq!(session.value("J", &outside)?.item(), Some(39.0));
//! assert!(report.diagnostics.is_empty());
//!
//! // A mistake is data: a code, a sentence, places, a mend. It leaves the session as it was.
//! let (session, report) = session.apply("notes", "w = [1, 2, 3] + [1, 2]", &mut outside);
//! let problem = &report.diagnostics[0];
//! assert_eq!(problem.code, "nnlang::shape::broadcast");
//! assert_eq!(report.sources.text(problem.labels[0].span), "[1, 2, 3]");
//! assert!(session.value("w", &outside).is_err());
//! # Ok::<(), nnlang::Diagnostic>(())
//! ```
//!
//! # From text to answers
//!
//! Each arrow is a function, and what it carries a type; every stage is a folder of the source, in this order:
//!
//! ```text
//! text ─syntax─▶ ast::Program ─resolve─▶ hir::Program ─lower─▶ graph::Graph ─exec─▶ tensors ─ask, view─▶ Answer
//! ```
//!
//! `syntax` reads a text and never fails: it gives a tree and the problems. `resolve` binds the names. `lower` builds the graph:
//! there the shapes are checked, calls, layers and derivatives expanded (`diff`, `batch`), and every formula is given the form
//! that keeps its digits (`simplify`). `exec` evaluates nodes; `ask` answers the questions, one file per statement; `formula`
//! writes a derivative as a person would. `session` keeps what holds from one text to the next.
//!
//! # Answers, values and errors
//!
//! An [`Answer`] has a page of text ([`Doc`]) and the same as typed values ([`fact::Fact`]), which `--format json` prints.
//!
//! ```
//! use nnlang::{InMemory, Session, Settings, fact::Fact};
//!
//! let (_, report) = Session::new(Settings::default()).apply("notes", "z = 0.5\nL = z^2\nderive dL/dz", &mut InMemory::default());
//! let Fact::Formula(derived) = &report.answers[0].facts[0] else { panic!("a formula was asked for") };
//! assert_eq!((&*derived.formula, &*derived.latex), ("2z", r"\frac{\partial L}{\partial z} = 2\,z"));
//! ```
//!
//! A [`Tensor`] is an `ndarray` array of one of four kinds of entries ([`ndarray`] is re-exported, so that versions agree). A
//! [`Diagnostic`] has its code, its sentence, its labelled places, further facts, and its mend: a sentence, and the edits that
//! carry it out. [`diagnostic_text`] draws it, [`diagnostic_json`] gives it to a machine, [`explain`] tells the whole story of a code.

#![allow(
    rustdoc::private_intra_doc_links,
    reason = "the pages of the private modules are read with `--document-private-items`"
)]

mod ask;
mod batch;
mod check;
mod cli;
// Weights are written, and texts of a table read, by what trains and saves.
#[allow(dead_code, unused_imports)]
mod data;
mod diag;
mod diff;
mod eval;
mod exec;
mod few;
mod figure;
mod formula;
mod graph;
mod kernels;
// Each initialiser has a sentence of its own.
#[allow(dead_code)]
mod layers;
mod lint;
mod lower;
mod notation;
mod ops;
mod outside;
mod prelude;
mod repl;
// The resolved form keeps every place of the text.
#[allow(dead_code)]
mod resolve;
mod session;
mod shape;
mod simplify;
mod source;
mod statements;
mod syntax;
mod tensor;
mod train;
mod view;
mod web;

pub use diag::explain::{Explained, explain};
pub use diag::render::{Look, json as diagnostic_json, text as diagnostic_text};
pub use diag::{Diagnostic, Edit, Label, Level, Mend};
pub use ndarray;
pub use outside::{Cause, InMemory, Outside, Progress, Refusal};
pub use session::{Answer, Known, Report, Session, Settings};
pub use source::{Source, SourceId, Sources, Span};
pub use tensor::{DType, Precision, Tensor};
pub use view::{Doc, Line, Piece, Style, fact};

#[doc(hidden)]
pub mod inside;
