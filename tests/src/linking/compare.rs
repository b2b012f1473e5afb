//! Compares what the model foretells with what the linker does.

use std::collections::BTreeMap;

use wasm_import_guard::outcome::link::{self, Item, Link, Place, ProblemKind, Target};

use super::linked::Reached;
use super::{Graph, Linked, Said, read_module};

/// What differs between the model and the linker, in words; `None` when they agree.
pub fn differences(graph: &Graph, model: &Link, said: &Said) -> Option<String> {
    match (model, said) {
        (Link::Failed(expected), Said::Refused(found)) => {
            // The linker stops after the first symbol of this kind, and a hash table has the order.
            let one_is_enough =
                expected.iter().all(|it| it.kind == ProblemKind::FunctionSignatureMismatch);
            let agree = if one_is_enough {
                found.iter().all(|problem| expected.contains(problem))
            } else {
                found.iter().eq(expected)
            };
            (!agree).then(|| format!("errors: foretold {expected:?}, found {found:?}"))
        }
        (Link::Linked(expected), Said::Wrote { module, warned }) => {
            let found = observed(graph, module);
            let mut all = Vec::new();
            if !found.imports.keys().eq(&expected.imports)
                || found.imports.values().any(|it| *it > 1)
            {
                let (expected, found) = (&expected.imports, &found.imports);
                all.push(format!("imports: foretold {expected:?}, found {found:?}"));
            }
            if !warned.iter().eq(&expected.warned) {
                all.push(format!("warnings: foretold {:?}, found {warned:?}", expected.warned));
            }
            if expected.invalid.is_empty() != found.valid {
                let invalid = &expected.invalid;
                all.push(format!("validity: foretold {invalid:?}, found {}", found.valid));
            }
            let expected = reached(graph, expected);
            let mut reached = found.reached;
            for place in reached.values_mut() {
                // A stub's address is the null pointer, unless the linker gave the symbol a place in the
                // table just before it found out that nothing defines it: the order of relocations
                // decides, and the model has none.
                if *place == Reached::Function(Some(Target::UndefinedStub)) {
                    *place = Reached::Function(None);
                }
            }
            if expected != reached {
                all.push(format!("reached: foretold {expected:?}, found {reached:?}"));
            }
            (!all.is_empty()).then(|| all.join("\n"))
        }
        // It may do anything but notice.
        (Link::Confused { symbols }, Said::Refused(found)) => {
            let noticed = found.iter().find(|it| symbols.contains(&it.symbol));
            noticed.map(|problem| format!("foretold {model:?}, found {problem:?}"))
        }
        (Link::Confused { .. }, Said::Crashed | Said::Wrote { .. } | Said::Other(_)) => None,
        _ => Some(format!("foretold {model:?}, found {}", describe(graph, said))),
    }
}

/// What is in the module that `graph` was linked to.
pub fn observed(graph: &Graph, module: &[u8]) -> Linked {
    read_module(module, |place| {
        matches!(item(graph, place), Some(Item::Data { .. } | Item::UndefinedData))
    })
}

fn item(graph: &Graph, place: Place) -> Option<&Item> {
    let object = graph.inputs.get(place.input)?.objects().get(place.member)?;
    object.symbols.get(place.symbol).map(|symbol| &symbol.item)
}

fn describe(graph: &Graph, said: &Said) -> String {
    match said {
        Said::Wrote { module, warned } => {
            format!("{:?}, warned of {warned:?}", observed(graph, module))
        }
        other => format!("{other:?}"),
    }
}

/// What the model says of each reference, as a module can show it.
fn reached(graph: &Graph, module: &link::Module) -> BTreeMap<(Place, Place), Reached> {
    let called = |from: Place, to: Place| match item(graph, from) {
        Some(Item::Function { references, .. }) => {
            references.iter().any(|it| it.symbol == to.symbol && it.called)
        }
        _ => false,
    };
    let as_seen = |from: Place, to: Place, target: &Target| match item(graph, to) {
        Some(Item::Data { .. } | Item::UndefinedData) => Reached::Data(match target {
            Target::Definition(place) => Some(*place),
            _ => None,
        }),
        _ if called(from, to) => Reached::Called(target.clone()),
        // The address of a stub is the null pointer.
        _ => Reached::Function(match target {
            Target::Import(_) | Target::Definition(_) => Some(target.clone()),
            _ => None,
        }),
    };
    let all = module.reached.iter();
    all.map(|((from, to), target)| ((*from, *to), as_seen(*from, *to, target))).collect()
}
