//! The imports that rustc itself sees: the extern blocks of a crate after `cfg` and macros, which
//! [`crate::Scratch::expand`] has rustc print.

use syn::parse::{Parse, ParseStream};
use syn::visit::{self, Visit};
use syn::{
    Attribute, Expr, ExprLit, ForeignItem, Ident, ItemFn, ItemForeignMod, ItemStatic, Lit, Meta,
    Token, Visibility,
};

use crate::signature;

/// An item of an extern block.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Declared {
    /// The module of `wasm_import_module`, where rustc heeds it.
    pub module: Option<String>,
    /// `link_name`, or else the identifier.
    pub name: String,
    /// The identifier, without `r#`.
    pub ident: String,
    /// `fn` or `static`.
    pub kind: &'static str,
    /// The block's ABI; `extern { … }` is `C`.
    pub abi: String,
    /// The wasm type of a function on a 32-bit target, where its written types make it obvious.
    pub wasm_type: Option<String>,
    /// Whether the block names a native library: `#[link(name = "…")]`.
    pub native_library: bool,
}

/// What the extern items and definitions of expanded text are.
#[derive(Debug, Clone, Default)]
pub struct Expanded {
    /// Every item of every extern block, in the order of the text.
    pub declared: Vec<Declared>,
    /// The symbols that `no_mangle` and `export_name` make.
    pub defined: std::collections::BTreeSet<String>,
}

/// Every item of every extern block in expanded Rust text, in the order of the text.
///
/// # Errors
/// When syn cannot parse the text.
pub fn declared_imports(expanded: &str) -> Result<Vec<Declared>, syn::Error> {
    read_expanded(expanded).map(|it| it.declared)
}

/// The extern items and the defined symbols of expanded Rust text.
///
/// # Errors
/// When syn cannot parse the text.
pub fn read_expanded(expanded: &str) -> Result<Expanded, syn::Error> {
    let file = syn::parse_file(expanded)?;
    let mut collector = Collector::default();
    collector.visit_file(&file);
    match collector.error {
        Some(error) => Err(error),
        None => Ok(collector.found),
    }
}

#[derive(Default)]
struct Collector {
    found: Expanded,
    error: Option<syn::Error>,
}

/// An item with a qualifier that syn 2 does not know: `safe fn`, `safe static`, `unsafe static`.
struct Qualified {
    attributes: Vec<Attribute>,
    item: ForeignItem,
}

impl Parse for Qualified {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        if input.parse::<Option<Token![unsafe]>>()?.is_none() {
            let qualifier: Ident = input.parse()?;
            if qualifier != "safe" {
                return Err(syn::Error::new(qualifier.span(), "an unknown qualifier"));
            }
        }
        Ok(Self { attributes, item: input.parse()? })
    }
}

impl<'ast> Visit<'ast> for Collector {
    fn visit_item_foreign_mod(&mut self, block: &'ast ItemForeignMod) {
        let abi = block.abi.name.as_ref().map_or_else(|| "C".to_owned(), syn::LitStr::value);
        // On a block of Rust's own ABI rustc warns of the attribute, and ignores it.
        let heeded = abi != "Rust";
        let module = heeded.then(|| link_value(&block.attrs, "wasm_import_module")).flatten();
        for item in &block.items {
            let qualified = match item {
                ForeignItem::Verbatim(tokens) => match syn::parse2::<Qualified>(tokens.clone()) {
                    Ok(qualified) => Some(qualified),
                    Err(error) => {
                        // Never passed over: this list is what others are measured by.
                        self.error.get_or_insert(error);
                        continue;
                    }
                },
                _ => None,
            };
            let item = qualified.as_ref().map_or(item, |qualified| &qualified.item);
            let (ident, attributes, kind, wasm_type) = match item {
                ForeignItem::Fn(function) => {
                    let wasm_type = signature::obvious(&function.sig);
                    (&function.sig.ident, &function.attrs, "fn", wasm_type)
                }
                ForeignItem::Static(item) => (&item.ident, &item.attrs, "static", None),
                // Types are no symbols; macros are expanded by now.
                _ => continue,
            };
            let attributes = qualified.as_ref().map_or(attributes, |it| &it.attributes);
            let ident = ident.to_string();
            let ident = ident.strip_prefix("r#").unwrap_or(&ident).to_owned();
            self.found.declared.push(Declared {
                module: module.clone(),
                name: value_of(attributes, "link_name").unwrap_or_else(|| ident.clone()),
                ident,
                kind,
                abi: abi.clone(),
                wasm_type,
                native_library: link_value(&block.attrs, "name").is_some(),
            });
        }
        visit::visit_item_foreign_mod(self, block);
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.define(&function.attrs, &function.sig.ident);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.define(&function.attrs, &function.sig.ident);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_item_static(&mut self, item: &'ast ItemStatic) {
        self.define(&item.attrs, &item.ident);
        visit::visit_item_static(self, item);
    }
}

impl Collector {
    /// Notes the symbol that a definition's attributes give it: bare or within `unsafe(…)`.
    fn define(&mut self, attributes: &[Attribute], ident: &Ident) {
        for attribute in attributes {
            let within = match &attribute.meta {
                Meta::List(list) if list.path.is_ident("unsafe") => list.parse_args().ok(),
                _ => None,
            };
            let meta = within.as_ref().unwrap_or(&attribute.meta);
            if meta.path().is_ident("no_mangle") {
                self.found.defined.insert(ident.to_string().trim_start_matches("r#").to_owned());
            } else if meta.path().is_ident("export_name") {
                self.found.defined.extend(text_of(meta));
            }
        }
    }
}

/// The value of `key` in the `link` attributes.
fn link_value(attributes: &[Attribute], key: &str) -> Option<String> {
    let mut value = None;
    for attribute in attributes.iter().filter(|it| it.path().is_ident("link")) {
        let Meta::List(list) = &attribute.meta else {
            continue;
        };
        let parts =
            list.parse_args_with(syn::punctuated::Punctuated::<Meta, Token![,]>::parse_terminated);
        for part in parts.into_iter().flatten() {
            if part.path().is_ident(key) {
                value = text_of(&part);
            }
        }
    }
    value
}

fn value_of(attributes: &[Attribute], name: &str) -> Option<String> {
    attributes.iter().find(|it| it.path().is_ident(name)).and_then(|it| text_of(&it.meta))
}

/// The text of `name = "text"`.
fn text_of(meta: &Meta) -> Option<String> {
    match meta {
        Meta::NameValue(pair) => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}
