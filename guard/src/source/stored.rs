//! What was read of a crate, as the cache keeps it.

use std::sync::Arc;

use super::model::{
    Binding, Carrier, Code, CrateSource, Declared, Definition, ExportedMacro, ForUsers, Glob,
    IgnoredModule, Mention, OpaquePlace, Path, Scope, Spot, Style, Target, TypeItem, TypeText,
};
use super::tokens::Tokens;
use crate::cache::{Input, Stored, stored_enum, stored_struct};
use crate::cfg::Truth;
use crate::graph::{Entry, PackageIndex};
use crate::ignored::IgnoredBecause;
use crate::import::{ImportKind, Origin, ValueType, WasmType};

/// A crate without what the graph says of it.
#[derive(Debug)]
pub(super) struct StoredCrate(CrateSource);

impl StoredCrate {
    pub(super) fn new(source: CrateSource) -> Self {
        Self(source)
    }

    /// The crate of `entry` of `package`.
    pub(super) fn of(self, package: PackageIndex, entry: &Entry) -> CrateSource {
        CrateSource { package, root: entry.path.clone(), kind: entry.kind, ..self.0 }
    }

    pub(super) fn source(&self) -> &CrateSource {
        &self.0
    }
}

impl Stored for StoredCrate {
    fn store(&self, out: &mut Vec<u8>) {
        let CrateSource {
            package: _,
            root: _,
            kind: _,
            files,
            text,
            paths,
            scopes,
            carriers,
            types,
            imports,
            definitions,
            ignored_modules,
            opaque,
            exported_macros,
            macros,
            macro_use_crates,
        } = &self.0;
        files.store(out);
        text.store(out);
        paths.store(out);
        scopes.store(out);
        carriers.store(out);
        types.store(out);
        imports.store(out);
        definitions.store(out);
        ignored_modules.store(out);
        opaque.store(out);
        exported_macros.store(out);
        macros.store(out);
        macro_use_crates.store(out);
    }

    fn restore(input: &mut Input<'_>) -> Option<Self> {
        Some(Self(CrateSource {
            package: PackageIndex(0),
            root: std::path::PathBuf::new(),
            kind: crate::graph::EntryKind::Library,
            files: Stored::restore(input)?,
            text: Stored::restore(input)?,
            paths: Stored::restore(input)?,
            scopes: Stored::restore(input)?,
            carriers: Stored::restore(input)?,
            types: Stored::restore(input)?,
            imports: Stored::restore(input)?,
            definitions: Stored::restore(input)?,
            ignored_modules: Stored::restore(input)?,
            opaque: Stored::restore(input)?,
            exported_macros: Stored::restore(input)?,
            macros: Stored::restore(input)?,
            macro_use_crates: Stored::restore(input)?,
        }))
    }
}

stored_struct!(Spot { file, line, column, length });
stored_struct!(TypeItem { name, same_as });
stored_struct!(TypeText { scope, range });
stored_struct!(Scope { parent, is_module, names, globs });
stored_struct!(Binding { public, target });
stored_struct!(Path { absolute, segments });
stored_struct!(Glob { public, path });
stored_struct!(Carrier { name, owner, implements_trait, code, mentions });
stored_struct!(Mention { path, scope, file, line, style, truth });
stored_struct!(Declared {
    spot,
    head,
    ident,
    name,
    module,
    kind,
    abi,
    signature,
    truth,
    origin,
    inside,
    native_library,
    undecided,
    c_type,
});
stored_struct!(Definition { name, truth, kind, passes_as_c, spot, head });
stored_struct!(IgnoredModule { module, name, why, truth, spot });
stored_struct!(ExportedMacro { name, body });
stored_struct!(OpaquePlace { spot, reason });
stored_struct!(WasmType { params, results });

stored_enum!(Target {
    0 => Module(scope),
    1 => Import(import),
    2 => Carrier(carrier),
    3 => Type(id),
    4 => Path(path),
    5 => Crate(name),
});
stored_enum!(ForUsers {
    0 => Constant,
    1 => Inline,
    2 => Generic,
    3 => DefaultMethod,
    4 => GenericImpl,
    5 => OpaqueResult,
});
stored_enum!(Style { 0 => Path, 1 => Macro, 2 => Method, 3 => Qualified });
stored_enum!(Truth { 0 => False, 1 => Unknown, 2 => True });
stored_enum!(ImportKind { 0 => Function, 1 => Static });
stored_enum!(Origin { 0 => Source, 1 => Macro, 2 => Object });
stored_enum!(IgnoredBecause { 0 => Abi, 1 => OnForeignItem, 2 => NoExternBlock });
stored_enum!(ValueType { 0 => I32, 1 => I64, 2 => F32, 3 => F64 });

impl Stored for Arc<Tokens> {
    fn store(&self, out: &mut Vec<u8>) {
        Tokens::store(self, out);
    }

    fn restore(input: &mut Input<'_>) -> Option<Self> {
        Tokens::restore(input).map(Arc::new)
    }
}

impl Stored for Code {
    fn store(&self, out: &mut Vec<u8>) {
        match self {
            Self::OwnCrate => out.push(0),
            Self::EachUser(why) => {
                out.push(1);
                why.store(out);
            }
            Self::Expansion { exported } => {
                out.push(2);
                exported.store(out);
            }
            Self::Unseen => out.push(3),
        }
    }

    fn restore(input: &mut Input<'_>) -> Option<Self> {
        Some(match u8::restore(input)? {
            0 => Self::OwnCrate,
            1 => Self::EachUser(Stored::restore(input)?),
            2 => Self::Expansion { exported: Stored::restore(input)? },
            3 => Self::Unseen,
            _ => return None,
        })
    }
}
