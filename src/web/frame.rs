//! The frame of every page within a visit: title, navigation, what the last action did.

use crate::service::base::error::ServiceError;
use crate::service::course::scores;
use crate::web::admin::frame::programme_notice;
use crate::web::assets;
use crate::web::extract::visit::Visit;
use crate::web::paths::{self, course};
use crate::web::views::shared::{Audience, Flash, NavItem, Page, Status, Waiting, ZoneQuestion, Zoned};
use crate::web::window;
use crate::web::words::checks;

/// A page of the course, and which entry of the navigation it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Badges,
    /// What somebody earned anywhere.
    Everywhere,
    Progress,
    Evidence,
    /// None of them.
    Elsewhere,
}

/// What an action did, carried in the address as a word of this list and never as free text.
const NOTICES: &[(&str, Status, &str)] = &[
    ("saved", Status::Earned, "Saved."),
    (
        "chosen-badge",
        Status::Earned,
        "Saved. The new badge is chosen below; see what goes in, and put it into the course.",
    ),
    (
        "activated",
        Status::Earned,
        "Activated. Those who meet the rule are being awarded now.",
    ),
    (
        "activated-for-nobody",
        Status::Earned,
        "Activated. There is nobody to award it to yet; whoever meets the rule from now on is awarded automatically.",
    ),
    (
        "retired",
        Status::Earned,
        "Retired. Nobody is awarded it any more; those who hold it keep it.",
    ),
    (
        "institution-taken",
        Status::Earned,
        "Taken. It is a draft of this course: see who would earn it, then activate it.",
    ),
    (
        "institution-newer",
        Status::Earned,
        "Taken. The newer version waits: see who would earn it, then activate it. Until then the badge awards as before.",
    ),
    (
        "institution-draft",
        Status::Earned,
        "Taken. The draft asks that now: see who would earn it, then activate it.",
    ),
    (
        "institution-looks",
        Status::Earned,
        "Taken. The badge has the name and the picture of the newer version, and awards as before.",
    ),
    ("deleted", Status::Earned, "The draft was deleted."),
    (
        "dismissed",
        Status::Neutral,
        "Dismissed. Your reason stands in the report; the hint comes back when what it is about changes.",
    ),
    (
        "duplicated",
        Status::Earned,
        "Duplicated, with its rule. It is a draft and a badge of its own: say what sets it apart.",
    ),
    ("shown-again", Status::Neutral, "It is shown again."),
    (
        "regrade-kept",
        Status::Earned,
        "The badge stays. Your reason is kept with the record.",
    ),
    (
        "regrade-revoked",
        Status::Earned,
        "The badge was revoked. Everybody who checks it sees that.",
    ),
    (
        "checked",
        Status::Earned,
        "The check has begun. This page shows how far it is.",
    ),
    (
        "counting",
        Status::Earned,
        "Saved. You can change when grades count for each gradebook column.",
    ),
    (
        "grades-asked",
        Status::Earned,
        "All grades are being read. This page shows how far it is.",
    ),
    (
        "grades-wait",
        Status::Neutral,
        "All grades are being read. This course waits until another one has been read.",
    ),
    (
        "access-taken-back",
        Status::Neutral,
        "Given back. Nothing more is read of the whole gradebook; what was awarded stays.",
    ),
    (
        "grades-stopped",
        Status::Neutral,
        "Its grades were removed and count no more. What was awarded stays.",
    ),
    (
        "grades-removed",
        Status::Neutral,
        "All grades from files were removed. What was awarded stays.",
    ),
    (
        "grades-used-before",
        Status::Earned,
        "The grades of that file are in use already.",
    ),
    (
        "released",
        Status::Earned,
        "Released. Those who meet a rule are being awarded now.",
    ),
    (
        "planned",
        Status::Earned,
        "Saved. The grades are released by themselves at that time.",
    ),
    (
        "held",
        Status::Earned,
        "Held. Grades that are read from now on wait until you release them; what was awarded stays.",
    ),
    (
        "handed-in",
        Status::Earned,
        "Handed in. You will see the answer here.",
    ),
    (
        "reviewed",
        Status::Earned,
        "Your review was saved and the student can see it.",
    ),
    (
        "activity-removed",
        Status::Earned,
        "The evidence activity was removed.",
    ),
    (
        "reviewed-without-points",
        Status::Earned,
        "Your review was saved and the student can see it. The points that you typed were left out: only “Approve” sends points to \
         the gradebook.",
    ),
    (
        "approved",
        Status::Earned,
        "Approved. The rule has been checked again for this student.",
    ),
    ("awarded", Status::Earned, "Awarded."),
    (
        "revoked",
        Status::Earned,
        "Revoked. The badge shows as revoked everywhere from now on.",
    ),
    (
        "renewed",
        Status::Earned,
        "Renewed. Whoever is awarded a badge anew finds it under “My badges”.",
    ),
    (
        "signed-anew",
        Status::Earned,
        "The badge was signed anew and says what you chose. Save its files again.",
    ),
    (
        "recorded",
        Status::Earned,
        "The record was made and signed. Its files are below, under “What it is made of”.",
    ),
    (
        "shared",
        Status::Earned,
        "Your choice was saved. The public page shows it at once.",
    ),
    (
        "timeline-shown",
        Status::Earned,
        "Saved. Whoever has the address sees it as you chose.",
    ),
    (
        "timeline-withdrawn",
        Status::Earned,
        "It is not shown any more. Its address opens nothing.",
    ),
    (
        "account-agreed",
        Status::InProgress,
        "You agreed. Go back to where you got the code, and say yes there too: only then is anything joined.",
    ),
    (
        "account-joined",
        Status::InProgress,
        "Both accounts are being joined. Everything is here in a moment.",
    ),
    (
        "account-declined",
        Status::Neutral,
        "Nothing was joined, and the code opens nothing any more.",
    ),
    (
        "note-saved",
        Status::Earned,
        "Saved. Your words stand beside the badge, outside what is signed.",
    ),
    (
        "withdrawn",
        Status::Earned,
        "The link was withdrawn. It opens nothing any more.",
    ),
    (
        "invitation-withdrawn",
        Status::Earned,
        "The invitation was withdrawn. Its link opens nothing any more.",
    ),
    (
        "column",
        Status::Earned,
        "The column was made. You can name it in the rule now.",
    ),
    (
        "brought",
        Status::Earned,
        "The badges came along. Nobody is awarded anything until you activate them.",
    ),
    (
        "brought-before",
        Status::Neutral,
        "The badges were brought along before; nothing was brought twice.",
    ),
    (
        "copy-declined",
        Status::Neutral,
        "You start without the badges of the other course. You are not asked again.",
    ),
    (
        "copy-asked",
        Status::InProgress,
        "You asked those who teach the other course. Their answer will stand on this page.",
    ),
    (
        "copy-agreed",
        Status::Earned,
        "You agreed. The badges of this course may come along there now.",
    ),
    (
        "copy-refused",
        Status::Neutral,
        "You said no. Nothing of this course comes along there.",
    ),
    (
        "copy-reopened",
        Status::Neutral,
        "Opened again. Say yes or no below.",
    ),
    (
        "resumed",
        Status::Earned,
        "It decides again. Who has earned it meanwhile is awarded in a moment.",
    ),
    (
        "mapped",
        Status::Earned,
        "Saved. Badges to which nothing is missing are drafts now: see who would earn them.",
    ),
    (
        "email-hash-on",
        Status::Earned,
        "Your choice was saved. Badges that you earn from now on can be checked against your e-mail address.",
    ),
    (
        "email-hash-off",
        Status::Neutral,
        "Your choice was saved. Badges that you earn from now on say nothing of your e-mail address.",
    ),
    (
        "elsewhere-kept",
        Status::Earned,
        "Kept. Each is shown as its issuer’s, and checked again from time to time.",
    ),
    (
        "elsewhere-kept-some",
        Status::Neutral,
        "Kept, but not all that you ticked: some could not be confirmed this time. Bring them again later.",
    ),
    (
        "elsewhere-checked",
        Status::Earned,
        "Its issuer was asked. If there was no answer, what was found before stays, with its date.",
    ),
    ("collection-saved", Status::Earned, "The collection was saved."),
    (
        "collection-removed",
        Status::Neutral,
        "The collection was removed, and its link with it.",
    ),
    (
        "collection-ended",
        Status::Neutral,
        "The link was withdrawn. It opens nothing any more.",
    ),
    ("elsewhere-removed", Status::Neutral, "Removed, with its file."),
    (
        "erasure-asked",
        Status::InProgress,
        "You have asked for it. Nothing changes until an administrator has done it.",
    ),
    (
        "erasure-withdrawn",
        Status::Neutral,
        "Your request was taken back. Everything stays as it is.",
    ),
    (
        "student-answered",
        Status::Earned,
        "Your answer is kept. You can change it below.",
    ),
    (
        "not-ready",
        Status::Neutral,
        "This link is not ready yet: your teacher has still to choose what it opens. Until then you see your badges here.",
    ),
    (
        "chosen",
        Status::Earned,
        "From now on this link opens what you chose.",
    ),
];

