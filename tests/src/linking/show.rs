//! A graph as a text that a person can follow.

use std::fmt::Write as _;

use wasm_import_guard::import::WasmType;
use wasm_import_guard::outcome::link::{Input, Item, Object};

use super::Graph;

/// The graph, a line for each symbol.
pub fn show(graph: &Graph) -> String {
    let mut text = format!("{:?}, hidden {:#x}\n", graph.options, graph.hidden);
    for (number, input) in graph.inputs.iter().enumerate() {
        match input {
            Input::Object(it) => {
                let _ = writeln!(text, "{number}.o");
                show_object(&mut text, it);
            }
            Input::Archive(members) => {
                for (member, it) in members.iter().enumerate() {
                    let _ = writeln!(text, "{number}.a, member {member}");
                    show_object(&mut text, it);
                }
            }
        }
    }
    text
}

fn show_object(text: &mut String, object: &Object) {
    for (number, symbol) in object.symbols.iter().enumerate() {
        let weak = if symbol.weak { "weak " } else { "" };
        let what = match &symbol.item {
            Item::Function { ty, scope, references } => {
                let references: Vec<String> = references
                    .iter()
                    .map(|it| {
                        format!("{}{}", if it.called { "call " } else { "address " }, it.symbol)
                    })
                    .collect();
                format!("{scope:?} function {} [{}]", show_type(ty), references.join(", "))
            }
            Item::Data { scope } => format!("{scope:?} data"),
            Item::UndefinedFunction { ty, module, import_name } => {
                format!("undefined function {} of {module}.{import_name:?}", show_type(ty))
            }
            Item::UndefinedData => "undefined data".to_owned(),
        };
        let _ = writeln!(text, "  {number} {} = {weak}{what}", symbol.name);
    }
}

fn show_type(ty: &WasmType) -> String {
    let list = |values: &[wasm_import_guard::import::ValueType]| {
        values.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(" ")
    };
    format!("({}) -> ({})", list(&ty.params), list(&ty.results))
}
