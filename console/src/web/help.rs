//! The customers' page: what to download, what happens then, and how to know a swindler. Made here, without script, for
//! whatever browser the customer has.

use std::fmt::Write;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, HOST, USER_AGENT, VARY,
};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::App;
use super::downloads::{self, Offer, System};
use super::views::Language;

const STYLE: &str = include_str!("help.css");

/// Port agents try unless told otherwise.
const DEFAULT_PORT: &str = "4433";

/// Everything the page says, in one language.
struct Words {
    lang: &'static str,
    title: &'static str,
    heading: &'static str,
    lead: &'static str,
    scam: &'static str,
    scams: [&'static str; 4],
    download: &'static str,
    none: &'static str,
    systems: [&'static str; 4],
    yours: &'static str,
    then: &'static str,
    steps: [&'static str; 4],
    address: &'static str,
    privacy: &'static str,
    promises: [&'static str; 4],
    other: (&'static str, &'static str, &'static str),
    end: &'static str,
}

const EN: Words = Words {
    lang: "en",
    title: "Help with an installation",
    heading: "Let us look at why the installation fails",
    lead: "You are on the telephone with this support team. A small program shows them what your computer says while it installs. They do not see your screen.",
    scam: "First: did you call us?",
    scams: [
        "Go on only if you called the support team yourself, at a number you already had. Somebody who calls you out of the blue and sends you here is a swindler: hang up.",
        "We never ask for passwords, bank or card details, gift cards or money.",
        "We never ask you to open your bank's site or to install a program that shows your screen.",
        "In doubt: hang up and call the number on your contract or on the product's box.",
    ],
    download: "1. Download the program",
    none: "This team offers no download here. The technician on the telephone tells you where the program is.",
    systems: ["For Windows", "For Linux", "For macOS", "Other files"],
    yours: "probably yours",
    then: "2. Start it and type the code",
    steps: [
        "Open the file you downloaded. If the computer asks whether you trust it, look for the name the technician tells you.",
        "Type the nine digits the technician reads to you. They hold for ten minutes and open this one conversation only.",
        "Read the team's name on the screen. It has to be the one at the top of this page. If it is not, close the program.",
        "Choose what you want to show. Then start the installation again.",
    ],
    address: "If the program asks for an address, type:",
    privacy: "What you stay in charge of",
    promises: [
        "Nothing is sent before you say yes, and only what you said yes to.",
        "User names, passwords and keys are masked on your computer, before anything leaves it.",
        "Nothing on your computer is changed without your yes to that very step.",
        "You can stop at any moment. It ends by itself after two hours.",
    ],
    other: ("fr", "Français", "Cette page en français"),
    end: "You can delete the program when the conversation is over. It installs nothing.",
};

const FR: Words = Words {
    lang: "fr",
    title: "Aide à l'installation",
    heading: "Voyons pourquoi l'installation échoue",
    lead: "Vous êtes au téléphone avec cette équipe d'assistance. Un petit programme lui montre ce que dit votre ordinateur pendant l'installation. Elle ne voit pas votre écran.",
    scam: "D'abord : est-ce vous qui avez appelé ?",
    scams: [
        "Ne continuez que si vous avez vous-même appelé l'assistance, à un numéro que vous aviez déjà. Quelqu'un qui vous appelle sans prévenir et vous envoie ici est un escroc : raccrochez.",
        "Nous ne demandons jamais de mot de passe, de coordonnées bancaires, de carte cadeau ni d'argent.",
        "Nous ne vous demandons jamais d'ouvrir le site de votre banque ni d'installer un programme qui montre votre écran.",
        "Dans le doute : raccrochez et appelez le numéro de votre contrat ou de l'emballage du produit.",
    ],
    download: "1. Télécharger le programme",
    none: "Cette équipe n'offre pas de téléchargement ici. Le technicien au téléphone vous dit où se trouve le programme.",
    systems: ["Pour Windows", "Pour Linux", "Pour macOS", "Autres fichiers"],
    yours: "sans doute le vôtre",
    then: "2. Le lancer et taper le code",
    steps: [
        "Ouvrez le fichier téléchargé. Si l'ordinateur demande si vous lui faites confiance, cherchez le nom que le technicien vous indique.",
        "Tapez les neuf chiffres que le technicien vous lit. Ils valent dix minutes et n'ouvrent que cette conversation.",
        "Lisez le nom de l'équipe à l'écran. Ce doit être celui en haut de cette page. Sinon, fermez le programme.",
        "Choisissez ce que vous voulez montrer. Puis relancez l'installation.",
    ],
    address: "Si le programme demande une adresse, tapez :",
    privacy: "Ce qui reste entre vos mains",
    promises: [
        "Rien n'est envoyé avant votre accord, et seulement ce que vous avez accepté.",
        "Noms d'utilisateur, mots de passe et clés sont masqués sur votre ordinateur, avant tout envoi.",
        "Rien n'est modifié sur votre ordinateur sans votre accord à cette étape précise.",
        "Vous pouvez arrêter à tout moment. Tout s'arrête de soi-même après deux heures.",
    ],
    other: ("en", "English", "This page in English"),
    end: "Vous pouvez effacer le programme une fois la conversation terminée. Il n'installe rien.",
};

#[derive(Debug, Deserialize)]
pub(super) struct HelpQuery {
    lang: Option<Language>,
}

/// The page.
pub(super) async fn page(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    given: Result<Query<HelpQuery>, QueryRejection>,
) -> Response {
    let text = |name| {
        headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok()).unwrap_or_default()
    };
    // An unknown language is no reason to send a customer away.
    let asked = given.ok().and_then(|Query(query)| query.lang);
    let words = match asked.unwrap_or_else(|| preferred(text(ACCEPT_LANGUAGE))) {
        Language::En => &EN,
        Language::Fr => &FR,
    };
    let offers = downloads::offers(&app.downloads).await;
    let host = uri.authority().map(|authority| authority.as_str()).unwrap_or_else(|| text(HOST));
    let html = render(words, &app.team, &offers, system(text(USER_AGENT)), host);
    let told = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_LANGUAGE, words.lang),
        (CACHE_CONTROL, "no-cache"),
        (VARY, "accept-language, user-agent"),
    ];
    (told, html).into_response()
}

/// Its style.
pub(super) async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "public, max-age=3600")], STYLE)
        .into_response()
}

