//! One agent's connection, from its first packet to its last.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hotliner_link::Connection;
use hotliner_protocol::EXPORTER_LEN;
use hotliner_protocol::frame::{Bye, ByeReason, Frame, Lane, ResumeDone};
use hotliner_protocol::id::CaseId;
use hotliner_protocol::limits::HANDSHAKE_TIMEOUT;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Desk;
use super::admission::Pass;
use super::handshake::{Admitted, Handshake, NotAdmitted};
use super::stream::{FrameReader, FrameWriter, StreamError};
use crate::case::LeftReason;
use crate::hub::{Attached, Outgoing};

/// Bodies of batches of one connection that wait for the disk, in KiB: the largest frame twice.
const IN_FLIGHT_KIB: u32 = 2_048;

/// How long a goodbye may take to arrive.
const FAREWELL: Duration = Duration::from_secs(1);

/// How a connection, or one of its streams, came to its end.
#[derive(Debug)]
enum End {
    /// The peer ended this stream; the others go on.
    StreamDone,
    /// The agent said goodbye, or was lost.
    Left(LeftReason),
    /// The agent broke the protocol.
    Breach(String),
    /// The case ended the connection and knows why.
    HungUp(ByeReason),
}

/// What the readers of one connection share.
struct Reading {
    desk: Arc<Desk>,
    case: CaseId,
    attached: Attached,
    room: Arc<Semaphore>,
    exporter: [u8; EXPORTER_LEN],
}

/// Takes a connection over QUIC in and serves it to its end.
pub(super) async fn quic(desk: Arc<Desk>, incoming: quinn::Incoming, pass: Pass) {
    let address = incoming.remote_address().ip();
    let Ok(connecting) = incoming.accept() else { return };
    let Ok(Ok(connection)) = timeout(HANDSHAKE_TIMEOUT, connecting).await else { return };
    run(desk, Connection::quic(connection, None), address, pass).await;
}

/// Serves a connection, over whatever, to its end.
pub(super) async fn run(desk: Arc<Desk>, connection: Connection, address: IpAddr, mut pass: Pass) {
    let Ok(exporter) = connection.exporter() else { return };
    let accepted = timeout(HANDSHAKE_TIMEOUT, connection.accept_control()).await;
    let Ok(Ok((send, receive))) = accepted else { return };
    let (mut reader, mut writer) = (FrameReader::new(receive), FrameWriter::new(send));
    let shaking = async {
        if reader.lane().await? != Lane::Control {
            return Err(NotAdmitted::Broken);
        }
        let transport = connection.transport();
        Handshake { desk: &desk, reader: &mut reader, writer: &mut writer, address, transport, exporter }
            .run()
            .await
    };
    let admitted = match timeout(HANDSHAKE_TIMEOUT, shaking).await {
        Ok(Ok(admitted)) => admitted,
        Ok(Err(NotAdmitted::Refused)) => return writer.finish(FAREWELL).await,
        Ok(Err(NotAdmitted::Broken)) | Err(_) => return connection.close(),
    };
    pass.established();
    serve(desk, connection, (reader, writer), admitted, exporter).await;
}

async fn serve(
    desk: Arc<Desk>,
    connection: Connection,
    (reader, mut writer): (FrameReader, FrameWriter),
    admitted: Admitted,
    exporter: [u8; EXPORTER_LEN],
) {
    let Admitted { case, attached, mut line, unconfirmed } = admitted;
    let room = Arc::new(Semaphore::new(IN_FLIGHT_KIB as usize));
    let reading = Arc::new(Reading { desk, case, attached: attached.clone(), room, exporter });
    let mut streams = JoinSet::new();
    streams.spawn(read_control(Arc::clone(&reading), reader, unconfirmed));
    let end = loop {
        let end = tokio::select! {
            outgoing = line.recv() => outgo(outgoing, &mut line, &mut writer).await,
            opened = connection.accept() => match opened {
                Ok(stream) => {
                    streams.spawn(read_lane(Arc::clone(&reading), FrameReader::new(stream)));
                    None
                }
                Err(_) => Some(End::Left(LeftReason::Lost)),
            },
            Some(done) = streams.join_next() => match done {
                Ok(End::StreamDone) => None,
                Ok(end) => Some(end),
                Err(_) => Some(End::Left(LeftReason::Lost)),
            },
        };
        if let Some(end) = end {
            break end;
        }
    };
    streams.abort_all();
    finish(case, &attached, writer, end).await;
    connection.close();
}

