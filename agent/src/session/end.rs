//! The end of a session: the last readings, the last words, a bounded wait for acknowledgements, and what stays on disk.

use std::time::Duration;

use hotliner_protocol::event::{EventBody, Stopped};
use hotliner_protocol::frame::{ByeReason, Lane};

use super::{Over, Session};
use crate::pipeline::Input;
use crate::platform;
use crate::uplink::Wish;

/// How long the farewell to the console may take once everything is acknowledged.
const FAREWELL: Duration = Duration::from_secs(2);

/// What became of what was collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// The console has everything; nothing stays on disk.
    Complete,
    /// So many items are waiting, or lost with the disk.
    Waiting(u64),
    /// Nothing was to be delivered, or nobody wants it any more.
    Dropped,
}

impl Session {
    /// Reads once more what the attempt may have changed, and puts everything into the spool.
    pub(crate) async fn last_readings(&mut self) {
        let (probes, inlet) = (self.probes.take(), self.inlet.clone());
        let last = tokio::task::spawn_blocking(move || {
            probes.iter().for_each(crate::probe::Probes::attempt_ended);
            drop(probes);
            inlet.flush();
        });
        self.attend_while(last).await;
    }

    /// Attends to the session until `task` is done.
    pub(crate) async fn attend_while(&mut self, task: tokio::task::JoinHandle<()>) {
        tokio::pin!(task);
        tokio::select! {
            // A panic in the task was said by the panic itself.
            _ = &mut task => {}
            () = self.attend(|_| false) => {}
        }
    }

    /// Says on the control lane that sending ends.
    pub(crate) async fn stopped(&mut self, by: &str) {
        self.inlet.put(Input::Event(Lane::Control, EventBody::Stopped(Stopped { by: by.to_owned() })));
        let inlet = self.inlet.clone();
        self.attend_while(tokio::task::spawn_blocking(move || inlet.flush())).await;
    }

    /// Waits for the console to have everything, at most `linger` or until somebody wants us to stop; then ends the
    /// connection, and deletes what needs no keeping.
    pub(crate) async fn finish(mut self, linger: Duration) -> Delivery {
        // An error means that the uplink has ended already.
        let _ = self.wish.send(self.finish_wish());
        let outgoing = self.outgoing.clone();
        let done = move |session: &Self| session.over.is_some() || outgoing.spool().waiting() == 0;
        tokio::select! {
            _ = tokio::time::timeout(linger, self.attend(done)) => {}
            () = platform::stop_wanted() => {}
        }
        let waiting = self.outgoing.spool().waiting();
        if waiting > 0 || !self.online {
            let _ = self.wish.send(Wish::Leave(self.reason()));
        }
        // An uplink that does not end in time ends with the process.
        if let Some(mut uplink) = self.uplink.take()
            && tokio::time::timeout(FAREWELL, &mut uplink).await.is_err()
        {
            uplink.abort();
            let _ = uplink.await;
        }
        while let Ok(report) = self.reports.try_recv() {
            self.take(report);
        }
        let nobody = matches!(self.over, Some(Over::Closed | Over::Left));
        let kept = waiting > 0 && !nobody;
        let (on_disk, over) = (self.on_disk, self.over);
        if !self.reach_known && self.over.is_none() {
            self.say(self.notices.words.no_answer, &[]);
        }
        let Self { folder, notices, outgoing, .. } = self;
        if !kept {
            outgoing.spool().close();
            delete(folder, &notices);
        }
        match (waiting, nobody) {
            (0, _) => Delivery::Complete,
            (_, true) => Delivery::Dropped,
            (waiting, false) => {
                if over == Some(Over::Code) {
                    // What to do was said with the refusal.
                    return Delivery::Waiting(waiting);
                }
                let words = notices.words;
                let message = if on_disk { words.not_delivered } else { words.not_delivered_memory };
                notices.say(message, &[("count", &waiting.to_string())]);
                Delivery::Waiting(waiting)
            }
        }
    }

    fn reason(&self) -> ByeReason {
        match self.over {
            Some(Over::Left) => ByeReason::CustomerLeft,
            _ => ByeReason::Finished,
        }
    }
}

/// Deletes the folder, which nobody else holds any more.
fn delete(
    folder: std::sync::Arc<std::sync::Mutex<crate::link_file::Folder>>,
    notices: &crate::notice::Notices,
) {
    let Some(folder) = std::sync::Arc::into_inner(folder) else { return };
    let folder = folder.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let path = folder.spool();
    if let Err(error) = folder.delete() {
        let folder = path.parent().unwrap_or(&path).display().to_string();
        notices.say(notices.words.not_deleted, &[("why", &error.to_string()), ("folder", &folder)]);
    }
}
