//! What the self-test of a platform found, for the console and for the page inside the LMS alike.

use askama::Template;
use askama::filters::HtmlSafe;

use super::Status;
use crate::domain::zone::Zone;
use crate::service::institution::self_test::{Finding, Report, Verdict};
use crate::web::words::self_test;
use lti::registration::Registration;

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FindingLine {
    pub(crate) status: Status,
    /// What a screen reader hears for the icon.
    pub(crate) spoken: &'static str,
    pub(crate) sentence: String,
    /// What to do about it.
    pub(crate) advice: Option<String>,
}

/// Text with names such as `mod/lti:view`, which may go on in the next line at their joints and nowhere else.
#[derive(Debug, Template)]
#[template(path = "shared/breaking.html")]
pub(crate) struct Breaking<'a>(&'a str);

impl HtmlSafe for Breaking<'_> {}

impl<'a> Breaking<'a> {
    fn parts(&self) -> std::str::SplitInclusive<'a, [char; 2]> {
        self.0.split_inclusive(['/', ':'])
    }
}

impl FindingLine {
    /// The sentence with the joints of the names in it.
    pub(crate) fn breaking(&self) -> Breaking<'_> {
        Breaking(&self.sentence)
    }

    fn of(finding: &Finding, registration: &Registration, zone: Zone) -> Self {
        let (status, spoken) = match finding.verdict() {
            Verdict::Good => (Status::Earned, "Works:"),
            Verdict::Remark => (Status::Neutral, "Note:"),
            Verdict::Failure => (Status::NeedsAttention, "Does not work:"),
        };
        Self {
            status,
            spoken,
            sentence: self_test::sentence(finding, registration, zone),
            advice: self_test::advice(finding, registration),
        }
    }
}

/// A report as a list.
#[derive(Debug, Clone, Template)]
#[template(path = "shared/findings.html")]
pub(crate) struct FindingList {
    holds: bool,
    findings: Vec<FindingLine>,
}

impl HtmlSafe for FindingList {}

impl FindingList {
    /// The list of what the test found, with moments in the zone of the institution that the platform is of.
    #[must_use]
    pub(crate) fn of(report: &Report, zone: Zone) -> Self {
        Self {
            holds: report.holds(),
            findings: report
                .findings
                .iter()
                .map(|finding| FindingLine::of(finding, &report.registration, zone))
                .collect(),
        }
    }
}
