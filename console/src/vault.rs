//! The vault: secrets the console keeps apart from the journal, in a SQLite file only its owner reads.
//!
//! Links of agents (their public key and one-use ratchet), people's accounts, and the hashes of passwords, sessions and
//! access tokens. Every change is on disk
//! (`synchronous = FULL`) when the call returns: a ratchet step that was told to an agent must never be forgotten.

mod accounts;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hotliner_protocol::id::CaseId;
use hotliner_protocol::resume::StoredLink;
use hotliner_protocol::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use tokio::sync::watch;

use crate::tokens::{Scope, Token};
pub use accounts::Added;

/// Format of the vault's file. 1: first. 2: accounts and sessions.
const FORMAT: i64 = 2;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS link (case_id TEXT PRIMARY KEY, link BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS token (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, scope TEXT NOT NULL, hash BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL, expires_at INTEGER, revoked_at INTEGER);
";

/// Why the vault failed.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// SQLite's words.
    #[error("the vault cannot be read or written: {0}")]
    Storage(#[from] rusqlite::Error),
    /// Written by a newer console, or damaged.
    #[error("the vault holds something this console does not understand")]
    NotUnderstood,
    /// The console is going down.
    #[error("the vault is closed")]
    Closed,
}

/// The vault. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Vault {
    connection: Arc<Mutex<Connection>>,
    /// Told whenever somebody may do less than before.
    access: Arc<watch::Sender<()>>,
}

impl Vault {
    /// Opens the vault in the file at `path`, or makes it.
    ///
    /// # Errors
    /// [`VaultError`] if the file is no vault this console understands.
    pub fn open(path: &Path) -> Result<Self, VaultError> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.busy_timeout(Duration::from_secs(5))?;
        let format: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if format > FORMAT {
            return Err(VaultError::NotUnderstood);
        }
        connection.execute_batch(SCHEMA)?;
        connection.execute_batch(accounts::SCHEMA)?;
        connection.pragma_update(None, "user_version", FORMAT)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), access: Arc::default() })
    }

    /// Changes whenever a session, an account's password, an account or a token has ended: what was allowed before has to be
    /// asked for again.
    pub fn access_changes(&self) -> watch::Receiver<()> {
        self.access.subscribe()
    }

    /// As [`Vault::with`], for work that takes access away.
    async fn take_away<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let done = self.with(work).await;
        self.access.send_replace(());
        done
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let connection = Arc::clone(&self.connection);
        let work = move || work(&connection.lock().unwrap_or_else(PoisonError::into_inner));
        tokio::task::spawn_blocking(work).await.unwrap_or(Err(VaultError::Closed))
    }

    /// Keeps the link of a case's agent, in place of an older one.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn put_link(&self, case: CaseId, link: &StoredLink) -> Result<(), VaultError> {
        let mut bytes = Vec::new();
        minicbor::encode(link, &mut bytes).map_err(|_| VaultError::NotUnderstood)?;
        self.with(move |vault| {
            vault
                .prepare_cached("INSERT OR REPLACE INTO link (case_id, link) VALUES (?1, ?2)")?
                .execute(params![case.to_string(), bytes])?;
            Ok(())
        })
        .await
    }

    /// The link of a case's agent.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn link(&self, case: CaseId) -> Result<Option<StoredLink>, VaultError> {
        self.with(move |vault| {
            let bytes: Option<Vec<u8>> = vault
                .prepare_cached("SELECT link FROM link WHERE case_id = ?1")?
                .query_row([case.to_string()], |row| row.get(0))
                .optional()?;
            bytes.map(|bytes| minicbor::decode(&bytes).map_err(|_| VaultError::NotUnderstood)).transpose()
        })
        .await
    }

    /// Forgets the link of a case: its agent cannot come back.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn drop_link(&self, case: CaseId) -> Result<(), VaultError> {
        self.with(move |vault| {
            vault.prepare_cached("DELETE FROM link WHERE case_id = ?1")?.execute([case.to_string()])?;
            Ok(())
        })
        .await
    }

    /// Keeps a new token with the hash of its secret.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn put_token(&self, token: Token, hash: [u8; 32]) -> Result<(), VaultError> {
        self.with(move |vault| {
            vault.execute(
                "INSERT INTO token (id, name, scope, hash, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    token.id,
                    token.name,
                    token.scope.word(),
                    hash,
                    token.created_at.millis().cast_signed(),
                    token.expires_at.map(|at| at.millis().cast_signed()),
                ],
            )?;
            Ok(())
        })
        .await
    }

    /// The token whose secret has this hash, dead or alive.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn token(&self, hash: [u8; 32]) -> Result<Option<Token>, VaultError> {
        self.with(move |vault| {
            let mut tokens = select_tokens(vault, "WHERE hash = ?1", params![hash])?;
            Ok(tokens.pop())
        })
        .await
    }

    /// All tokens, oldest first.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn tokens(&self) -> Result<Vec<Token>, VaultError> {
        self.with(|vault| select_tokens(vault, "ORDER BY created_at", params![])).await
    }

    /// Revokes a token by its id. Returns whether there was such a token alive.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn revoke_token(&self, id: String, now: Timestamp) -> Result<bool, VaultError> {
        self.take_away(move |vault| {
            let changed = vault.execute(
                "UPDATE token SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL",
                params![id, now.millis().cast_signed()],
            )?;
            Ok(changed > 0)
        })
        .await
    }
}

fn select_tokens(
    vault: &Connection,
    which: &str,
    given: &[&dyn rusqlite::ToSql],
) -> Result<Vec<Token>, VaultError> {
    let sql = format!("SELECT id, name, scope, created_at, expires_at, revoked_at FROM token {which}");
    let mut statement = vault.prepare_cached(&sql)?;
    let mut rows = statement.query(given)?;
    let mut tokens = Vec::new();
    let time = |millis: i64| Timestamp::from_millis(millis.unsigned_abs());
    while let Some(row) = rows.next()? {
        let scope: String = row.get(2)?;
        tokens.push(Token {
            id: row.get(0)?,
            name: row.get(1)?,
            scope: Scope::from_word(&scope).ok_or(VaultError::NotUnderstood)?,
            created_at: time(row.get(3)?),
            expires_at: row.get::<_, Option<i64>>(4)?.map(time),
            revoked_at: row.get::<_, Option<i64>>(5)?.map(time),
        });
    }
    Ok(tokens)
}
