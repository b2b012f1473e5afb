//! The import declarations in the Rust text that wit-bindgen generates for a world: their blocks, and as
//! much around each as decides where its code goes.

use std::collections::HashSet;
use std::fmt::Write as _;

use wit_parser::{
    Function, InterfaceId, Resolve, TypeDefKind, TypeId, TypeOwner, WorldId, WorldItem, WorldKey,
};

use super::arguments::Arguments;
use super::scheme::Scheme;
use super::temporaries::Temporaries;
use super::types::{Flat, Types};

/// How many steps naming the imports of one world may take: interfaces with functions times types.
pub(super) const MAX_STEPS: usize = 50_000_000;

/// The declarations as Rust text.
///
/// # Errors
/// Says what in the world is not understood.
pub(super) fn of_world(
    resolve: &Resolve,
    world: WorldId,
    call: &Arguments,
    scheme: Scheme,
) -> Result<String, String> {
    let types = Types::new(resolve)?;
    let items = &resolve.worlds[world];
    let interfaces = items.imports.len() + items.exports.len();
    if interfaces.saturating_mul(resolve.types.len()) > MAX_STEPS {
        return Err(format!("its world takes more than {MAX_STEPS} steps"));
    }
    let mut writer = Writer {
        types: &types,
        call,
        scheme,
        exported_resources: exported_resources(resolve, world),
        remapped: HashSet::new(),
        futures: HashSet::new(),
        streams: HashSet::new(),
        out: String::new(),
    };
    writer.world(world)?;
    Ok(writer.out)
}

/// The resources of exported interfaces.
fn exported_resources(resolve: &Resolve, world: WorldId) -> Vec<TypeId> {
    let interfaces = resolve.worlds[world].exports.values().filter_map(|item| match item {
        WorldItem::Interface { id, .. } => Some(*id),
        _ => None,
    });
    interfaces.flat_map(|id| resources(resolve, id).map(|(_, id)| id)).collect()
}

fn resources(resolve: &Resolve, id: InterfaceId) -> impl Iterator<Item = (&String, TypeId)> {
    let types = resolve.interfaces[id].types.iter();
    types
        .map(|(name, id)| (name, *id))
        .filter(|(_, id)| matches!(resolve.types[*id].kind, TypeDefKind::Resource))
}

struct Writer<'a> {
    types: &'a Types<'a>,
    call: &'a Arguments,
    scheme: Scheme,
    exported_resources: Vec<TypeId>,
    /// Imported interfaces that another crate's bindings stand for.
    remapped: HashSet<InterfaceId>,
    /// Payloads that have their functions already.
    futures: HashSet<Option<usize>>,
    streams: HashSet<Option<usize>>,
    out: String,
}

/// Where functions are: an interface or the world itself, imported or exported.
#[derive(Debug, Clone)]
struct Side {
    interface: Option<(InterfaceId, String)>,
    is_import: bool,
}

impl Side {
    /// The import module of what belongs to it.
    fn module(&self) -> String {
        let name = self.interface.as_ref().map_or("$root", |(_, name)| name.as_str());
        if self.is_import { name.to_owned() } else { format!("[export]{name}") }
    }
}

