//! `cairn verify-archive FILE.zip`: proves an archive without database, settings or net.

use std::io::BufReader;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Args;

use super::CommandError;
use crate::clock::{Clock as _, SystemClock};
use crate::service::privacy::export::verifying::{Finding, Report, verify_archive};

#[derive(Debug, Args)]
pub(crate) struct VerifyArchiveArguments {
    /// The archive: a learner's or an institution's.
    file: PathBuf,
}

/// Prints a line for each badge and what follows.
///
/// # Errors
/// When the archive is no fit one, or a badge in it does not verify.
#[expect(clippy::print_stdout, reason = "this is the command line")]
pub(crate) fn run(arguments: &VerifyArchiveArguments) -> Result<(), CommandError> {
    let shown = arguments.file.display();
    let file = std::fs::File::open(&arguments.file)
        .map_err(|error| format!("The file {shown} cannot be opened: {error}"))?;
    let report = verify_archive(BufReader::new(file), SystemClock.now())?;
    print!("{}", table(&report));
    if report.is_sound() {
        Ok(())
    } else {
        Err("The archive does not hold: not everything in it is as it was issued.".into())
    }
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// The report for people: one line for each badge file, then the sum.
fn table(report: &Report) -> String {
    use std::fmt::Write as _;
    let widest = report.badges.iter().map(|line| line.name.chars().count()).max();
    let width = widest.unwrap_or(0).min(80);
    let (mut text, mut counts) = (String::new(), [0_usize; 4]);
    for line in &report.badges {
        let (kind, word, rest) = match &line.finding {
            Finding::Verified { as_of: Some(at) } => {
                (0, "verified", format!("not revoked as of {}", day(*at)))
            }
            Finding::Verified { as_of: None } => {
                (0, "verified", "it names no list of revoked badges".to_owned())
            }
            Finding::Revoked { as_of } => {
                let date = as_of.map(|at| format!("as of {}", day(at)));
                (1, "REVOKED", date.unwrap_or_default())
            }
            Finding::Expired(sentence) => (2, "expired", sentence.clone()),
            Finding::Failed(sentence) => (3, "FAILED", sentence.clone()),
        };
        if let Some(count) = counts.get_mut(kind) {
            *count += 1;
        }
        // What an archive calls its files is not ours to print raw; control characters were refused.
        let _ = writeln!(text, "{:<width$}  {word:<8}  {rest}", line.name);
    }
    for problem in &report.damaged {
        let _ = writeln!(text, "{:<width$}  DAMAGED   {problem}", "");
    }
    let [verified, revoked, expired, failed] = counts;
    let _ = writeln!(
        text,
        "\n{} badge files: {verified} verified, {revoked} revoked, {expired} expired, {failed} failed.",
        report.badges.len()
    );
    for issuer in &report.issuers {
        let _ = writeln!(text, "Checked with the keys of {issuer} that are in the archive.");
    }
    text.push_str(
        "Nothing outside of the archive was asked. What was revoked after the date of a list is not in it.\n",
    );
    text
}
