//! Random link graphs.
//!
//! A few names are used by many objects, so that they clash. Each name has a kind, a type and a module
//! that most symbols of that name keep to, or every link would fail; how many do not is drawn for each
//! graph.

use wasm_import_guard::import::{ValueType, WasmType};
use wasm_import_guard::outcome::link::{
    Input, Item, Object, Options, Reference, Scope, Symbol, UndefinedPolicy,
};

use super::Graph;

/// A small generator of pseudo-random numbers (splitmix64): the same seed, the same graph.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The generator for case `number` of a campaign.
    pub fn new(seed: u64, number: u64) -> Self {
        let mut random = Self(seed ^ number.wrapping_mul(0xd134_2543_de82_ef95));
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).expect("below a usize")
    }

    fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// What most symbols of a name agree on.
struct Custom {
    name: String,
    data: bool,
    ty: WasmType,
    module: &'static str,
    import_name: String,
}

const MODULES: [&str; 3] = ["env", "host", "other"];

fn types() -> [WasmType; 4] {
    const I32: ValueType = ValueType::I32;
    let ty = |params: &[ValueType], results: &[ValueType]| WasmType {
        params: params.to_vec(),
        results: results.to_vec(),
    };
    [
        ty(&[], &[]),
        ty(&[I32], &[I32]),
        ty(&[ValueType::I64], &[I32]),
        ty(&[I32, ValueType::F64], &[]),
    ]
}

/// A graph of one to five inputs.
pub fn graph(random: &mut Random) -> Graph {
    let customs: Vec<Custom> = ["close", "read", "time", "log"]
        .into_iter()
        .map(|name| Custom {
            name: name.to_owned(),
            data: random.percent(10),
            ty: random.pick(&types()).clone(),
            module: random.pick::<&'static str>(&MODULES),
            import_name: if random.percent(90) { name.to_owned() } else { "renamed".to_owned() },
        })
        .collect();
    let odd = *random.pick(&[0, 5, 20, 50]);
    let inputs = (0..=random.below(5))
        .map(|input| {
            if random.percent(55) {
                Input::Object(object(random, &customs, odd, &format!("{input}")))
            } else {
                let members = (0..=random.below(3))
                    .map(|member| object(random, &customs, odd, &format!("{input}_{member}")))
                    .collect();
                Input::Archive(members)
            }
        })
        .collect();
    let undefined = match random.below(10) {
        0..4 => UndefinedPolicy::Error,
        4..9 => UndefinedPolicy::Import,
        _ => UndefinedPolicy::Stub,
    };
    let options =
        Options { undefined, gc_sections: random.percent(75), fatal_warnings: random.percent(10) };
    Graph { inputs, options, hidden: random.next() }
}

fn object(random: &mut Random, customs: &[Custom], odd: usize, label: &str) -> Object {
    let mut symbols = Vec::new();
    for custom in customs {
        if random.percent(50) {
            symbols.push(symbol(random, custom, odd, label));
        }
    }
    for at in (1..symbols.len()).rev() {
        let other = random.below(at + 1);
        symbols.swap(at, other);
    }
    // Whoever calls comes first or last; archive members need none.
    if random.percent(75) {
        let caller = Symbol {
            name: format!("caller_{label}"),
            weak: false,
            item: Item::Function {
                ty: types()[0].clone(),
                scope: Scope::Exported,
                references: Vec::new(),
            },
        };
        let at = if random.percent(50) { 0 } else { symbols.len() };
        symbols.insert(at, caller);
    }
    let count = symbols.len();
    for at in 0..count {
        let chance = match symbols[at].item {
            Item::Function { scope: Scope::Exported, .. } => 80,
            Item::Function { .. } => 25,
            _ => continue,
        };
        let chosen: Vec<Reference> = (0..count)
            .filter(|&other| other != at && random.percent(chance))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|symbol| Reference { symbol, called: random.percent(80) })
            .collect();
        let chosen: Vec<Reference> = chosen
            .into_iter()
            .map(|it| Reference {
                called: it.called && is_function(&symbols[it.symbol].item),
                ..it
            })
            .collect();
        if let Item::Function { references, .. } = &mut symbols[at].item {
            *references = chosen;
        }
    }
    Object { symbols }
}

fn is_function(item: &Item) -> bool {
    matches!(item, Item::Function { .. } | Item::UndefinedFunction { .. })
}

fn symbol(random: &mut Random, custom: &Custom, odd: usize, label: &str) -> Symbol {
    let mut name = custom.name.clone();
    let mut weak = random.percent(20);
    let data = custom.data != random.percent(odd / 4);
    let ty = if random.percent(odd) { random.pick(&types()).clone() } else { custom.ty.clone() };
    let defined = random.percent(35);
    let scope = if random.percent(12) { Scope::Local } else { Scope::Global };
    let item = match (data, defined) {
        (true, true) => Item::Data { scope },
        (true, false) => Item::UndefinedData,
        (false, true) => Item::Function { ty, scope, references: Vec::new() },
        (false, false) => {
            let module = if random.percent(odd) { *random.pick(&MODULES) } else { custom.module };
            let import_name = match random.below(100) {
                0..30 => None,
                30..45 => {
                    // As rustc mangles an import.
                    name = format!("_R{}_{label}", custom.name);
                    Some(custom.import_name.clone())
                }
                _ if random.percent(odd / 2) => Some("elsewhere".to_owned()),
                _ => Some(custom.import_name.clone()),
            };
            Item::UndefinedFunction { ty, module: module.to_owned(), import_name }
        }
    };
    if matches!(
        item,
        Item::Function { scope: Scope::Local, .. } | Item::Data { scope: Scope::Local }
    ) {
        weak = false;
    }
    Symbol { name, weak, item }
}
