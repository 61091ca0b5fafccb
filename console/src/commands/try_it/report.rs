//! What `try` shows of what came out.

use hotliner_faults::lang::Lang;
use serde_json::{Value, json};

use super::Tried;
use crate::report;
use crate::terminal::{self, Style, harmless};
use crate::words;

/// Texts in one language.
struct Words {
    begin: &'static str,
    console: &'static str,
    code: &'static str,
    runs: &'static str,
    ended: &'static str,
    took: &'static str,
    right: &'static str,
    wrong: &'static str,
    stay: &'static str,
    page: &'static str,
    stop: &'static str,
}

const EN: Words = Words {
    begin: "The main job on this machine, with the real programs.",
    console: "console",
    code: "join code",
    runs: "the agent runs",
    ended: "ended with exit status",
    took: "From the start of the agent to the diagnosis:",
    right: "Right: this is what the package was made to fail with.",
    wrong: "Wrong: the package was made to fail with",
    stay: "The console stays up. Look at the case, or follow it live:",
    page: "(the page: its certificate is self-made, the browser asks once; choose a name and a password)",
    stop: "Ctrl-C ends it and removes everything.",
};

const FR: Words = Words {
    begin: "Le travail principal sur cette machine, avec les vrais programmes.",
    console: "console",
    code: "code d'assistance",
    runs: "l'agent lance",
    ended: "terminé avec le code",
    took: "Du lancement de l'agent au diagnostic :",
    right: "Juste : c'est bien le défaut donné au paquet.",
    wrong: "Faux : le défaut donné au paquet était",
    stay: "La console reste ouverte. Voir le dossier, ou le suivre en direct :",
    page: "(la page : son certificat est fait maison, le navigateur demande une fois ; choisir un nom et un mot de passe)",
    stop: "Ctrl-C l'arrête et efface tout.",
};

fn own_words(lang: Lang) -> &'static Words {
    match lang {
        Lang::En => &EN,
        Lang::Fr => &FR,
    }
}

fn say(line: &str) {
    terminal::say(line);
}

/// Says what is about to happen.
pub(super) fn begin(lang: Lang, address: &str, code: &str, command: &[String]) {
    let words = own_words(lang);
    let style = Style::detect();
    let (nameplate, secret) = code.split_at(code.len().saturating_sub(6));
    say(&style.strong(words.begin));
    let rows = [
        (words.console, address.to_owned()),
        (words.code, format!("{nameplate} {secret}")),
        (words.runs, command.join(" ")),
    ];
    for (label, text) in rows {
        say(&format!("  {label:<18} {text}"));
    }
    say("");
}

/// Shows the installer's words and the diagnosis.
pub(super) fn text(tried: &Tried, lang: Lang) {
    let words = own_words(lang);
    let style = Style::detect();
    for output in [&tried.agent.stdout, &tried.agent.stderr] {
        for line in String::from_utf8_lossy(output).lines() {
            say(&style.faint(&format!("  │ {}", harmless(line))));
        }
    }
    let installer = tried.scenario.command.first().map(String::as_str).unwrap_or_default();
    let code = tried.agent.status.code().map_or_else(|| "?".to_owned(), |code| code.to_string());
    say(&format!("  {installer} {} {code}\n", words.ended));
    let diagnoses = tried.shown["diagnoses"].as_array().map(Vec::as_slice).unwrap_or_default();
    say(&report::diagnoses(diagnoses, words::words(lang), style));
    say(&format!("\n{} {} ms.", words.took, tried.took.as_millis()));
    if tried.is_right() {
        say(words.right);
    } else {
        say(&format!("{} {}.", words.wrong, tried.scenario.cause));
    }
}

/// The same for scripts: one JSON object.
pub(super) fn json(tried: &Tried) {
    let report = json!({
        "schema": "hotliner.try/1",
        "right": tried.is_right(),
        "expected_cause": tried.scenario.cause,
        "cause": tried.best()["cause"],
        "evidence": tried.deciding_line(),
        "installer": { "command": tried.scenario.command, "exit_code": tried.agent.status.code() },
        "case": tried.case,
        "console": tried.address,
        "milliseconds": u64::try_from(tried.took.as_millis()).unwrap_or(u64::MAX),
        "diagnosis": tried.best(),
        "attempt": tried.shown["attempts"][0],
        "facts": tried.shown["facts"].as_array().map_or(0, Vec::len),
        "agent_words": agent_words(tried),
    });
    say(&serde_json::to_string_pretty(&report).unwrap_or_default());
}

/// What the agent said on standard error for itself; the installer's words are in the case.
fn agent_words(tried: &Tried) -> Vec<Value> {
    let text = String::from_utf8_lossy(&tried.agent.stderr).into_owned();
    text.lines().filter(|line| line.starts_with("hotliner-agent: ")).map(Value::from).collect()
}

/// Says how to look further while the console stays.
pub(super) fn stay(tried: &Tried, first_link: Option<&str>, lang: Lang) {
    let words = own_words(lang);
    let (data, case) = (tried.data.display(), &tried.case);
    say(&format!("\n{}", words.stay));
    if let Some(token) = first_link {
        say(&format!("  https://{}/#/first/{token}   {}", tried.address, words.page));
    }
    say(&format!("  hotliner-console case show {case} --data {data}"));
    say(&format!(
        "  curl --no-buffer --unix-socket {data}/console.sock http://localhost/api/v1/cases/{case}/live"
    ));
    say(words.stop);
}
