//! Whether a request that changes something was sent by one of the console's own pages. Pure.
//!
//! Browsers say it themselves: `Sec-Fetch-Site`, and `Origin`, which no page can forge. A request that rides on a cookie
//! has to bring one of them; what signs in may come without either, from a program.

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Uri};

pub(super) fn is_own(headers: &HeaderMap, uri: &Uri, must_tell: bool) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text("sec-fetch-site");
    if site.is_some_and(|site| site != "same-origin" && site != "none") {
        return false;
    }
    // HTTP/2 names the host in the URI.
    let host = uri.authority().map(|authority| authority.as_str()).or_else(|| text(HOST.as_str()));
    match (text(ORIGIN.as_str()), host) {
        (Some(origin), Some(host)) => origin.strip_prefix("https://").is_some_and(|from| from == host),
        (Some(_), None) => false,
        (None, _) => site.is_some() || !must_tell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_page_changes_nothing() {
        let own = "https://console.example:4433";
        // Sec-Fetch-Site, Origin, on a cookie, without one
        let table = [
            (Some("same-origin"), Some(own), true, true),
            (Some("same-origin"), None, true, true),
            (None, Some(own), true, true),
            (None, None, false, true),
            (Some("cross-site"), Some(own), false, false),
            (Some("same-site"), Some(own), false, false),
            (Some("same-origin"), Some("https://evil.example"), false, false),
            (None, Some("https://evil.example"), false, false),
            (None, Some("http://console.example:4433"), false, false),
            (None, Some("https://console.example"), false, false),
            (None, Some("null"), false, false),
        ];
        for (site, origin, with, without) in table {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, "console.example:4433".parse().unwrap());
            if let Some(site) = site {
                headers.insert("sec-fetch-site", site.parse().unwrap());
            }
            if let Some(origin) = origin {
                headers.insert(ORIGIN, origin.parse().unwrap());
            }
            let uri = Uri::from_static("/api/v1/cases");
            assert_eq!(is_own(&headers, &uri, true), with, "{site:?} {origin:?} with a cookie");
            assert_eq!(is_own(&headers, &uri, false), without, "{site:?} {origin:?} without");
        }
    }
}
