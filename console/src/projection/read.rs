//! Reading: cases as they are shown.

use hotliner_protocol::id::CaseId;
use hotliner_protocol::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;
use serde_json::Value;

use super::ProjectionError;
use crate::case::{CaseState, Span};

/// Which cases are wanted.
#[derive(Clone, Debug, Default)]
pub struct CaseFilter {
    /// Only those that are open (`true`) or closed (`false`).
    pub open: Option<bool>,
    /// Only those somebody works on (`true`) or nobody (`false`).
    pub claimed: Option<bool>,
    /// Only those this person works on.
    pub claimed_by: Option<String>,
    /// Only those that were closed as solved.
    pub resolved: bool,
    /// Only those in which all these words stand, whatever their case.
    pub words: Vec<String>,
    /// At most so many.
    pub limit: u32,
}

/// A case in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseRow {
    /// Its state, with the span of its journal.
    pub state: CaseState,
    /// When something happened last.
    pub updated_at: Timestamp,
}

/// A case in full.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseShown {
    /// State and span.
    pub row: CaseRow,
    /// Its facts, by path.
    pub facts: Vec<FactRow>,
}

/// A fact as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FactRow {
    /// Its name.
    pub path: String,
    /// The value, where the standing is `value`.
    pub value: Option<Value>,
    /// When the PC was looked at, by the PC's clock.
    pub observed_at: Timestamp,
    /// `value`, `unsupported`, `denied`, `timed-out`, `not-collected`, `redacted`.
    pub standing: String,
}

const COLUMNS: &str = "state, updated_at, first, last, records, gaps, dropped, rows";

pub(super) fn positions(connection: &Connection) -> Result<Vec<(CaseId, u64, bool)>, ProjectionError> {
    let mut statement = connection.prepare_cached("SELECT id, last, connected FROM case_row")?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?.unsigned_abs(), row.get::<_, bool>(2)?))
    })?;
    let mut positions = Vec::new();
    for row in rows {
        let (id, last, connected) = row?;
        // An id that does not read belongs to no case of the journal either.
        if let Ok(case) = id.parse() {
            positions.push((case, last, connected));
        }
    }
    Ok(positions)
}

pub(super) fn case(connection: &Connection, case: CaseId) -> Result<Option<CaseShown>, ProjectionError> {
    let Some(row) = row(connection, case)? else { return Ok(None) };
    Ok(Some(CaseShown { row, facts: facts(connection, case)? }))
}

pub(super) fn row(connection: &Connection, case: CaseId) -> Result<Option<CaseRow>, ProjectionError> {
    let sql = format!("SELECT {COLUMNS} FROM case_row WHERE id = ?1 AND opened_at IS NOT NULL");
    let found =
        connection.prepare_cached(&sql)?.query_row([case.to_string()], |row| Ok(case_row(row))).optional()?;
    found.transpose()
}

pub(super) fn cases(connection: &Connection, filter: &CaseFilter) -> Result<Vec<CaseRow>, ProjectionError> {
    let mut which = "opened_at IS NOT NULL".to_owned();
    let mut given: Vec<String> = Vec::new();
    let mut and = |condition: &str| {
        which.push_str(" AND ");
        which.push_str(condition);
    };
    match filter.open {
        None => {}
        Some(true) => and("closed_at IS NULL"),
        Some(false) => and("closed_at IS NOT NULL"),
    }
    match filter.claimed {
        None => {}
        Some(true) => and("claimed_by IS NOT NULL"),
        Some(false) => and("claimed_by IS NULL"),
    }
    if filter.resolved {
        and("resolved");
    }
    if let Some(name) = &filter.claimed_by {
        and("claimed_by = ?");
        given.push(name.clone());
    }
    for word in &filter.words {
        and("instr(words, ?) > 0");
        given.push(word.to_lowercase());
    }
    let limit = filter.limit;
    let sql = format!(
        "SELECT {COLUMNS} FROM case_row WHERE {which} ORDER BY opened_at DESC, id DESC LIMIT {limit}"
    );
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map(rusqlite::params_from_iter(given), |row| Ok(case_row(row)))?;
    rows.map(|row| row?).collect()
}

fn case_row(row: &Row<'_>) -> Result<CaseRow, ProjectionError> {
    let number = |index: usize| row.get::<_, i64>(index).map(i64::unsigned_abs);
    let mut state: CaseState = serde_json::from_str(row.get_ref(0)?.as_str().unwrap_or_default())?;
    state.journal = Span {
        first: number(2)?,
        last: number(3)?,
        records: number(4)?,
        gaps: number(5)?,
        dropped: number(6)?,
        rows: number(7)?,
    };
    Ok(CaseRow { state, updated_at: Timestamp::from_millis(number(1)?) })
}

fn facts(connection: &Connection, case: CaseId) -> Result<Vec<FactRow>, ProjectionError> {
    let mut statement = connection.prepare_cached(
        "SELECT path, observed_at, standing, value FROM fact WHERE case_id = ?1 ORDER BY path",
    )?;
    let mut rows = statement.query([case.to_string()])?;
    let mut facts = Vec::new();
    while let Some(row) = rows.next()? {
        let value: Option<String> = row.get(3)?;
        facts.push(FactRow {
            path: row.get(0)?,
            observed_at: Timestamp::from_millis(row.get::<_, i64>(1)?.unsigned_abs()),
            standing: row.get(2)?,
            value: value.map(|value| serde_json::from_str(&value)).transpose()?,
        });
    }
    Ok(facts)
}