impl Visit {
    /// The address of a page of this course.
    #[must_use]
    pub(crate) fn href(&self, rest: &str) -> String {
        format!("{}{rest}", paths::course_home(&self.visitor.course.id))
    }

    /// The same with a notice that the page says once.
    #[must_use]
    pub(crate) fn href_saying(&self, rest: &str, notice: &str) -> String {
        format!("{}?notice={notice}", self.href(rest))
    }

    /// The frame of a page with that title.
    #[must_use]
    pub(crate) fn page(&self, title: &str, place: Place) -> Page {
        let teaches = self.visitor.session.instructor;
        let item = |text: &str, rest: &str, own: Place| NavItem {
            text: text.to_owned(),
            href: self.href(rest),
            current: place == own,
            count: 0,
        };
        let nav = if teaches {
            vec![
                item("Badges", "", Place::Badges),
                item("Progress", &course::progress(), Place::Progress),
                item("Evidence", &course::evidence(), Place::Evidence),
            ]
        } else {
            vec![
                item("My badges", "", Place::Badges),
                item("All my badges", &course::all_mine(), Place::Everywhere),
            ]
        };
        Page {
            title: title.to_owned(),
            course_name: self.visitor.course.name().to_owned(),
            audience: if teaches {
                Audience::Instructor
            } else {
                Audience::Learner
            },
            assistant: self.visitor.session.assistant,
            session: self.carried.clone(),
            csrf: self.cairn.form_proof(&self.visitor.session),
            nav,
            flash: self.notice(),
            locale: self
                .visitor
                .session
                .locale
                .clone()
                .unwrap_or_else(|| "en".to_owned()),
            theme_href: self.visitor.accent.map(assets::accent),
            window_href: (!self.top_level).then(|| window::address(self)),
            return_href: self.visitor.session.return_url.clone().filter(|_| self.top_level),
            says_it_ended: teaches && self.visitor.course.life.end().is_some(),
        }
    }

