//! A connection at work: each lane sends by itself, so that a lane whose stream is full never holds up another.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use hotliner_protocol::frame::{Bye, ByeReason, Command, Frame, Lane, RefusalReason};
use quinn::{Connection, SendStream};
use tokio::sync::{mpsc, watch};

use super::wire::{Answers, Opened, lane_byte, send};
use super::{Ending, Report, Wish};
use crate::pipeline::Outgoing;

/// Time between two looks at whether anything comes back.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Silence after which a path that we keep sending into counts as lost.
const SILENCE: Duration = Duration::from_millis(1_500);

/// Datagrams sent into that silence, at least: repetitions and probes of QUIC.
const SENT_INTO_SILENCE: u64 = 2;

/// How long a farewell may take to arrive.
const FAREWELL: Duration = Duration::from_millis(500);

/// Works until the connection is lost or the wish is fulfilled.
pub(super) async fn run(
    opened: Opened,
    outgoing: &Outgoing,
    reports: &mpsc::UnboundedSender<Report>,
    wish: watch::Receiver<Wish>,
) -> Ending {
    let Opened { endpoint, connection, mut control, mut answers, .. } = opened;
    let ending = tokio::select! {
        lost = control_lane(&mut control, outgoing) => Ending::Lost(lost),
        lost = side_lane(&connection, Lane::Events, outgoing) => Ending::Lost(lost),
        lost = side_lane(&connection, Lane::Facts, outgoing) => Ending::Lost(lost),
        ending = listen(&mut answers, outgoing, reports) => ending,
        lost = silence(&connection) => Ending::Lost(lost),
        reason = fulfilled(wish, outgoing) => {
            farewell(&mut control, reason).await;
            Ending::Done
        }
    };
    connection.close(0u32.into(), b"");
    // Gives the closing packet the time to leave.
    let _ = tokio::time::timeout(FAREWELL, endpoint.wait_idle()).await;
    ending
}

async fn control_lane(control: &mut SendStream, outgoing: &Outgoing) -> String {
    // A priority that cannot be set costs order, not data.
    let _ = control.set_priority(2);
    unwrap_err(lane(control, Lane::Control, outgoing).await)
}

async fn side_lane(connection: &Connection, lane_: Lane, outgoing: &Outgoing) -> String {
    let open = async {
        let mut stream = connection.open_uni().await.map_err(|error| error.to_string())?;
        let _ = stream.set_priority(if lane_ == Lane::Events { 1 } else { 0 });
        stream.write_all(&[lane_byte(lane_)]).await.map_err(|error| error.to_string())?;
        lane(&mut stream, lane_, outgoing).await
    };
    unwrap_err(open.await)
}

fn unwrap_err(result: Result<Infallible, String>) -> String {
    match result {
        Err(error) => error,
        Ok(never) => match never {},
    }
}

/// Sends what the spool holds for a lane, from what is not acknowledged on, as it comes.
async fn lane(stream: &mut SendStream, lane: Lane, outgoing: &Outgoing) -> Result<Infallible, String> {
    let mut changes = outgoing.changes();
    let mut sent = 0;
    loop {
        changes.borrow_and_update();
        loop {
            let Some(batch) = outgoing.spool().after(lane, sent) else { break };
            sent = batch.last_seq();
            send(stream, &Frame::Batch(batch)).await?;
        }
        changes.changed().await.map_err(|error| error.to_string())?;
    }
}

async fn listen(
    answers: &mut Answers,
    outgoing: &Outgoing,
    reports: &mpsc::UnboundedSender<Report>,
) -> Ending {
    loop {
        match answers.next().await {
            Ok(Frame::Ack(ack)) => {
                outgoing.spool().acknowledge(ack);
                outgoing.wake();
            }
            Ok(Frame::Command(Command::Collect(collect))) => {
                // An error means that nobody listens any more.
                let _ = reports.send(Report::Collect(collect));
            }
            Ok(Frame::Bye(bye)) => {
                return match bye.reason {
                    ByeReason::CaseClosed => Ending::Final(Report::CaseClosed),
                    ByeReason::Superseded => Ending::Final(Report::Refused(RefusalReason::Frozen)),
                    reason => Ending::Lost(format!("the console hung up: {reason}")),
                };
            }
            Ok(_) => {}
            Err(error) => return Ending::Lost(error),
        }
    }
}

/// Ends when we keep sending and nothing comes back. A console that is merely slow to acknowledge still answers QUIC.
async fn silence(connection: &Connection) -> String {
    let mut heard = (0, Instant::now());
    let mut sent_then = 0;
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let stats = connection.stats();
        if stats.udp_rx.datagrams != heard.0 {
            heard = (stats.udp_rx.datagrams, Instant::now());
            sent_then = stats.udp_tx.datagrams;
        } else if heard.1.elapsed() >= SILENCE && stats.udp_tx.datagrams >= sent_then + SENT_INTO_SILENCE {
            return "nothing comes back".to_owned();
        }
    }
}

/// Waits until we may go: at once when wished so, or when everything is acknowledged.
async fn fulfilled(mut wish: watch::Receiver<Wish>, outgoing: &Outgoing) -> ByeReason {
    let mut changes = outgoing.changes();
    loop {
        changes.borrow_and_update();
        match *wish.borrow_and_update() {
            Wish::Leave(reason) => return reason,
            Wish::Finish(reason) if outgoing.spool().waiting() == 0 => return reason,
            Wish::Finish(_) | Wish::Stay => {}
        }
        tokio::select! {
            // An error means that nobody wishes anything any more.
            changed = wish.changed() => if changed.is_err() { return ByeReason::CustomerLeft },
            _ = changes.changed() => {}
        }
    }
}

async fn farewell(control: &mut SendStream, reason: ByeReason) {
    if send(control, &Frame::Bye(Bye { reason })).await.is_ok() && control.finish().is_ok() {
        // Until the console has it, or not.
        let _ = tokio::time::timeout(FAREWELL, control.stopped()).await;
    }
}
