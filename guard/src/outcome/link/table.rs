//! The linker's symbol table: what each symbol is after all inputs are read.

use std::collections::HashMap;

use super::{Input, Item, Object, Options, Place, Problem, ProblemKind, Scope, Symbol};
use crate::import::WasmType;
use crate::sorted;

/// An entry of the symbol table, in a list where it stays: objects refer to entries by index.
#[derive(Debug, Clone)]
pub(super) struct Entry<'a> {
    pub(super) name: &'a str,
    pub(super) weak: bool,
    pub(super) state: State<'a>,
}

#[derive(Debug, Clone)]
pub(super) enum State<'a> {
    /// Defined by an archive member that is not linked (yet), by its unit. The type is that of a weak
    /// reference.
    Lazy {
        unit: usize,
        ty: Option<&'a WasmType>,
    },
    UndefinedFunction(Wanted<'a>),
    UndefinedData,
    Function {
        place: Place,
        ty: &'a WasmType,
    },
    Data {
        place: Place,
    },
    SignatureMismatchStub,
    UndefinedWeakStub {
        ty: &'a WasmType,
    },
}

/// A function that is not defined so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) ty: &'a WasmType,
    pub(super) module: &'a str,
    pub(super) import_name: Option<&'a str>,
    pub(super) called: bool,
}

impl<'a> State<'a> {
    fn is_undefined(&self) -> bool {
        matches!(self, Self::UndefinedFunction(_) | Self::UndefinedData)
    }

    fn is_data(&self) -> bool {
        matches!(self, Self::UndefinedData | Self::Data { .. })
    }

    /// The type, where it is a function that is called or defined.
    fn function_type(&self) -> Option<&'a WasmType> {
        match self {
            Self::UndefinedFunction(wanted) => Some(wanted.ty),
            Self::Function { ty, .. } => Some(ty),
            _ => None,
        }
    }
}

/// An object or archive member.
#[derive(Debug)]
pub(super) struct Unit<'a> {
    pub(super) input: usize,
    pub(super) member: usize,
    pub(super) object: &'a Object,
    /// An archive member that nothing has asked for.
    pub(super) lazy: bool,
    /// The entry of each symbol; local definitions have none.
    pub(super) entries: Vec<Option<usize>>,
}

impl Unit<'_> {
    pub(super) fn place(&self, symbol: usize) -> Place {
        Place { input: self.input, member: self.member, symbol }
    }
}

/// The symbol table, with the inputs it was made from.
#[derive(Debug)]
pub(super) struct Table<'a> {
    pub(super) units: Vec<Unit<'a>>,
    pub(super) entries: Vec<Entry<'a>>,
    /// The entry that a name stands for.
    pub(super) by_name: HashMap<&'a str, usize>,
    pub(super) warned: Vec<String>,
    /// Entries of one name with different types, the first entry first.
    variants: HashMap<&'a str, Vec<usize>>,
    problems: Vec<Problem>,
}

/// What the linker is in the middle of. Reading an object can ask for another one before it is done.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// `ObjFile::parseLazy`: the next symbol that an archive member offers.
    Offer { unit: usize, symbol: usize },
    /// `ObjFile::parse`: the next symbol of an object that is linked.
    Read { unit: usize, symbol: usize },
}

impl<'a> Table<'a> {
    /// `LinkerDriver::linkerMain` up to the end of `SymbolTable::addFile` for all files.
    pub(super) fn resolve(inputs: &'a [Input]) -> Self {
        let mut units = Vec::new();
        for (input, it) in inputs.iter().enumerate() {
            for (member, object) in it.objects().iter().enumerate() {
                let lazy = matches!(it, Input::Archive(_));
                let entries = vec![None; object.symbols.len()];
                units.push(Unit { input, member, object, lazy, entries });
            }
        }
        let mut table = Self {
            units,
            entries: Vec::new(),
            by_name: HashMap::new(),
            warned: Vec::new(),
            variants: HashMap::new(),
            problems: Vec::new(),
        };
        for unit in 0..table.units.len() {
            // Nothing asks for an archive member before it has offered what it defines.
            table.run(if table.units[unit].lazy {
                Step::Offer { unit, symbol: 0 }
            } else {
                Step::Read { unit, symbol: 0 }
            });
        }
        table
    }

    /// One file, and those that it asks for. The list stands for the linker's recursion.
    fn run(&mut self, first: Step) {
        let mut steps = vec![first];
        while let Some(step) = steps.pop() {
            let wanted = match step {
                Step::Offer { unit, symbol } => {
                    let object = self.units[unit].object;
                    let Some(it) = object.symbols.get(symbol).filter(|_| self.units[unit].lazy)
                    else {
                        continue;
                    };
                    steps.push(Step::Offer { unit, symbol: symbol + 1 });
                    self.offer(unit, it)
                }
                Step::Read { unit, symbol } => {
                    let object = self.units[unit].object;
                    let Some(it) = object.symbols.get(symbol) else {
                        continue;
                    };
                    steps.push(Step::Read { unit, symbol: symbol + 1 });
                    self.read(unit, symbol, it)
                }
            };
            // `LazySymbol::extract`
            if let Some(unit) = wanted.filter(|&unit| self.units[unit].lazy) {
                self.units[unit].lazy = false;
                steps.push(Step::Read { unit, symbol: 0 });
            }
        }
    }

