//! A report: the page as it is, in one file that asks nobody for anything. Its numbers still move, by the graph that it holds.

use super::evaluate::{self, Shown, evaluate};
use super::places::Places;
use super::waiting::Learn;
use crate::graph::{Kernel, NodeId, Role};
use crate::lower::{self, Compiled, DefKind};
use crate::outside::Outside;
use crate::session::Settings;
use crate::source::Source;
use crate::tensor::Precision;
use crate::view;
use serde_json::{Map, Value, json};

/// What is loaded, in the order in which one needs the other.
const SCRIPTS: &[&str] = &[
    include_str!("page/math.js"),
    include_str!("page/text.js"),
    include_str!("page/curve.js"),
    include_str!("page/graph.js"),
    include_str!("page/scalar.js"),
    include_str!("page/learn.js"),
];

/// Nothing is loaded from anywhere.
const RULES: &str = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline'; \
style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'\">";

/// So many derivatives are explained.
const EXPLAINED: usize = 40;

/// The report of a program, as HTML, and whether the program is right.
pub fn report(settings: &Settings, name: &str, text: &str, outside: &mut dyn Outside) -> (String, bool) {
    let text = text.replace("\r\n", "\n");
    let shown = evaluate(settings, name, &text, None, Learn::Whole, outside);
    let right = !shown.json["problems"].as_array().is_some_and(|all| all.iter().any(|own| own["level"] == "error"));
    let explained = explained(&shown, outside);
    let numbers = numbers(settings, &shown, &text);
    let mut state = shown.json;
    let fixed = json!({
        "version": 1, "round": 0, "learning": null, "text": text, "file": name, "saved": true, "can_undo": false,
        "can_redo": false, "theirs": false, "notice": "", "interrupted": false, "starts": [],
    });
    if let Value::Object(fixed) = fixed {
        state.extend(fixed);
    }
    let frozen = json!({"state": state, "numbers": numbers, "explained": explained});
    (html(&frozen), right)
}

/// The explanation of each derivative that the graph shows.
fn explained(shown: &Shown, outside: &mut dyn Outside) -> Value {
    let goal = shown.json.get("graph").and_then(|graph| graph["goal"].as_str()).unwrap_or_default();
    let nodes = shown.json.get("graph").and_then(|graph| graph["nodes"].as_array());
    let own = |node: &&Value| node.get("derivative").is_some() && node["node"] != goal;
    let names = nodes.into_iter().flatten().filter(own).filter_map(|node| node["node"].as_str()).take(EXPLAINED);
    let mut out = Map::new();
    for name in names {
        let question = format!("explain d{goal}/d{name}");
        let (_, report) = shown.session.apply("<question>", &question, outside);
        let source = Source::new("", "");
        let places = Places::new(&source);
        let problems = report.diagnostics.iter().map(|own| evaluate::problem(own, &report.sources, &places));
        let problems: Vec<Value> = problems.collect();
        let answers: Vec<Value> = report.answers.iter().map(evaluate::answer).collect();
        out.insert(question, json!({"answers": answers, "problems": problems}));
    }
    Value::Object(out)
}

/// The graph of the numbers: every node that they stand on, the names' places in it and those of the goal's derivatives.
fn numbers(settings: &Settings, shown: &Shown, text: &str) -> Value {
    let names = shown.json.get("names").and_then(Value::as_array).cloned().unwrap_or_default();
    let goal = shown.json.get("graph").and_then(|graph| graph["goal"].as_str()).map(str::to_string);
    let nodes = shown.json.get("graph").and_then(|graph| graph["nodes"].as_array()).cloned().unwrap_or_default();
    let stages: Vec<String> = nodes.iter().filter_map(|node| Some(node["node"].as_str()?.to_string())).collect();
    // Where parameters were moved, their numbers are not those of the text.
    let moves = |line: &str| ["step ", "train ", "load "].iter().any(|word| line.trim_start().starts_with(word));
    let moved = text.lines().any(moves);
    let single = settings.precision == Some(Precision::F32) || text.contains("precision f32");
    if single {
        return Value::Null;
    }
    let graph = |compiled: &mut Compiled| graph(compiled, goal.as_deref(), &stages);
    let Value::Object(mut out) = shown.session.with_compiled(graph) else { return Value::Null };
    let slots: Map<String, Value> = names
        .iter()
        .filter(|named| named["value"].is_number())
        .filter_map(|named| Some((named["name"].as_str()?.to_string(), named["value"].clone())))
        .collect();
    let is_free = |named: &&Value| {
        named["what"] == "leaf" || named["what"] == "input" || (named["what"] == "parameter" && !moved)
    };
    let free: Vec<&Value> = names.iter().filter(is_free).map(|named| &named["name"]).collect();
    out.insert("free".into(), json!(free));
    out.insert("slots".into(), Value::Object(slots));
    Value::Object(out)
}

