//! The frame of every page of the console: title, navigation, who is signed in, what the last action did.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError as _};
use askama::Template;

use super::error::AdminError;
use crate::domain::issuer::Tenant;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::Refusal;
use crate::service::institution::issuing;
use crate::web::assets;
use crate::web::error::AppError;
use crate::web::extract::admin::AdminVisit;
use crate::web::paths::console;
use crate::web::reply;
use crate::web::views::admin::{AdminPage, ChooseInstitutionPage, ConsoleClashPage};
use crate::web::views::shared::{
    Audience, ClashView, Flash, LinkTo, NavItem, Page, Problem, ProblemList, Status, ZoneQuestion, Zoned,
};
use crate::web::words::{errors, refusals};

/// A page of the console, by its entry in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AdminPlace {
    Overview,
    Platforms,
    Issuers,
    Policies,
    Programmes,
    Badges,
    People,
    Awards,
    Holdings,
    Endorsements,
    Privacy,
    Audit,
    Administrators,
    /// None of them.
    Elsewhere,
}

impl AdminPlace {
    /// Whether its entry stands behind “More”: what is needed seldom, so that the rest fits on a line.
    const fn is_rare(self) -> bool {
        matches!(
            self,
            Self::Issuers
                | Self::Holdings
                | Self::Endorsements
                | Self::Privacy
                | Self::Audit
                | Self::Administrators
        )
    }
}

