//! The wasm type of an extern function, read from syn's view of its signature where its types make it
//! obvious: primitives, pointers, references, function pointers, `()` and `!`. No other type is guessed.

use syn::{FnArg, ReturnType, Signature, Type};

/// `i32 i64 -> f32`, or `None` where a type does not tell its layout. Pointers have 32 bits.
pub(crate) fn obvious(signature: &Signature) -> Option<String> {
    if signature.variadic.is_some() {
        return None;
    }
    let mut params = Vec::new();
    for input in &signature.inputs {
        let FnArg::Typed(input) = input else { return None };
        params.extend(values(&input.ty)?);
    }
    let results: &[&str] = match &signature.output {
        ReturnType::Default => &[],
        ReturnType::Type(_, ty) => values(ty)?,
    };
    Some(written(&params, results))
}

/// How a type is written here and in the table.
pub(crate) fn written(params: &[&str], results: &[&str]) -> String {
    format!("{} -> {}", params.join(" "), results.join(" ")).trim().to_owned()
}

/// The values of a type, none or one; `None` where they are not known.
fn values(ty: &Type) -> Option<&'static [&'static str]> {
    match ty {
        Type::Never(_) => Some(&[]),
        Type::Tuple(tuple) if tuple.elems.is_empty() => Some(&[]),
        Type::Paren(inner) => values(&inner.elem),
        Type::Group(inner) => values(&inner.elem),
        Type::BareFn(_) => Some(&["i32"]),
        Type::Ptr(pointer) => is_thin(&pointer.elem).then_some(&["i32"] as &[_]),
        Type::Reference(reference) => is_thin(&reference.elem).then_some(&["i32"] as &[_]),
        Type::Path(path) => {
            let name = path.path.get_ident()?.to_string();
            match name.as_str() {
                "i8" | "u8" | "i16" | "u16" | "i32" | "u32" | "isize" | "usize" | "bool"
                | "char" => Some(&["i32"]),
                "i64" | "u64" => Some(&["i64"]),
                "f32" => Some(&["f32"]),
                "f64" => Some(&["f64"]),
                _ => None,
            }
        }
        _ => None,
    }
}

fn is_thin(target: &Type) -> bool {
    match target {
        Type::Path(path) => !path.path.is_ident("str"),
        Type::Ptr(_) | Type::Array(_) | Type::Tuple(_) | Type::BareFn(_) => true,
        Type::Reference(inner) => is_thin(&inner.elem),
        Type::Paren(inner) => is_thin(&inner.elem),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_obvious_types_are_told() {
        for (text, expected) in [
            ("fn f()", Some("->")),
            ("fn f(a: u8, p: *const T, c: extern \"C\" fn()) -> u64", Some("i32 i32 i32 -> i64")),
            ("fn f(a: &mut [u8; 4]) -> !", Some("i32 ->")),
            ("fn f(a: f32) -> ()", Some("f32 ->")),
            ("fn f(a: &str)", None),
            ("fn f(a: &[u8])", None),
            ("fn f(a: Handle)", None),
            ("fn f(a: i32, ...)", None),
            ("fn f(a: u128)", None),
        ] {
            let signature: Signature = syn::parse_str(text).expect("a signature");
            assert_eq!(obvious(&signature).as_deref(), expected, "{text}");
        }
    }
}
