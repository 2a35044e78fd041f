//! The command line: parse, call the library, say how it went.

use std::process::ExitCode;

use cairn::cli;

fn main() -> ExitCode {
    cli::run()
}
