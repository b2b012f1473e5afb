//! The rules.

mod pages;

pub use pages::{page, page_ids};
