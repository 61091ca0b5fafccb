//! `user add|passwd|list|remove`: through the running console, or on its data folder while none runs.

use std::io::BufRead;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::runtime;
use crate::accounts::{self, Account, Role};
use crate::cli::{Format, PasswordFile, User, UserCommon, UserRole};
use crate::client::{Client, Method};
use crate::data_dir::{self, DataDir};
use crate::hub::now;
use crate::passwords::{self, Passwords};
use crate::terminal::{self, harmless};
use crate::trouble::Trouble;
use crate::vault::{Added, Vault};
use crate::words::{Words, words};

const ACCOUNTS: &str = "/api/v1/accounts";

pub(super) fn run(command: User) -> Result<u8, Trouble> {
    let (common, task) = match command {
        User::Add { name, role, password, common } => {
            let password = read_password(&password, &common)?;
            (common, Task::Add { name: named(name)?, role: role.into(), password })
        }
        User::Passwd { name, password, common } => {
            let password = read_password(&password, &common)?;
            (common, Task::Passwd { name: named(name)?, password })
        }
        User::List(common) => (common, Task::List),
        User::Remove { name, common } => (common, Task::Remove { name: named(name)? }),
    };
    let data = common.data.clone().map_or_else(data_dir::default_path, Ok)?;
    let answer = runtime()?.block_on(async {
        match UnixStream::connect(data_dir::socket_path(&data)) {
            Ok(_) => ask(&data, &task).await,
            Err(_) => obey(&data, &task).await,
        }
    })?;
    let said = match common.output.format {
        Format::Json => serde_json::to_string_pretty(&answer).unwrap_or_default(),
        Format::Text => text(&task, &answer, words(common.output.lang())),
    };
    terminal::say(&said);
    Ok(0)
}

enum Task {
    Add { name: String, role: Role, password: String },
    Passwd { name: String, password: String },
    List,
    Remove { name: String },
}

impl From<UserRole> for Role {
    fn from(role: UserRole) -> Self {
        match role {
            UserRole::Hotliner => Self::Hotliner,
            UserRole::Engineer => Self::Engineer,
            UserRole::Supervisor => Self::Supervisor,
            UserRole::Author => Self::Author,
            UserRole::Admin => Self::Admin,
        }
    }
}

/// A name goes into a path only if it is one.
fn named(name: String) -> Result<String, Trouble> {
    if accounts::is_name(&name) {
        return Ok(name);
    }
    Err(Trouble::new(
        format!("`{}` is no name for an account", harmless(&name)),
        format!(
            "give 1 to {} letters, digits, `.`, `-` or `_`, a letter first; local, agent and console are taken",
            accounts::MAX_NAME_CHARS
        ),
    ))
}

fn read_password(given: &PasswordFile, common: &UserCommon) -> Result<String, Trouble> {
    let unreadable = |error: std::io::Error| {
        Trouble::new(
            format!("the password cannot be read: {error}"),
            "type it in a terminal, or name a file with --password-file",
        )
    };
    let first_line = |reader: &mut dyn BufRead| {
        let mut line = String::new();
        reader.read_line(&mut line).map(|_| line.trim_end_matches(['\r', '\n']).to_owned())
    };
    let words = words(common.output.lang());
    let password = match &given.password_file {
        Some(file) if file.as_os_str() == "-" => {
            first_line(&mut std::io::stdin().lock()).map_err(unreadable)?
        }
        Some(file) => {
            let file = std::fs::File::open(file).map_err(unreadable)?;
            first_line(&mut std::io::BufReader::new(file)).map_err(unreadable)?
        }
        None => {
            let [ask, again] = words.password;
            let password = terminal::ask_secret(ask).map_err(unreadable)?;
            if terminal::ask_secret(again).map_err(unreadable)? != password {
                return Err(Trouble::new(words.passwords_differ, "type the same password twice"));
            }
            password
        }
    };
    if passwords::is_usable(&password) {
        return Ok(password);
    }
    Err(Trouble::new(
        "this is no usable password",
        format!("give at least {} characters, at most {} bytes", passwords::MIN_CHARS, passwords::MAX_BYTES),
    ))
}

