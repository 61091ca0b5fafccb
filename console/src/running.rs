//! A console from its start to its end: what `serve` and `try` run.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use hotliner_protocol::identity::TeamPublic;

use rand_core::OsRng;

use crate::accounts;
use crate::data_dir::{self, DataDir};
use crate::diagnosis::Knowledge;
use crate::hub::Hub;
use crate::identity::Identity;
use crate::intake::{Codes, Desk, Intake};
use crate::journal::{Journal, JournalLimits};
use crate::passwords::Passwords;
use crate::projection::Projection;
use crate::settings::Settings;
use crate::trouble::Trouble;
use crate::vault::Vault;
use crate::web::{App, Streams, Web, downloads};

/// Tries to find a port that is free on UDP and TCP alike, where any port will do.
const PORT_TRIES: usize = 50;

/// A running console.
pub struct Running {
    data: DataDir,
    hub: Hub,
    intake: Intake,
    web: Web,
    listen: SocketAddr,
    team: TeamPublic,
    team_name: String,
    codes: Codes,
    first_link: Option<String>,
}

/// Starts a console.
///
/// # Errors
/// What is in the way, and what to do about it.
pub async fn start(settings: &Settings) -> Result<Running, Trouble> {
    let begun = Instant::now();
    let data = DataDir::open(&settings.data)?;
    let identity = Identity::load(&data)?;
    let (udp, tcp, web_tcp) = bind(settings)?;
    let listen = udp.local_addr().map_err(|error| unusable(settings.listen, &error))?;

    let journal = open_journal(&data, settings)?;
    let vault = Vault::open(&file(&data, "vault.db")?).map_err(|error| {
        Trouble::new(error.to_string(), "bring vault.db back from a backup, or remove it: agents then need new codes, and tokens are gone")
    })?;
    let projection = Projection::open(&file(&data, "projection.db")?, settings.rebuild)
        .map_err(|error| Trouble::new(error.to_string(), "start once more with --rebuild"))?;
    let knowledge = Knowledge::built_in().map_err(|error| {
        let what = format!("the built-in faults cannot be used: {error}");
        Trouble::new(
            what,
            "this program was built from a broken catalogue: run `hotliner-console faults check`",
        )
    })?;
    let hub = Hub::start(journal, projection, knowledge)
        .await
        .map_err(|error| Trouble::new(error.to_string(), "start once more with --rebuild"))?;

    let codes = Codes::default();
    let team = identity.team.public();
    let desk = Desk {
        hub: hub.clone(),
        vault: vault.clone(),
        codes: codes.clone(),
        team: identity.team.clone(),
        team_name: settings.name.clone(),
        connections_per_address: settings.connections_per_address,
    };
    let first_link = first_link(&vault).await?;
    let app = App {
        hub: hub.clone(),
        vault,
        codes: codes.clone(),
        passwords: Passwords::default(),
        sign_in: Arc::default(),
        first_link: first_link.as_ref().map(|(_, hash)| *hash),
        team: settings.name.as_str().into(),
        downloads: data.path().join(downloads::FOLDER).into(),
        streams: Streams::default(),
    };
    let mut intake = Intake::start(udp, identity.agent_quic()?, desk)?;
    let socket = data_dir::socket_path(data.path());
    let web = match web_tcp {
        Some(web) => {
            intake.listen_tcp(tcp, identity.agent_tls()?)?;
            Web::start(app, web, identity.web_tls(false)?, None, &socket)?
        }
        None => Web::start(app, tcp, identity.web_tls(true)?, Some(intake.door()), &socket)?,
    };
    tracing::info!(%listen, web = %web.address(), took = ?begun.elapsed(), "ready");
    let team_name = settings.name.clone();
    let first_link = first_link.map(|(link, _)| link);
    Ok(Running { data, hub, intake, web, listen, team, team_name, codes, first_link })
}

/// The token of the one-time link for the first account, and its hash; `None` where there is an account.
async fn first_link(vault: &Vault) -> Result<Option<(String, [u8; 32])>, Trouble> {
    match vault.has_accounts().await {
        Ok(true) => Ok(None),
        Ok(false) => Ok(Some(accounts::secret(&mut OsRng))),
        Err(error) => Err(Trouble::new(error.to_string(), "bring vault.db back from a backup")),
    }
}

