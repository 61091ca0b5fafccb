//! Reading cases back from the journal.

use hotliner_protocol::batch::Items;
use hotliner_protocol::fact::Fact;
use hotliner_protocol::id::CaseId;

use super::HubError;
use crate::case::{CaseState, Content, Entry, apply};
use crate::journal::{Journal, JournalError};
use crate::projection::{Block, Projection, Update};

/// Entries read at a time.
const CHUNK: usize = 256;

/// Reads a case from its beginning, a bounded number of entries at a time.
pub(super) struct Replay {
    journal: Journal,
    /// The case as far as it was read.
    pub(super) state: CaseState,
}

impl Replay {
    pub(super) fn new(journal: &Journal, case: CaseId) -> Self {
        Self { journal: journal.clone(), state: CaseState::new(case) }
    }

    /// Applies the next entries. Returns them, and whether they changed more than the span; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<(Vec<Entry>, bool)>, JournalError> {
        let entries = self.journal.entries(self.state.case, self.state.journal.last, CHUNK).await?;
        if entries.is_empty() {
            return Ok(None);
        }
        let mut changed = false;
        for entry in &entries {
            changed |= apply(&mut self.state, entry);
        }
        Ok(Some((entries, changed)))
    }
}

/// Brings the projection up to the journal, case by case. A case that cannot be read is logged and left as it is: the
/// others must not wait for it.
pub(super) async fn catch_up(journal: &Journal, projection: &Projection) -> Result<(), HubError> {
    let known: std::collections::HashMap<CaseId, u64> =
        projection.positions().await?.into_iter().map(|(case, last, _)| (case, last)).collect();
    for (case, last) in journal.cases().await? {
        if known.get(&case) == Some(&last) {
            continue;
        }
        match project(journal, projection, case).await {
            Ok(()) => tracing::debug!(%case, last, "projected from the journal"),
            Err(HubError::Unreadable(error @ JournalError::Record { .. })) => {
                tracing::error!(%case, %error, "a case cannot be projected");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Writes a whole case into the projection.
async fn project(journal: &Journal, projection: &Projection, case: CaseId) -> Result<(), HubError> {
    let mut replay = Replay::new(journal, case);
    while let Some((entries, changed)) = replay.next().await? {
        if let Some(update) = update(&replay.state, &entries, changed) {
            projection.put(update).await?;
        }
    }
    Ok(())
}

/// What `entries`, applied last, mean for the projection; `None` for no entries.
pub(super) fn update(state: &CaseState, entries: &[Entry], changed: bool) -> Option<Update> {
    let at = entries.last()?.at;
    let facts: Vec<Fact> = entries
        .iter()
        .filter_map(|entry| match &entry.content {
            Content::Telemetry { items: Items::Facts(facts), .. } => Some(facts),
            _ => None,
        })
        .flatten()
        .cloned()
        .collect();
    let blocks = blocks(state, entries);
    let state_changed = changed.then(|| Box::new(state.clone()));
    Some(Update { case: state.case, span: state.journal, state: state_changed, facts, blocks, at })
}

/// Where the rows of `entries`, applied last, stand.
fn blocks(state: &CaseState, entries: &[Entry]) -> Vec<Block> {
    let total: u64 = entries.iter().map(Entry::rows).sum();
    let mut first = state.journal.rows.saturating_sub(total);
    let mut blocks = Vec::new();
    for entry in entries {
        let count = entry.rows();
        if count > 0 {
            blocks.push(Block { first, position: entry.position, count });
            first += count;
        }
    }
    blocks
}
