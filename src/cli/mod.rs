//! What `cairn` does when it is called: `serve · demo · check · platform · admin-link · invite · keys · export ·
//! verify-archive · backup`.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::service::StartError;
use crate::service::base::error::ServiceError;
use crate::service::base::unhurried;
use crate::service::operations::backup::BackupError;
use crate::service::operations::master_key::RotationError;
use crate::service::privacy::export::verifying::ArchiveError;
use crate::settings::{KNOWN, Settings};
use crate::telemetry;
use crate::web::words::{archives, errors, starting};

mod admin_link;
mod backup;
mod check;
#[cfg(feature = "demo")]
mod demo;
mod export;
mod invite;
mod keys;
mod platform;
mod verify_archive;

/// Stackable, verifiable badges for Moodle and Canvas.
#[derive(Debug, Parser)]
#[command(name = "cairn", version, about, after_long_help = settings_help())]
struct Arguments {
    /// A TOML file with settings; variables CAIRN_… win over it.
    #[arg(long, global = true, env = "CAIRN_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server until it is told to stop.
    Serve,
    /// Try everything out: Cairn and two practice LMSs (Moodle-like and Canvas-like) on this machine.
    #[cfg(feature = "demo")]
    Demo(demo::DemoArguments),
    /// Test settings, database, keys and platforms, and say what is wrong.
    Check,
    /// Register, list, show or remove the platforms that may launch Cairn.
    #[command(subcommand)]
    Platform(platform::PlatformCommand),
    /// Print a link that lets somebody into the console once, within 30 minutes.
    AdminLink(admin_link::AdminLinkArguments),
    /// Print an address that registers one platform by itself: paste it into Moodle or Canvas.
    Invite(invite::InviteArguments),
    /// Show the keys, let an institution sign with new ones, or change the master key.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Pack everything that an institution issued into one archive that stands for itself.
    Export(export::ExportArguments),
    /// Copy the database and the files to a folder, while the server runs.
    Backup(backup::BackupArguments),
    /// Check that an archive is whole and every badge in it verifies, without database, settings or net.
    #[command(alias = "drill")]
    VerifyArchive(verify_archive::VerifyArchiveArguments),
}

/// Runs the command line of this process. The exit code is 0 only if all went well.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    // What proves an archive must work where nothing else of ours does.
    if let Command::VerifyArchive(arguments) = &arguments.command {
        return checked(arguments);
    }
    // Whatever is written from here on is everybody's record.
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let environment: HashMap<String, String> = std::env::vars().collect();
    let settings = match Settings::load(arguments.config.as_deref(), &environment) {
        Ok(settings) => settings,
        Err(error) => return failed(&error),
    };
    let done = match arguments.command {
        Command::Serve => {
            telemetry::start_logging(&settings.log, settings.log_format);
            if !settings.passed_over.is_empty() {
                let variables = settings.passed_over.join(", ");
                tracing::info!(
                    variables,
                    "passed over: Kubernetes sets them for a service of this name"
                );
            }
            serve(settings)
        }
        #[cfg(feature = "demo")]
        Command::Demo(arguments) => demo::run(&settings, &arguments),
        Command::Check => check::run(&settings),
        Command::Platform(command) => platform::run(settings, command),
        Command::AdminLink(arguments) => admin_link::run(settings, &arguments),
        Command::Invite(arguments) => invite::run(settings, arguments),
        Command::Keys(command) => keys::run(settings, command),
        Command::Export(arguments) => export::run(settings, arguments),
        Command::Backup(arguments) => backup::run(&settings, &arguments),
        Command::VerifyArchive(arguments) => return checked(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(error.as_ref()),
    }
}

fn checked(arguments: &verify_archive::VerifyArchiveArguments) -> ExitCode {
    verify_archive::run(arguments).unwrap_or_else(|error| failed(error.as_ref()))
}

/// Anything that ends a command; its text is the sentence that is printed.
type CommandError = Box<dyn std::error::Error>;

fn serve(settings: Settings) -> Result<(), CommandError> {
    actix_runtime(async move {
        let application = crate::app::Application::build(settings).await?;
        tracing::info!(origin = application.origin(), "listening");
        application.run().await?;
        Ok(())
    })
}

/// Runs a command on the runtime that the server needs.
fn actix_runtime<T>(future: impl Future<Output = Result<T, CommandError>>) -> Result<T, CommandError> {
    crate::app::block_on(unhurried(future))
}

/// The sentence for an error: what a use case refuses is said in the same words as on pages.
fn said(error: &(dyn std::error::Error + 'static)) -> String {
    let service = error.downcast_ref::<ServiceError>().map(errors::sentence);
    service
        .or_else(|| error.downcast_ref::<StartError>().map(starting::start))
        .or_else(|| error.downcast_ref::<RotationError>().map(starting::rotation))
        .or_else(|| error.downcast_ref::<BackupError>().map(starting::backup))
        .or_else(|| error.downcast_ref::<ArchiveError>().map(archives::refused))
        .unwrap_or_else(|| error.to_string())
}

#[expect(clippy::print_stderr, reason = "this is the command line")]
fn failed(error: &(dyn std::error::Error + 'static)) -> ExitCode {
    eprintln!("cairn: {}", said(error));
    ExitCode::FAILURE
}

/// The list of settings for `--help`.
fn settings_help() -> String {
    use std::fmt::Write as _;
    let mut help = String::from("Settings, by file or as variables CAIRN_…:\n");
    for (name, default, meaning) in KNOWN {
        let _ = write!(help, "\n  {name}\n      {meaning}\n      default: {default}\n");
    }
    help
}
