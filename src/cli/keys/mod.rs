//! `cairn keys list | rotate | withdraw | rotate-master`: which keys there are, new ones, and one that somebody else may
//! have. Private parts are never printed.

use std::sync::Arc;

use clap::Subcommand;

use self::rotate_master::{ROTATE_MASTER, RotateMasterArguments};
use super::{CommandError, actix_runtime};
use crate::clock::SystemClock;
use crate::domain::keys::{KeyKind, KeyState};
use crate::ids::{KeyId, TenantId};
use crate::random::SystemRandom;
use crate::service::Cairn;
use crate::service::base::addresses;
use crate::service::base::error::ServiceError;
use crate::service::base::institutions;
use crate::service::credential::withdrawing::{self, Review};
use crate::service::institution::administrators::{Operator, Scope, links};
use crate::service::institution::issuing;
use crate::settings::Settings;

mod rotate_master;

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// List the tool's key and each institution's signing keys.
    List,
    /// Let an institution sign with new keys from now on, one for each form of badges. What was issued stays valid.
    Rotate {
        /// The institution, by its name.
        #[arg(long)]
        institution: String,
    },
    /// Withdraw a key that somebody else may have, and sign anew what it signed. Without --yes: say what that would do.
    Withdraw {
        /// The institution, by its name.
        #[arg(long)]
        institution: String,
        /// The public key, as `cairn keys list` shows it.
        #[arg(long)]
        key: String,
        /// Why, for the audit log.
        #[arg(long, default_value = "withdrawn on the command line")]
        reason: String,
        /// Do it.
        #[arg(long)]
        yes: bool,
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
pub(crate) fn run(settings: Settings, command: KeysCommand) -> Result<(), CommandError> {
    if let KeysCommand::RotateMaster(arguments) = &command {
        return rotate_master::run(settings, arguments);
    }
    actix_runtime(async move {
        let cairn = Cairn::open(settings, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
        match command {
            KeysCommand::List | KeysCommand::RotateMaster(_) => {}
            KeysCommand::Rotate { institution } => rotate(&cairn, &institution).await?,
            KeysCommand::Withdraw {
                institution,
                key,
                reason,
                yes,
            } => {
                let (tenant, key) = named(&cairn, &institution, &key).await?;
                if !yes {
                    return say(&withdrawing::review(&cairn, Operator::CommandLine, &tenant, &key).await?);
                }
                withdraw(&cairn, &tenant, &key, &reason).await?;
            }
        }
        println!(
            "tool key      RS256    {}   {}{}",
            cairn.tool_key.kid(),
            cairn.settings.origin(),
            addresses::JWKS
        );
        for (issuer, keys) in institutions::issuer_keys(&cairn).await? {
            println!("{}   {}", issuer.name, institutions::did(&cairn, &issuer));
            for key in keys {
                let old = match key.state {
                    KeyState::Active => "",
                    KeyState::Next => "   next",
                    KeyState::Retired => "   old",
                    KeyState::Withdrawn => "   withdrawn",
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
    Ok(issuing::rotate(cairn, Operator::CommandLine, &tenant, &expected).await?)
}

/// The institution and its key of these names.
async fn named(cairn: &Cairn, name: &str, key: &str) -> Result<(TenantId, KeyId), CommandError> {
    let Scope::Tenant(tenant) = links::scope_named(cairn, Some(name)).await? else {
        return Err(ServiceError::NotFound("institution").into());
    };
    let all = institutions::issuer_keys(cairn).await?;
    let keys = all.into_iter().filter(|(issuer, _)| issuer.tenant == tenant);
    let found = keys
        .flat_map(|(_, keys)| keys)
        .find(|one| one.public_multibase == key);
    let found = found.ok_or_else(|| {
        CommandError::from(format!(
            "{name} has no such key. `cairn keys list` shows the keys of each institution."
        ))
    })?;
    Ok((tenant, found.id))
}

/// What a withdrawal would do.
#[expect(clippy::print_stdout, reason = "this is the command line")]
fn say(review: &Review) -> Result<(), CommandError> {
    println!(
        "Withdrawing {} of {} would:",
        review.key.public_multibase, review.issuer.name
    );
    println!("  publish it no more, so that nothing it signed verifies");
    if review.key.state == KeyState::Active {
        println!("  let a new key sign from now on");
    }
    println!(
        "  sign {} badges anew, under the ids that they have",
        review.badges
    );
    println!("  sign {} status lists anew", review.lists);
    println!("Nothing was done. Say --yes to do it; it cannot be taken back.");
    Ok(())
}

/// Withdraws the key and signs anew what it signed, here and now: no server has to run for it, and one that does may take
/// its share.
#[expect(clippy::print_stdout, reason = "this is the command line")]
async fn withdraw(cairn: &Cairn, tenant: &TenantId, key: &KeyId, reason: &str) -> Result<(), CommandError> {
    match withdrawing::withdraw(cairn, Operator::CommandLine, tenant, key, reason).await {
        // An earlier run was stopped in the middle: the rest is done now.
        Err(error) if error.code() == "issuer-key.withdrawn" => println!("It is withdrawn already."),
        other => other?,
    }
    let so_far = |done: usize| {
        if done.is_multiple_of(1_000) && done > 0 {
            println!("  {done} badges signed anew");
        }
        std::future::ready(())
    };
    let done = withdrawing::sign_anew(cairn, tenant, key, so_far).await?;
    println!("Signed {done} badges anew.");
    Ok(())
}
