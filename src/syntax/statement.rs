//! From the nodes of a statement, or of what stands before a block, to the syntax tree.

use super::ast::*;
use super::errors;
use super::tree::Rule;
use super::walk::{At, Walk};

/// What stands before a block.
pub(super) enum Head {
    /// `f(x)`, `slope f(x)`
    Function { slope: bool, name: Name, params: Vec<Param> },
    /// `network f(x)`
    Network { name: Name, params: Vec<Param> },
    /// `data "rent.csv"`
    Data(Option<crate::source::Spanned<String>>),
    /// `train J wrt W2`
    Train { goal: Expr, wrt: Vec<Path>, then: Vec<(Expr, Vec<Path>)> },
    /// `predict "new.csv" to "answers.csv"`
    Predict { word: Name, file: crate::source::Spanned<String>, to: Option<crate::source::Spanned<String>> },
    /// `repeat 3`
    Layer(Layer),
}

impl Walk<'_> {
    /// The statement that the nodes from 0 on say.
    pub(super) fn statement(&mut self) -> Statement {
        let Some(at) = self.root() else { return Statement::Broken(vec![]) };
        match self.rule(at) {
            Rule::define => self.define(at),
            Rule::function => Statement::Function(Box::new(self.function(at, false))),
            Rule::slope => match self.find(at, Rule::function) {
                Some(function) => Statement::Function(Box::new(self.function(function, true))),
                None => Statement::Broken(vec![]),
            },
            Rule::recurrence => Statement::Recurrence(Box::new(self.recurrence(at))),
            Rule::declare => Statement::Declare(Box::new(self.declare(at))),
            Rule::setting => Statement::Setting(Box::new(self.setting(at))),
            Rule::use_file => self.use_file(at),
            Rule::layer_head => Statement::Layer(Box::new(self.layer(at))),
            Rule::ask => match self.ask(at) {
                Some(ask) => Statement::Ask(Box::new(ask)),
                None => Statement::Broken(vec![]),
            },
            Rule::show => Statement::Show(self.only_expr(at)),
            _ => Statement::Broken(vec![]),
        }
    }

    /// The head that the nodes from 0 on say.
    pub(super) fn head(&mut self) -> Option<Head> {
        let at = self.root()?;
        Some(match self.rule(at) {
            Rule::function_head => self.function_head(at, false)?,
            Rule::slope_head => {
                let head = self.find(at, Rule::function_head)?;
                self.function_head(head, true)?
            }
            Rule::network => {
                let name = self.find(at, Rule::name)?;
                let params = self.find(at, Rule::params).map(|params| self.params(params)).unwrap_or_default();
                Head::Network { name: self.name(name), params }
            }
            Rule::data => Head::Data(self.find(at, Rule::string).map(|string| self.string(string))),
            Rule::train => {
                let then: Vec<At> = self.inner(at).filter(|node| self.rule(*node) == Rule::then).collect();
                let then = then.into_iter().map(|at| (self.only_expr(at), self.wrt(at))).collect();
                Head::Train { goal: self.only_expr(at), wrt: self.wrt(at), then }
            }
            Rule::predict => {
                let word = self.find(at, Rule::predict_word)?;
                let file = self.find(at, Rule::string)?;
                let to = self.find(at, Rule::to).and_then(|to| self.find(to, Rule::string));
                Head::Predict { word: self.name(word), file: self.string(file), to: to.map(|to| self.string(to)) }
            }
            Rule::layer_head => Head::Layer(self.layer(at)),
            _ => return None,
        })
    }

    fn root(&self) -> Option<At> {
        match self.nodes.first()?.rule {
            Rule::statement | Rule::question | Rule::uncounted | Rule::header | Rule::layer_statement | Rule::lone => {
                self.inner(0).next()
            }
            _ => None,
        }
    }

    pub(super) fn find(&self, at: At, rule: Rule) -> Option<At> {
        self.inner(at).find(|node| self.rule(*node) == rule)
    }

    fn define(&mut self, at: At) -> Statement {
        let mut name = None;
        let mut kind = None;
        for node in self.inner(at) {
            match self.rule(node) {
                Rule::name => name = Some(self.name(node)),
                Rule::kind => kind = Some(Box::new(self.kind(node))),
                Rule::expr => {
                    let value = self.expr(node);
                    return match name {
                        Some(name) => Statement::Define(Define { name, kind, value }),
                        None => Statement::Broken(vec![]),
                    };
                }
                _ => {}
            }
        }
        Statement::Broken(name.into_iter().collect())
    }

    fn function(&mut self, at: At, slope: bool) -> Function {
        let name = self.find(at, Rule::name).unwrap_or(at);
        let params = self.find(at, Rule::params).map(|params| self.params(params)).unwrap_or_default();
        Function {
            slope,
            name: self.name(name),
            params,
            locals: vec![],
            value: self.only_expr(at),
            block: false,
            body: vec![],
            trailing: vec![],
        }
    }

    fn function_head(&mut self, at: At, slope: bool) -> Option<Head> {
        let name = self.find(at, Rule::name)?;
        let params = self.find(at, Rule::params).map(|params| self.params(params)).unwrap_or_default();
        Some(Head::Function { slope, name: self.name(name), params })
    }

    fn recurrence(&mut self, at: At) -> Recurrence {
        let mut names = self.inner(at).filter(|node| self.rule(*node) == Rule::name);
        let (name, index) = (names.next().unwrap_or(at), names.next().unwrap_or(at));
        let (name, index) = (self.name(name), self.name(index));
        // The axes before the index, each a colon.
        let before = self.inner(at).skip(1).take_while(|node| self.rule(*node) != Rule::name);
        let axis = before.filter(|node| self.rule(*node) == Rule::colon).count();
        let value = self.only_expr(at);
        let carried = self.find(at, Rule::start).and_then(|start| self.find(start, Rule::carried_word));
        let carried = carried.map(|word| self.span(word));
        let start = self.find(at, Rule::start).map(|start| self.only_expr(start));
        let range = self.find(at, Rule::over).map(|over| {
            let (over, range) = self.over(over);
            if over.text != index.text {
                self.faults.push(errors::recurrence_index(&index, &over));
            }
            range
        });
        Recurrence { name, index, axis, value, start, carried, range }
    }

    fn declare(&mut self, at: At) -> Declare {
        let role = match self.find(at, Rule::declare_word).map(|word| self.str(word)) {
            Some("param") => Role::Param,
            Some("noise") => Role::Noise,
            _ => Role::Input,
        };
        let name = self.find(at, Rule::name).unwrap_or(at);
        let kind = self.find(at, Rule::kind).map(|kind| Box::new(self.kind(kind)));
        let value = self.find(at, Rule::expr).map(|expr| self.expr(expr));
        let otherwise = self.find(at, Rule::otherwise).map(|otherwise| self.only_expr(otherwise));
        Declare { role, name: self.name(name), kind, value, otherwise }
    }

    fn setting(&mut self, at: At) -> Setting {
        let mut inner = self.inner(at);
        let word = inner.next().unwrap_or(at);
        let node = inner.next().unwrap_or(at);
        let word = self.name(word);
        let value = self.lone_value(node);
        let fits = match word.text.as_str() {
            "precision" => matches!(self.str(node), "f32" | "f64"),
            "examples" => matches!(self.str(node), "columns" | "rows"),
            _ => self.rule(node) == Rule::number && self.str(node).bytes().all(|b| b.is_ascii_digit() || b == b'_'),
        };
        if !fits {
            self.faults.push(errors::setting_value(&word, self.span(node)));
        }
        Setting { word, value }
    }

    /// A number or a name as an expression.
    pub(super) fn lone_value(&mut self, at: At) -> Expr {
        let span = self.span(at);
        let kind = if self.rule(at) == Rule::number {
            PartKind::Number(self.number(at))
        } else {
            PartKind::Name(self.name(at).text)
        };
        Expr { span, parts: vec![Part { span, kind }] }
    }

    fn use_file(&mut self, at: At) -> Statement {
        let Some(path) = self.find(at, Rule::string) else { return Statement::Broken(vec![]) };
        let path = self.string(path);
        Statement::Use(Box::new(Use { path, alias: self.find(at, Rule::name).map(|name| self.name(name)) }))
    }

    fn layer(&mut self, at: At) -> Layer {
        let (mut output, mut kind) = (None, None);
        let mut word = Name { text: String::new(), span: self.span(at) };
        let mut args = vec![];
        let mut from = None;
        for node in self.inner(at) {
            match self.rule(node) {
                Rule::name => output = Some(self.name(node)),
                Rule::kind => kind = Some(self.kind(node)),
                Rule::layer_word => word = self.name(node),
                Rule::layer_arg => args.extend(self.inner(node).next().map(|arg| self.layer_arg(arg))),
                Rule::from => from = self.find(node, Rule::path).map(|path| self.path(path)),
                _ => {}
            }
        }
        if let (Some(kind), Some(name)) = (&kind, &output) {
            self.faults.push(errors::layer_shape(kind.span, name.span));
        }
        Layer { output, word, args, from, block: None }
    }

    fn layer_arg(&mut self, at: At) -> LayerArg {
        match self.rule(at) {
            Rule::option => {
                let name = self.find(at, Rule::name).unwrap_or(at);
                let name = self.name(name);
                match self.find(at, Rule::size) {
                    Some(size) => match self.layer_arg(size) {
                        LayerArg::Size(size) => LayerArg::Sized(name, size),
                        other => other,
                    },
                    None => LayerArg::Option(name, self.only_expr(at)),
                }
            }
            Rule::size => {
                let sizes: Option<Vec<u64>> = self.str(at).split('x').map(|size| size.parse().ok()).collect();
                let span = self.span(at);
                let node = sizes.unwrap_or_else(|| {
                    self.faults.push(errors::number_range(span));
                    vec![]
                });
                LayerArg::Size(crate::source::Spanned { node, span })
            }
            _ => LayerArg::Value(self.expr(at)),
        }
    }

    pub(super) fn wrt(&mut self, at: At) -> Vec<Path> {
        let Some(wrt) = self.find(at, Rule::wrt) else { return vec![] };
        self.inner(wrt).filter(|node| self.rule(*node) == Rule::path).map(|path| self.path(path)).collect()
    }
}
