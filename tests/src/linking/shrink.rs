//! Makes a graph on which model and linker disagree as small as it gets.

use wasm_import_guard::outcome::link::{Input, Item, Object, Options, Reference};

use super::Graph;

/// The smallest graph, by removing one thing after the other, of which `fails` is still true.
pub fn shrink(graph: &Graph, mut fails: impl FnMut(&Graph) -> bool) -> Graph {
    let mut smallest = graph.clone();
    while let Some(smaller) = smaller(&smallest).into_iter().find(|it| fails(it)) {
        smallest = smaller;
    }
    smallest
}

/// Every graph that has one thing less.
fn smaller(graph: &Graph) -> Vec<Graph> {
    let mut all = Vec::new();
    for input in 0..graph.inputs.len() {
        if graph.inputs.len() > 1 {
            let mut less = graph.clone();
            less.inputs.remove(input);
            all.push(less);
        }
        if let Input::Archive(members) = &graph.inputs[input] {
            for member in (0..members.len()).filter(|_| members.len() > 1) {
                let mut less = graph.clone();
                if let Input::Archive(members) = &mut less.inputs[input] {
                    members.remove(member);
                }
                all.push(less);
            }
            if let [only] = members.as_slice() {
                let mut less = graph.clone();
                less.inputs[input] = Input::Object(only.clone());
                all.push(less);
            }
        }
        for member in 0..graph.inputs[input].objects().len() {
            all.extend(smaller_objects(&graph.inputs[input].objects()[member]).into_iter().map(
                |object| {
                    let mut less = graph.clone();
                    match &mut less.inputs[input] {
                        Input::Object(it) => *it = object,
                        Input::Archive(members) => members[member] = object,
                    }
                    less
                },
            ));
        }
    }
    let simpler = Options::default();
    let options = graph.options;
    for options in [
        Options { undefined: simpler.undefined, ..options },
        Options { gc_sections: simpler.gc_sections, ..options },
        Options { fatal_warnings: simpler.fatal_warnings, ..options },
    ] {
        if options != graph.options {
            all.push(Graph { options, ..graph.clone() });
        }
    }
    if graph.hidden != 0 {
        all.push(Graph { hidden: 0, ..graph.clone() });
    }
    all
}

fn smaller_objects(object: &Object) -> Vec<Object> {
    let mut all = Vec::new();
    for at in 0..object.symbols.len() {
        let mut less = object.clone();
        less.symbols.remove(at);
        for symbol in &mut less.symbols {
            if let Item::Function { references, .. } = &mut symbol.item {
                references.retain(|it| it.symbol != at);
                for it in references {
                    *it = Reference { symbol: it.symbol - usize::from(it.symbol > at), ..*it };
                }
            }
        }
        all.push(less);
        if object.symbols[at].weak {
            let mut less = object.clone();
            less.symbols[at].weak = false;
            all.push(less);
        }
        if let Item::Function { references, .. } = &object.symbols[at].item {
            for gone in 0..references.len() {
                let mut less = object.clone();
                if let Item::Function { references, .. } = &mut less.symbols[at].item {
                    references.remove(gone);
                }
                all.push(less);
            }
        }
    }
    all
}
