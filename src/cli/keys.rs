//! `cairn keys list | rotate | rotate-master`: which keys there are, and new ones. Private parts are never printed.

use std::sync::Arc;

use clap::Subcommand;

use self::rotate_master::{ROTATE_MASTER, RotateMasterArguments};
use super::{CommandError, actix_runtime};
use crate::clock::SystemClock;
use crate::random::SystemRandom;
use crate::service::admins::{Scope, links};
use crate::service::{Cairn, institutions, issuing};
use crate::settings::Settings;
use crate::store::issuers::{KeyKind, KeyState};

mod rotate_master;

#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// List the tool's key and each institution's signing keys.
    List,
    /// Let an institution sign with new keys from now on, one for each form of badges. What was issued stays valid.
    Rotate {
        /// The institution, by its name.
        #[arg(long)]
        institution: String,
    },
    /// Encrypt all stored keys with a new master key; nothing opens with the old one any more. Stop every server first.
    #[command(long_about = ROTATE_MASTER)]
    RotateMaster(RotateMasterArguments),
}

/// Runs one of the commands.
///
/// # Errors
/// What the store or the vault reports.
#[expect(clippy::print_stdout, reason = "this is the command line")]
pub fn run(settings: Settings, command: &KeysCommand) -> Result<(), CommandError> {
    let rotated = match command {
        KeysCommand::List => None,
        KeysCommand::Rotate { institution } => Some(institution.clone()),
        KeysCommand::RotateMaster(arguments) => return rotate_master::run(settings, arguments),
    };
    actix_runtime(async move {
        let cairn = Cairn::open(settings, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
        if let Some(name) = rotated {
            rotate(&cairn, &name).await?;
        }
        println!(
            "tool key      RS256    {}   {}/lti/jwks",
            cairn.tool_key.kid(),
            cairn.settings.origin()
        );
        for (issuer, keys) in institutions::issuer_keys(&cairn).await? {
            println!("{}   {}", issuer.name, institutions::did(&cairn, &issuer));
            for key in keys {
                let old = if key.state == KeyState::Active {
                    ""
                } else {
                    "   old"
                };
                println!(
                    "  signing key {:<7}  {}{old}",
                    key.kind.name(),
                    key.public_multibase
                );
            }
        }
        Ok(())
    })
}

/// New signing keys for the institution of that name.
async fn rotate(cairn: &Cairn, name: &str) -> Result<(), CommandError> {
    let Scope::Tenant(tenant) = links::scope_named(cairn, Some(name)).await? else {
        return Ok(());
    };
    let all = institutions::issuer_keys(cairn).await?;
    let keys = all.into_iter().find(|(issuer, _)| issuer.tenant == tenant);
    let active = keys.and_then(|(_, keys)| {
        keys.into_iter()
            .find(|key| key.kind == KeyKind::Ed25519 && key.state == KeyState::Active)
    });
    let expected = active.map(|key| key.public_multibase).unwrap_or_default();
    Ok(issuing::rotate(cairn, None, &tenant, &expected).await?)
}
