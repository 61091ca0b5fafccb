//! The task of one case.

use std::sync::Arc;
use std::time::Duration;

use hotliner_protocol::frame::{Ack, Batch, ByeReason, Collect, Command as AgentCommand, Frame, Lane};
use hotliner_protocol::id::CaseId;
use hotliner_protocol::sequence::{Inbox, Take};
use hotliner_protocol::time::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, broadcast, mpsc};

use super::load::{Replay, update};
use super::{Hub, HubError, LIVE_BACKLOG, LIVE_ITEMS, LiveUpdate, Mail, Outgoing, Returning, Watch, now};
use crate::case::{CaseState, Command, Content, Decision, Entry, LeftReason, Refusal, Work, apply, decide};
use crate::diagnosis::Examiner;
use crate::journal::{AppendError, Body, Record, Telemetry};
use crate::projection::CaseRow;

/// Batches taken into one append.
const BATCHES: usize = 16;

/// How long a case without agent and watchers stays in memory.
const LINGER: Duration = Duration::from_secs(5 * 60);

/// How long the task waits before it tries again to write what the disk refused.
const STORAGE_RETRY: Duration = Duration::from_secs(1);

struct Actor {
    hub: Hub,
    state: CaseState,
    examiner: Examiner,
    /// The agent's connection.
    line: Option<(u64, mpsc::Sender<Outgoing>)>,
    /// Why the connection was ended from here, until it is noted.
    ended: Option<LeftReason>,
    live: broadcast::Sender<Arc<LiveUpdate>>,
    /// When the last entry was appended.
    updated_at: Option<Timestamp>,
}

/// The journal belongs to somebody else or cannot be read: the task ends, the next mail starts a new one from the journal.
struct Lost;

/// Batches that came one after the other, judged and opened.
#[derive(Default)]
struct Group {
    records: Vec<Record>,
    entries: Vec<Entry>,
    acks: Vec<Ack>,
    rooms: Vec<OwnedSemaphorePermit>,
}

/// Runs the task of `case` until nobody needs it.
pub(super) async fn run(hub: Hub, case: CaseId, mut mailbox: mpsc::Receiver<Mail>) {
    let mut actor = match Actor::load(hub, case).await {
        Ok(actor) => actor,
        Err(error) => {
            tracing::error!(%case, %error, "the case cannot be read back from the journal");
            return;
        }
    };
    loop {
        let mail = match tokio::time::timeout(LINGER, mailbox.recv()).await {
            Ok(Some(mail)) => mail,
            Ok(None) => return,
            Err(_) if actor.line.is_some() || actor.live.receiver_count() > 0 => continue,
            Err(_) => return actor.hub.retire(case, &mut mailbox),
        };
        if actor.handle(mail, &mut mailbox).await.is_err() {
            return;
        }
        if let Some(reason) = actor.ended.take() {
            actor.note_end(reason).await;
        }
        // Asked about a case that does not exist: nothing to keep.
        if actor.state.opened_at.is_none() && mailbox.is_empty() {
            return actor.hub.retire(case, &mut mailbox);
        }
    }
}

impl Actor {
    async fn load(hub: Hub, case: CaseId) -> Result<Self, HubError> {
        let mut examiner = hub.knowledge().begin();
        let mut replay = Replay::new(hub.journal(), case);
        let mut updated_at = None;
        while let Some((entries, _)) = replay.next().await? {
            for entry in &entries {
                examiner.take(entry);
                updated_at = Some(entry.at);
            }
        }
        let state = replay.state;
        let (live, _) = broadcast::channel(LIVE_BACKLOG);
        let mut actor = Self { hub, state, examiner, line: None, ended: None, live, updated_at };
        if actor.state.is_open() {
            let _ = actor.obey(Command::Leave { reason: LeftReason::ConsoleDown }, "console").await;
            let diagnoses = actor.examiner.diagnoses();
            let _ = actor.obey(Command::Diagnose(diagnoses), "console").await;
        }
        Ok(actor)
    }

