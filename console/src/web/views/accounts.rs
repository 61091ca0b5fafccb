//! Sessions and accounts.

use hotliner_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Language;
use crate::accounts::{Account, Role, Theme};

/// What somebody does in the team.
#[derive(ToSchema)]
#[schema(as = Role, rename_all = "lowercase")]
#[expect(dead_code, reason = "describes the words of `Role`")]
pub(in crate::web) enum RoleWord {
    Hotliner,
    Engineer,
    Supervisor,
    Author,
    Admin,
}

/// How pages look.
#[derive(ToSchema)]
#[schema(as = Theme, rename_all = "lowercase")]
#[expect(dead_code, reason = "describes the words of `Theme`")]
pub(in crate::web) enum ThemeWord {
    Light,
    Dark,
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web) struct Session {
    /// `null`: nobody.
    pub(in crate::web) account: Option<Me>,
    /// No account exists yet: the one-time link that `serve` prints makes the first.
    pub(in crate::web) first_account: bool,
    /// Name of the support team.
    pub(in crate::web) team: String,
}

/// The account that is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web) struct Me {
    name: String,
    #[schema(value_type = RoleWord)]
    role: Role,
    /// Language chosen.
    lang: Option<Language>,
    /// Theme chosen.
    #[schema(value_type = Option<ThemeWord>)]
    theme: Option<Theme>,
}

/// Name and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct SignIn {
    pub(in crate::web) name: String,
    pub(in crate::web) password: String,
}

/// The first account, an administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct FirstAccount {
    /// The token of the one-time link.
    pub(in crate::web) link: String,
    pub(in crate::web) name: String,
    pub(in crate::web) password: String,
}

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct NewAccount {
    /// 1 to 32 letters, digits, `.`, `-` and `_`, beginning with a letter.
    pub(in crate::web) name: String,
    #[schema(value_type = RoleWord)]
    pub(in crate::web) role: Role,
    /// 10 to 256 bytes.
    pub(in crate::web) password: String,
}

/// A new password for somebody.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct PasswordChange {
    /// 10 to 256 bytes.
    pub(in crate::web) password: String,
}

/// What to change of one's own account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct MeChange {
    #[serde(default)]
    pub(in crate::web) lang: Option<Language>,
    #[serde(default)]
    #[schema(value_type = Option<ThemeWord>)]
    pub(in crate::web) theme: Option<Theme>,
    #[serde(default)]
    pub(in crate::web) password: Option<OwnPassword>,
}

/// A new password for oneself; other sessions of the account end.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct OwnPassword {
    pub(in crate::web) old: String,
    /// 10 to 256 bytes.
    pub(in crate::web) new: String,
}

/// All accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web) struct AccountList {
    /// By name.
    pub(in crate::web) accounts: Vec<AccountView>,
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web) struct AccountView {
    name: String,
    #[schema(value_type = RoleWord)]
    role: Role,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl Me {
    pub(in crate::web) fn new(account: &Account) -> Self {
        Self {
            name: account.name.clone(),
            role: account.role,
            lang: account.lang.as_deref().and_then(|word| match word {
                "en" => Some(Language::En),
                "fr" => Some(Language::Fr),
                _ => None,
            }),
            theme: account.theme,
        }
    }
}

impl AccountView {
    pub(in crate::web) fn new(account: Account) -> Self {
        Self { name: account.name, role: account.role, created_at: account.created_at }
    }
}