impl Writer<'_> {
    /// Everything in the order in which wit-bindgen writes it: which function first needs a payload's
    /// imports decides their names.
    fn world(&mut self, world: WorldId) -> Result<(), String> {
        let resolve = self.types.resolve;
        let world = &resolve.worlds[world];
        let side = |is_import| Side { interface: None, is_import };
        for (key, item) in &world.imports {
            if let WorldItem::Interface { id, .. } = item {
                if !self.call.is_generated(&resolve.name_world_key(key)) {
                    self.remapped.insert(*id);
                }
            }
        }
        for (key, item) in &world.imports {
            if let WorldItem::Interface { id, .. } = item {
                self.import_interface(key, *id)?;
            }
        }
        for (key, item) in &world.imports {
            if let (WorldKey::Name(name), WorldItem::Type { id, .. }) = (key, item) {
                let is_resource = matches!(resolve.types[*id].kind, TypeDefKind::Resource);
                if is_resource && self.is_generated_type(*id) {
                    self.resource_drop("$root", name);
                }
            }
        }
        self.functions(&side(true), &functions(world.imports.values()))?;
        self.functions(&side(false), &functions(world.exports.values()))?;
        for (key, item) in &world.exports {
            if let WorldItem::Interface { id, .. } = item {
                self.export_interface(key, *id)?;
            }
        }
        Ok(())
    }

    fn import_interface(&mut self, key: &WorldKey, id: InterfaceId) -> Result<(), String> {
        if self.remapped.contains(&id) {
            return Ok(());
        }
        let resolve = self.types.resolve;
        let name = resolve.name_world_key(key);
        for (resource, ty) in resources(resolve, id) {
            if self.is_generated_type(ty) {
                self.resource_drop(&name, resource);
            }
        }
        let side = Side { interface: Some((id, name)), is_import: true };
        self.functions(&side, &resolve.interfaces[id].functions.values().collect::<Vec<_>>())
    }

    fn export_interface(&mut self, key: &WorldKey, id: InterfaceId) -> Result<(), String> {
        let resolve = self.types.resolve;
        let side = Side { interface: Some((id, resolve.name_world_key(key))), is_import: false };
        let module = side.module();
        for (resource, _) in resources(resolve, id) {
            self.resource_drop(&module, resource);
            self.resource_new_and_rep(&module, resource);
        }
        self.functions(&side, &resolve.interfaces[id].functions.values().collect::<Vec<_>>())
    }

    /// Whether no other crate's type stands for this one.
    fn is_generated_type(&self, id: TypeId) -> bool {
        let name = full_type_name(self.types, id);
        name.is_none_or(|name| self.call.is_generated(&name))
    }

    fn functions(&mut self, side: &Side, functions: &[&Function]) -> Result<(), String> {
        if functions.is_empty() {
            return Ok(());
        }
        let types = self.types;
        let here = side.interface.as_ref().map(|(id, _)| *id);
        let call = self.call;
        let is_elsewhere = move |owner: TypeOwner, id: TypeId| {
            let name = full_type_name(types, id);
            if let Some(Some(path)) = name.and_then(|name| call.with.get(&name).cloned()) {
                return path.contains("::");
            }
            match owner {
                TypeOwner::Interface(owner) => Some(owner) != here,
                TypeOwner::World(_) | TypeOwner::None => false,
            }
        };
        let exported = self.exported_resources.clone();
        let temporaries = Temporaries::new(types, &exported, is_elsewhere);
        for function in functions {
            if self.call.skip.contains(&function.name) {
                continue;
            }
            self.payloads(side, function)?;
            let interface = side.interface.as_ref().map(|(_, name)| name.as_str());
            let declared = function.kind.is_async();
            let is_async = self.call.is_async(interface, &function.name, side.is_import, declared);
            if is_async && !self.scheme.has_async {
                return Err(format!(
                    "`{}` is asynchronous, and how this wit-bindgen binds that is not known",
                    function.name
                ));
            }
            match (side.is_import, is_async) {
                (true, false) => {
                    let number = temporaries.before_import(function);
                    self.import(side, function, &self.scheme.import_ident(number));
                }
                (true, true) => self.async_import(side, function),
                (false, true) => {
                    let number = temporaries.before_task_return(function);
                    self.task_return(side, function, &self.scheme.import_ident(number));
                }
                (false, false) => {}
            }
        }
        Ok(())
    }

    /// A function that calls its import: code of this crate alone.
    fn import(&mut self, side: &Side, function: &Function, ident: &str) {
        let signature = self.types.import(function, false);
        let declared = declaration(&function.name, ident, &signature.params, signature.result);
        self.enclosed("fn __imported() {", &side.module(), &[declared], "}");
    }

    /// The same, inside the implementation of a trait that has no parameters.
    fn async_import(&mut self, side: &Side, function: &Function) {
        let signature = self.types.import(function, true);
        let name = format!("[async-lower]{}", function.name);
        let declared = declaration(&name, "call", &signature.params, signature.result);
        self.enclosed("fn __imported() {", &side.module(), &[declared], "}");
    }

    /// What an asynchronous export calls with its result: code of whoever exports, through a generic
    /// function.
    fn task_return(&mut self, side: &Side, function: &Function, ident: &str) {
        let params = self.types.result(function).unwrap_or_else(|| vec![Flat::Pointer]);
        let declared =
            declaration(&format!("[task-return]{}", function.name), ident, &params, None);
        self.enclosed("fn __exported<T: Guest>() {", &side.module(), &[declared], "}");
    }

    /// Inlined into whatever drops a handle.
    fn resource_drop(&mut self, module: &str, resource: &str) {
        let declared =
            declaration(&format!("[resource-drop]{resource}"), "drop", &[Flat::I32], None);
        let before = "impl WasmResource for Handle { #[inline] unsafe fn drop(_handle: u32) {";
        self.enclosed(before, module, &[declared], "} }");
    }

    /// Default methods of the trait that an implementor of the resource implements.
    fn resource_new_and_rep(&mut self, module: &str, resource: &str) {
        let new = declaration(
            &format!("[resource-new]{resource}"),
            "new",
            &[Flat::Pointer],
            Some(Flat::I32),
        );
        let rep = declaration(
            &format!("[resource-rep]{resource}"),
            "rep",
            &[Flat::I32],
            Some(Flat::Pointer),
        );
        for (method, declared) in [("_resource_new", new), ("_resource_rep", rep)] {
            let before = format!("trait GuestResource {{ fn {method}() {{");
            self.enclosed(&before, module, &[declared], "} }");
        }
    }

    /// The functions of each future and stream in a signature whose payload has none yet.
    fn payloads(&mut self, side: &Side, function: &Function) -> Result<(), String> {
        let payloads = self.types.payloads(function)?;
        let is_known = self.scheme.has_async && !self.call.merges_types;
        if !(payloads.is_empty() || is_known) {
            return Err(format!(
                "`{}` has futures or streams, and how this call binds them is not known",
                function.name
            ));
        }
        for (index, id) in payloads.into_iter().enumerate() {
            let (kind, payload, seen) = match self.types.resolve.types[id].kind {
                TypeDefKind::Future(payload) => ("future", payload, &mut self.futures),
                TypeDefKind::Stream(payload) => ("stream", payload, &mut self.streams),
                _ => continue,
            };
            if seen.insert(self.types.payload_class(payload)) {
                self.payload(&side.module(), &function.name, kind, index);
            }
        }
        Ok(())
    }

    fn payload(&mut self, module: &str, function: &str, kind: &str, index: usize) {
        let handle = &[Flat::I32][..];
        let area: &[Flat] = match kind {
            "future" => &[Flat::I32, Flat::Pointer],
            _ => &[Flat::I32, Flat::Pointer, Flat::Length],
        };
        let plain = |what: &str, ident, params, result| {
            declaration(&format!("[{kind}-{what}-{index}]{function}"), ident, params, result)
        };
        let moved = |what: &str, ident| {
            let name = format!("[async-lower][{kind}-{what}-{index}]{function}");
            declaration(&name, ident, area, Some(Flat::I32))
        };
        let declared = [
            plain("new", "new", &[], Some(Flat::I64)),
            plain("cancel-write", "cancel_write", handle, Some(Flat::I32)),
            plain("cancel-read", "cancel_read", handle, Some(Flat::I32)),
            plain("drop-writable", "drop_writable", handle, None),
            plain("drop-readable", "drop_readable", handle, None),
            moved("read", "start_read"),
            moved("write", "start_write"),
        ];
        // wit-bindgen has them in a module, where only a static names them.
        self.enclosed("fn __vtable() {", module, &declared, "}");
    }

    fn enclosed(&mut self, before: &str, module: &str, declared: &[String], after: &str) {
        let declared = declared.concat();
        // Writing to a string cannot fail.
        let _ = writeln!(
            self.out,
            "{before} #[cfg(target_arch = \"wasm32\")] #[link(wasm_import_module = {module:?})] \
             unsafe extern \"C\" {{ {declared}}} {after}"
        );
    }
}

/// The bare functions among a world's items.
fn functions<'a>(items: impl Iterator<Item = &'a WorldItem>) -> Vec<&'a Function> {
    items
        .filter_map(|item| match item {
            WorldItem::Function(function) => Some(function),
            _ => None,
        })
        .collect()
}

/// `package:name/interface/type`, as the option `with` names types.
fn full_type_name(types: &Types<'_>, id: TypeId) -> Option<String> {
    let definition = &types.resolve.types[types.definition(id)];
    let name = definition.name.clone()?;
    let owner = match definition.owner {
        TypeOwner::World(world) => Some(types.resolve.worlds[world].name.clone()),
        TypeOwner::Interface(interface) => types.resolve.id_of(interface),
        TypeOwner::None => None,
    };
    Some(owner.map_or(name.clone(), |owner| format!("{owner}/{name}")))
}

/// One item of an extern block.
fn declaration(name: &str, ident: &str, params: &[Flat], result: Option<Flat>) -> String {
    let params: Vec<String> = params.iter().map(|param| format!("_: {}", param.rust())).collect();
    let result = result.map_or(String::new(), |result| format!(" -> {}", result.rust()));
    format!("#[link_name = {name:?}] fn {ident}({}){result}; ", params.join(", "))
}
