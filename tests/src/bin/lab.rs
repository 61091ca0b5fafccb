//! The fault lab: `cargo run -p hotliner-tests --bin lab -- [FILTER…] [--lang fr] [--verbose]`.
//!
//! Runs the scenarios whose name contains one of the filters (all without any) and prints what was found. Exit status 1 when
//! one of them is not right, or skipped with `CI=true`. Run `cargo build` before: it uses the programs of the same profile.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command prints")]

use std::process::ExitCode;

use hotliner_tests::console::Console;
use hotliner_tests::lab::scenario::Scenario;
use hotliner_tests::lab::{language, report, runner};
use hotliner_tests::programs;

/// What the command line asks for.
#[derive(Default)]
struct Asked {
    filters: Vec<String>,
    language: Option<String>,
    verbose: bool,
}

fn asked() -> Result<Asked, String> {
    let mut asked = Asked::default();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--lang" => asked.language = Some(args.next().ok_or("--lang needs a language, such as fr")?),
            "--verbose" => asked.verbose = true,
            option if option.starts_with('-') => {
                return Err(format!("no option {option}; known: --lang, --verbose"));
            }
            _ => asked.filters.push(arg),
        }
    }
    Ok(asked)
}

fn main() -> ExitCode {
    match asked().and_then(|asked| run(&asked)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("lab: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(asked: &Asked) -> Result<bool, String> {
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let language = asked.language.as_deref();
    let mut scenarios = Scenario::all()?;
    scenarios.retain(|one| {
        asked.filters.is_empty() || asked.filters.iter().any(|f| one.name.contains(f.as_str()))
    });
    let env = match language {
        None => Vec::new(),
        Some(language) => {
            scenarios.retain(|one| one.languages.contains_key(language));
            language::compile(language, &folder.path().join("locale"))?.to_vec()
        }
    };
    if scenarios.is_empty() {
        return Err(format!("no scenario is named like {:?}", asked.filters));
    }
    let console = Console::start(&folder.path().join("console"));
    println!("{}", report::head());
    let verbose = asked.verbose;
    let outcomes = runner::run(&console, scenarios, language, &env, |outcome| {
        println!("{}", report::line(outcome));
        if verbose && !outcome.log.is_empty() {
            println!("{}", outcome.log.lines().map(|line| format!("    | {line}\n")).collect::<String>());
        }
    });
    println!("{}", report::sum(&outcomes));
    let allowed = |one: &runner::Outcome| one.right() || (one.skipped.is_some() && !programs::strict());
    Ok(outcomes.iter().all(allowed))
}
