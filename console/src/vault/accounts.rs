//! Accounts and sessions in the vault.

use hotliner_protocol::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Vault, VaultError};
use crate::accounts::{Account, MAX_ACCOUNTS, Role, SESSION_IDLE, SESSION_LIFETIME, Session, Theme};

pub(super) const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS account (
    name TEXT PRIMARY KEY COLLATE NOCASE, role TEXT NOT NULL, password TEXT NOT NULL, lang TEXT, theme TEXT,
    created_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS session (
    hash BLOB PRIMARY KEY, account TEXT NOT NULL COLLATE NOCASE REFERENCES account (name) ON DELETE CASCADE,
    created_at INTEGER NOT NULL, seen_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS session_account ON session (account);
";

const COLUMNS: &str = "name, role, lang, theme, created_at";

/// Most sessions of one account; the oldest ends when one more begins.
const MAX_SESSIONS: i64 = 20;

/// What became of a new account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is there.
    Added,
    /// The name is taken.
    Taken,
    /// There are others already, and it was to be the first; or there are too many.
    Full,
}

impl Vault {
    /// Adds an account with the hash of its password; with `first` only if there is none yet.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn add_account(
        &self,
        account: Account,
        password: String,
        first: bool,
    ) -> Result<Added, VaultError> {
        self.with(move |vault| {
            // One statement: two who come at once with the one-time link do not both become the first.
            let most = if first { 0 } else { MAX_ACCOUNTS - 1 };
            let added = vault.execute(
                "INSERT INTO account (name, role, password, lang, theme, created_at)
                 SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE (SELECT count(*) FROM account) <= ?7
                 ON CONFLICT DO NOTHING",
                params![
                    account.name,
                    account.role.word(),
                    password,
                    account.lang,
                    account.theme.map(Theme::word),
                    account.created_at.millis().cast_signed(),
                    most.cast_signed(),
                ],
            )?;
            let known = find(vault, &account.name)?.is_some();
            Ok(match (added, known) {
                (1.., _) => Added::Added,
                (_, true) => Added::Taken,
                _ => Added::Full,
            })
        })
        .await
    }

    /// All accounts, by name.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn accounts(&self) -> Result<Vec<Account>, VaultError> {
        self.with(|vault| {
            let mut statement =
                vault.prepare_cached(&format!("SELECT {COLUMNS} FROM account ORDER BY name"))?;
            let mut rows = statement.query([])?;
            let mut accounts = Vec::new();
            while let Some(row) = rows.next()? {
                accounts.push(account(row)?);
            }
            Ok(accounts)
        })
        .await
    }

    /// Whether any account exists.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn has_accounts(&self) -> Result<bool, VaultError> {
        self.with(|vault| Ok(vault.query_row("SELECT EXISTS (SELECT 1 FROM account)", [], |row| row.get(0))?))
            .await
    }

    /// The account of this name with the hash of its password.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn account(&self, name: String) -> Result<Option<(Account, String)>, VaultError> {
        self.with(move |vault| find(vault, &name)).await
    }

    /// Sets another password. All sessions of the account but `keep` end. Returns whether there is such an account.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn set_password(
        &self,
        name: String,
        password: String,
        keep: Option<[u8; 32]>,
    ) -> Result<bool, VaultError> {
        self.take_away(move |vault| {
            let changed =
                vault.execute("UPDATE account SET password = ?2 WHERE name = ?1", params![name, password])?;
            vault
                .execute("DELETE FROM session WHERE account = ?1 AND hash IS NOT ?2", params![name, keep])?;
            Ok(changed > 0)
        })
        .await
    }

    /// Sets language and theme, each if given.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn set_taste(
        &self,
        name: String,
        lang: Option<&'static str>,
        theme: Option<Theme>,
    ) -> Result<(), VaultError> {
        self.with(move |vault| {
            vault.execute(
                "UPDATE account SET lang = coalesce(?2, lang), theme = coalesce(?3, theme) WHERE name = ?1",
                params![name, lang, theme.map(Theme::word)],
            )?;
            Ok(())
        })
        .await
    }

    /// Removes an account, and ends its sessions. The last administrator stays: `false` then, and for an unknown name.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn remove_account(&self, name: String) -> Result<bool, VaultError> {
        self.take_away(move |vault| {
            let removed = vault.execute(
                "DELETE FROM account WHERE name = ?1 AND (role <> 'admin'
                 OR (SELECT count(*) FROM account WHERE role = 'admin') > 1)",
                [&name],
            )?;
            if removed > 0 {
                vault.execute("DELETE FROM session WHERE account = ?1", [&name])?;
            }
            Ok(removed > 0)
        })
        .await
    }

    /// Begins a session whose secret has this hash, for an account whose password still has the hash `password`: checking one
    /// takes a while, in which it may be changed. Returns whether it began. Sessions that are over are forgotten.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn begin_session(
        &self,
        hash: [u8; 32],
        account: String,
        password: String,
        now: Timestamp,
    ) -> Result<bool, VaultError> {
        self.with(move |vault| {
            let ago = |span: std::time::Duration| {
                let millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
                now.millis().saturating_sub(millis).cast_signed()
            };
            let over = params![ago(SESSION_LIFETIME), ago(SESSION_IDLE)];
            vault.execute("DELETE FROM session WHERE created_at <= ?1 OR seen_at <= ?2", over)?;
            vault.execute(
                "DELETE FROM session WHERE hash IN (SELECT hash FROM session WHERE account = ?1
                 ORDER BY seen_at DESC LIMIT -1 OFFSET ?2)",
                params![account, MAX_SESSIONS - 1],
            )?;
            let at = now.millis().cast_signed();
            let begun = vault.execute(
                "INSERT INTO session (hash, account, created_at, seen_at)
                 SELECT ?1, name, ?3, ?3 FROM account WHERE name = ?2 AND password = ?4",
                params![hash, account, at, password],
            )?;
            Ok(begun > 0)
        })
        .await
    }

    /// The session whose secret has this hash, with its account, over or not.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn session(&self, hash: [u8; 32]) -> Result<Option<(Session, Account)>, VaultError> {
        self.with(move |vault| {
            let found = vault
                .prepare_cached("SELECT account, created_at, seen_at FROM session WHERE hash = ?1")?
                .query_row([hash], |row| {
                    let (account, created_at, seen_at) = (row.get(0)?, time(row.get(1)?), time(row.get(2)?));
                    Ok(Session { account, created_at, seen_at })
                })
                .optional()?;
            let Some(session) = found else { return Ok(None) };
            Ok(find(vault, &session.account)?.map(|(account, _)| (session, account)))
        })
        .await
    }

    /// Notes that a session is used.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn note_session(&self, hash: [u8; 32], now: Timestamp) -> Result<(), VaultError> {
        self.with(move |vault| {
            let at = now.millis().cast_signed();
            vault.execute("UPDATE session SET seen_at = ?2 WHERE hash = ?1", params![hash, at])?;
            Ok(())
        })
        .await
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn end_session(&self, hash: [u8; 32]) -> Result<(), VaultError> {
        self.take_away(move |vault| {
            vault.execute("DELETE FROM session WHERE hash = ?1", [hash])?;
            Ok(())
        })
        .await
    }
}

