//! `cairn admin-link`: the way into the console for the first time, and when a password was lost.

use std::sync::Arc;

use clap::Args;

use super::{CommandError, actix_runtime};
use crate::clock::SystemClock;
use crate::random::SystemRandom;
use crate::service::Cairn;
use crate::service::institution::administrators::{Operator, links};
use crate::settings::Settings;

#[derive(Debug, Args)]
pub(crate) struct AdminLinkArguments {
    /// Let in for this institution alone; without it, for the whole installation.
    #[arg(long, value_name = "NAME")]
    institution: Option<String>,
}

/// Prints the link.
///
/// # Errors
/// A sentence when there is no institution of that name.
#[expect(clippy::print_stdout, reason = "this is the command line")]
pub(crate) fn run(settings: Settings, arguments: &AdminLinkArguments) -> Result<(), CommandError> {
    let institution = arguments.institution.clone();
    actix_runtime(async move {
        let cairn = Cairn::open(settings, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
        let scope = links::scope_named(&cairn, institution.as_deref()).await?;
        println!("{}", links::make(&cairn, &scope, Operator::CommandLine).await?);
        Ok(())
    })
}
