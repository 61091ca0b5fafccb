//! The technicians' pages: files that the build put into the program.

use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::answer::Answer;

/// A file of the pages.
struct Asset {
    /// Its path below the root of the site, `index.html` and `assets/…`.
    path: &'static str,
    /// Its media type.
    kind: &'static str,
    /// A hash of its bytes.
    tag: &'static str,
    bytes: &'static [u8],
}

// `static ASSETS: &[Asset]`, by path; empty where the program was built without pages.
include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The name of a file under `assets/` changes with what is in it.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Asked for anew each time; a match of the tag costs no bytes.
const FRESH: &str = "no-cache";

/// The page that all routes of the application live in.
pub(super) async fn shell(headers: HeaderMap) -> Response {
    match find("index.html") {
        Some(asset) => serve(asset, FRESH, &headers),
        None => Answer::new(
            StatusCode::NOT_FOUND,
            "this program was built without the technicians' pages",
            "use the command line, or build it from a source tree with console/web",
        )
        .into_response(),
    }
}

/// A file at the root of the site, such as the icon.
pub(super) async fn file(Path(file): Path<String>, headers: HeaderMap) -> Response {
    match find(&file) {
        Some(asset) => serve(asset, FRESH, &headers),
        None => super::no_such_path().await.into_response(),
    }
}

/// A file that the page asks for.
pub(super) async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    match find(&format!("assets/{path}")) {
        Some(asset) => serve(asset, FOR_EVER, &headers),
        None => {
            Answer::new(StatusCode::NOT_FOUND, "there is no such file", "load the page anew").into_response()
        }
    }
}

fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.binary_search_by(|asset| asset.path.cmp(path)).ok().map(|index| &ASSETS[index])
}

fn serve(asset: &'static Asset, cache: &'static str, headers: &HeaderMap) -> Response {
    let known = headers.get(IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let told = [(ETAG, asset.tag), (CACHE_CONTROL, cache)];
    if known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == asset.tag)) {
        return (StatusCode::NOT_MODIFIED, told).into_response();
    }
    (told, [(CONTENT_TYPE, asset.kind)], Body::from(asset.bytes)).into_response()
}
