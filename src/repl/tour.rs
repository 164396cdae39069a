//! `:tour`: small steps through the notes, typed along: a computation graph, then logistic regression and a network.

use crate::session::Session;
use crate::view::{Doc, Line, Style};

/// A step: what is said, what is to be typed, and what shows that it was done.
struct Step {
    says: &'static [&'static str],
    types: &'static str,
    done: Done,
}

enum Done {
    /// These names are defined.
    Names(&'static [&'static str]),
    /// Something that begins like this was typed, and was right.
    Typed(&'static [&'static str]),
    /// The value of a name was changed.
    Again(&'static str),
    /// Something that begins like this was typed, and was wrong, as it should be.
    Wrong(&'static str),
}

const STEPS: &[Step] = &[
    Step {
        says: &["A program is a page of equations. Give three names their values; `;` stands between statements."],
        types: "a = 5; b = 3; c = 2",
        done: Done::Names(&["a", "b", "c"]),
    },
    Step {
        says: &["A name may stand on others. It stays equal to its expression."],
        types: "u = b*c",
        done: Done::Names(&["u"]),
    },
    Step { says: &["On to the next node of the graph."], types: "v = a + u", done: Done::Names(&["v"]) },
    Step { says: &["A number before a name multiplies it, as on paper."], types: "J = 3v", done: Done::Names(&["J"]) },
    Step {
        says: &["How fast does J grow with a? The derivative is a word of the language."],
        types: "dJ/da",
        done: Done::Typed(&["dJ/da", "∂J/∂a", "grad J wrt a"]),
    },
    Step { says: &["All derivatives of J at once:"], types: "grad J", done: Done::Typed(&["grad "]) },
    Step {
        says: &["The slope says what a small step does. Move b a little and compare."],
        types: "nudge b by 0.001",
        done: Done::Typed(&["nudge "]),
    },
    Step {
        says: &["Where does 6 come from? The paths from b to J, each with its product:"],
        types: "explain dJ/db",
        done: Done::Typed(&["explain ", "trace "]),
    },
    Step {
        says: &["Now walk through the graph: forward, then backward with the chain rule."],
        types: ":step J",
        done: Done::Typed(&[":step", "trace "]),
    },
    Step {
        says: &["Define a name again, and everything that depends on it follows."],
        types: "a = 6",
        done: Done::Again("a"),
    },
    Step { says: &["Every change can be taken back."], types: ":undo", done: Done::Typed(&[":undo"]) },
    Step {
        says: &["Functions have slopes too: f' is the derivative of f. Compare them where the notes do."],
        types: "table tanh(z), tanh'(z) for z in [-10, 0, 10]",
        done: Done::Typed(&["table "]),
    },
    Step {
        says: &["What is to be learnt is a `param`; one step goes down the slope of J."],
        types: "param w = 1; L = (w*b - c)^2; step L by 0.01",
        done: Done::Typed(&["param ", "step "]),
    },
    Step {
        says: &["Week 2, logistic regression, begins with an empty page (`:undo` brings the old one back)."],
        types: ":reset",
        done: Done::Typed(&[":reset"]),
    },
    Step {
        says: &["Four examples stand in columns, two features each; `m` counts them, whatever data comes."],
        types: "input x : [2, m] = [[1, 2, 3, 4], [5, 1, 4, 2]]; input y : [1, m] = [[0, 0, 1, 1]]",
        done: Done::Names(&["x", "y"]),
    },
    Step {
        says: &["A weight for each feature, and a bias. Both are to be learnt."],
        types: "param w : [2, 1] = zeros; param b = 0",
        done: Done::Names(&["w", "b"]),
    },
    Step {
        says: &["Shapes are checked before anything runs. This one does not fit; read what would."],
        types: "z = w @ x + b",
        done: Done::Wrong("z = w"),
    },
    Step {
        says: &["With the transpose it does. The activation is the probability of a 1."],
        types: "z = w' @ x + b; a = sigmoid(z)",
        done: Done::Names(&["z", "a"]),
    },
    Step { says: &["The cost of all examples:"], types: "J = mean(bce(a, y))", done: Done::Names(&["J"]) },
    Step {
        says: &["On paper one finds dJ/dz = a - y. Let it be checked, and read the note."],
        types: "check dJ/dz == a - y",
        done: Done::Wrong("check dJ/dz"),
    },
    Step { says: &["The mean divides by m."], types: "check dJ/dz == (a - y)/m", done: Done::Typed(&["check dJ/dz"]) },
    Step {
        says: &["Which formula has the gradient of the weights?"],
        types: "derive dJ/dw",
        done: Done::Typed(&["derive "]),
    },
    Step {
        says: &["Gradient descent, a thousand times:"],
        types: "step J by 0.5 1000 times",
        done: Done::Typed(&["step "]),
    },
    Step { says: &["The probabilities now, beside 0, 0, 1, 1:"], types: "a", done: Done::Typed(&["a"]) },
    Step {
        says: &["No line parts these four: 1 where the features differ. A network can, so once more an empty page."],
        types: ":reset",
        done: Done::Typed(&[":reset"]),
    },
    Step {
        says: &["The data of the plane:"],
        types: "input x : [2, m] = [[0, 0, 1, 1], [0, 1, 0, 1]]; input y : [1, m] = [[0, 1, 1, 0]]",
        done: Done::Names(&["x", "y"]),
    },
    Step {
        says: &["A layer is a line; its names are W1, b1, z1, a1, those of the next W2, b2, z2, a2."],
        types: "layer 4 tanh; layer 1 sigmoid; J = mean(bce(a2, y))",
        done: Done::Names(&["J"]),
    },
    Step {
        says: &["Every shape, and how many parameters there are:"],
        types: "shapes",
        done: Done::Typed(&["shapes"]),
    },
    Step {
        says: &["Backpropagation to the first layer, as a formula:"],
        types: "derive dJ/dW1",
        done: Done::Typed(&["derive "]),
    },
    Step {
        says: &["The notes write it in steps. A line of theirs, to be checked:"],
        types: "check dJ/dz2 == (a2 - y)/m",
        done: Done::Typed(&["check "]),
    },
    Step {
        says: &["Now it learns."],
        types: "step J by adam(lr=0.05) 500 times",
        done: Done::Typed(&["step ", "train "]),
    },
    Step { says: &["0, 1, 1, 0 is what it should say:"], types: "a2", done: Done::Typed(&["a2"]) },
];

/// A tour, and how far it has come.
#[derive(Debug, Default)]
pub(super) struct Tour {
    at: usize,
}

impl Tour {
    /// What is said at the beginning.
    pub fn begin(&self) -> Doc {
        let mut doc = Doc::heading("A tour of nnlang");
        doc.push("Type what stands behind `>`, or something of your own; `:tour` ends it.");
        doc.extend(self.next());
        doc
    }

    /// What comes next.
    fn next(&self) -> Doc {
        let mut doc = Doc::new();
        let Some(step) = STEPS.get(self.at) else { return doc };
        doc.push("");
        for says in step.says {
            doc.push(Line::new().note(format!("{}/{} ", self.at + 1, STEPS.len())).plain(*says));
        }
        doc.push(Line::new().with(Style::Keyword, "    > ").name(step.types));
        doc
    }

    /// Looks at what was typed: goes on where it does what the step wants. `None` at the end of the tour.
    pub fn notice(&mut self, typed: &str, right: bool, changed: bool, session: &Session) -> Option<Doc> {
        let step = STEPS.get(self.at)?;
        let typed = typed.trim();
        let wanted = !matches!(step.done, Done::Wrong(_));
        let done = right == wanted
            && match step.done {
                Done::Wrong(begins) => typed.starts_with(begins),
                Done::Names(names) => names.iter().all(|name| session.definition(name).is_some()),
                Done::Typed(begins) => {
                    typed.split(';').any(|part| begins.iter().any(|word| part.trim_start().starts_with(word)))
                }
                Done::Again(name) => {
                    let head = typed.strip_prefix(name).map(str::trim_start);
                    changed && head.is_some_and(|rest| rest.starts_with('='))
                }
            };
        if !done {
            let mut doc = Doc::new();
            let says = if right == wanted { "Fine. The tour goes on with" } else { "Not quite. Try" };
            doc.push(Line::new().note(format!("{says} ")).name(step.types));
            return Some(doc);
        }
        let own: String = step.types.split_whitespace().collect();
        let same = typed.split_whitespace().collect::<String>() == own;
        self.at += 1;
        let mut doc = Doc::new();
        if !same {
            doc.push(Line::new().note("In your own words: that will do."));
        }
        if self.at == STEPS.len() {
            doc.push("");
            doc.push("That was the tour. `:help` lists the commands, `:help NAME` explains a function or a statement,");
            doc.push("`:names` shows what is defined, and `:save FILE` keeps it as a program.");
        } else {
            doc.extend(self.next());
        }
        Some(doc)
    }

    /// Has the last step been done?
    pub fn is_over(&self) -> bool {
        self.at >= STEPS.len()
    }
}