fn find(vault: &Connection, name: &str) -> Result<Option<(Account, String)>, VaultError> {
    let mut statement =
        vault.prepare_cached(&format!("SELECT {COLUMNS}, password FROM account WHERE name = ?1"))?;
    let mut rows = statement.query([name])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some((account(row)?, row.get(5)?)))
}

fn account(row: &Row<'_>) -> Result<Account, VaultError> {
    let role: String = row.get(1)?;
    let theme: Option<String> = row.get(3)?;
    Ok(Account {
        name: row.get(0)?,
        role: Role::from_word(&role).ok_or(VaultError::NotUnderstood)?,
        lang: row.get(2)?,
        theme: theme.as_deref().and_then(Theme::from_word),
        created_at: time(row.get(4)?),
    })
}

fn time(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::Role;

    #[tokio::test]
    async fn a_password_changed_while_it_was_checked_begins_no_session() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(&folder.path().join("vault.db")).unwrap();
        let now = Timestamp::from_millis(1_000_000);
        let account =
            Account { name: "ann".into(), role: Role::Hotliner, lang: None, theme: None, created_at: now };
        vault.add_account(account, "old".into(), false).await.unwrap();
        vault.set_password("ann".into(), "new".into(), None).await.unwrap();
        assert!(!vault.begin_session([1; 32], "ann".into(), "old".into(), now).await.unwrap());
        assert!(vault.session([1; 32]).await.unwrap().is_none());
        assert!(vault.begin_session([2; 32], "ann".into(), "new".into(), now).await.unwrap());
        assert!(vault.session([2; 32]).await.unwrap().is_some());
    }
}
