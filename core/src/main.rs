//! The `pasvaudit` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    pasvaudit::cli::run(std::env::args_os()).into()
}
