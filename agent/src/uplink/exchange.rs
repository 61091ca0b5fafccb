//! A connection at work: each lane sends by itself, so that a lane that is full never holds up another.
//!
//! On TCP, UDP is tried again meanwhile; once it gets through, the session moves over.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use hotliner_link::{Connection, LaneSender, Transport};
use hotliner_protocol::frame::{Bye, ByeReason, Command, Frame, Lane, RefusalReason};
use hotliner_protocol::limits::KEEP_ALIVE;
use tokio::sync::{mpsc, watch};

use super::address::ConsoleAddress;
use super::wire::{self, Answers, Opened, send};
use super::{Ending, Report, Wish};
use crate::pipeline::Outgoing;

/// Time between two looks at whether anything comes back.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Silence after which a path that we keep sending into counts as lost, on QUIC, which acknowledges each packet.
const SILENCE_ON_QUIC: Duration = Duration::from_millis(1_500);

/// The same on TCP, where an answer waits behind everything the system has taken in before the question: two windows of
/// 128 KiB over a line of 0.5 Mbit/s.
const SILENCE_ON_TCP: Duration = Duration::from_secs(5);

/// Datagrams sent into that silence, at least: repetitions and probes of QUIC.
const SENT_INTO_SILENCE_ON_QUIC: u64 = 2;

/// When UDP is tried again for the first time.
const FIRST_UDP_AGAIN: Duration = Duration::from_secs(5);

/// Longest time between two tries.
const LONGEST_UDP_AGAIN: Duration = Duration::from_secs(5 * 60);

/// How long a farewell may take to arrive.
const FAREWELL: Duration = Duration::from_millis(500);

/// How the work on a connection ended.
pub(super) enum Worked {
    /// The connection is at its end.
    Ended(Ending),
    /// UDP gets through again: the older connection is to be kept until the session is resumed on the new one, so that the
    /// console sees it move instead of being lost.
    Moves { from: Connection, to: Box<Opened> },
}

/// Works until the connection is lost, the wish is fulfilled, or there is a better way to `address`.
pub(super) async fn run(
    opened: Opened,
    address: &ConsoleAddress,
    outgoing: &Outgoing,
    reports: &mpsc::UnboundedSender<Report>,
    wish: watch::Receiver<Wish>,
) -> Worked {
    let Opened { connection, mut control, mut answers, .. } = opened;
    let ending = tokio::select! {
        lost = control_lane(&mut control, outgoing) => Ending::lost(lost),
        lost = side_lane(&connection, Lane::Events, outgoing) => Ending::lost(lost),
        lost = side_lane(&connection, Lane::Facts, outgoing) => Ending::lost(lost),
        ending = listen(&mut answers, outgoing, reports) => ending,
        lost = silence(&connection) => Ending::lost(lost),
        reason = fulfilled(wish, outgoing) => {
            farewell(&mut control, reason).await;
            Ending::Done
        }
        to = udp_again(address), if connection.transport() == Transport::Tcp => {
            return Worked::Moves { from: connection, to: Box::new(to) };
        }
    };
    end(&connection).await;
    Worked::Ended(ending)
}

/// Hangs up.
pub(super) async fn end(connection: &Connection) {
    connection.close();
    // Gives what closes it the time to leave.
    let _ = tokio::time::timeout(FAREWELL, connection.wait_idle()).await;
}

/// Tries UDP, ever less often, until it gets through.
async fn udp_again(address: &ConsoleAddress) -> Opened {
    let mut pause = FIRST_UDP_AGAIN;
    loop {
        tokio::time::sleep(pause).await;
        if let Ok(opened) = wire::connect_quic(address).await {
            return opened;
        }
        pause = (pause * 2).min(LONGEST_UDP_AGAIN);
    }
}

async fn control_lane(control: &mut LaneSender, outgoing: &Outgoing) -> String {
    unwrap_err(lane(control, Lane::Control, outgoing).await)
}

async fn side_lane(connection: &Connection, lane_: Lane, outgoing: &Outgoing) -> String {
    let open = async {
        let mut stream = connection.open(lane_).await.map_err(|error| error.to_string())?;
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
async fn lane(stream: &mut LaneSender, lane: Lane, outgoing: &Outgoing) -> Result<Infallible, String> {
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
                    reason => Ending::lost(format!("the console hung up: {reason}")),
                };
            }
            Ok(_) => {}
            Err(error) => return Ending::lost(error),
        }
    }
}

/// Ends when we keep sending and nothing comes back. A console that is merely slow to acknowledge still answers: QUIC by
/// itself, TCP when it is asked, as it is whenever something was sent and nothing has come since, and to keep an idle
/// path open.
async fn silence(connection: &Connection) -> String {
    let (limit, sent_into) = match connection.transport() {
        Transport::Quic => (SILENCE_ON_QUIC, SENT_INTO_SILENCE_ON_QUIC),
        Transport::Tcp => (SILENCE_ON_TCP, 0),
    };
    let mut then = connection.traffic();
    let mut heard_at = Instant::now();
    let mut asked = false;
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let now = connection.traffic();
        if now.heard != then.heard {
            (then, heard_at, asked) = (now, Instant::now(), false);
            continue;
        }
        if now.sent == then.sent && heard_at.elapsed() < KEEP_ALIVE {
            // Nobody has reason to say anything.
            continue;
        }
        if connection.transport() == Transport::Tcp && !std::mem::replace(&mut asked, true) {
            connection.ping();
            // The answer has its time from the question on.
            heard_at = Instant::now();
        } else if heard_at.elapsed() >= limit && now.sent >= then.sent + sent_into {
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

async fn farewell(control: &mut LaneSender, reason: ByeReason) {
    if send(control, &Frame::Bye(Bye { reason })).await.is_ok() {
        // Until the console has it, or not.
        let _ = tokio::time::timeout(FAREWELL, control.finish()).await;
    }
}
