//! Writing: one transaction for an update.

use hotliner_protocol::fact::Fact;
use hotliner_protocol::time::Timestamp;
use rusqlite::{Connection, Transaction, params};

use super::{ProjectionError, Update, lines};
use crate::case::CaseState;

/// Longest text that is searched of one case, in bytes.
const MAX_WORDS_BYTES: usize = 16 << 10;

/// Most facts kept of one case. A hostile agent cannot fill the disk with names it makes up.
const MAX_FACTS: i64 = 50_000;

pub(super) fn put(connection: &mut Connection, update: &Update) -> Result<(), ProjectionError> {
    let transaction = connection.transaction()?;
    put_span(&transaction, update)?;
    if let Some(state) = &update.state {
        transaction
            .prepare_cached(
                "UPDATE case_row SET opened_at = ?2, closed_at = ?3, connected = ?4, state = ?5, claimed_by = ?6,
                 resolved = ?7, words = ?8 WHERE id = ?1",
            )?
            .execute(params![
                update.case.to_string(),
                state.opened_at.map(millis),
                state.closed_at.map(millis),
                state.is_connected(),
                serde_json::to_string(state)?,
                state.claimed_by,
                state.resolved.is_some(),
                words(state),
            ])?;
    }
    put_facts(&transaction, update)?;
    lines::put(&transaction, update)?;
    transaction.commit()?;
    Ok(())
}

fn put_span(transaction: &Transaction<'_>, update: &Update) -> Result<(), ProjectionError> {
    let span = &update.span;
    transaction
        .prepare_cached(
            "INSERT INTO case_row (id, updated_at, first, last, records, gaps, dropped, rows)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (id) DO UPDATE SET updated_at = ?2, first = ?3, last = ?4, records = ?5, gaps = ?6, dropped = ?7,
             rows = ?8",
        )?
        .execute(params![
            update.case.to_string(),
            millis(update.at),
            span.first.cast_signed(),
            span.last.cast_signed(),
            span.records.cast_signed(),
            span.gaps.cast_signed(),
            span.dropped.cast_signed(),
            span.rows.cast_signed(),
        ])?;
    Ok(())
}

fn put_facts(transaction: &Transaction<'_>, update: &Update) -> Result<(), ProjectionError> {
    if update.facts.is_empty() {
        return Ok(());
    }
    let case = update.case.to_string();
    let mut room: i64 = MAX_FACTS
        - transaction
            .prepare_cached("SELECT count(*) FROM fact WHERE case_id = ?1")?
            .query_row([&case], |row| row.get::<_, i64>(0))?;
    let mut change = transaction.prepare_cached(
        "UPDATE fact SET observed_at = ?3, standing = ?4, value = ?5 WHERE case_id = ?1 AND path = ?2",
    )?;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO fact (case_id, path, observed_at, standing, value) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for Fact { path, observed_at, reading } in &update.facts {
        let value = reading.value().map(serde_json::to_string).transpose()?;
        let row = params![case, path.as_str(), millis(*observed_at), reading.standing(), value];
        if change.execute(row)? == 0 && room > 0 {
            insert.execute(row)?;
            room -= 1;
        }
    }
    Ok(())
}

fn millis(at: Timestamp) -> i64 {
    at.millis().cast_signed()
}

/// What a case is searched by, in lower case.
fn words(state: &CaseState) -> String {
    let mut words = vec![state.case.to_string(), state.note.clone()];
    words.extend(state.product.clone());
    words.extend(state.claimed_by.clone());
    words.extend(state.attempts.iter().map(|attempt| attempt.program.clone()));
    words.extend(state.notes.iter().map(|note| note.text.clone()));
    words.extend(state.resolved.iter().map(|resolved| resolved.how.clone()));
    for diagnosis in state.diagnoses.en.iter().chain(&state.diagnoses.fr) {
        let texts =
            ["fault", "cause", "title"].map(|key| diagnosis[key].as_str().unwrap_or_default().to_owned());
        words.extend(texts);
    }
    let mut words = words.join("\n").to_lowercase();
    words.truncate(words.floor_char_boundary(MAX_WORDS_BYTES.min(words.len())));
    words
}