/// Through the running console.
async fn ask(data: &Path, task: &Task) -> Result<Value, Trouble> {
    let client = Client::Local(PathBuf::from(data));
    match task {
        Task::Add { name, role, password } => {
            let body = json!({ "name": name, "role": role, "password": password });
            client.ask(Method::POST, ACCOUNTS, Some(&body)).await
        }
        Task::Passwd { name, password } => {
            let path = format!("{ACCOUNTS}/{name}/password");
            client.ask(Method::POST, &path, Some(&json!({ "password": password }))).await?;
            Ok(json!({ "name": name, "changed": true }))
        }
        Task::List => client.ask(Method::GET, ACCOUNTS, None).await,
        Task::Remove { name } => {
            client.ask(Method::DELETE, &format!("{ACCOUNTS}/{name}"), None).await?;
            Ok(json!({ "name": name, "removed": true }))
        }
    }
}

/// On the data folder itself, which no console holds.
async fn obey(data: &Path, task: &Task) -> Result<Value, Trouble> {
    let data = DataDir::open(data)?;
    let broken = |error: &dyn std::fmt::Display| {
        Trouble::new(error.to_string(), "make room on its disk, or bring vault.db back from a backup")
    };
    let path = data.private_file("vault.db").map_err(|error| broken(&error))?;
    let vault = Vault::open(&path).map_err(|error| broken(&error))?;
    let unknown = |name: &str| {
        Trouble::new(
            format!("there is no account called `{name}`, or it is the last administrator"),
            "`hotliner-console user list` names every account",
        )
    };
    match task {
        Task::Add { name, role, password } => {
            let hash = Passwords::default().hash(password.clone()).await.map_err(|error| broken(&error))?;
            let account =
                Account { name: name.clone(), role: *role, lang: None, theme: None, created_at: now() };
            match vault.add_account(account, hash, false).await.map_err(|error| broken(&error))? {
                Added::Added => Ok(json!({ "name": name, "role": role })),
                Added::Taken => Err(Trouble::new(
                    format!("there is an account called `{name}` already"),
                    "choose another name, or set its password with `hotliner-console user passwd`",
                )),
                Added::Full => {
                    Err(Trouble::new("there are too many accounts", "remove some that nobody uses"))
                }
            }
        }
        Task::Passwd { name, password } => {
            let hash = Passwords::default().hash(password.clone()).await.map_err(|error| broken(&error))?;
            let done = vault.set_password(name.clone(), hash, None).await.map_err(|error| broken(&error))?;
            if done { Ok(json!({ "name": name, "changed": true })) } else { Err(unknown(name)) }
        }
        Task::List => {
            let all = vault.accounts().await.map_err(|error| broken(&error))?;
            let view = |account: &Account| json!({ "name": account.name, "role": account.role, "created_at": account.created_at });
            Ok(json!({ "accounts": all.iter().map(view).collect::<Vec<_>>() }))
        }
        Task::Remove { name } => {
            let done = vault.remove_account(name.clone()).await.map_err(|error| broken(&error))?;
            if done { Ok(json!({ "name": name, "removed": true })) } else { Err(unknown(name)) }
        }
    }
}

fn text(task: &Task, answer: &Value, words: &Words) -> String {
    let [made, set, removed] = words.account_done;
    match task {
        Task::Add { .. } => made.to_owned(),
        Task::Passwd { .. } => set.to_owned(),
        Task::Remove { .. } => removed.to_owned(),
        Task::List => {
            let accounts = answer["accounts"].as_array().map(Vec::as_slice).unwrap_or_default();
            if accounts.is_empty() {
                return words.no_account.to_owned();
            }
            let line = |account: &Value| {
                let text = |key: &str| harmless(account[key].as_str().unwrap_or_default());
                let day = text("created_at");
                format!("{:<32}  {:<10}  {}", text("name"), text("role"), day.get(..10).unwrap_or("-"))
            };
            accounts.iter().map(line).collect::<Vec<_>>().join("\n")
        }
    }
}
