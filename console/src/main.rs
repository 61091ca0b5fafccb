//! The program `hotliner-console`.

use std::process::ExitCode;

fn main() -> ExitCode {
    hotliner_console::cli::main(std::env::args_os())
}
