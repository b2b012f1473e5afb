//! The dependency paths of findings, as a picture that GitHub draws.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use wasm_import_guard::finding::Level;

use crate::render::merged::Merged;
use crate::render::mermaid::label;
use crate::render::words::counted;

/// How many arrows a picture has at most: more is not read.
const MAX_ARROWS: usize = 60;
/// How many findings of a package have a node each.
const MAX_FINDINGS: usize = 5;

/// A block of Mermaid: from the roots to the packages with findings, and these as leaves. Nothing where no
/// finding has come through a dependency.
pub(super) fn picture(findings: &[Merged<'_>]) -> String {
    let findings: Vec<&Merged<'_>> =
        findings.iter().filter(|merged| merged.finding.path.len() > 1).collect();
    if findings.is_empty() {
        return String::new();
    }
    let mut picture = Picture::default();
    let not_drawn = findings.iter().filter(|merged| !picture.add(merged)).count();
    picture.text(not_drawn)
}

#[derive(Debug, Default)]
struct Picture<'a> {
    /// Numbers of packages.
    packages: BTreeMap<&'a str, usize>,
    arrows: BTreeSet<(usize, usize)>,
    /// What was found in a package, by its number: whether it is denied, by what it is called.
    findings: BTreeMap<usize, BTreeMap<String, bool>>,
}

impl<'a> Picture<'a> {
    /// Draws a finding, where there is room.
    fn add(&mut self, merged: &Merged<'a>) -> bool {
        let finding = merged.finding;
        if self.arrows.len() + finding.path.len() > MAX_ARROWS {
            return false;
        }
        let numbers: Vec<usize> = finding.path.iter().map(|package| self.number(package)).collect();
        self.arrows.extend(numbers.windows(2).map(|pair| (pair[0], pair[1])));
        let Some(last) = numbers.last() else { return false };
        let called = match &finding.module {
            Some(module) => format!("{module}.{}", finding.name),
            None => finding.name.clone(),
        };
        *self.findings.entry(*last).or_default().entry(called).or_default() |=
            finding.level == Level::Deny;
        true
    }

    fn number(&mut self, package: &'a str) -> usize {
        let next = self.packages.len();
        *self.packages.entry(package).or_insert(next)
    }

    fn text(&self, not_drawn: usize) -> String {
        let mut text = String::from("\n```mermaid\ngraph LR\n");
        for (package, number) in &self.packages {
            let _ = writeln!(text, "  p{number}[\"{}\"]", label(package));
        }
        for (from, to) in &self.arrows {
            let _ = writeln!(text, "  p{from} --> p{to}");
        }
        for (package, findings) in &self.findings {
            for (number, (called, is_denied)) in findings.iter().take(MAX_FINDINGS).enumerate() {
                let class = if *is_denied { "deny" } else { "warn" };
                let node = format!("f{package}x{number}");
                let _ =
                    writeln!(text, "  p{package} --> {node}([\"{}\"]):::{class}", label(called));
            }
            if findings.len() > MAX_FINDINGS {
                let more = findings.len() - MAX_FINDINGS;
                let _ = writeln!(text, "  p{package} --> f{package}more([\"{more} more\"])");
            }
        }
        if not_drawn > 0 {
            let _ = writeln!(text, "  cut[\"not drawn: {}\"]", counted(not_drawn, "more finding"));
        }
        text += "  classDef deny stroke:#cf222e,stroke-width:3px\n";
        text += "  classDef warn stroke:#bf8700,stroke-width:3px\n```\n";
        text
    }
}

#[cfg(test)]
mod tests {
    use wasm_import_guard::finding::{Finding, Level};

    use super::picture;
    use crate::render::merged::merged;
    use crate::render::samples::{HOSTILE, analysis, finding, report};

    fn drawn(findings: Vec<Finding>) -> String {
        let mut analysis = analysis();
        analysis.findings = findings;
        picture(&merged(&[report(analysis)], Level::Warn))
    }

    fn named(number: usize) -> Finding {
        let name = format!("n{number}");
        Finding { fingerprint: name.clone(), name, ..finding(Level::Deny) }
    }

    #[test]
    fn paths_meet_in_the_packages_they_share() {
        let other = Finding {
            path: vec!["app 0.1.0".into(), "wrapper 1.0.0".into(), "host-sys 0.13.2".into()],
            ..named(1)
        };
        let text = drawn(vec![finding(Level::Warn), other]);
        assert_eq!(text.matches("[\"app 0.1.0\"]").count(), 1);
        insta::assert_snapshot!(text, @r#"
        ```mermaid
        graph LR
          p0["app 0.1.0"]
          p2["host-sys 0.13.2"]
          p1["wrapper 1.0.0"]
          p0 --> p1
          p0 --> p2
          p1 --> p2
          p2 --> f2x0(["host_body.close"]):::warn
          p2 --> f2x1(["host_body.n1"]):::deny
          classDef deny stroke:#cf222e,stroke-width:3px
          classDef warn stroke:#bf8700,stroke-width:3px
        ```
        "#);
    }

    #[test]
    fn what_the_root_itself_declares_needs_no_picture() {
        let own = Finding { path: vec!["app 0.1.0".into()], ..finding(Level::Deny) };
        assert_eq!(drawn(vec![own]), "");
    }

    #[test]
    fn many_findings_are_counted() {
        let text = drawn((0..20).map(named).collect());
        assert!(text.contains("([\"15 more\"])"), "{text}");
        let of_many = (0..5_000).map(|number| Finding {
            path: vec!["app 0.1.0".into(), format!("sys{number} 1.0.0")],
            ..named(number)
        });
        let text = drawn(of_many.collect());
        let arrows = text.matches(" --> p").count();
        assert!(arrows > 50 && arrows <= super::MAX_ARROWS, "{arrows}");
        assert!(text.contains(&format!("not drawn: {} more findings", 5_000 - arrows)), "{text}");
    }

    /// Nothing of a project may leave its label, or end the block.
    #[test]
    fn hostile_names_stay_inside() {
        let hostile = format!("```\n\"]{HOSTILE}%%{{init}}%%-->");
        let finding = Finding {
            path: vec![hostile.clone(), hostile.repeat(2)],
            module: Some(hostile.clone()),
            name: hostile,
            ..finding(Level::Deny)
        };
        let text = drawn(vec![finding]);
        assert_eq!(text.matches("```").count(), 2, "{text}");
        for line in text.lines().filter(|line| line.contains('"')) {
            assert_eq!(line.matches('"').count(), 2, "{line}");
            let label = line.split('"').nth(1).unwrap();
            let inert = |c: char| c.is_alphanumeric() || " ._-+@/,…#;".contains(c);
            assert!(label.chars().all(inert), "{line}");
        }
    }
}
