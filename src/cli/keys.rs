//! `cairn keys list`: which keys there are. Private parts are never printed.

use std::sync::Arc;

use clap::Subcommand;

use super::{CommandError, actix_runtime};
use crate::clock::SystemClock;
use crate::random::SystemRandom;
use crate::service::{Cairn, institutions};
use crate::settings::Settings;

#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// List the tool's key and each institution's signing keys.
    List,
}

/// Runs one of the commands.
///
/// # Errors
/// What the store or the vault reports.
#[expect(clippy::print_stdout, reason = "this is the command line")]
pub fn run(settings: Settings, command: &KeysCommand) -> Result<(), CommandError> {
    let KeysCommand::List = command;
    actix_runtime(async move {
        let cairn = Cairn::open(settings, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
        println!(
            "tool key      RS256    {}   {}/lti/jwks",
            cairn.tool_key.kid(),
            cairn.settings.origin()
        );
        for (issuer, keys) in institutions::issuer_keys(&cairn).await? {
            println!("{}   {}", issuer.name, institutions::did(&cairn, &issuer));
            for key in keys {
                println!("  signing key Ed25519  {}", key.public_multibase);
            }
        }
        Ok(())
    })
}