    async fn handle(&mut self, mail: Mail, mailbox: &mut mpsc::Receiver<Mail>) -> Result<(), Lost> {
        match mail {
            Mail::Batch { connection, batch, room } => {
                return self.handle_batches((connection, batch, room), mailbox).await;
            }
            Mail::Command { command, by, reply } => {
                // Who asked may have given up while the disk was full.
                if !reply.is_closed() {
                    let done = self.handle_command(command, &by).await;
                    let _ = reply.send(done);
                }
            }
            Mail::Attach { command, line, reply } => {
                if !reply.is_closed() {
                    let done = self.handle_attach(command, line).await;
                    let _ = reply.send(done);
                }
            }
            Mail::Detach { connection, reason } => {
                if self.line.as_ref().is_some_and(|(current, _)| *current == connection) {
                    self.line = None;
                    self.note_end(reason).await;
                }
            }
            Mail::Returning { reply } => {
                let _ = reply.send(self.returning());
            }
            Mail::Watch { reply } => {
                let _ = reply.send(self.watch());
            }
            Mail::Stop { reply } => {
                self.hang_up(ByeReason::GoingDown);
                self.note_end(LeftReason::ConsoleDown).await;
                let _ = reply.send(());
                return Err(Lost);
            }
        }
        Ok(())
    }

    fn watch(&self) -> Result<Watch, HubError> {
        let Some(opened_at) = self.state.opened_at else { return Err(Refusal::NoSuchCase.into()) };
        let row = CaseRow { state: self.state.clone(), updated_at: self.updated_at.unwrap_or(opened_at) };
        Ok(Watch { position: self.state.journal.last, row: Arc::new(row), updates: self.live.subscribe() })
    }

    fn returning(&self) -> Result<Returning, HubError> {
        if self.state.opened_at.is_none() {
            return Err(Refusal::NoSuchCase.into());
        }
        if !self.state.is_open() {
            return Err(Refusal::Closed.into());
        }
        let agent = self.state.agent.as_ref().ok_or(Refusal::NoAgent)?;
        Ok(Returning { received: self.state.received(), lease_until: agent.lease_until })
    }

    async fn note_end(&mut self, reason: LeftReason) {
        if let Err(error) = self.obey(Command::Leave { reason }, "console").await {
            tracing::warn!(case = %self.state.case, %error, "the end of a connection could not be noted");
        }
    }

    async fn handle_command(&mut self, command: Command, by: &str) -> Result<(), HubError> {
        let follow = command.clone();
        self.obey(command, by).await?;
        match follow {
            Command::Collect { prefixes } => {
                self.send(Frame::Command(AgentCommand::Collect(Collect { prefixes })));
            }
            Command::Close | Command::Work(Work::Resolve { .. }) => {
                self.hang_up(ByeReason::CaseClosed);
                let _ = self.obey(Command::Leave { reason: LeftReason::CaseClosed }, "console").await;
            }
            Command::Freeze { .. } => self.hang_up(ByeReason::Protocol),
            Command::Open { agentless: true, .. } => {
                // Such a case begins with the questions.
                let diagnoses = self.examiner.diagnoses();
                let _ = self.obey(Command::Diagnose(diagnoses), "console").await;
            }
            _ => {}
        }
        Ok(())
    }

    async fn handle_attach(
        &mut self,
        command: Command,
        line: mpsc::Sender<Outgoing>,
    ) -> Result<u64, HubError> {
        self.obey(command, "agent").await?;
        self.hang_up(ByeReason::Superseded);
        let connection = self.hub.next_connection();
        self.line = Some((connection, line));
        Ok(connection)
    }

