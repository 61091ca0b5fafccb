//! The tables. A change of any of them is a new [`NUMBER`]: the console then rebuilds by itself.

use rusqlite::Connection;

/// Number of the schema. 1: first. 2: who works on a case, words to search, where lines stand.
const NUMBER: i64 = 2;

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS case_row (
    id TEXT PRIMARY KEY, opened_at INTEGER, closed_at INTEGER, connected INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT '{}', updated_at INTEGER NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, records INTEGER NOT NULL, gaps INTEGER NOT NULL,
    dropped INTEGER NOT NULL, rows INTEGER NOT NULL, claimed_by TEXT, resolved INTEGER NOT NULL DEFAULT 0,
    words TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS case_opened ON case_row (opened_at DESC);
CREATE TABLE IF NOT EXISTS fact (
    case_id TEXT NOT NULL, path TEXT NOT NULL, observed_at INTEGER NOT NULL, standing TEXT NOT NULL, value TEXT,
    PRIMARY KEY (case_id, path)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS line (
    case_id TEXT NOT NULL, first INTEGER NOT NULL, position INTEGER NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (case_id, first)) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS line_position ON line (case_id, position);
";

/// Whether the file is empty or has this very schema.
pub(super) fn is_current(connection: &Connection) -> bool {
    let number = connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
    number.is_ok_and(|number| number == 0 || number == NUMBER)
}

/// Makes what is not there.
pub(super) fn create(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.execute_batch(TABLES)?;
    connection.pragma_update(None, "user_version", NUMBER)
}
