//! Finding programs.

use std::env;
use std::path::PathBuf;

/// The program called `name` in PATH.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}

/// The program called `name` beside this one, or else in PATH.
pub(crate) fn find_companion(name: &str) -> Option<PathBuf> {
    let name = format!("{name}{}", env::consts::EXE_SUFFIX);
    let beside = env::current_exe().ok().and_then(|own| own.parent().map(|folder| folder.join(&name)));
    beside.filter(|program| program.is_file()).or_else(|| find_program(&name))
}
