//! `cairn export`: everything that an institution issued, in one archive.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::{CommandError, actix_runtime};
use crate::clock::SystemClock;
use crate::random::SystemRandom;
use crate::service::Cairn;
use crate::service::institution::administrators::{Operator, Scope, links};
use crate::service::privacy::export::exporting;
use crate::settings::Settings;

#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    /// The institution, by its name.
    #[arg(long, value_name = "NAME")]
    institution: String,
    /// The archive to write; it must not be there yet.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Writes the archive.
///
/// # Errors
/// A sentence when there is no institution of that name, or the file is there or cannot be written.
#[expect(clippy::print_stdout, reason = "this is the command line")]
pub(crate) fn run(settings: Settings, arguments: ExportArguments) -> Result<(), CommandError> {
    actix_runtime(async move {
        let out = arguments.out;
        let shown = out.display();
        if out.exists() {
            return Err(format!("{shown} is there already. Name another file; nothing was written.").into());
        }
        let cairn = Cairn::open(settings, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
        let scope = links::scope_named(&cairn, Some(&arguments.institution)).await?;
        let Scope::Tenant(tenant) = scope else {
            return Err("Name one institution.".into());
        };
        // Beside the file, so that taking its name is one step.
        let mut draft = out.clone().into_os_string();
        draft.push(".part");
        // What a command left that was killed is in nobody's way.
        let _ = std::fs::remove_file(&draft);
        let summary = exporting::take(&cairn, Operator::CommandLine, &tenant, draft.into()).await?;
        let size = crate::service::award::files::size_words(summary.packed.size);
        summary.packed.file.keep_as(&out)?;
        println!(
            "{shown}: {} badges, {} submissions, {size}.",
            summary.badges, summary.hand_ins
        );
        if let Some(key) = &summary.signed_with {
            println!(
                "Prove it with: cairn verify-archive {shown} --issuer {key}\n\
                 Note that key elsewhere than beside the archive: nothing in an archive can prove who packed it."
            );
        }
        if summary.missing > 0 {
            println!(
                "{} files are not stored any more; README.txt in the archive names them.",
                summary.missing
            );
        }
        Ok(())
    })
}
