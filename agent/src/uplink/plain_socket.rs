//! A plain UDP socket for QUIC, used where quinn's own set-up fails.
//!
//! quinn asks the system for segmentation offload, congestion marks and destination addresses, and gives up where a socket
//! option is refused: Wine, gVisor and some filter drivers do that. Nothing of it is needed to get through, only to be fast;
//! an installer's lines are few. One datagram is sent and received at a time.

use std::fmt;
use std::future::Future;
use std::io::{self, ErrorKind, IoSliceMut};
use std::net::{SocketAddr, UdpSocket};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use quinn::udp::{RecvMeta, Transmit};
use quinn::{AsyncUdpSocket, Endpoint, EndpointConfig, ServerConfig, TokioRuntime, UdpPoller};

/// An endpoint for outgoing connections on `local`: quinn's own, or one on a plain socket where quinn's cannot be set up.
///
/// # Errors
/// If the system gives no socket at all.
pub(super) fn client(local: SocketAddr) -> io::Result<Endpoint> {
    Endpoint::client(local).or_else(|_| plain(local, None))
}

fn plain(local: SocketAddr, server: Option<ServerConfig>) -> io::Result<Endpoint> {
    let socket = UdpSocket::bind(local)?;
    socket.set_nonblocking(true)?;
    let socket = PlainSocket(tokio::net::UdpSocket::from_std(socket)?);
    Endpoint::new_with_abstract_socket(
        EndpointConfig::default(),
        server,
        Arc::new(socket),
        Arc::new(TokioRuntime),
    )
}

/// See the module.
#[derive(Debug)]
struct PlainSocket(tokio::net::UdpSocket);

impl AsyncUdpSocket for PlainSocket {
    fn create_io_poller(self: Arc<Self>) -> Pin<Box<dyn UdpPoller>> {
        Box::pin(Writable { socket: self, waiting: None })
    }

    fn try_send(&self, transmit: &Transmit<'_>) -> io::Result<()> {
        self.0.try_send_to(transmit.contents, transmit.destination).map(drop)
    }

    fn poll_recv(
        &self,
        context: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let (Some(buffer), Some(meta)) = (buffers.first_mut(), meta.first_mut()) else {
            return Poll::Ready(Ok(0));
        };
        loop {
            ready!(self.0.poll_recv_ready(context))?;
            match self.0.try_recv_from(buffer) {
                Ok((len, addr)) => {
                    *meta = RecvMeta { addr, len, stride: len, ecn: None, dst_ip: None };
                    return Poll::Ready(Ok(1));
                }
                // Windows reports so that an earlier datagram found a closed port; QUIC finds out by itself.
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::ConnectionReset) => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

type Waiting = Pin<Box<dyn Future<Output = io::Result<()>> + Send + Sync>>;

/// Waits until the socket takes a datagram again. Each waiting task has one of its own, as quinn asks.
struct Writable {
    socket: Arc<PlainSocket>,
    waiting: Option<Waiting>,
}

impl UdpPoller for Writable {
    fn poll_writable(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let socket = self.socket.clone();
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(async move { socket.0.writable().await }));
        let ready = ready!(waiting.as_mut().poll(context));
        self.waiting = None;
        Poll::Ready(ready)
    }
}

impl fmt::Debug for Writable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writable").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use quinn::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

    use super::*;
    use crate::uplink::tls;

    #[tokio::test]
    async fn quic_gets_through_where_the_system_refuses_every_socket_option() {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let chain: Vec<CertificateDer<'static>> = vec![made.cert.into()];
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut crypto = rustls::ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key.into())
            .unwrap();
        crypto.alpn_protocols = vec![hotliner_protocol::ALPN.to_vec()];
        let crypto = quinn::crypto::rustls::QuicServerConfig::try_from(crypto).unwrap();
        let loopback: SocketAddr = (Ipv4Addr::LOCALHOST, 0).into();
        let server = plain(loopback, Some(ServerConfig::with_crypto(Arc::new(crypto)))).unwrap();
        let address = server.local_addr().unwrap();
        let echo = tokio::spawn(async move {
            let connection = server.accept().await.unwrap().await.unwrap();
            let (mut out, mut back) = connection.accept_bi().await.unwrap();
            let bytes = back.read_to_end(1 << 20).await.unwrap();
            out.write_all(&bytes).await.unwrap();
            out.finish().unwrap();
            connection.closed().await;
        });

        let endpoint = plain(loopback, None).unwrap();
        let (tls, _) = tls::client().unwrap();
        let crypto = quinn::crypto::rustls::QuicClientConfig::try_from(tls).unwrap();
        let config = quinn::ClientConfig::new(Arc::new(crypto));
        let connection = endpoint.connect_with(config, address, "localhost").unwrap().await.unwrap();
        let (mut out, mut back) = connection.open_bi().await.unwrap();
        // Many datagrams, so that the socket is full now and then.
        let sent: Vec<u8> = (0..900_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        out.write_all(&sent).await.unwrap();
        out.finish().unwrap();
        assert!(back.read_to_end(1 << 20).await.unwrap() == sent);
        connection.close(0_u32.into(), b"");
        echo.await.unwrap();
    }
}