/// The text of an entry of the navigation, where it leads, and which page it is.
type Entry = (&'static str, fn() -> String, AdminPlace);

const PLACES: [Entry; 13] = [
    ("Overview", console::overview, AdminPlace::Overview),
    ("Platforms", console::platforms, AdminPlace::Platforms),
    ("Issuers and keys", console::issuers, AdminPlace::Issuers),
    ("Policies", console::policies, AdminPlace::Policies),
    ("Programmes", console::programmes, AdminPlace::Programmes),
    ("Badges for courses", console::badges, AdminPlace::Badges),
    ("People", console::people, AdminPlace::People),
    ("Awards", console::awards, AdminPlace::Awards),
    ("Who holds what", console::holdings, AdminPlace::Holdings),
    ("Endorsements", console::endorsements, AdminPlace::Endorsements),
    ("Export and erasure", console::privacy, AdminPlace::Privacy),
    ("Audit log", console::audit, AdminPlace::Audit),
    (
        "Administrators",
        console::administrators,
        AdminPlace::Administrators,
    ),
];

/// What an action did, carried in the address as a word of this list and never as free text.
const NOTICES: &[(&str, Status, &str)] = &[
    ("saved", Status::Earned, "Saved."),
    ("entered", Status::Earned, "You are signed in."),
    (
        "made",
        Status::Earned,
        "Made. It can issue badges as soon as a platform is connected.",
    ),
    (
        "rotated",
        Status::Earned,
        "The new key signs from now on. What was signed before stays valid.",
    ),
    (
        "withdrawn",
        Status::Earned,
        "The key is withdrawn. What it signed is being signed anew, under the same addresses.",
    ),
    (
        "published",
        Status::Earned,
        "The new key is published. Come back in ten minutes to let it sign.",
    ),
    (
        "export-asked",
        Status::InProgress,
        "The archive is being packed. This page shows how far it is.",
    ),
    (
        "erased",
        Status::Earned,
        "Erased. Their badges show as revoked everywhere from now on.",
    ),
    (
        "revoked",
        Status::Earned,
        "Revoked. The badge shows as revoked everywhere from now on.",
    ),
    (
        "invitation-withdrawn",
        Status::Earned,
        "The invitation was withdrawn. Its link opens nothing any more.",
    ),
    (
        "domain-vouched",
        Status::Earned,
        "Saved. The endorsement says from now on that your institution vouches for that domain.",
    ),
    (
        "erasure-declined",
        Status::Neutral,
        "Declined. They read your reason on their page “My data”, and may ask again.",
    ),
    (
        "answered",
        Status::Earned,
        "Answered. Whoever asked reads it on the page of their course.",
    ),
    (
        "reopened",
        Status::Neutral,
        "Opened again. It waits for an answer as before.",
    ),
    ("removed", Status::Earned, "The old key was removed."),
    (
        "joined",
        Status::InProgress,
        "Joined. The work on it is done in a moment; it is listed under People, and can be taken back there.",
    ),
    (
        "apart",
        Status::Earned,
        "Kept apart. People who open Cairn from there begin anew; what was known stays where it is.",
    ),
    (
        "parted",
        Status::InProgress,
        "Taken back. The work on it is done in a moment.",
    ),
    (
        "beyond-saved",
        Status::Earned,
        "Saved and switched on. Sign in to Canvas next.",
    ),
    (
        "beyond-off",
        Status::Earned,
        "Switched off. What was awarded stays.",
    ),
    ("beyond-on", Status::Earned, "Switched on again."),
    (
        "beyond-revoked",
        Status::Earned,
        "Given back and deleted. What was awarded stays.",
    ),
    (
        "beyond-revoked-by-hand",
        Status::NeedsAttention,
        "Deleted here. Now delete the token in Moodle: Server → Web services → Manage tokens.",
    ),
    (
        "beyond-revoked-here",
        Status::NeedsAttention,
        "Deleted here, but Canvas could not be reached, so a token may live on there. Delete the key under Admin → Developer Keys.",
    ),
    (
        "programme-hint-dismissed",
        Status::Neutral,
        "Dismissed. Your reason stands below; the hint comes back when what it is about changes.",
    ),
    ("programme-hint-again", Status::Neutral, "It is shown again."),
    (
        "programme-saved",
        Status::Earned,
        "Saved. What awards now stays until you activate the programme.",
    ),
    (
        "programme-made",
        Status::Earned,
        "Saved as a draft. Nobody is awarded it until you activate it.",
    ),
    (
        "programme-active",
        Status::InProgress,
        "Activated. Everybody who has earned enough parts is being awarded, whenever they earned them.",
    ),
    (
        "programme-paused",
        Status::Neutral,
        "Paused. Nobody is awarded until you activate it again; what was awarded stays.",
    ),
    (
        "programme-retired",
        Status::Neutral,
        "Retired. Nobody is awarded it any more; what was awarded stays.",
    ),
    (
        "copy-counted",
        Status::Earned,
        "It counts from now on, with what it awarded by this rule. Who has enough parts by that is being awarded.",
    ),
    (
        "review-asked",
        Status::InProgress,
        "Asked. Whoever else makes programmes finds it there and can answer.",
    ),
    (
        "review-approved",
        Status::Earned,
        "Approved as it is now. It can be activated.",
    ),
    (
        "review-changes",
        Status::Neutral,
        "Sent. Whoever designed it reads here what you want changed.",
    ),
    (
        "badge-saved",
        Status::Earned,
        "Saved. Courses take it so once you publish it; until then nothing changes for them.",
    ),
    (
        "badge-published",
        Status::Earned,
        "Published. Courses can take it as it is now; those that have an earlier version are told.",
    ),
    (
        "badge-withdrawn",
        Status::Neutral,
        "Withdrawn. No more courses can take it; those that have it go on with it.",
    ),
    ("badge-offered", Status::Earned, "It is offered to courses again."),
    (
        "maker-named",
        Status::Earned,
        "Given. They find “Programmes” on the first page of their courses.",
    ),
    (
        "maker-ended",
        Status::Neutral,
        "Taken back. The programmes that they made stay.",
    ),
    (
        "waived",
        Status::Earned,
        "Waived. The programme is being decided for this person.",
    ),
    ("waiver-ended", Status::Neutral, "Taken back."),
    (
        "password",
        Status::Earned,
        "Your password is changed. You are signed out everywhere but here.",
    ),
];

/// What an action did to a programme, for pages that a course has as well.
#[must_use]
pub(in crate::web) fn programme_notice(word: &str) -> Option<Flash> {
    let is_of_programmes = word.starts_with("programme-") || word.starts_with("review-");
    let (_, status, text) = NOTICES
        .iter()
        .find(|(known, _, _)| is_of_programmes && *known == word)?;
    Some(Flash {
        status: *status,
        text: (*text).to_owned(),
    })
}

impl AdminVisit {
    /// An address with a notice that the page there says once.
    #[must_use]
    pub(crate) fn href_saying(&self, path: &str, notice: &str) -> String {
        let joint = if path.contains('?') { '&' } else { '?' };
        format!("{path}{joint}notice={notice}")
    }

    /// The frame of a page with that title.
    #[must_use]
    pub(crate) fn page(&self, title: &str, place: AdminPlace) -> AdminPage {
        let item = |(text, href, own): &Entry| NavItem {
            text: (*text).to_owned(),
            href: href(),
            current: *own == place,
            count: 0,
        };
        // Where somebody is stays in sight.
        let (more, nav): (Vec<&Entry>, Vec<&Entry>) = PLACES
            .iter()
            .partition(|(_, _, own)| own.is_rare() && *own != place);
        AdminPage {
            frame: Page {
                title: title.to_owned(),
                course_name: self.institution.as_ref().map_or_else(
                    || "Cairn administration".to_owned(),
                    |institution| institution.name.clone(),
                ),
                audience: Audience::Administrator,
                session: None,
                csrf: self.cairn.console_proof(&self.session),
                nav: nav.into_iter().map(item).collect(),
                flash: self.notice(),
                locale: "en".to_owned(),
                theme_href: accent_of(self.institution.as_ref()),
                window_href: None,
                assistant: false,
                return_href: None,
                says_it_ended: false,
            },
            who: self.admin.name.clone(),
            more: more.into_iter().map(item).collect(),
        }
    }

    /// The frame of a page about one institution: in its accent, whoever looks.
    #[must_use]
    pub(crate) fn page_of(&self, institution: &Tenant, title: &str, place: AdminPlace) -> AdminPage {
        let mut page = self.page(title, place);
        page.frame.theme_href = accent_of(Some(institution));
        self.about.replace(Some(institution.clone()));
        page
    }

    /// The frame of a page that lists institutions: its days are those of the only one, where there is one alone.
    #[must_use]
    pub(crate) fn page_of_all(&self, all: &[&Tenant], title: &str, place: AdminPlace) -> AdminPage {
        if let [only] = all
            && only.time_zone.is_some()
        {
            self.about.replace(Some((*only).clone()));
        }
        self.page(title, place)
    }

    /// What a page is shown with: the zone of the institution that it is about. Where nobody has said yet where that is, this
    /// browser is asked.
    fn zoned(&self) -> Zoned {
        let about = self.about.borrow();
        let Some(institution) = about.as_ref() else {
            return Zoned::default();
        };
        Zoned {
            zone: institution.zone(),
            asks: institution.time_zone.is_none().then(|| ZoneQuestion {
                action: console::issuer_zone(&institution.id),
                session: None,
                csrf: self.cairn.console_proof(&self.session),
            }),
        }
    }

    /// Leads to `path` of the only institution that this administrator sees, or asks for which one.
    pub(crate) async fn choose(
        &self,
        title: &str,
        path: &str,
        place: AdminPlace,
    ) -> Result<HttpResponse, AdminError> {
        let all = issuing::list(&self.cairn, &self.admin).await?;
        if let [only] = all.as_slice() {
            return Ok(self.go(&format!("{path}/{}", only.tenant.id)));
        }
        let ways = all.into_iter().map(|one| LinkTo {
            href: format!("{path}/{}", one.tenant.id),
            text: one.tenant.name,
        });
        self.show(&ChooseInstitutionPage {
            page: self.page(title, place),
            ways: ways.collect(),
        })
    }

    fn notice(&self) -> Option<Flash> {
        let word = self.query("notice")?;
        let (_, status, text) = NOTICES.iter().find(|(known, _, _)| *known == word)?;
        Some(Flash {
            status: *status,
            text: (*text).to_owned(),
        })
    }

    /// A parameter of the address.
    #[must_use]
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.query_string.as_bytes())
            .into_owned()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
            .filter(|value| !value.is_empty())
    }

    /// Where an action leads next, by GET.
    #[must_use]
    pub(crate) fn go(&self, to: &str) -> HttpResponse {
        HttpResponse::SeeOther().insert_header(("location", to)).finish()
    }

    /// Renders a page of the console.
    pub(crate) fn show(&self, page: &impl Template) -> Result<HttpResponse, AdminError> {
        Ok(reply::html_with(
            StatusCode::OK,
            page,
            &self.zoned(),
            "'none'",
            "no-store",
        )?)
    }

    /// Renders what somebody else saved meanwhile beside what was typed: 409.
    pub(crate) fn show_clash(&self, page: AdminPage, clash: ClashView) -> Result<HttpResponse, AdminError> {
        let page = ConsoleClashPage { page, clash };
        let (status, zoned) = (StatusCode::CONFLICT, self.zoned());
        Ok(reply::html_with(status, &page, &zoned, "'none'", "no-store")?)
    }

    /// Renders a form that could not be taken, with what was typed: 422.
    pub(crate) fn show_again(&self, page: &impl Template) -> Result<HttpResponse, AdminError> {
        Ok(reply::html_with(
            StatusCode::UNPROCESSABLE_ENTITY,
            page,
            &self.zoned(),
            "'none'",
            "no-store",
        )?)
    }

    /// Renders a form that could not be taken because of trouble on our side, with what was typed.
    pub(crate) fn show_unkept(
        &self,
        page: &impl Template,
        error: &AppError,
    ) -> Result<HttpResponse, AdminError> {
        let mut answer = reply::html_with(error.status_code(), page, &self.zoned(), "'none'", "no-store")?;
        if let Ok(id) = HeaderValue::from_str(error.id()) {
            let name = HeaderName::from_static("x-cairn-error");
            answer.headers_mut().insert(name, id);
        }
        Ok(answer)
    }
}

fn accent_of(institution: Option<&Tenant>) -> Option<String> {
    institution
        .and_then(|institution| institution.accent)
        .map(assets::accent)
}

/// What is wrong with one field, as a form shows it.
#[must_use]
pub(crate) fn problem(field: &str, error: &ServiceError) -> ProblemList {
    ProblemList(vec![Problem {
        field: field.to_owned(),
        text: errors::sentence(error),
    }])
}

/// What is wrong with each field of a form; `field_of` says which one a code is about.
#[must_use]
pub(crate) fn problems(error: &ServiceError, field_of: impl Fn(&str) -> &'static str) -> ProblemList {
    let each = error.refusals();
    if each.is_empty() {
        return problem(field_of(error.code()), error);
    }
    let at_field = |refusal: &Refusal| Problem {
        field: field_of(refusal.code()).to_owned(),
        text: refusals::sentence(refusal),
    };
    ProblemList(each.iter().map(at_field).collect())
}
