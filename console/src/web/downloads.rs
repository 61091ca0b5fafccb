//! The agent's downloads: files that the owner of the data folder put into its folder `downloads`.
//!
//! The same bytes for everyone. Only plain names are offered, and nothing below a folder.

use std::io;
use std::path::Path as FilePath;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::App;
use super::answer::Answer;

/// Name of the folder in the data folder.
pub(crate) const FOLDER: &str = "downloads";

/// Most files offered.
const MAX_FILES: usize = 50;

/// Longest name of a file, in bytes.
const MAX_NAME_BYTES: usize = 100;

/// Bytes read at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// Chunks that wait for the socket.
const QUEUE: usize = 4;

/// The system a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum System {
    Windows,
    Linux,
    Macos,
    Other,
}

/// A file that is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) system: System,
}

/// A name of letters, digits, `.`, `-`, `_` and `+` that begins with a letter or digit.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+');
    name.len() <= MAX_NAME_BYTES
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(plain)
}

fn system(name: &str) -> System {
    let name = name.to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if ends(&[".exe", ".msi"]) || name.contains("windows") {
        System::Windows
    } else if ends(&[".dmg", ".pkg"]) || name.contains("macos") || name.contains("darwin") {
        System::Macos
    } else if ends(&[".deb", ".rpm", ".appimage"]) || name.contains("linux") {
        System::Linux
    } else {
        System::Other
    }
}

/// What is offered, by name. A folder that is not there offers nothing.
pub(super) async fn offers(folder: &FilePath) -> Vec<Offer> {
    let mut offers = Vec::new();
    let Ok(mut entries) = tokio::fs::read_dir(folder).await else { return offers };
    while let Ok(Some(entry)) = entries.next_entry().await {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let Ok(about) = entry.metadata().await else { continue };
        if about.is_file() && is_plain(&name) && offers.len() < MAX_FILES {
            offers.push(Offer { system: system(&name), bytes: about.len(), name });
        }
    }
    offers.sort_by(|one, other| one.name.cmp(&other.name));
    offers
}

/// One of the files.
pub(super) async fn download(State(app): State<App>, Path(name): Path<String>) -> Result<Response, Answer> {
    let none = || {
        Answer::new(
            StatusCode::NOT_FOUND,
            "there is no such download",
            "GET /help lists what can be downloaded",
        )
    };
    if !is_plain(&name) {
        return Err(none());
    }
    let file = tokio::fs::File::open(app.downloads.join(&name)).await.map_err(|_| none())?;
    let about = file.metadata().await.map_err(|_| none())?;
    if !about.is_file() {
        return Err(none());
    }
    let (sender, receiver) = mpsc::channel(QUEUE);
    tokio::spawn(send(file, sender));
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_LENGTH, about.len().to_string()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, Body::from_stream(ReceiverStream::new(receiver))).into_response())
}

/// Reads the file as fast as it is taken. A reader that goes ends it.
async fn send(mut file: tokio::fs::File, sender: mpsc::Sender<io::Result<Bytes>>) {
    loop {
        let mut chunk = vec![0; CHUNK_BYTES];
        let read = match file.read(&mut chunk).await {
            Ok(0) => return,
            Ok(size) => {
                chunk.truncate(size);
                Ok(Bytes::from(chunk))
            }
            Err(error) => Err(error),
        };
        let broken = read.is_err();
        if sender.send(read).await.is_err() || broken {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_offered() {
        for bad in ["", ".hidden", "../vault.db", "a/b", "a\"b", "a b", "-x", &"a".repeat(101)] {
            assert!(!is_plain(bad), "{bad}");
        }
        assert!(is_plain("hotliner-agent_0.1.0_amd64.deb"));
    }

    #[test]
    fn a_file_is_offered_to_the_system_it_is_for() {
        let table = [
            ("hotliner-agent.exe", System::Windows),
            ("hotliner-agent-x86_64-unknown-linux-musl", System::Linux),
            ("hotliner-agent_0.1.0_amd64.deb", System::Linux),
            ("hotliner-agent-aarch64-apple-darwin", System::Macos),
            ("checksums.txt", System::Other),
        ];
        for (name, expected) in table {
            assert_eq!(system(name), expected, "{name}");
        }
    }
}