    /// Decides, appends and applies.
    async fn obey(&mut self, command: Command, by: &str) -> Result<(), HubError> {
        let at = now();
        let decisions = decide(&self.state, command, by, at)?;
        if decisions.is_empty() {
            return Ok(());
        }
        let mut group = Group::default();
        for decision in decisions {
            group.push(&self.state, at, Body::Decision(decision.clone()), Content::Decision(decision));
        }
        let judged = self.examiner.clone();
        self.diagnose(&mut group);
        if let Err(error) = self.append(&group).await {
            // It did not happen: the matcher has not seen it either.
            self.examiner = judged;
            return Err(HubError::Unwritable(error.to_string()));
        }
        self.settle(group).await;
        Ok(())
    }

    /// Takes a batch and those that wait behind it.
    async fn handle_batches(
        &mut self,
        first: (u64, Batch, OwnedSemaphorePermit),
        mailbox: &mut mpsc::Receiver<Mail>,
    ) -> Result<(), Lost> {
        let mut group = Group::default();
        let mut behind = None;
        let mut next = Some(first);
        while let Some((connection, batch, room)) = next.take() {
            group.rooms.push(room);
            self.judge(connection, batch, &mut group);
            if group.rooms.len() < BATCHES {
                match mailbox.try_recv() {
                    Ok(Mail::Batch { connection, batch, room }) => next = Some((connection, batch, room)),
                    Ok(other) => behind = Some(other),
                    Err(_) => {}
                }
            }
        }
        self.diagnose(&mut group);
        self.append_at_last(&group).await?;
        self.settle(group).await;
        match behind {
            Some(mail) => Box::pin(self.handle(mail, mailbox)).await,
            None => Ok(()),
        }
    }

    /// Opens a batch and puts what is new of it into `group`. A connection that breaks the protocol is hung up.
    fn judge(&mut self, connection: u64, batch: Batch, group: &mut Group) {
        if self.line.as_ref().is_none_or(|(current, _)| *current != connection) {
            return;
        }
        let lane = batch.lane;
        let inbox = group.inbox(lane).or_else(|| self.state.inbox(lane));
        let Some(inbox) = inbox else {
            return self.breach("a lane that has no numbers");
        };
        let skip = match inbox.judge(batch.first_seq, u64::from(batch.count)) {
            Take::From { skip } => skip,
            Take::Duplicate => return group.ack(lane, inbox.through()),
            Take::Gap { .. } => return self.breach("a gap in the numbers"),
        };
        let telemetry = Telemetry { skip, batch };
        let items = match telemetry.items() {
            Ok(items) => items,
            Err(error) => return self.breach(&error.to_string()),
        };
        let at = now();
        let through = telemetry.batch.last_seq();
        let decisions = if lane == Lane::Control { Decision::of_items(&items) } else { Vec::new() };
        let content = Content::Telemetry { lane, through, items };
        group.push(&self.state, at, Body::Telemetry(telemetry), content);
        for decision in decisions {
            group.push(&self.state, at, Body::Decision(decision.clone()), Content::Decision(decision));
        }
        group.ack(lane, through);
    }

    fn breach(&mut self, what: &str) {
        tracing::warn!(case = %self.state.case, what, "an agent broke the protocol");
        self.hang_up(ByeReason::Protocol);
        self.ended = Some(LeftReason::Protocol);
    }

    /// Lets the matcher see what is new; changed diagnoses join the append.
    fn diagnose(&mut self, group: &mut Group) {
        let mut changed = false;
        for entry in &group.entries {
            changed |= self.examiner.take(entry);
        }
        if !changed {
            return;
        }
        let at = now();
        let command = Command::Diagnose(self.examiner.diagnoses());
        for decision in decide(&self.state, command, "console", at).unwrap_or_default() {
            group.push(&self.state, at, Body::Decision(decision.clone()), Content::Decision(decision));
        }
    }

    async fn append(&self, group: &Group) -> Result<(), AppendError> {
        if group.records.is_empty() {
            return Ok(());
        }
        let journal = self.hub.journal();
        journal.append(self.state.case, self.state.journal.last, group.records.clone()).await.map(|_| ())
    }