/// The first of the browser's languages that the page has.
fn preferred(accepted: &str) -> Language {
    let mut tags =
        accepted.split(',').map(|tag| tag.trim().get(..2).unwrap_or_default().to_ascii_lowercase());
    match tags.find(|tag| tag == "en" || tag == "fr") {
        Some(tag) if tag == "fr" => Language::Fr,
        _ => Language::En,
    }
}

fn system(agent: &str) -> System {
    if agent.contains("Windows") {
        System::Windows
    } else if agent.contains("Mac OS X") || agent.contains("Macintosh") {
        System::Macos
    } else if agent.contains("Linux") && !agent.contains("Android") {
        System::Linux
    } else {
        System::Other
    }
}

fn render(words: &Words, team: &str, offers: &[Offer], own: System, host: &str) -> String {
    let team = escaped(team);
    let (code, name, title) = words.other;
    let mut html = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{} · {team}</title>\n<link rel=\"stylesheet\" href=\"/help.css\">\n</head>\n<body>\n\
         <header><p>{team}</p><nav><a href=\"/help?lang={code}\" lang=\"{code}\" hreflang=\"{code}\" title=\"{title}\">{name}</a></nav></header>\n\
         <main>\n<h1>{}</h1>\n<p class=\"lead\">{}</p>\n",
        words.lang, words.title, words.heading, words.lead
    );
    section(&mut html, "warn", words.scam, "ul", &words.scams);
    let _ = write!(html, "<section><h2>{}</h2>\n{}</section>\n", words.download, links(words, offers, own));
    section(&mut html, "", words.then, "ol", &words.steps);
    if !host.is_empty() {
        let address = if host.contains(':') { host.to_owned() } else { format!("{host}:{DEFAULT_PORT}") };
        let _ =
            writeln!(html, "<section><p>{} <code>{}</code></p></section>", words.address, escaped(&address));
    }
    section(&mut html, "", words.privacy, "ul", &words.promises);
    let _ = write!(html, "</main>\n<footer><p>{}</p></footer>\n</body>\n</html>\n", words.end);
    html
}

// Writing to a String cannot fail, here and below.
fn section(html: &mut String, class: &str, heading: &str, list: &str, items: &[&str]) {
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    let _ = write!(html, "<section{class}><h2>{heading}</h2>\n<{list}>\n");
    for item in items {
        let _ = writeln!(html, "<li>{item}</li>");
    }
    let _ = writeln!(html, "</{list}></section>");
}

/// The downloads by system, the customer's own first.
fn links(words: &Words, offers: &[Offer], own: System) -> String {
    if offers.is_empty() {
        return format!("<p>{}</p>\n", words.none);
    }
    let mut html = String::new();
    let mut systems = [System::Windows, System::Linux, System::Macos, System::Other];
    systems.sort_by_key(|system| *system != own);
    for system in systems {
        let mut of_system = offers.iter().filter(|offer| offer.system == system).peekable();
        if of_system.peek().is_none() {
            continue;
        }
        let heading = words.systems[system as usize];
        let yours =
            if system == own && own != System::Other { format!(" ({})", words.yours) } else { String::new() };
        let _ = writeln!(html, "<h3>{heading}{yours}</h3>");
        for Offer { name, bytes, .. } in of_system {
            let name = escaped(name);
            let megabytes = (bytes.div_ceil(100_000) as f64) / 10.0;
            let unit = if words.lang == "fr" { "Mo" } else { "MB" };
            let _ = writeln!(
                html,
                "<a class=\"get\" href=\"/downloads/{name}\" download>{name}<small>{megabytes:.1} {unit}</small></a>"
            );
        }
    }
    html
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_nothing_inline_and_takes_no_markup_from_outside() {
        let offers = [Offer { name: "hotliner-agent.exe".into(), bytes: 4_200_000, system: System::Windows }];
        for words in [&EN, &FR] {
            let html = render(words, "<b>Team</b>", &offers, System::Windows, "a\"><script>:1");
            assert!(html.contains("&lt;b&gt;Team&lt;/b&gt;"), "{html}");
            for never in ["<script", "style=", "<style", "onclick", "<b>Team"] {
                assert!(!html.contains(never), "{never} in {html}");
            }
            assert!(html.contains("4.2 M") && html.contains(words.yours));
        }
    }

    #[test]
    fn a_team_without_downloads_says_so() {
        assert!(render(&EN, "T", &[], System::Linux, "h").contains("offers no download here"));
        assert!(render(&EN, "T", &[], System::Linux, "h").contains("<code>h:4433</code>"));
    }

    #[test]
    fn the_browsers_language_decides_unless_the_customer_does() {
        for (accepted, expected) in [
            ("fr-CA,fr;q=0.9,en;q=0.8", Language::Fr),
            ("de,en", Language::En),
            ("", Language::En),
            ("é", Language::En),
        ] {
            assert_eq!(preferred(accepted), expected, "{accepted}");
        }
    }
}