impl Running {
    /// Where agents come in, over QUIC and TCP.
    pub fn listen(&self) -> SocketAddr {
        self.listen
    }

    /// Where technicians come in, over TLS.
    pub fn listen_web(&self) -> SocketAddr {
        self.web.address()
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// The team's public key, shown as its fingerprint.
    pub fn team(&self) -> TeamPublic {
        self.team
    }

    /// The team's name.
    pub fn team_name(&self) -> &str {
        &self.team_name
    }

    /// The token of the one-time link that makes the first account, while there was none at the start.
    pub fn first_link(&self) -> Option<&str> {
        self.first_link.as_deref()
    }

    /// The cases.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// The join codes.
    pub fn codes(&self) -> &Codes {
        &self.codes
    }

    /// Ends cleanly: nobody new comes in, agents are told, what was acknowledged is on disk anyway.
    pub async fn stop(self) {
        self.intake.close_door();
        self.hub.stop().await;
        self.intake.finish().await;
        self.web.stop().await;
        // The next console makes its own; an error means that somebody has removed it already.
        let _ = std::fs::remove_file(data_dir::socket_path(self.data.path()));
    }
}

fn file(data: &DataDir, name: &str) -> Result<PathBuf, Trouble> {
    data.private_file(name).map_err(|error| {
        Trouble::new(
            format!("{name} cannot be made in the data folder: {error}"),
            "make room on its disk, or name another folder with --data DIR",
        )
    })
}

fn open_journal(data: &DataDir, settings: &Settings) -> Result<Journal, Trouble> {
    let limits = JournalLimits { max_bytes: settings.journal_max_bytes };
    Journal::open(&file(data, "journal.db")?, limits).map_err(|error| {
        Trouble::new(
            error.to_string(),
            "if its disk is full, make room; else bring journal.db back from a backup of the data folder",
        )
    })
}

/// UDP and TCP for agents on one port, free on both where any will do; and a socket for technicians if theirs is elsewhere.
fn bind(settings: &Settings) -> Result<(UdpSocket, TcpListener, Option<TcpListener>), Trouble> {
    let web =
        settings.listen_web.map(|web| TcpListener::bind(web).map_err(|error| unusable_web(web, &error)));
    let web = web.transpose()?;
    let tries = if settings.listen.port() == 0 { PORT_TRIES } else { 1 };
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..tries {
        let bound = bind_udp(settings.listen).and_then(|udp| {
            let tcp = TcpListener::bind(udp.local_addr()?)?;
            Ok((udp, tcp))
        });
        match bound {
            Ok((udp, tcp)) => return Ok((udp, tcp, web)),
            Err(error) => last = error,
        }
    }
    Err(unusable(settings.listen, &last))
}

/// Binds for agents. Where the system has no IPv6, `[::]` means all of IPv4.
fn bind_udp(address: SocketAddr) -> io::Result<UdpSocket> {
    let bound = UdpSocket::bind(address);
    let any = address.ip().is_unspecified() && address.is_ipv6();
    match bound {
        Err(error) if any && error.kind() != io::ErrorKind::AddrInUse => {
            UdpSocket::bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), address.port()))
        }
        bound => bound,
    }
}

fn unusable(address: SocketAddr, error: &io::Error) -> Trouble {
    let remedy = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "stop the program that uses it, or choose another address with --listen ADDRESS:PORT"
        }
        io::ErrorKind::PermissionDenied => {
            "choose a port from 1024 on with --listen ADDRESS:PORT, or give the program the right to low ports"
        }
        _ => "choose an address of this machine with --listen ADDRESS:PORT",
    };
    Trouble::new(format!("cannot listen on {address}: {error}"), remedy)
}

fn unusable_web(address: SocketAddr, error: &io::Error) -> Trouble {
    let Trouble { what, remedy } = unusable(address, error);
    Trouble::new(what, remedy.replace("--listen ", "--listen-web "))
}