    /// The same for pages about evidence, which say as long as it is so that something has not reached the gradebook.
    pub(crate) async fn page_saying_what_is_late(
        &self,
        title: &str,
        place: Place,
    ) -> Result<Page, ServiceError> {
        let mut page = self.page(title, place);
        // In a course that has ended nobody could help it.
        let goes_on = self.visitor.course.life.end().is_none();
        let late = checks::late(&scores::late(&self.cairn, &self.visitor).await?);
        if let Some(late) = late.filter(|_| goes_on) {
            let text = match page.flash {
                Some(done) => format!("{} {late}", done.text),
                None => late,
            };
            page.flash = Some(Flash {
                status: Status::NeedsAttention,
                text,
            });
        }
        Ok(page)
    }

    /// How a page of this visit looks again while it waits; its query stays.
    #[must_use]
    pub(crate) fn waiting(&self, rest: &str) -> Waiting {
        let kept = ["notice", "since"].into_iter();
        Waiting {
            href: self.href(rest),
            fields: kept.filter_map(|name| Some((name, self.query(name)?))).collect(),
            session: self.carried.clone(),
            every: None,
        }
    }

    fn notice(&self) -> Option<Flash> {
        let word = self.query("notice")?;
        let Some((_, status, text)) = NOTICES.iter().find(|(known, _, _)| *known == word) else {
            return programme_notice(&word);
        };
        Some(Flash {
            status: *status,
            text: (*text).to_owned(),
        })
    }