fn graph(compiled: &mut Compiled, goal: Option<&str>, stages: &[String]) -> Value {
    let scalars: Vec<(String, NodeId)> = compiled
        .defs
        .iter()
        .filter(|def| def.kind != DefKind::Local && compiled.graph.shape(def.node).is_scalar())
        .map(|def| (def.name.to_string(), def.node))
        .collect();
    let of = |name: &str| scalars.iter().find(|(own, _)| own == name).map(|(_, node)| *node);
    let mut roots: Vec<(bool, String, NodeId)> = vec![];
    for (name, node) in &scalars {
        let opened = compiled.openers.plain.open(&mut compiled.graph, *node);
        roots.push((false, name.clone(), opened));
    }
    if let Some(goal) = goal.and_then(of) {
        for (name, by) in stages.iter().filter_map(|name| Some((name, of(name)?))) {
            let Ok(derived) = lower::derive(&mut compiled.graph, &mut compiled.openers, goal, &[by]) else { continue };
            let Some(derived) = derived.first() else { continue };
            let opened = compiled.openers.plain.open(&mut compiled.graph, derived.node);
            roots.push((true, name.clone(), opened));
        }
    }
    let all: Vec<NodeId> = roots.iter().map(|(.., node)| *node).collect();
    // Arguments come before what they are used for.
    let mut reached: Vec<NodeId> = compiled.graph.reach(&all).into_iter().collect();
    reached.sort_unstable();
    let place = |node: NodeId| reached.binary_search(&node).unwrap_or_default();
    let nodes: Vec<Value> = reached.iter().map(|node| one(compiled, *node, &place)).collect();
    let (mut values, mut slopes) = (Map::new(), Map::new());
    for (slope, name, node) in roots {
        let map = if slope { &mut slopes } else { &mut values };
        map.insert(name, place(node).into());
    }
    json!({"nodes": nodes, "values": values, "slopes": slopes})
}

/// One node for the interpreter; null where it is no number or the interpreter cannot have it.
fn one(compiled: &Compiled, id: NodeId, place: &dyn Fn(NodeId) -> usize) -> Value {
    let node = compiled.graph.node(id);
    if !node.shape.is_scalar() {
        return Value::Null;
    }
    let def = node.op.def;
    let name = match (def.role, def.kernel) {
        (Role::Number, _) => {
            return node.op.attrs.number(0).map_or(Value::Null, |number| json!(["n", view::json_f64(number)]));
        }
        (Role::Slot, _) => {
            let own = node.op.attrs.def(0).and_then(|def| compiled.defs.get(def.index()));
            return own.map_or(Value::Null, |def| json!(["s", &*def.name]));
        }
        (_, Kernel::Same) => "same",
        (Role::Plain, Kernel::Map(_) | Kernel::Zip(_) | Kernel::Zip3(_)) => def.name,
        _ => return Value::Null,
    };
    let mut out = vec![Value::from(name)];
    out.extend(node.args.iter().map(|arg| Value::from(place(*arg))));
    out.into()
}

/// The page with everything in it.
fn html(frozen: &Value) -> String {
    // In a script `</script>` would end it.
    let data = frozen.to_string().replace('<', "\\u003c");
    let scripts: String = SCRIPTS.iter().map(|script| module(script)).collect();
    let page: String = include_str!("page/page.js").lines().filter(|line| !line.starts_with("import ")).fold(
        String::new(),
        |mut all, line| {
            all.push_str(line);
            all.push('\n');
            all
        },
    );
    let style = include_str!("page/page.css");
    let link = "<link rel=\"stylesheet\" href=\"/page.css\">";
    let script = "<script type=\"module\" src=\"/page.js\"></script>";
    let inside = format!(
        "<script type=\"application/json\" id=\"frozen\">{data}</script>\n<script type=\"module\">\n{scripts}{page}</script>"
    );
    include_str!("page/index.html")
        .replace(link, &format!("{RULES}\n<style>\n{style}</style>"))
        .replace(script, &inside)
}

/// A module as a value of its exports: its other names stay its own.
fn module(script: &str) -> String {
    let mut names = vec![];
    let mut body = String::new();
    for line in script.lines().filter(|line| !line.starts_with("import ")) {
        let own = line.strip_prefix("export ");
        if let Some(own) = own {
            let name = own.split([' ', '(']).nth(1).unwrap_or_default();
            names.push(name.to_string());
        }
        body.push_str(own.unwrap_or(line));
        body.push('\n');
    }
    let names = names.join(", ");
    format!("const {{ {names} }} = (() => {{\n{body}return {{ {names} }};\n}})();\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outside::InMemory;

    #[test]
    fn a_report_asks_nobody_and_holds_the_numbers() {
        let text = "a = 5\nb = 3\nc = 2\nu = b*c\nv = a + u\nJ = 3v\nJ\n\"</script><script>alert(1)</script>\"\n";
        let (html, right) = report(&Settings::default(), "notes.nnl", text, &mut InMemory::default());
        assert!(right);
        assert!(!html.contains("src=") && !html.contains("href=\"/") && !html.contains("<script>alert"));
        assert!(!html.contains("\nimport ") && !html.contains("\nexport "));
        let at = html.find("id=\"frozen\">").expect("it holds its data") + "id=\"frozen\">".len();
        let data = &html[at..at + html[at..].find("</script>").expect("it ends")];
        let frozen: Value = serde_json::from_str(data).expect("it is JSON");
        let numbers = &frozen["numbers"];
        let place = numbers["values"]["J"].as_u64().expect("J has a place") as usize;
        assert!(numbers["nodes"][place].is_array(), "{numbers}");
        assert_eq!(numbers["slots"]["a"], 5.0);
        assert!(numbers["slopes"]["b"].is_u64());
        assert!(frozen["explained"]["explain dJ/db"]["answers"].as_array().is_some_and(|all| !all.is_empty()));
    }
}
