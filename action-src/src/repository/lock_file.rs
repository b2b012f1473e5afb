//! Where a Cargo.lock has a package.

use toml::de::DeTable;

use super::{Spot, spot};

/// The line that names the package `name` of `version`.
pub(super) fn package(lock_file: &str, name: &str, version: &str) -> Option<Spot> {
    let document = DeTable::parse(lock_file).ok()?;
    let packages = document.get_ref().get("package")?.get_ref().as_array()?;
    packages.iter().find_map(|package| {
        let package = package.get_ref().as_table()?;
        let text = |key: &str| package.get(key)?.get_ref().as_str();
        if text("name") != Some(name) || text("version") != Some(version) {
            return None;
        }
        let (key, value) = package.get_key_value("name")?;
        spot(lock_file, key.span().start..value.span().end)
    })
}

#[cfg(test)]
mod tests {
    use super::{Spot, package};

    const LOCK_FILE: &str = "# Generated\nversion = 4\n\n[[package]]\nname = \"app\"\nversion = \
        \"0.1.0\"\n\n[[package]]\nname = \"host-sys\"\nversion = \"0.9.0\"\n\n[[package]]\nname = \
        \"host-sys\"\nversion = \"0.13.2\"\n";

    #[test]
    fn a_package_is_at_its_name() {
        let spot = Spot { line: 13, column: 1, length: 17 };
        assert_eq!(LOCK_FILE.lines().nth(12), Some("name = \"host-sys\""));
        assert_eq!(package(LOCK_FILE, "host-sys", "0.13.2"), Some(spot));
        assert_eq!(package(LOCK_FILE, "host-sys", "1.0.0"), None);
        assert_eq!(package("package = 1", "host-sys", "1.0.0"), None);
    }
}
