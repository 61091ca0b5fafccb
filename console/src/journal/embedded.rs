//! The embedded home of the journal: one SQLite file in WAL mode.
//!
//! One thread owns the writing connection and commits in groups: it takes the append that waits and whatever else has
//! arrived meanwhile, up to [`GROUP`], into one transaction with one `fsync` (`synchronous = FULL`). It never waits for a
//! group to fill, so a lone append costs one `fsync` and a thousand at once share a few. Readers use a connection of their
//! own and never block the writer.
//!
//! Recovery is SQLite's: a torn WAL frame at the end belongs to a transaction nobody was told about.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use hotliner_protocol::id::CaseId;
use hotliner_protocol::time::Timestamp;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, params};
use tokio::sync::{mpsc, oneshot};

use super::{AppendError, Body, FORMAT, JournalError, JournalLimits, Record};

/// Most appends committed together.
pub const GROUP: usize = 256;

/// Appends that may wait before callers are held back.
const QUEUE: usize = 1024;

/// Cases whose last position the writer remembers; beyond it forgets them all and reads again.
const REMEMBERED_CASES: usize = 100_000;

/// SQLite's page size here, in bytes.
const PAGE_BYTES: u64 = 4096;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS journal_case (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, last INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS record (
    case_no INTEGER NOT NULL, position INTEGER NOT NULL, at INTEGER NOT NULL, kind INTEGER NOT NULL, body BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS record_position ON record (case_no, position);
";

struct Append {
    case: CaseId,
    expected: u64,
    records: Vec<Record>,
    reply: oneshot::Sender<Result<u64, AppendError>>,
}

/// See the module's head.
#[derive(Clone, Debug)]
pub(super) struct Embedded {
    writer: mpsc::Sender<Append>,
    reader: Arc<Mutex<Connection>>,
}

impl Embedded {
    pub(super) fn open(path: &Path, limits: JournalLimits) -> Result<Self, JournalError> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        let format: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if format > FORMAT {
            return Err(JournalError::Format(format));
        }
        connection.execute_batch(SCHEMA)?;
        connection.pragma_update(None, "user_version", FORMAT)?;
        if let Some(bytes) = limits.max_bytes {
            let pages = i64::try_from(bytes / PAGE_BYTES).unwrap_or(i64::MAX);
            connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
        }
        let reader = Connection::open(path)?;
        reader.busy_timeout(std::time::Duration::from_secs(5))?;
        reader.pragma_update(None, "query_only", true)?;
        let (sender, receiver) = mpsc::channel(QUEUE);
        let writer = Writer { connection, known: HashMap::new() };
        std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || writer.run(receiver))
            .map_err(JournalError::Thread)?;
        Ok(Self { writer: sender, reader: Arc::new(Mutex::new(reader)) })
    }

    pub(super) async fn append(
        &self,
        case: CaseId,
        expected: u64,
        records: Vec<Record>,
    ) -> Result<u64, AppendError> {
        let (reply, answer) = oneshot::channel();
        let append = Append { case, expected, records, reply };
        self.writer.send(append).await.map_err(|_| AppendError::Closed)?;
        answer.await.map_err(|_| AppendError::Closed)?
    }

    pub(super) async fn read(
        &self,
        case: CaseId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Record)>, JournalError> {
        self.with_reader(move |reader| read(reader, case, after, limit)).await
    }

    pub(super) async fn read_before(
        &self,
        case: CaseId,
        before: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Record)>, JournalError> {
        self.with_reader(move |reader| {
            let given = params![case.to_string(), bound(before), bound(limit as u64)];
            let mut records = select(reader, "position < ?2 ORDER BY position DESC LIMIT ?3", given)?;
            records.reverse();
            Ok(records)
        })
        .await
    }

    pub(super) async fn read_at(
        &self,
        case: CaseId,
        positions: Vec<u64>,
    ) -> Result<Vec<(u64, Record)>, JournalError> {
        self.with_reader(move |reader| {
            let mut records = Vec::with_capacity(positions.len());
            for position in positions {
                records.extend(select(reader, "position = ?2", params![case.to_string(), bound(position)])?);
            }
            Ok(records)
        })
        .await
    }

    pub(super) async fn cases(&self) -> Result<Vec<(CaseId, u64)>, JournalError> {
        self.with_reader(|reader| {
            let mut statement = reader.prepare_cached("SELECT id, last FROM journal_case ORDER BY no")?;
            let rows =
                statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
            rows.map(|row| {
                let (id, last) = row?;
                let case = id.parse().map_err(|_| JournalError::CaseId(id))?;
                Ok((case, last.unsigned_abs()))
            })
            .collect()
        })
        .await
    }

    async fn with_reader<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let reader = Arc::clone(&self.reader);
        tokio::task::spawn_blocking(move || work(&reader.lock().unwrap_or_else(PoisonError::into_inner)))
            .await
            .unwrap_or(Err(JournalError::Closed))
    }
}

