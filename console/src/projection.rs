//! The projection: what pages and searches read. A SQLite file that can be thrown away at any time.
//!
//! Written from the entries of the journal only ([`Update`]), so that a rebuilt one equals the one live operation gives.
//! It is not synced to disk on every write: after a crash it may lag behind the journal, which [`Projection::positions`]
//! tells and the hub catches up.

mod lines;
mod read;
mod schema;
mod write;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hotliner_protocol::fact::Fact;
use hotliner_protocol::id::CaseId;
use hotliner_protocol::time::Timestamp;
use rusqlite::Connection;

use crate::case::{CaseState, Span};
pub use read::{CaseFilter, CaseRow, CaseShown, FactRow};

/// Rows of the log that stand in one entry of the journal. A log of a million lines is found through these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// The first one, counted in the case from 0.
    pub first: u64,
    /// Position of the entry.
    pub position: u64,
    /// How many.
    pub count: u64,
}

/// Which blocks of rows are wanted, at most so many.
#[derive(Clone, Copy, Debug)]
pub enum Blocks {
    /// Those with any of the rows from the first on up to before the second.
    Rows(u64, u64),
    /// The first ones after a position.
    After(u64, u32),
    /// The last ones before a position, in order.
    Before(u64, u32),
}

/// Why the projection failed.
#[derive(Debug, thiserror::Error)]
pub enum ProjectionError {
    /// SQLite's words.
    #[error("the projection cannot be read or written: {0}")]
    Storage(#[from] rusqlite::Error),
    /// A row does not read; `serve --rebuild` mends it.
    #[error("the projection is damaged: {0}")]
    Damaged(#[from] serde_json::Error),
    /// The old file cannot be removed.
    #[error("the projection cannot be removed: {0}")]
    Remove(std::io::Error),
    /// The console is going down.
    #[error("the projection is closed")]
    Closed,
}

/// What changed in one case.
#[derive(Clone, Debug)]
pub struct Update {
    /// The case.
    pub case: CaseId,
    /// What of its journal is covered now.
    pub span: Span,
    /// The state, if more than its span changed.
    pub state: Option<Box<CaseState>>,
    /// New facts, in order.
    pub facts: Vec<Fact>,
    /// Entries with rows of the log, in order.
    pub blocks: Vec<Block>,
    /// When the last entry was appended.
    pub at: Timestamp,
}

/// The projection. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Projection {
    writer: Arc<Mutex<Connection>>,
    reader: Arc<Mutex<Connection>>,
}

impl Projection {
    /// Opens the projection in the file at `path`. One of another schema, or any with `rebuild`, is thrown away first.
    ///
    /// # Errors
    /// [`ProjectionError`] if there can be no projection at `path`.
    pub fn open(path: &Path, rebuild: bool) -> Result<Self, ProjectionError> {
        if rebuild {
            remove(path)?;
        }
        let writer = match connect(path) {
            Ok(writer) if schema::is_current(&writer) => writer,
            _ => {
                remove(path)?;
                connect(path)?
            }
        };
        schema::create(&writer)?;
        let reader = connect(path)?;
        reader.pragma_update(None, "query_only", true)?;
        Ok(Self { writer: Arc::new(Mutex::new(writer)), reader: Arc::new(Mutex::new(reader)) })
    }

    /// Takes changes in, all or none.
    ///
    /// # Errors
    /// [`ProjectionError`].
    pub async fn put(&self, update: Update) -> Result<(), ProjectionError> {
        Self::with(&self.writer, move |writer| write::put(writer, &update)).await
    }

    /// The cases the projection knows, with the last position it covers and whether their agent stood as connected.
    ///
    /// # Errors
    /// [`ProjectionError`].
    pub async fn positions(&self) -> Result<Vec<(CaseId, u64, bool)>, ProjectionError> {
        Self::with(&self.reader, |reader| read::positions(reader)).await
    }

    /// A case as it is shown.
    ///
    /// # Errors
    /// [`ProjectionError`].
    pub async fn case(&self, case: CaseId) -> Result<Option<CaseShown>, ProjectionError> {
        Self::with(&self.reader, move |reader| read::case(reader, case)).await
    }

    /// The newest cases first.
    ///
    /// # Errors
    /// [`ProjectionError`].
    pub async fn cases(&self, filter: CaseFilter) -> Result<Vec<CaseRow>, ProjectionError> {
        Self::with(&self.reader, move |reader| read::cases(reader, &filter)).await
    }

    /// Where rows of a case's log stand.
    ///
    /// # Errors
    /// [`ProjectionError`].
    pub async fn blocks(&self, case: CaseId, which: Blocks) -> Result<Vec<Block>, ProjectionError> {
        Self::with(&self.reader, move |reader| lines::blocks(reader, case, which)).await
    }

    /// A case without its facts.
    ///
    /// # Errors
    /// [`ProjectionError`].
    pub async fn row(&self, case: CaseId) -> Result<Option<CaseRow>, ProjectionError> {
        Self::with(&self.reader, move |reader| read::row(reader, case)).await
    }

    async fn with<T: Send + 'static>(
        connection: &Arc<Mutex<Connection>>,
        work: impl FnOnce(&mut Connection) -> Result<T, ProjectionError> + Send + 'static,
    ) -> Result<T, ProjectionError> {
        let connection = Arc::clone(connection);
        let work = move || work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner));
        tokio::task::spawn_blocking(work).await.unwrap_or(Err(ProjectionError::Closed))
    }
}

fn connect(path: &Path) -> Result<Connection, ProjectionError> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.busy_timeout(Duration::from_secs(5))?;
    Ok(connection)
}

/// Removes the file and what SQLite keeps beside it.
fn remove(path: &Path) -> Result<(), ProjectionError> {
    for ending in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        match std::fs::remove_file(PathBuf::from(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(ProjectionError::Remove(error));
            }
            _ => {}
        }
    }
    Ok(())
}
