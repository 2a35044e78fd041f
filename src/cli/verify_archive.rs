//! `cairn verify-archive FILE.zip`: proves an archive without database, settings or net.

use std::io::BufReader;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Args;

use super::CommandError;
use crate::clock::{Clock as _, SystemClock};
use crate::service::privacy::export::comparing::{Difference, Listed};
use crate::service::privacy::export::manifest::{Manifest, ManifestProblem};
use crate::service::privacy::export::verifying::{Finding, Report, verify_archive};

#[derive(Debug, Args)]
pub(crate) struct VerifyArchiveArguments {
    /// The archive: a learner's or an institution's.
    file: PathBuf,
    /// Look at the badges alone: for an archive of a version that did not sign what it packed
    #[arg(long)]
    badges_only: bool,
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
    if report.is_sound() || (arguments.badges_only && report.has_sound_badges()) {
        Ok(())
    } else {
        Err("The archive does not hold: not everything in it is as it was issued.".into())
    }
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

fn differs(difference: &Difference) -> String {
    match difference {
        Difference::Missing(name) => format!("{name} was packed and is not there."),
        Difference::Added(name) => format!("{name} was not packed."),
        Difference::Changed(name) => format!("{name} is not as it was packed."),
        Difference::OtherBadge(name) => {
            format!("{name} is another badge than the other files of its folder.")
        }
        Difference::Holders => "holders.csv cannot be read.".to_owned(),
        Difference::HeldNowhere(folder) => format!("holders.csv names {folder}, where no badge is."),
        Difference::NotListed(folder) => format!("holders.csv does not name {folder}."),
        Difference::ListedAs(folder, Listed::Name) => {
            format!("holders.csv has another name for the badge in {folder}.")
        }
        Difference::ListedAs(folder, Listed::End) => {
            format!("holders.csv says otherwise until when the badge in {folder} is valid.")
        }
        Difference::ListedAs(folder, Listed::Revoked) => {
            format!("holders.csv says that the badge in {folder} was revoked; its status list does not.")
        }
    }
}

fn signed(manifest: &Manifest) -> String {
    match manifest {
        Manifest::Signed(signed) => format!(
            "{} signed on {} for {} files with {} badges.",
            signed.issuer,
            day(signed.at),
            signed.files,
            signed.badges
        ),
        Manifest::Absent => "Nobody signed for what is in this archive, so a file that was taken out or put in cannot be noticed. \
                             An older version packed it, or its manifest was removed. With --badges-only the badges alone count."
            .to_owned(),
        Manifest::Wrong(problem) => {
            let why = match problem {
                ManifestProblem::Form => "it is not what this program writes",
                ManifestProblem::UnknownKey => "no issuer in this archive has its key",
                ManifestProblem::Signature => "the signature is not of that key",
                ManifestProblem::OtherSums => "it is for other sums",
                ManifestProblem::Counts => "it is for another number of files or badges",
            };
            format!("The signature over the files of this archive proves nothing: {why}.")
        }
    }
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
    for difference in &report.differences {
        let _ = writeln!(text, "{:<width$}  DIFFERS   {}", "", differs(difference));
    }
    let [verified, revoked, expired, failed] = counts;
    let _ = writeln!(
        text,
        "\n{} badge files: {verified} verified, {revoked} revoked, {expired} expired, {failed} failed.",
        report.badges.len()
    );
    let _ = writeln!(text, "{}", signed(&report.manifest));
    for issuer in &report.issuers {
        let _ = writeln!(text, "Checked with the keys of {issuer} that are in the archive.");
    }
    text.push_str(
        "Nothing outside of the archive was asked. What was revoked after the date of a list is not in it.\n",
    );
    text
}
