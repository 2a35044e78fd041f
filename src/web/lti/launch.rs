//! `POST /lti/launch`: the platform's signed answer, and the visit that it opens. `POST /lti/launch/proof`: the same answer
//! once more, with what the login left with the platform, from a browser that sent no cookie.

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use tracing::Span;
use tracing::field::display;

use super::enter::{Carrier, Entrance, enter};
use super::state_cookies;
use crate::service::Cairn;
use crate::service::base::session::{LONGEST, frame_ancestors};
use crate::service::course::launch::{Destination, Leads, Opened, Review};
use crate::web::error::AppError;
use crate::web::extract::account;
use crate::web::extract::posted::PostedForm;
use crate::web::extract::same_origin;
use crate::web::extract::visit::{partitioned, session_cookie};
use crate::web::views::lti::{NoCourse, ProvePage, StorageView};
use crate::web::views::shared::PublicPage;
use crate::web::{
    paths::{self, course},
    reply,
};
use lti::error::Refusal;
use lti::launch::LaunchForm;
use lti::state::{BindingProof, LoginState};

/// `POST /lti/launch`.
///
/// # Errors
/// The refusal of the first row of the checklist that does not hold.
pub(crate) async fn launch(
    cairn: web::Data<Cairn>,
    request: HttpRequest,
    body: PostedForm,
) -> Result<HttpResponse, AppError> {
    let answer = Answer::read(&cairn, &super::login::pairs(&body))?;
    let cookie = request.cookie(&answer.cookie_name);
    let cookie = cookie.as_ref().map(Cookie::value);
    let stored = answer.storage_target();
    if stored.is_some() && !cookie.is_some_and(|secret| answer.binding.accepts(secret)) {
        return prove(&cairn, &answer).await;
    }
    arrive(&cairn, &answer, cookie, Carrier::Cookie).await
}

/// `POST /lti/launch/proof`.
///
/// # Errors
/// As [`launch`]; [`Refusal::ProofForeign`] when the form came from no page of ours.
pub(crate) async fn proven(
    cairn: web::Data<Cairn>,
    request: HttpRequest,
    body: PostedForm,
) -> Result<HttpResponse, AppError> {
    let pairs = super::login::pairs(&body);
    // What the platform's storage gave back proves nothing when another site sends it: an attacker knows the secret of a
    // login of their own.
    if !same_origin::is_our_own(&request, &cairn.settings.origin()) {
        return Err(Refusal::ProofForeign.into());
    }
    let answer = Answer::read(&cairn, &pairs)?;
    let proof = pairs.iter().find(|(name, _)| name == "proof");
    let proof = proof.map(|(_, value)| value.as_str());
    arrive(&cairn, &answer, proof, Carrier::Form).await
}

/// What the platform posted, and what is known about the login that it answers. Nothing of it is verified yet.
struct Answer {
    form: LaunchForm,
    state: LoginState,
    binding: BindingProof,
    cookie_name: String,
}

impl Answer {
    fn read(cairn: &Cairn, pairs: &[(String, String)]) -> Result<Self, AppError> {
        let form = LaunchForm::parse(pairs)?;
        let state = cairn.open_state(&form)?;
        // A refusal of the platform is not signed and changes nothing, but what it says helps more than what follows
        // from it: Safari sends no cookies of ours for the same reason for which Canvas saw none of its own.
        form.id_token()?;
        let secure = cairn.settings.public_origin.scheme() == "https";
        let binding = state.binding.clone().ok_or(Refusal::BrowserNotBound)?;
        Ok(Self {
            cookie_name: binding.cookie_name(secure),
            form,
            state,
            binding,
        })
    }

    /// The frame that offers storage: as the login said, or else the launch. Blackboard does not repeat it.
    fn storage_target(&self) -> Option<&str> {
        let login = self.state.storage_target.as_deref();
        login.or(self.form.storage_target.as_deref())
    }
}

/// The page that fetches the proof. Nobody's data is on it: nothing is verified yet.
async fn prove(cairn: &Cairn, answer: &Answer) -> Result<HttpResponse, AppError> {
    let registration = cairn.registration_of(&answer.state).await?;
    let page = ProvePage {
        page: PublicPage::titled("Opening Cairn"),
        action: paths::LAUNCH_PROOF,
        fields: vec![
            ("state", answer.form.state.clone()),
            ("id_token", answer.form.id_token()?.to_owned()),
            (
                "lti_storage_target",
                answer.storage_target().unwrap_or_default().to_owned(),
            ),
        ],
        storage: state_cookies::storage(
            answer.storage_target(),
            &registration,
            answer.binding.storage_key(),
            None,
        ),
    };
    reply::framed(&page, &frame_ancestors(&registration))
}

async fn arrive(
    cairn: &Cairn,
    answer: &Answer,
    proof: Option<&str>,
    carrier: Carrier,
) -> Result<HttpResponse, AppError> {
    let opened = cairn.launch(&answer.form, &answer.state, proof).await?;
    let span = Span::current();
    span.record("tenant", display(&opened.registration.tenant));
    if let Leads::Course { course, .. } = &opened.leads {
        span.record("course", display(course));
    }
    let used_up = partitioned(&answer.cookie_name, "", TimeDelta::zero());
    let stored = state_cookies::storage(
        answer.storage_target(),
        &opened.registration,
        answer.binding.storage_key(),
        None,
    );
    lead(cairn, &opened, carrier, used_up, stored)
}

/// Where a launch leads whose signature held.
fn lead(
    cairn: &Cairn,
    opened: &Opened,
    carrier: Carrier,
    used_up: String,
    stored: Option<StorageView>,
) -> Result<HttpResponse, AppError> {
    let secure = cairn.settings.public_origin.scheme() == "https";
    let ancestors = frame_ancestors(&opened.registration);
    let (to, cookie) = match &opened.leads {
        Leads::Course { course, to } => (
            format!("{}{}", paths::course_home(course), path(to)),
            session_cookie(course, &opened.token, secure),
        ),
        Leads::Account => (
            paths::ACCOUNT.to_owned(),
            partitioned(&account::cookie_name(secure), &opened.token, LONGEST),
        ),
        Leads::NoCourse(asked) => {
            let page = NoCourse::of(*asked, &opened.registration.name);
            return reply::framed_setting(&page, &ancestors, &[used_up]);
        }
        Leads::Returning(returning) => {
            return super::returning::ask(cairn, &opened.registration, returning, used_up);
        }
        Leads::Pending(waits) => {
            let page = super::pending::page(cairn, &opened.registration, waits)?;
            let mut answer = reply::framed_setting(&page, &ancestors, &[used_up])?;
            *answer.status_mut() = StatusCode::FORBIDDEN;
            return Ok(answer);
        }
    };
    let entrance = Entrance {
        to: &to,
        token: &opened.token,
        cookie,
        registration: &opened.registration,
    };
    enter(entrance, carrier, used_up, stored)
}

/// The page of a course, after its own address.
fn path(to: &Destination) -> String {
    match to {
        Destination::Course => String::new(),
        Destination::Choose(link) => course::link(link),
        Destination::NotReady => "?notice=not-ready".to_owned(),
        Destination::Everywhere => course::all_mine(),
        Destination::Badge(badge) => course::badge(badge),
        Destination::Card(badge) => course::badge_card(badge),
        Destination::Activity(activity) => course::activity(activity),
        Destination::Picker => course::place(),
        Destination::Review(Review::Student { activity, person }) => course::student_work(activity, person),
        Destination::Review(Review::ColumnUnknown) => course::review_unknown("column"),
        Destination::Review(Review::StudentUnknown) => course::review_unknown("student"),
    }
}
