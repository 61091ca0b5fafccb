//! The tables. A change of any of them is a new [`NUMBER`]: the console then rebuilds by itself.

use rusqlite::Connection;

/// Number of the schema. 1: first.
const NUMBER: i64 = 1;

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS case_row (
    id TEXT PRIMARY KEY, opened_at INTEGER, closed_at INTEGER, connected INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT '{}', updated_at INTEGER NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, records INTEGER NOT NULL, gaps INTEGER NOT NULL,
    dropped INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS case_opened ON case_row (opened_at DESC);
CREATE TABLE IF NOT EXISTS fact (
    case_id TEXT NOT NULL, path TEXT NOT NULL, observed_at INTEGER NOT NULL, standing TEXT NOT NULL, value TEXT,
    PRIMARY KEY (case_id, path)) WITHOUT ROWID;
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
