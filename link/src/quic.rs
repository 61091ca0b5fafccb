//! Lanes over QUIC: a stream each.

use hotliner_protocol::frame::Lane;
use hotliner_protocol::lanes::lane_byte;
use hotliner_protocol::{EXPORTER_LABEL, EXPORTER_LEN};

use crate::{Broken, LaneReceiver, LaneSender, Receiver, Sender, Traffic};

pub(crate) struct Quic {
    pub(crate) connection: quinn::Connection,
    pub(crate) endpoint: Option<quinn::Endpoint>,
}

/// Priority of a lane's stream; higher goes first.
fn priority(lane: Lane) -> i32 {
    -i32::from(lane.number())
}

impl Quic {
    pub(crate) fn exporter(&self) -> Result<[u8; EXPORTER_LEN], Broken> {
        let mut exporter = [0; EXPORTER_LEN];
        self.connection
            .export_keying_material(&mut exporter, EXPORTER_LABEL, b"")
            .map_err(|_| Broken::new("the TLS session has no exporter"))?;
        Ok(exporter)
    }

    pub(crate) async fn open_control(&self) -> Result<(LaneSender, LaneReceiver), Broken> {
        let (mut send, receive) = self.connection.open_bi().await.map_err(Broken::new)?;
        begin(&mut send, Lane::Control).await?;
        Ok((LaneSender(Sender::Quic(send)), LaneReceiver(Receiver::Quic(receive))))
    }

    pub(crate) async fn accept_control(&self) -> Result<(LaneSender, LaneReceiver), Broken> {
        let (send, receive) = self.connection.accept_bi().await.map_err(Broken::new)?;
        Ok((LaneSender(Sender::Quic(send)), LaneReceiver(Receiver::Quic(receive))))
    }

    pub(crate) async fn open(&self, lane: Lane) -> Result<LaneSender, Broken> {
        let mut send = self.connection.open_uni().await.map_err(Broken::new)?;
        begin(&mut send, lane).await?;
        Ok(LaneSender(Sender::Quic(send)))
    }

    pub(crate) async fn accept(&self) -> Result<LaneReceiver, Broken> {
        let receive = self.connection.accept_uni().await.map_err(Broken::new)?;
        Ok(LaneReceiver(Receiver::Quic(receive)))
    }

    pub(crate) fn traffic(&self) -> Traffic {
        let stats = self.connection.stats();
        Traffic { heard: stats.udp_rx.datagrams, sent: stats.udp_tx.datagrams }
    }

    pub(crate) fn close(&self) {
        self.connection.close(quinn::VarInt::from_u32(0), b"");
    }

    pub(crate) async fn wait_idle(&self) {
        if let Some(endpoint) = &self.endpoint {
            endpoint.wait_idle().await;
        }
    }
}

async fn begin(send: &mut quinn::SendStream, lane: Lane) -> Result<(), Broken> {
    // A priority that cannot be set costs order, not data.
    let _ = send.set_priority(priority(lane));
    send.write_all(&[lane_byte(lane)]).await.map_err(Broken::new)
}
