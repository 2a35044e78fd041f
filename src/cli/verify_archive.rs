//! `cairn verify-archive FILE.zip`: checks an archive without database, settings or net.
//!
//! It ends with 0 where the archive is whole and signed with a key that was named, with 1 where it is not, and with
//! [`UNPROVEN`] where it is whole and nobody was named, or a DID without a key: the archive brings along what it is checked
//! with, so that whoever forged it chose that key, and a script must not take it for a proof.

use std::io::BufReader;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::Args;

use super::CommandError;
use crate::clock::{Clock as _, SystemClock};
use crate::service::privacy::export::comparing::{Difference, Listed};
use crate::service::privacy::export::manifest::{Manifest, ManifestProblem, Signed};
use crate::service::privacy::export::signer::{Known, Named, Outcome, outcome};
use crate::service::privacy::export::verifying::{Finding, Report, verify_archive};
use openbadges::did;

/// The exit code for an archive that is whole, and signed with a key that nobody named. 2 is that of a wrong use.
const UNPROVEN: u8 = 3;

#[derive(Debug, Args)]
pub(crate) struct VerifyArchiveArguments {
    /// The archive: a learner's or an institution's.
    file: PathBuf,
    /// Who has to have signed it: did:web:HOST:issuers:NAME#KEY, as cairn export prints it and the page of the issuer shows it.
    /// Without # and the key (z6Mk…) nothing is proven, and the exit code is 3. May be given several times
    #[arg(long, value_name = "DID")]
    issuer: Vec<Named>,
    /// Look at the badges alone: for an archive of a version that did not sign what it packed
    #[arg(long)]
    badges_only: bool,
}

/// Prints a line for each badge and what follows.
///
/// # Errors
/// When the archive is no fit one, a badge in it does not verify, or another issuer signed it than those that were named.
#[expect(clippy::print_stdout, reason = "this is the command line")]
pub(crate) fn run(arguments: &VerifyArchiveArguments) -> Result<ExitCode, CommandError> {
    let shown = arguments.file.display();
    let file = std::fs::File::open(&arguments.file)
        .map_err(|error| format!("The file {shown} cannot be opened: {error}"))?;
    let report = verify_archive(BufReader::new(file), SystemClock.now())?;
    print!("{}", table(&report));
    let outcome = outcome(&report, &arguments.issuer, arguments.badges_only);
    let (verdict, code) = verdict(&outcome)?;
    println!("\n{verdict}");
    Ok(code)
}

/// What the archive comes to, and the exit code for it; what it fails by is the error.
fn verdict(outcome: &Outcome<'_>) -> Result<(String, ExitCode), String> {
    let (said, known) = match outcome {
        Outcome::Unchanged(signed, known) => {
            let whole = format!(
                "Whole and unchanged since {} signed it on {} with the key {}.",
                signed.issuer,
                day(signed.at),
                key_of(signed)
            );
            (format!("{whole} {}", doubt(&signed.issuer, *known)), *known)
        }
        Outcome::Badges(issuers, known) => {
            let all = issuers.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            let places: Vec<String> = issuers.iter().map(|did| published(did)).collect();
            let said = format!(
                "Every badge verifies with the keys of {all} that are in the archive. Nothing in the archive can prove that \
                 these are theirs: compare them with {}. With --badges-only no key can be named. {HOW_TO_PROVE}",
                places.join(", and with ")
            );
            (said, *known)
        }
        Outcome::Broken => {
            return Err(
                "The archive does not hold: not everything in it is as it was issued and packed.".to_owned(),
            );
        }
        Outcome::OtherSigner(signed) => {
            return Err(format!(
                "The archive was signed by {} with the key {}, which is not what --issuer names. Whoever that is may have put \
                 into it, or left out, what they liked: do not take it for an archive of the issuer that you named. After the \
                 identity origin was changed, archives from before are signed under the former DID: name that one too.",
                signed.issuer,
                key_of(signed)
            ));
        }
        Outcome::OtherIssuer(did) => {
            return Err(format!(
                "There are badges of {did} in the archive, which --issuer does not name."
            ));
        }
        Outcome::NothingToCompare => {
            return Err(
                "Nobody signed for the files of this archive, so there is no key that could be the one you named. Name the DID \
                 alone to see whose badges they are, which proves nothing about who packed it."
                    .to_owned(),
            );
        }
    };
    let code = match known {
        Known::ByKey => ExitCode::SUCCESS,
        Known::ByName | Known::Unknown => ExitCode::from(UNPROVEN),
    };
    Ok((said.trim_end().to_owned(), code))
}

fn key_of(signed: &Signed) -> &str {
    signed.key.split_once('#').map_or("", |(_, key)| key)
}

/// What is left to do where nothing is proven.
const HOW_TO_PROVE: &str = "To prove an archive, name the DID with its key: --issuer DID#KEY, as `cairn export` prints them and \
     the page of the issuer shows them. Until then this proves nothing about who packed it, and the exit code is 3.";

/// What to hold the keys of an issuer against.
fn published(issuer: &str) -> String {
    did::document_url(issuer).map_or_else(
        |_| format!("what {issuer} published"),
        |url| format!("{url} while that is served, or with what you noted"),
    )
}

/// What nothing in an archive can prove, and how its reader can.
fn doubt(issuer: &str, known: Known) -> String {
    let compare = published(issuer);
    match known {
        Known::ByKey => String::new(),
        Known::ByName => format!(
            "Nothing in the archive can prove that this is a key of {issuer}: whoever changes an archive can put a did.json with \
             their own key into it. Compare it with {compare}. {HOW_TO_PROVE}"
        ),
        Known::Unknown => format!(
            "Nothing in the archive can prove that {issuer} is the institution you think of: whoever changes an archive can sign it \
             anew as somebody else. Compare DID and key with {compare}. {HOW_TO_PROVE}"
        ),
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
        Difference::OtherIssuer(name, issuer) => {
            format!("{name} is of {issuer}, which is no issuer of the institution that this archive is of.")
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

/// Of which institution the archive says that it is.
fn institution(signed: &Signed) -> String {
    match &signed.institution {
        Some(dids) => {
            let dids: Vec<&str> = dids.iter().map(String::as_str).collect();
            format!("It is said to be an archive of {}.", dids.join(" and "))
        }
        None => "An older version packed it, which did not say of which institution it is; every badge in it is of whoever signed."
            .to_owned(),
    }
}

fn signed(manifest: &Manifest) -> String {
    match manifest {
        Manifest::Signed(signed) => format!(
            "{} signed on {} for {} files with {} badges. {}",
            signed.issuer,
            day(signed.at),
            signed.files,
            signed.badges,
            institution(signed)
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
                ManifestProblem::NotItsIssuer => "whoever signed is no issuer of the institution that it names",
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
    for line in report.badges.iter().chain(&report.endorsements) {
        let is_badge = !line.name.starts_with("endorsements/");
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
            Finding::Unchecked => (
                4,
                "left",
                "signed elsewhere, with keys that are not in the archive".to_owned(),
            ),
        };
        if let Some(count) = counts.get_mut(kind).filter(|_| is_badge) {
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
    if !report.endorsements.is_empty() {
        let _ = writeln!(
            text,
            "Beside them {} of what other bodies said of badges.",
            report.endorsements.len()
        );
    }
    let _ = writeln!(text, "{}", signed(&report.manifest));
    for issuer in &report.issuers {
        let _ = writeln!(text, "Checked with the keys of {issuer} that are in the archive.");
    }
    text.push_str(
        "Nothing outside of the archive was asked. What was revoked after the date of a list is not in it.\n",
    );
    text
}