    /// A parameter of the address, or of the form where the visit lives in forms.
    #[must_use]
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let asked = url::form_urlencoded::parse(self.query_string.as_bytes());
        let found = asked
            .into_owned()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value);
        found
            .or_else(|| self.fields.get(name).map(str::to_owned))
            // PostgreSQL takes no text with this in it.
            .map(|value| value.replace('\0', ""))
            .filter(|value| !value.is_empty())
    }

    /// What a page of this visit is shown with. Where nobody has said yet where the institution is, the browser of an
    /// administrator is asked.
    fn zoned(&self) -> Zoned {
        let session = &self.visitor.session;
        let asks = self.visitor.known_zone.is_none() && session.administrator && !session.masquerade;
        Zoned {
            zone: self.visitor.zone(),
            asks: asks.then(|| ZoneQuestion {
                action: self.href(&course::time_zone()),
                session: self.carried.clone(),
                csrf: self.cairn.form_proof(session),
            }),
        }
    }

    /// Renders a page of this visit, framed by its platform alone.
    pub(crate) fn show(
        &self,
        page: &impl askama::Template,
    ) -> Result<actix_web::HttpResponse, crate::web::error::AppError> {
        crate::web::reply::framed_with(page, &self.zoned(), &self.visitor.ancestors())
    }

    /// Renders a form that could not be taken, with what was typed: 422.
    pub(crate) fn show_again(
        &self,
        page: &impl askama::Template,
    ) -> Result<actix_web::HttpResponse, crate::web::error::AppError> {
        let status = actix_web::http::StatusCode::UNPROCESSABLE_ENTITY;
        let ancestors = self.visitor.ancestors().join(" ");
        crate::web::reply::html_with(status, page, &self.zoned(), &ancestors, "no-store")
    }

    /// Renders what somebody else saved meanwhile beside what was typed: 409.
    pub(crate) fn show_clash(
        &self,
        page: crate::web::views::shared::Page,
        clash: crate::web::views::shared::ClashView,
    ) -> Result<actix_web::HttpResponse, crate::web::error::AppError> {
        let page = crate::web::views::shared::ClashPage { page, clash };
        let status = actix_web::http::StatusCode::CONFLICT;
        let ancestors = self.visitor.ancestors().join(" ");
        crate::web::reply::html_with(status, &page, &self.zoned(), &ancestors, "no-store")
    }

    /// Renders a form that could not be taken because of trouble on our side, with what was typed.
    pub(crate) fn show_unkept(
        &self,
        page: &impl askama::Template,
        error: &crate::web::error::AppError,
    ) -> Result<actix_web::HttpResponse, crate::web::error::AppError> {
        use actix_web::ResponseError as _;
        let ancestors = self.visitor.ancestors().join(" ");
        let mut answer =
            crate::web::reply::html_with(error.status_code(), page, &self.zoned(), &ancestors, "no-store")?;
        let id = actix_web::http::header::HeaderValue::from_str(error.id());
        if let Ok(id) = id {
            let name = actix_web::http::header::HeaderName::from_static("x-cairn-error");
            answer.headers_mut().insert(name, id);
        }
        Ok(answer)
    }

    /// Requires an instructor of this course.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`] for everybody else.
    pub(crate) fn teach(&self) -> Result<(), ServiceError> {
        self.visitor.teach()
    }
}
