//! `cairn invite`: an address for dynamic registration, without the console.

use std::sync::Arc;

use chrono::TimeDelta;
use clap::Args;

use super::{CommandError, actix_runtime};
use crate::clock::SystemClock;
use crate::random::SystemRandom;
use crate::service::Cairn;
use crate::service::base::institutions;
use crate::service::institution::administrators::Operator;
use crate::service::institution::registering;
use crate::settings::Settings;

#[derive(Debug, Args)]
pub(crate) struct InviteArguments {
    /// The institution that the platform belongs to; made if there is none of that name.
    #[arg(long, value_name = "NAME")]
    institution: String,
    /// What it is for; shown in the console.
    #[arg(long, default_value = "")]
    note: String,
    /// Days that it lasts.
    #[arg(long, default_value_t = 7)]
    days: u16,
}

/// Prints the address to paste into Moodle or Canvas.
///
/// # Errors
/// A sentence about a value that cannot be used, and what the store reports.
#[expect(clippy::print_stdout, reason = "this is the command line")]
pub(crate) fn run(settings: Settings, arguments: InviteArguments) -> Result<(), CommandError> {
    actix_runtime(async move {
        let cairn = Cairn::open(settings, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
        let (tenant, _) = institutions::find_or_create(&cairn, &arguments.institution).await?;
        let life = TimeDelta::days(i64::from(arguments.days));
        let (_, code) =
            registering::invite(&cairn, &tenant.id, &arguments.note, Operator::CommandLine, life).await?;
        println!("{}", registering::address(&cairn, &code));
        Ok(())
    })
}
