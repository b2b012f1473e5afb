//! Markdown as GitHub reads it.

/// The HTML of `markdown`, by comrak, which follows GitHub's specification. What is HTML already
/// stays so, that a test sees it.
pub fn markdown_to_html(markdown: &str) -> String {
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.render.r#unsafe = true;
    comrak::markdown_to_html(markdown, &options)
}