fn read(
    reader: &Connection,
    case: CaseId,
    after: u64,
    limit: usize,
) -> Result<Vec<(u64, Record)>, JournalError> {
    let given = params![case.to_string(), bound(after), bound(limit as u64)];
    select(reader, "position > ?2 ORDER BY position LIMIT ?3", given)
}

fn bound(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Records of the case `?1`.
fn select(
    reader: &Connection,
    which: &str,
    given: &[&dyn rusqlite::ToSql],
) -> Result<Vec<(u64, Record)>, JournalError> {
    let mut statement = reader.prepare_cached(&format!(
        "SELECT position, at, kind, body FROM record
         WHERE case_no = (SELECT no FROM journal_case WHERE id = ?1) AND {which}"
    ))?;
    let mut rows = statement.query(given)?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        let position = row.get::<_, i64>(0)?.unsigned_abs();
        let at = Timestamp::from_millis(row.get::<_, i64>(1)?.unsigned_abs());
        let body = Body::from_bytes(row.get(2)?, row.get_ref(3)?.as_blob().unwrap_or_default())
            .map_err(|error| JournalError::Record { position, error })?;
        records.push((position, Record { at, body }));
    }
    Ok(records)
}

/// Where a case is: its number in the file and its last position.
#[derive(Clone, Copy)]
struct Place {
    no: i64,
    last: u64,
}

struct Writer {
    connection: Connection,
    known: HashMap<CaseId, Place>,
}

impl Writer {
    fn run(mut self, mut queue: mpsc::Receiver<Append>) {
        while let Some(first) = queue.blocking_recv() {
            let mut group = vec![first];
            while group.len() < GROUP
                && let Ok(next) = queue.try_recv()
            {
                group.push(next);
            }
            self.commit(group);
        }
    }

    /// Writes a group in one transaction and answers its callers after the commit.
    fn commit(&mut self, group: Vec<Append>) {
        if self.known.len() > REMEMBERED_CASES {
            self.known.clear();
        }
        match self.write(&group) {
            Ok(answers) => {
                for (append, answer) in group.into_iter().zip(answers) {
                    // A caller that went away does not mind.
                    let _ = append.reply.send(answer);
                }
            }
            Err(error) => {
                // What the cache says of positions may be of the transaction that failed.
                self.known.clear();
                let error = append_error(&error);
                for append in group {
                    let _ = append.reply.send(Err(error.clone()));
                }
            }
        }
    }

    fn write(&mut self, group: &[Append]) -> Result<Vec<Result<u64, AppendError>>, rusqlite::Error> {
        let transaction = self.connection.transaction()?;
        let mut answers = Vec::with_capacity(group.len());
        for append in group {
            answers.push(write_one(&transaction, &mut self.known, append)?);
        }
        transaction.commit()?;
        Ok(answers)
    }
}

fn write_one(
    transaction: &Transaction<'_>,
    known: &mut HashMap<CaseId, Place>,
    append: &Append,
) -> Result<Result<u64, AppendError>, rusqlite::Error> {
    let place = match known.get(&append.case) {
        Some(place) => Some(*place),
        None => transaction
            .prepare_cached("SELECT no, last FROM journal_case WHERE id = ?1")?
            .query_row([append.case.to_string()], |row| {
                Ok(Place { no: row.get(0)?, last: row.get::<_, i64>(1)?.unsigned_abs() })
            })
            .optional()?,
    };
    let last = place.map_or(0, |place| place.last);
    if last != append.expected {
        return Ok(Err(AppendError::Taken { last, expected: append.expected }));
    }
    let mut bodies = Vec::with_capacity(append.records.len());
    for record in &append.records {
        match record.body.to_bytes() {
            Ok(bytes) => bodies.push((record.at, bytes)),
            Err(error) => return Ok(Err(AppendError::Storage(error.to_string()))),
        }
    }
    let no = match place {
        Some(place) => place.no,
        None => {
            transaction
                .prepare_cached("INSERT INTO journal_case (id, last) VALUES (?1, 0)")?
                .execute([append.case.to_string()])?;
            transaction.last_insert_rowid()
        }
    };
    let mut insert = transaction.prepare_cached(
        "INSERT INTO record (case_no, position, at, kind, body) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let mut position = last;
    for (at, (kind, bytes)) in &bodies {
        position += 1;
        insert.execute(params![no, position.cast_signed(), at.millis().cast_signed(), kind, bytes])?;
    }
    transaction
        .prepare_cached("UPDATE journal_case SET last = ?2 WHERE no = ?1")?
        .execute(params![no, position.cast_signed()])?;
    known.insert(append.case, Place { no, last: position });
    Ok(Ok(position))
}

fn append_error(error: &rusqlite::Error) -> AppendError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => AppendError::Full(error.to_string()),
        _ => AppendError::Storage(error.to_string()),
    }
}
