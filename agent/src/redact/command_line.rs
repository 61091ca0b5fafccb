//! Arguments of the installer. A secret may stand in an argument of its own, behind the flag that announces it.

use super::Redactor;
use super::pseudonym::Kind;

/// Flags whose next argument is a secret.
const SECRET_FLAGS: &[&str] = &[
    "password",
    "passwd",
    "pass",
    "passphrase",
    "pwd",
    "token",
    "secret",
    "api-key",
    "apikey",
    "api_key",
    "access-key",
    "secret-key",
    "client-secret",
    "auth-token",
    "credential",
    "credentials",
    "licence-key",
    "license-key",
];

/// Flags whose next argument is `user:password`.
const LOGIN_FLAGS: &[&str] = &["-u", "--user", "--proxy-user", "-U"];

impl Redactor {
    /// Redacts a command line, argument by argument.
    pub(crate) fn args(&mut self, args: &[String]) -> Vec<String> {
        let mut redacted = Vec::with_capacity(args.len());
        let mut announced: Option<&str> = None;
        for arg in args {
            let hide_all = announced.is_some_and(is_secret_flag);
            let hide_login = announced.is_some_and(|flag| LOGIN_FLAGS.contains(&flag)) && arg.contains(':');
            redacted.push(if (hide_all || hide_login) && !arg.is_empty() {
                self.pseudonyms.of(Kind::Secret, arg)
            } else {
                self.text(arg).into_owned()
            });
            announced = (arg.starts_with('-') || arg.starts_with('/')).then_some(arg.as_str());
        }
        redacted
    }
}

fn is_secret_flag(flag: &str) -> bool {
    let name = flag.trim_start_matches(['-', '/']).to_ascii_lowercase();
    SECRET_FLAGS.contains(&name.as_str())
}
