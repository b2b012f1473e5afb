//! Writes files as a whole or not at all.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

/// Makes `content` the content of `file`: whoever reads it meanwhile, and whatever stops the writing,
/// finds what was there before or all of this.
///
/// A link stays, and what it leads to is replaced. What is no regular file, such as a terminal or a pipe, is
/// written to.
///
/// # Errors
/// When the directory cannot be written, or is full.
pub(crate) fn replace(file: &Path, content: &[u8]) -> io::Result<()> {
    let real = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let before = fs::metadata(&real).ok();
    if before.as_ref().is_some_and(|metadata| !metadata.is_file()) {
        return fs::write(&real, content);
    }
    let directory = real.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut unfinished = builder().tempfile_in(directory)?;
    unfinished.write_all(content)?;
    if let Some(before) = before {
        unfinished.as_file().set_permissions(before.permissions())?;
    }
    unfinished.persist(&real)?;
    Ok(())
}

/// New files as other programs make them: for everyone whom the user's mask lets.
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".wasm-import-guard-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder
}