    /// Appends, however long it takes: what an agent sent is not acknowledged before, and is not given up either.
    async fn append_at_last(&self, group: &Group) -> Result<(), Lost> {
        let case = self.state.case;
        let mut refused = false;
        loop {
            match self.append(group).await {
                Ok(()) => {
                    if refused {
                        tracing::info!(%case, "the journal can be written again; the agent goes on");
                    }
                    return Ok(());
                }
                Err(error @ (AppendError::Full(_) | AppendError::Storage(_))) => {
                    if !refused {
                        tracing::error!(%case, %error, "nothing is acknowledged until the journal can be written: make room on the disk of the data folder");
                    }
                    refused = true;
                    tokio::select! {
                        () = tokio::time::sleep(STORAGE_RETRY) => {}
                        () = self.hub.stopping() => return Err(Lost),
                    }
                }
                Err(error @ (AppendError::Taken { .. } | AppendError::Closed)) => {
                    tracing::error!(%case, %error, "the case is given up by this task");
                    return Err(Lost);
                }
            }
        }
    }

    /// After the append: acknowledge, apply, project, tell.
    async fn settle(&mut self, group: Group) {
        for ack in &group.acks {
            self.send(Frame::Ack(*ack));
        }
        let mut changed = false;
        for entry in &group.entries {
            changed |= apply(&mut self.state, entry);
            self.updated_at = Some(entry.at);
        }
        if let Some(update) = update(&self.state, &group.entries, changed)
            && let Err(error) = self.hub.projection().put(update).await
        {
            tracing::error!(case = %self.state.case, %error, "the projection lags behind; `serve --rebuild` mends it");
        }
        self.tell(&group, changed);
    }

    /// Tells whoever watches the case, or all cases.
    fn tell(&self, group: &Group, changed: bool) {
        let changes = &self.hub.inner.changes;
        let watched = self.live.receiver_count() > 0;
        let Some(last) = group.entries.last() else { return };
        let row = (changed && (watched || changes.receiver_count() > 0))
            .then(|| Arc::new(CaseRow { state: self.state.clone(), updated_at: last.at }));
        // Errors mean that the last watcher has just left.
        if let Some(row) = &row {
            let _ = changes.send(Arc::clone(row));
        }
        if !watched {
            return;
        }
        for entry in &group.entries {
            let row = row.as_ref().filter(|_| entry.position == last.position).cloned();
            let items = (entry.size() <= LIVE_ITEMS).then(|| entry.items());
            let _ = self.live.send(Arc::new(LiveUpdate { position: entry.position, items, row }));
        }
    }

    /// Sends to the agent. One that does not take its frames is hung up.
    fn send(&mut self, frame: Frame) {
        if let Some((_, line)) = &self.line
            && line.try_send(Outgoing::Frame(frame)).is_err()
        {
            self.line = None;
            self.ended = Some(LeftReason::Lost);
        }
    }

    fn hang_up(&mut self, reason: ByeReason) {
        if let Some((_, line)) = self.line.take() {
            // A full or closed line hangs up by being dropped.
            let _ = line.try_send(Outgoing::HangUp(reason));
        }
    }
}

impl Group {
    fn push(&mut self, state: &CaseState, at: Timestamp, body: Body, content: Content) {
        let position = state.journal.last + self.entries.len() as u64 + 1;
        self.records.push(Record { at, body });
        self.entries.push(Entry { position, at, content });
    }

    /// The inbox of a lane as it will be after this group, if the group touches it.
    fn inbox(&self, lane: Lane) -> Option<Inbox> {
        self.acks.iter().find(|ack| ack.lane == lane).map(|ack| Inbox::received(ack.through))
    }

    fn ack(&mut self, lane: Lane, through: u64) {
        match self.acks.iter_mut().find(|ack| ack.lane == lane) {
            Some(ack) => ack.through = ack.through.max(through),
            None => self.acks.push(Ack { lane, through }),
        }
    }
}
