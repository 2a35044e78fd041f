//! The routes of pages that only pages name: each is written once, as in [`crate::service::base::addresses`], where those stand
//! that services name too.

pub(crate) mod console;
pub(crate) mod course;

use crate::ids::CourseId;
use crate::service::base::addresses::routes;

/// Whether the process lives.
pub(crate) const HEALTHZ: &str = "/healthz";
/// Whether it can work.
pub(crate) const READYZ: &str = "/readyz";
/// Its numbers.
pub(crate) const METRICS: &str = "/metrics";
/// Where a browser brings the proof that the launch is its own.
pub(crate) const LAUNCH_PROOF: &str = "/lti/launch/proof";
/// Where a frame asks for what was chosen in the window that it offered.
pub(crate) const WAITING: &str = "/lti/waiting";
/// Where somebody who was erased agrees to be kept again.
pub(crate) const RETURN: &str = "/lti/return";
/// Where a deployment is claimed for an institution.
pub(crate) const CLAIM: &str = "/lti/claim";
/// The page that account and user navigation open.
pub(crate) const ACCOUNT: &str = "/lti/account";
/// Its self-test.
pub(crate) const ACCOUNT_TEST: &str = "/lti/account/test";
/// Whatever else is asked for below a course.
pub(crate) const COURSE_REST: &str = "/c/{course}/{rest:.*}";
/// Checking a badge of any issuer.
pub(crate) const VERIFY: &str = "/verify";
/// What a site shows of a badge whose address somebody posts there (oembed.com).
pub(crate) const OEMBED: &str = "/oembed";
/// Where this server is asked to check one in a browser's stead.
pub(crate) const VERIFY_FOR_OTHERS: &str = "/verify/check";
/// What others say of a badge, by its address.
pub(crate) const ENDORSEMENTS: &str = "/endorsements";
/// The keys that sign tokens of every issuer here.
pub(crate) const KEY_SET: &str = "/.well-known/jwks.json";

routes! {
    below "", "";

    /// The home of a course; everything in it stands below.
    COURSE_HOME = "/c/{course}", course_home(course: &CourseId);
    /// An issuer's profile as Open Badges has it.
    PROFILE = "/issuers/{slug}/profile.json", profile(slug: &str);
    /// A credential on a sheet of paper.
    PRINT = "/b/{slug}/print", print(slug: &str);
    /// The card of a credential for previews on other sites.
    CARD = "/b/{slug}/card.png", card(slug: &str);
    /// A credential for whoever has the link.
    SHARED = "/s/{token}", shared(token: &str);
    /// How a holder came to their badges, for whoever has the address.
    TIMELINE = "/t/{token}", timeline(token: &str);
    /// An invitation to endorse a badge, for whoever has the link.
    ENDORSE = "/endorse/{token}", endorse(token: &str);
    /// An endorsement, for whoever gave it.
    OWN_ENDORSEMENT = "/endorser/{token}", own_endorsement(token: &str);
    /// A collection of badges for whoever has the link.
    SHOWN = "/w/{token}", shown(token: &str);
    /// Its badges as a file: `presentation.json` or `registry.json`, or one of them alone: `badge-1`.
    SHOWN_FILE = "/w/{token}/{file}", shown_file(token: &str, file: &str);
    /// All its badges checked at once, as `sheet`, `sheet.csv` or `sheet.json`.
    SHOWN_CHECK = "/w/{token}/check/{form}", shown_check(token: &str, form: &str);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_a_course_is_registered_whole_and_named_below_the_course() {
        let home = course_home(&"c1".into());
        assert_eq!(course::DECISION, "/c/{course}/badges/{badge}/people/{person}");
        let path = course::decision(&"b1".into(), &"p1".into());
        assert_eq!(format!("{home}{path}"), "/c/c1/badges/b1/people/p1");
    }

    #[test]
    fn a_page_of_the_console_is_registered_within_its_scope_and_named_whole() {
        assert_eq!(console::ISSUER, "/issuers/{tenant}");
        assert_eq!(
            console::issuer(&"t1".into()),
            format!("{}/issuers/t1", console::HOME)
        );
    }
}
