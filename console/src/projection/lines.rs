//! Where rows of the log stand in the journal.

use hotliner_protocol::id::CaseId;
use rusqlite::{Connection, Row, ToSql, Transaction, params};

use super::{Block, Blocks, ProjectionError, Update};

pub(super) fn put(transaction: &Transaction<'_>, update: &Update) -> Result<(), ProjectionError> {
    if update.blocks.is_empty() {
        return Ok(());
    }
    let case = update.case.to_string();
    let mut insert = transaction.prepare_cached(
        "INSERT OR REPLACE INTO line (case_id, first, position, count) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for Block { first, position, count } in &update.blocks {
        insert.execute(params![case, first.cast_signed(), position.cast_signed(), count.cast_signed()])?;
    }
    Ok(())
}

/// Each way through an index: as fast with a million lines as with ten.
pub(super) fn blocks(
    connection: &Connection,
    case: CaseId,
    which: Blocks,
) -> Result<Vec<Block>, ProjectionError> {
    let case = case.to_string();
    let bound = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    match which {
        Blocks::Rows(from, to) => {
            // The block that `from` is in begins at or before it.
            let sql = "SELECT first, position, count FROM line WHERE case_id = ?1 AND first < ?3 AND first >=
                 coalesce((SELECT max(first) FROM line WHERE case_id = ?1 AND first <= ?2), ?2) ORDER BY first";
            select(connection, sql, params![case, bound(from), bound(to)])
        }
        Blocks::After(position, limit) => {
            let sql = "SELECT first, position, count FROM line WHERE case_id = ?1 AND position > ?2
                 ORDER BY position LIMIT ?3";
            select(connection, sql, params![case, bound(position), limit])
        }
        Blocks::Before(position, limit) => {
            let sql = "SELECT first, position, count FROM line WHERE case_id = ?1 AND position < ?2
                 ORDER BY position DESC LIMIT ?3";
            let mut blocks = select(connection, sql, params![case, bound(position), limit])?;
            blocks.reverse();
            Ok(blocks)
        }
    }
}

fn select(connection: &Connection, sql: &str, given: &[&dyn ToSql]) -> Result<Vec<Block>, ProjectionError> {
    let number = |row: &Row<'_>, index: usize| row.get::<_, i64>(index).map(i64::unsigned_abs);
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(given, |row| {
        Ok(Block { first: number(row, 0)?, position: number(row, 1)?, count: number(row, 2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
