//! Locales for scenarios in another language, made in a folder of their own: the machine's list of locales stays as it is.

use std::path::Path;
use std::process::Command;

use crate::programs;

/// Languages and the locale each is run under.
const LOCALES: [(&str, &str, &str); 1] = [("fr", "fr_FR", "fr_FR.UTF-8")];

/// Compiles the locale of `language` into `folder` and gives what to set: `LOCPATH`, `LC_ALL`.
///
/// # Errors
/// What is missing.
pub fn compile(language: &str, folder: &Path) -> Result<[(String, String); 2], String> {
    let (_, source, locale) = LOCALES
        .iter()
        .find(|(known, ..)| *known == language)
        .ok_or_else(|| format!("no locale is known for {language:?}; known: fr"))?;
    if !Path::new("/usr/share/i18n/locales").join(source).exists() {
        return Err(format!("the source of the locale {source} (Debian package locales)"));
    }
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let made = programs::output(
        Command::new("localedef").args(["-i", source, "-f", "UTF-8"]).arg(folder.join(locale)),
    );
    if !folder.join(locale).join("LC_MESSAGES").exists() {
        return Err(format!("localedef made no {locale}: {}", programs::said(&made)));
    }
    Ok([("LOCPATH".to_owned(), folder.display().to_string()), ("LC_ALL".to_owned(), (*locale).to_owned())])
}
