//! A pull request that tries to speak for the Action, and one that has more to say than fits.

use wasm_import_guard_tests::github::{Api, markdown_to_html};

use crate::step::Step;

/// A command of the runner, an older one, HTML, a mention, a link, the end of a table's cell, of a code
/// span and of a comment's marker, and characters that move the cursor or turn text around.
const HOSTILE: &str = "m\n::error title=forged::forged\r\n##[error]forged%0A::warning::x\n\
    |`<script>alert(1)</script>`| @octocat [x](javascript:x) --> ```\n# forged\n\u{1b}[2J\u{202e}";

fn whole(api: &Api, step: Step) -> crate::step::Given {
    let step = step.input("comment", "on-findings").input("check-run", "true");
    let given = step.input("sarif-file", "out.sarif").run();
    assert_eq!((given.code, given.output("degraded")), (Some(1), ""), "{}", given.stdout);
    assert_eq!(api.violations(), Vec::<String>::new());
    given
}

/// Markdown of which nothing that the project chose is more than text to GitHub's rules, as comrak knows
/// them.
fn assert_inert(markdown: &str) {
    assert!(!markdown.contains(['\u{1b}', '\u{202e}', '\r']), "{markdown:?}");
    let html = markdown_to_html(markdown);
    // What is code links to nothing and calls nobody.
    let mut outside = String::new();
    let mut rest = html.as_str();
    while let Some((before, code)) = rest.split_once("<code") {
        outside += before;
        rest = code.split_once("</code>").unwrap().1;
    }
    outside += rest;
    for live in ["@octocat", "<a ", "<script", "<img", "<h1", "<h2", "href"] {
        let at = outside.find(live);
        assert!(
            at.is_none(),
            "{live}: {}",
            &outside[at.unwrap()..].chars().take(300).collect::<String>()
        );
    }
    // Ours is the one heading, and each row has our four cells.
    assert!(outside.matches("<h3").count() <= 1, "{outside}");
    for row in outside.split("<tr>").skip(1) {
        let cells = row.matches("<td>").count() + row.matches("<th>").count();
        assert_eq!(cells, 4, "{row}");
    }
}

#[test]
fn names_that_are_commands_markup_and_mentions_stay_names() {
    let api = Api::start();
    let long = HOSTILE.repeat(40);
    let modules = [(HOSTILE, "close"), (long.as_str(), "write"), ("plain", "read")];
    let given = whole(&api, Step::on(&api).imports_of(&modules));
    // One annotation for each import: nothing more is a command.
    let commands = given.stdout.lines().filter(|line| line.trim_start().starts_with("::")).count();
    assert_eq!((given.commands("error").len(), commands), (3, 3), "{}", given.stdout);
    // Nor can a line that is no command hold one of the older form.
    assert_eq!(given.stdout.lines().count(), 3, "{}", given.stdout);
    assert_inert(&given.summary);
    let comments = api.comments(1);
    assert_inert(&comments[0].body);
    let check = &api.check_runs()[0];
    assert_inert(check.summary.as_ref().unwrap());
    for annotation in &check.annotations {
        assert!(annotation["title"].as_str().unwrap().chars().count() <= 255);
        assert!(!annotation["message"].as_str().unwrap().contains(['\u{1b}', '\u{202e}', '\r']));
    }
}

#[test]
fn five_thousand_findings_stay_within_every_limit() {
    let api = Api::start();
    let modules: Vec<String> = (0..5_000).map(|number| format!("{number}{HOSTILE}")).collect();
    let imports: Vec<(&str, &str)> =
        modules.iter().map(|module| (module.as_str(), "close")).collect();
    let given = whole(&api, Step::on(&api).imports_of(&imports));
    assert_eq!(given.output("findings"), "5001");
    assert_eq!(given.commands("error").len(), 10);
    assert!(given.stdout.contains("4992 more errors"), "{}", given.stdout);
    assert!(given.stdout.lines().all(|line| line.len() < 64 * 1024));
    assert!(given.summary.len() < 1024 * 1024, "{}", given.summary.len());
    assert_inert(&given.summary);
    assert!(given.summary.contains("4901 more"), "{}", given.summary.len());
    let body = &api.comments(1)[0].body;
    assert!(body.chars().count() <= 65_536 && body.matches("| deny |").count() > 2);
    assert_inert(body);
    // The fake refuses more than 50 with one request, and a summary that is too long.
    let check = &api.check_runs()[0];
    assert_eq!(check.annotations.len(), 500);
    assert_eq!(check.title.as_deref(), Some("5001 findings; the first 500 are annotated"));
}