/// Sends what the case wants sent, and whatever else waits already.
async fn outgo(
    first: Option<Outgoing>,
    line: &mut mpsc::Receiver<Outgoing>,
    writer: &mut FrameWriter,
) -> Option<End> {
    let mut frames = Vec::new();
    let mut next = first.ok_or(mpsc::error::TryRecvError::Disconnected);
    let end = loop {
        match next {
            Ok(Outgoing::Frame(frame)) => frames.push(frame),
            Ok(Outgoing::HangUp(reason)) => break Some(End::HungUp(reason)),
            Err(mpsc::error::TryRecvError::Empty) => break None,
            // The case's task ended: the agent comes back and finds a new one.
            Err(mpsc::error::TryRecvError::Disconnected) => break Some(End::HungUp(ByeReason::GoingDown)),
        }
        next = line.try_recv();
    };
    match writer.send(&frames).await {
        Ok(()) => end,
        Err(_) => Some(End::Left(LeftReason::Lost)),
    }
}

async fn finish(case: CaseId, attached: &Attached, mut writer: FrameWriter, end: End) {
    tracing::debug!(%case, ?end, "an agent's connection ended");
    let bye = match end {
        End::HungUp(reason) => Some(reason),
        End::Breach(what) => {
            tracing::warn!(%case, what, "an agent broke the protocol");
            attached.detach(LeftReason::Protocol).await;
            Some(ByeReason::Protocol)
        }
        End::Left(reason) => {
            attached.detach(reason).await;
            None
        }
        End::StreamDone => None,
    };
    if let Some(reason) = bye
        && writer.send(&[Bye { reason }.into()]).await.is_ok()
    {
        writer.finish(FAREWELL).await;
    }
}

impl From<StreamError> for End {
    fn from(error: StreamError) -> Self {
        match error {
            StreamError::Broken | StreamError::TooSlow => Self::Left(LeftReason::Lost),
            StreamError::Codec(error) => Self::Breach(error.to_string()),
        }
    }
}

async fn read_control(reading: Arc<Reading>, mut reader: FrameReader, mut unconfirmed: bool) -> End {
    loop {
        let frame = match reader.next().await {
            Ok(Some(frame)) => frame,
            Ok(None) => return End::Left(LeftReason::Lost),
            Err(error) => return error.into(),
        };
        let end = match frame {
            Frame::Bye(bye) => Some(End::Left(left(bye.reason))),
            Frame::ResumeDone(done) if std::mem::take(&mut unconfirmed) => reading.confirm(&done).await,
            other => reading.take(Lane::Control, other).await,
        };
        if let Some(end) = end {
            return end;
        }
    }
}

async fn read_lane(reading: Arc<Reading>, mut reader: FrameReader) -> End {
    let lane = match reader.lane().await {
        Ok(lane) => lane,
        Err(error) => return error.into(),
    };
    if matches!(lane, Lane::Other(_)) {
        // A lane of a newer version: left alone.
        return End::StreamDone;
    }
    loop {
        let end = match reader.next().await {
            Ok(Some(frame)) => reading.take(lane, frame).await,
            Ok(None) => Some(End::StreamDone),
            Err(error) => Some(error.into()),
        };
        if let Some(end) = end {
            return end;
        }
    }
}

fn left(reason: ByeReason) -> LeftReason {
    match reason {
        ByeReason::CustomerLeft => LeftReason::CustomerLeft,
        ByeReason::Finished => LeftReason::Finished,
        _ => LeftReason::Lost,
    }
}

impl Reading {
    /// Hands a batch to the case. Waits while too much of this connection is on its way to the disk, which holds the
    /// agent back through the stream's window.
    async fn take(&self, lane: Lane, frame: Frame) -> Option<End> {
        let batch = match frame {
            Frame::Batch(batch) if batch.lane == lane => batch,
            Frame::Unknown(_) => return None,
            other => return Some(End::Breach(format!("frame {} on lane {lane}", other.kind()))),
        };
        let size = u32::try_from(batch.body.len() >> 10).unwrap_or(u32::MAX).saturating_add(1);
        let room = Arc::clone(&self.room).acquire_many_owned(size.min(IN_FLIGHT_KIB)).await;
        let Ok(room) = room else { return Some(End::Left(LeftReason::Lost)) };
        if self.attached.batch(batch, room).await { None } else { Some(End::HungUp(ByeReason::GoingDown)) }
    }

    /// The agent has stored the next step of its ratchet: the old one dies. The link is read again, since it may have been
    /// frozen meanwhile.
    async fn confirm(&self, done: &ResumeDone) -> Option<End> {
        let vault = &self.desk.vault;
        let confirmed = match vault.link(self.case).await {
            Ok(Some(link)) if link.is_frozen() => return None,
            Ok(Some(link)) => match link.done(done, &self.exporter) {
                Some(link) => vault.put_link(self.case, &link).await,
                None => return Some(End::Breach("a wrong proof in ResumeDone".to_owned())),
            },
            Ok(None) => return None,
            Err(error) => Err(error),
        };
        if let Err(error) = confirmed {
            // Both steps stay good until the next resume: nothing is lost.
            tracing::error!(case = %self.case, %error, "a link's old step could not be forgotten");
        }
        None
    }
}
