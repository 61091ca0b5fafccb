//! `token new|list|revoke`, on a running console of this machine.

use serde_json::{Value, json};

use super::runtime;
use crate::cli::{Format, Output, Token, TokenScope};
use crate::client::{Client, Method};
use crate::terminal::{self, harmless};
use crate::trouble::Trouble;
use crate::words::{Words, words};

const TOKENS: &str = "/api/v1/tokens";

pub(super) fn run(command: Token) -> Result<u8, Trouble> {
    let runtime = runtime()?;
    runtime.block_on(async {
        match command {
            Token::New { name, scope, days, data, output } => {
                let scope = match scope {
                    TokenScope::Read => "read",
                    TokenScope::Write => "write",
                };
                let body = json!({ "name": name, "scope": scope, "days": days });
                let answer = Client::local(data.as_deref())?.ask(Method::POST, TOKENS, Some(&body)).await?;
                print(&output, &answer, |answer, words| {
                    format!("{}\n\n  {}", words.token_once, answer["token"].as_str().unwrap_or_default())
                });
            }
            Token::List { data, output } => {
                let answer = Client::local(data.as_deref())?.ask(Method::GET, TOKENS, None).await?;
                print(&output, &answer, list_text);
            }
            Token::Revoke { id, data, output } => {
                if id.is_empty() || !id.bytes().all(|b| b.is_ascii_hexdigit()) {
                    return Err(Trouble::new(
                        format!("`{}` is not the id of a token", harmless(&id)),
                        "`hotliner-console token list` prints the ids",
                    ));
                }
                let path = format!("{TOKENS}/{id}");
                Client::local(data.as_deref())?.ask(Method::DELETE, &path, None).await?;
                print(&output, &json!({ "id": id, "revoked": true }), |_, words| words.revoked.to_owned());
            }
        }
        Ok(0)
    })
}

fn print(output: &Output, answer: &Value, text: impl Fn(&Value, &Words) -> String) {
    let said = match output.format {
        Format::Json => serde_json::to_string_pretty(answer).unwrap_or_default(),
        Format::Text => text(answer, words(output.lang())),
    };
    terminal::say(&said);
}

fn list_text(answer: &Value, words: &Words) -> String {
    let tokens = answer["tokens"].as_array().map(Vec::as_slice).unwrap_or_default();
    if tokens.is_empty() {
        return words.no_token.to_owned();
    }
    let day = |date: &Value| date.as_str().and_then(|date| date.get(..10)).unwrap_or("-").to_owned();
    let line = |token: &Value| {
        let text = |key: &str| harmless(token[key].as_str().unwrap_or_default());
        let revoked = if token["revoked_at"].is_string() { "  revoked" } else { "" };
        let (id, scope, name) = (text("id"), text("scope"), text("name"));
        format!(
            "{id}  {scope:<5}  {} – {}  {name}{revoked}",
            day(&token["created_at"]),
            day(&token["expires_at"])
        )
    };
    tokens.iter().map(line).collect::<Vec<_>>().join("\n")
}
