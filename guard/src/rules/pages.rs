//! The page of each rule, as `explain` prints it.

/// Each rule that has a page, by its id, with the page in Markdown.
const PAGES: &[(&str, &str)] = &[
    ("libc-clash", include_str!("../../docs/rules/libc-clash.md")),
    ("module-clash", include_str!("../../docs/rules/module-clash.md")),
];

/// The page of the rule `id`, in Markdown; `None` when there is no such rule.
pub fn page(id: &str) -> Option<&'static str> {
    PAGES.iter().find(|(known, _)| *known == id).map(|(_, page)| *page)
}

/// The ids of the rules that have a page, sorted.
pub fn page_ids() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|(id, _)| *id)
}

#[cfg(test)]
mod tests {
    use super::{page, page_ids};

    #[test]
    fn every_page_begins_with_its_id() {
        for id in page_ids() {
            let text = page(id).unwrap();
            assert_eq!(text.lines().next(), Some(format!("# {id}").as_str()));
        }
        assert_eq!(page("no-such-rule"), None);
    }

    #[test]
    fn ids_are_sorted() {
        assert!(page_ids().is_sorted());
    }
}