    fn insert(&mut self, name: &'a str, new: Entry<'a>) -> Option<usize> {
        if let Some(&entry) = self.by_name.get(name) {
            return Some(entry);
        }
        self.by_name.insert(name, self.entries.len());
        self.entries.push(new);
        None
    }

    /// `SymbolTable::addLazy`. The answer is a unit to link now.
    fn offer(&mut self, unit: usize, symbol: &'a Symbol) -> Option<usize> {
        let (Item::Function { scope, .. } | Item::Data { scope }) = &symbol.item else {
            return None;
        };
        if *scope == Scope::Local {
            return None;
        }
        let name = symbol.name.as_str();
        let lazy = Entry { name, weak: false, state: State::Lazy { unit, ty: None } };
        let entry = self.insert(name, lazy)?;
        let entry = &mut self.entries[entry];
        match (&entry.state, entry.weak) {
            (state, _) if !state.is_undefined() => None,
            (state, true) => {
                entry.state = State::Lazy { unit, ty: state.function_type() };
                None
            }
            (_, false) => Some(unit),
        }
    }

    /// `ObjFile::createDefined` and `createUndefined`. The answer is a unit to link now.
    fn read(&mut self, unit: usize, index: usize, symbol: &'a Symbol) -> Option<usize> {
        let place = self.units[unit].place(index);
        let (entry, wanted) = match &symbol.item {
            Item::Function { scope: Scope::Local, .. } | Item::Data { scope: Scope::Local } => {
                return None;
            }
            Item::Function { ty, .. } => (self.define_function(symbol, place, ty), None),
            Item::Data { .. } => (self.define_data(symbol, place), None),
            Item::UndefinedFunction { ty, module, import_name } => {
                let called = is_called(self.units[unit].object, index);
                let import_name = import_name.as_deref();
                self.want_function(symbol, Wanted { ty, module, import_name, called })
            }
            Item::UndefinedData => self.want_data(symbol),
        };
        self.units[unit].entries[index] = Some(entry);
        wanted
    }

    /// `SymbolTable::addDefinedFunction`.
    fn define_function(&mut self, symbol: &'a Symbol, place: Place, ty: &'a WasmType) -> usize {
        let name = symbol.name.as_str();
        let new = Entry { name, weak: symbol.weak, state: State::Function { place, ty } };
        let Some(existing) = self.insert(name, new.clone()) else {
            return self.by_name[name];
        };
        let state = &self.entries[existing].state;
        if matches!(state, State::Lazy { .. }) {
            self.entries[existing] = new;
            return existing;
        }
        if state.is_data() {
            self.problem(ProblemKind::SymbolTypeMismatch, name);
            return existing;
        }
        // Where only the address was taken so far, the definition's type counts.
        let compare = !matches!(state, State::UndefinedFunction(it) if !it.called);
        if compare && state.function_type() != Some(ty) {
            let (variant, is_new) = self.variant(existing, ty, &new);
            if !is_new && self.should_replace(existing, symbol) {
                self.entries[variant] = new;
            }
            self.by_name.insert(name, variant);
            return variant;
        }
        if self.should_replace(existing, symbol) {
            self.entries[existing] = new;
        }
        existing
    }

    /// `SymbolTable::addDefinedData`.
    fn define_data(&mut self, symbol: &'a Symbol, place: Place) -> usize {
        let name = symbol.name.as_str();
        let new = Entry { name, weak: symbol.weak, state: State::Data { place } };
        let Some(existing) = self.insert(name, new.clone()) else {
            return self.by_name[name];
        };
        let state = &self.entries[existing].state;
        let lazy = matches!(state, State::Lazy { .. });
        if !lazy && !state.is_data() {
            self.problem(ProblemKind::SymbolTypeMismatch, name);
        }
        if lazy || self.should_replace(existing, symbol) {
            self.entries[existing] = new;
        }
        existing
    }

    /// `SymbolTable::addUndefinedFunction`.
    fn want_function(&mut self, symbol: &'a Symbol, wanted: Wanted<'a>) -> (usize, Option<usize>) {
        let name = symbol.name.as_str();
        let new = Entry { name, weak: symbol.weak, state: State::UndefinedFunction(wanted) };
        let Some(existing) = self.insert(name, new.clone()) else {
            return (self.by_name[name], None);
        };
        if let State::Lazy { unit, ty } = &mut self.entries[existing].state {
            let unit = *unit;
            if symbol.weak {
                *ty = Some(wanted.ty);
                self.entries[existing].weak = true;
                return (existing, None);
            }
            // The definition will take the place of this entry without a look at its type.
            return (existing, Some(unit));
        }
        let before = self.entries[existing].state.clone();
        if before.is_data() {
            self.problem(ProblemKind::SymbolTypeMismatch, name);
            return (existing, None);
        }
        let mut entry = existing;
        if wanted.called && before.function_type() != Some(wanted.ty) {
            if matches!(before, State::UndefinedFunction(it) if !it.called) {
                // The call counts, its module and name too.
                self.entries[existing] = new;
            } else {
                entry = self.variant(existing, wanted.ty, &new).0;
            }
        }
        if matches!(before, State::UndefinedFunction(_)) {
            self.merge_imports(existing, symbol.weak, wanted);
        }
        (entry, None)
    }

    /// `updateExistingUndefined`, for functions.
    fn merge_imports(&mut self, existing: usize, weak: bool, wanted: Wanted<'a>) {
        let entry = &mut self.entries[existing];
        let name = entry.name;
        entry.weak &= weak;
        let State::UndefinedFunction(old) = &mut entry.state else {
            return;
        };
        old.called |= wanted.called;
        let mut problems = Vec::new();
        if let Some(import_name) = wanted.import_name {
            if *old.import_name.get_or_insert(import_name) != import_name {
                problems.push(ProblemKind::ImportNameMismatch);
            }
        }
        if old.module != wanted.module {
            problems.push(ProblemKind::ImportModuleMismatch);
        }
        for kind in problems {
            self.problem(kind, name);
        }
    }

    /// `SymbolTable::addUndefinedData`.
    fn want_data(&mut self, symbol: &'a Symbol) -> (usize, Option<usize>) {
        let name = symbol.name.as_str();
        let new = Entry { name, weak: symbol.weak, state: State::UndefinedData };
        let Some(existing) = self.insert(name, new) else {
            return (self.by_name[name], None);
        };
        let entry = &mut self.entries[existing];
        match entry.state {
            State::Lazy { unit, .. } => {
                entry.weak |= symbol.weak;
                return (existing, (!symbol.weak).then_some(unit));
            }
            // Whether that is a function is not looked at.
            State::UndefinedData | State::UndefinedFunction(_) => entry.weak &= symbol.weak,
            State::Data { .. } => {}
            _ => self.problem(ProblemKind::SymbolTypeMismatch, name),
        }
        (existing, None)
    }

    /// `shouldReplace`.
    fn should_replace(&mut self, existing: usize, new: &Symbol) -> bool {
        let entry = &self.entries[existing];
        if entry.state.is_undefined() {
            return true;
        }
        if new.weak || entry.weak {
            return !new.weak;
        }
        self.problem(ProblemKind::DuplicateSymbol, &new.name);
        true
    }

    /// `SymbolTable::getFunctionVariant`: the entry of that name and type; `new` becomes one where
    /// there is none, which the flag says.
    fn variant(&mut self, existing: usize, ty: &WasmType, new: &Entry<'a>) -> (usize, bool) {
        let variants = self.variants.entry(new.name).or_default();
        if variants.is_empty() {
            variants.push(existing);
        }
        let entries = &self.entries;
        let same = |it: &usize| entries[*it].state.function_type() == Some(ty);
        if let Some(&variant) = variants.iter().find(|it| same(it)) {
            return (variant, false);
        }
        variants.push(self.entries.len());
        self.entries.push(new.clone());
        (self.entries.len() - 1, true)
    }

    fn problem(&mut self, kind: ProblemKind, symbol: &str) {
        self.problems.push(Problem { kind, symbol: symbol.to_owned() });
    }

    /// `SymbolTable::handleSymbolVariants` and `handleWeakUndefines`, unless there are errors.
    pub(super) fn check(mut self, options: Options) -> Result<Self, Vec<Problem>> {
        if !self.problems.is_empty() {
            return Err(sorted::set(self.problems));
        }
        for (name, variants) in std::mem::take(&mut self.variants) {
            let is_defined =
                |it: &&usize| matches!(self.entries[**it].state, State::Function { .. });
            let Some(&defined) = variants.iter().find(is_defined) else {
                self.problem(ProblemKind::FunctionSignatureMismatch, name);
                continue;
            };
            for &variant in variants.iter().filter(|it| **it != defined) {
                self.entries[variant].state = State::SignatureMismatchStub;
                self.entries[variant].weak = false;
            }
            self.warned.push(name.to_owned());
            if options.fatal_warnings {
                self.problem(ProblemKind::FunctionSignatureMismatch, name);
            }
        }
        if !self.problems.is_empty() {
            return Err(sorted::set(self.problems));
        }
        self.warned = sorted::set(self.warned);
        for &entry in self.by_name.values() {
            let entry = &mut self.entries[entry];
            let ty = match entry.state {
                State::UndefinedFunction(wanted) => wanted.ty,
                // Of several references the last one's, whatever the others call.
                State::Lazy { ty: Some(ty), .. } => ty,
                _ => continue,
            };
            if entry.weak {
                entry.state = State::UndefinedWeakStub { ty };
            }
        }
        Ok(self)
    }
}

/// Whether a function of `object` calls its symbol `index`: only then has the type to be the same.
fn is_called(object: &Object, index: usize) -> bool {
    object.symbols.iter().any(|symbol| match &symbol.item {
        Item::Function { references, .. } => {
            references.iter().any(|it| it.called && it.symbol == index)
        }
        _ => false,
    })
}
