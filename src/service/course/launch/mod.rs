//! A login and a launch, from the browser's first request to a visit. Nothing is written before a signature held.

mod belonging;
mod deployment;
mod destination;
pub(super) mod leads;
mod personal;
mod returning;
mod sections;

use std::sync::Arc;

use url::Url;

use crate::domain::audit::Actor;
use crate::domain::cause::Cause;
use crate::domain::course::{Course, Services};
use crate::domain::people::Enrolment;
use crate::domain::session::Session;
use crate::ids::{DeploymentId, SessionId};
use crate::random;
use crate::service::Cairn;
use crate::service::base::addresses::LAUNCH;
use crate::service::base::error::ServiceError;
use crate::service::base::last_seen;
use crate::service::base::queue::{self, DecidePerson};
use crate::service::base::session::{LONGEST, digest};
use crate::service::base::zones;
use crate::service::course::copying;
use crate::service::course::notices;
use crate::service::course::placing::waiting;
use crate::service::course::seen_as::seen_as;
use crate::service::course::sync;
use crate::store::arrivals::{self, Known, Named};
use crate::store::courses::CourseSeen;
use crate::store::enrolments::Role;
use crate::store::people::PersonSeen;
use crate::store::{
    StoreError, course_teachers, courses, enrolments, nonces, people, registrations, sessions,
};
use crate::telemetry::metric;
use lti::claims::{Launch, Message};
use lti::error::Refusal;
use lti::launch::{LaunchForm, Targets, place, verify};
use lti::login::{LoginRequest, authorization_redirect, choose_registration};
use lti::registration::Registration;
use lti::state::{Binding, LoginState, StateSealer};

use belonging::Belongs;
use deployment::Entered;
pub(crate) use leads::{Asked, Destination, Leads, Pending, PlacingRequest, Review};
pub(crate) use returning::Returning;
#[cfg(test)]
pub(crate) use returning::asks;

/// How often a launch is verified whose registration is changed meanwhile.
const ATTEMPTS: usize = 4;

/// A login that may go on: where to, and what binds this browser to it.
#[derive(Debug)]
pub(crate) struct LoginStart {
    pub(crate) authorize: Url,
    pub(crate) binding: Binding,
    pub(crate) registration: Registration,
}

/// A launch whose signature held.
#[derive(Debug)]
pub(crate) struct Opened {
    /// For the browser alone; the database keeps its digest. Worth nothing where no visit was opened.
    pub(crate) token: String,
    pub(crate) leads: Leads,
    pub(crate) registration: Registration,
}

/// What came of writing a launch down.
enum Written {
    Opened(Box<Opened>),
    /// Nothing was written: the registration is not the one that the launch was verified with, but this.
    Outdated(Box<Registration>),
}

impl Cairn {
    fn sealer(&self) -> StateSealer {
        StateSealer::new(&self.vault.derive("lti login state"))
    }

    /// The registration that an unsigned login means. Reads only.
    ///
    /// # Errors
    /// A login refusal when it is none of ours.
    #[tracing::instrument(name = "launch.login_registration", level = "debug", skip_all)]
    pub(crate) async fn login_registration(
        &self,
        request: &LoginRequest,
    ) -> Result<Registration, ServiceError> {
        request.check_target(&self.settings.public_origin)?;
        let issuer = request.issuer.clone();
        let same_issuer = self
            .store
            .read(move |db| registrations::by_issuer(db, &issuer))
            .await?;
        let chosen = choose_registration(&same_issuer, request)?.clone();
        self.platform_hosts.note(&chosen);
        self.remembered.keep(&chosen);
        Ok(chosen)
    }

    /// Begins a login: the address to send the browser to, and the binding that it must bring back. Writes nothing. `frame`
    /// is the pass of the frame that offered this window.
    ///
    /// # Errors
    /// A login refusal when the platform or the target is none of ours.
    #[tracing::instrument(name = "launch.begin_login", skip_all)]
    pub(crate) async fn begin_login(
        &self,
        request: &LoginRequest,
        frame: Option<&str>,
    ) -> Result<LoginStart, ServiceError> {
        let registration = self.login_registration(request).await?;
        let binding = Binding::new(self.random.as_ref());
        let (now, random) = (self.clock.now(), self.random.as_ref());
        let mut state = LoginState::begin(&registration, request, Some(&binding), now, random);
        state.waiting = frame.and_then(|pass| self.frame_of_login(pass, &registration, request));
        let sealed = self.sealer().seal(&state, random)?;
        let redirect_uri = format!("{}{LAUNCH}", self.settings.origin());
        let authorize = authorization_redirect(&registration, request, &redirect_uri, &sealed, &state.nonce);
        Ok(LoginStart {
            authorize,
            binding,
            registration,
        })
    }

    /// Opens the sealed state of a launch form: the first thing that is looked at.
    ///
    /// # Errors
    /// A [`Refusal`] of row 2.
    pub(crate) fn open_state(&self, form: &LaunchForm) -> Result<LoginState, ServiceError> {
        Ok(self.sealer().open(&form.state, self.clock.now())?)
    }

    /// The registration that a state was sealed for. Reads only.
    ///
    /// # Errors
    /// [`Refusal::StateInvalid`] when it is gone.
    #[tracing::instrument(name = "launch.registration_of", level = "debug", skip_all)]
    pub(crate) async fn registration_of(&self, state: &LoginState) -> Result<Registration, ServiceError> {
        let id = state.registration_id.clone();
        let found = self.store.read(move |db| registrations::by_id(db, &id)).await?;
        let found = found.ok_or(Refusal::StateInvalid)?;
        self.platform_hosts.note(&found);
        Ok(found)
    }

    /// Verifies a launch against the whole checklist and, only then, writes: consumes the nonce, refreshes deployment,
    /// course, link, person and roles, and opens a visit, in one transaction.
    ///
    /// The registration that it is verified with may be one that was read before: the transaction reads it again, and so
    /// does a refusal. Where it has changed by then, by whichever node, the launch is verified anew and nothing was written.
    ///
    /// # Errors
    /// A [`Refusal`] for the first row that does not hold.
    #[tracing::instrument(name = "launch.launch", skip_all)]
    pub(crate) async fn launch(
        &self,
        form: &LaunchForm,
        state: &LoginState,
        bound: Option<&str>,
    ) -> Result<Opened, ServiceError> {
        let id_token = form.id_token()?;
        state.check_binding(bound)?;
        let targets = Targets::new(self.settings.public_origin.clone(), [LAUNCH]);
        let remembered = self.remembered.get(&state.registration_id);
        let mut is_current = remembered.is_none();
        let mut registration = match remembered {
            Some(registration) => registration,
            None => Arc::new(self.registration_of(state).await?),
        };
        for _ in 0..ATTEMPTS {
            let now = self.clock.now();
            let changed = match verify(id_token, state, &registration, &self.key_sets, &targets, now).await {
                Ok(launch) => match self
                    .write_launch(launch, Arc::clone(&registration), state)
                    .await?
                {
                    Written::Opened(opened) => {
                        metrics::counter!(metric::LAUNCHES).increment(1);
                        return Ok(*opened);
                    }
                    Written::Outdated(registration) => *registration,
                },
                Err(refusal) if is_current => return Err(refusal.into()),
                Err(refusal) => {
                    let current = self.registration_of(state).await?;
                    if current == *registration {
                        return Err(refusal.into());
                    }
                    current
                }
            };
            self.remembered.keep(&changed);
            (registration, is_current) = (Arc::new(changed), true);
        }
        Err(StoreError::Busy.into())
    }

    async fn write_launch(
        &self,
        launch: Launch,
        verified_with: Arc<Registration>,
        state: &LoginState,
    ) -> Result<Written, ServiceError> {
        let now = self.clock.now();
        let random = Arc::clone(&self.random);
        let token = random::token::<32>(random.as_ref());
        let token_digest = digest(&token);
        let nonce = digest(&format!("{}\n{}", verified_with.id, state.nonce));
        let nonce_until = state.expires_at;
        let frame = state.waiting.clone();
        let origin = self.settings.origin();
        let vault = self.vault.clone();
        let written = self.store.write_with(move |db| -> Result<_, ServiceError> {
            let mut known = arrivals::find(db, names(&launch))?.ok_or(Refusal::StateInvalid)?;
            if known.registration != *verified_with {
                return Ok(Written::Outdated(Box::new(known.registration)));
            }
            let registration = serving(&known);
            let is_owners = registration.tenant == known.registration.tenant;
            let tenant = &registration.tenant;
            if !nonces::consume(db, tenant, &nonce, nonce_until)? {
                return Err(Refusal::StateConsumed.into());
            }
            let opened = |leads| {
                Ok(Written::Opened(Box::new(Opened {
                    token: token.clone(),
                    leads,
                    registration: registration.clone(),
                })))
            };
            let installation = known.deployment.as_ref();
            let entered = deployment::enter(db, &registration, installation, &launch, now, random.as_ref())?;
            let deployment = match entered {
                Entered::Accepted(id) => id,
                Entered::Waits(waits) => return opened(Leads::Pending(waits)),
            };
            let asked = belonging::Asked {
                registration: &registration,
                deployment: &deployment,
                known: known.platform.as_ref(),
                launch: &launch,
            };
            let home = match belonging::of(db, &asked, now, random.as_ref())? {
                Belongs::To(home) => home,
                Belongs::Waits => {
                    return opened(Leads::Pending(deployment::under_review(&launch, deployment)));
                }
            };
            if known.platform.is_none() {
                // Only now is it known where its people and courses are.
                known = arrivals::find(db, names(&launch))?.ok_or(Refusal::StateInvalid)?;
            }
            // Whoever was erased is told so before anything is written that is about them.
            if known.person.is_none()
                && let Some(returning) = returning::asks(db, &vault, tenant, &home, &launch.sub)?
            {
                return opened(Leads::Returning(returning));
            }
            let in_course = launch.course().is_some();
            let asked = Asked::of(&launch);
            let personal = personal::course_of(db, tenant, &launch, known.person.as_ref())?;
            let administers = launch.roles.is_admin() && !launch.is_personal();
            if !in_course && personal.is_none() && (asked != Asked::Page || !administers) {
                return opened(Leads::NoCourse(asked));
            }
            if in_course {
                place(&launch, known.enrolment.is_some())?;
            }
            let seen = PersonSeen {
                sub: launch.sub.clone(),
                name: launch.name.clone(),
                email: launch.email.clone(),
            };
            let person =
                people::refresh_from_launch(db, known.person, tenant, &home, &seen, now, random.as_ref())?;
            let role = Role {
                seen_as: seen_as(&launch.roles),
                listing: enrolments::listing_of(&registration.capabilities()),
                teaches: launch.roles.is_instructor(),
            };
            let seen = course_seen(&registration, deployment.clone(), &launch);
            let offered = known.course.as_ref().map(|course| course.services.clone());
            let course = seen
                .map(|seen| courses::refresh_from_launch(db, known.course, &seen, now, random.as_ref()))
                .transpose()?;
            let by = Actor::LmsAdministrator(person.id.clone());
            zones::on_launch(db, tenant, &launch, by, now, random.as_ref())?;
            let powers = LaunchPowers::of(&launch, course.as_ref(), known.enrolment.as_ref());
            let (mut link, mut leads) = (None, Leads::Account);
            if let Some(course) = &personal {
                leads = Leads::Course {
                    course: course.clone(),
                    to: Destination::Everywhere,
                };
            }
            if let Some(course) = &course {
                let before = known.enrolment;
                let now_is = match &before {
                    // What somebody is in this course was not said: what is known of it stays.
                    Some(known) if launch.roles.is_elsewhere_only() => known.clone(),
                    _ => enrolments::refresh_from_launch(
                        db,
                        tenant,
                        &course.id,
                        &person.id,
                        before.as_ref(),
                        role,
                        now,
                    )?,
                };
                // Whoever comes back may have earned something meanwhile: no fact changes, so nothing else would ask.
                if now_is.may_be_awarded() && before.is_some_and(|before| !before.may_be_awarded()) {
                    let job = DecidePerson {
                        course: course.id.clone(),
                        person: person.id.clone(),
                        cause: Cause::Launch,
                    };
                    queue::enqueue(db, tenant, &job, now, now, random.as_ref())?;
                }
                sections::on_launch(db, course, &person.id, &launch, now, random.as_ref())?;
                let by = &known.registration;
                link =
                    destination::refresh_link(db, course, known.link, &launch, &by.id, now, random.as_ref())?;
                link = copying::on_launch(db, course, link, &launch, by, now, random.as_ref())?;
                if launch.roles.is_instructor() {
                    course_teachers::note(db, tenant, &course.id, std::slice::from_ref(&person.id), now)?;
                }
                notices::on_launch(db, course, &launch, &origin, now, random.as_ref())?;
                let news = offered.as_ref() != Some(&course.services);
                sync::enqueue_after_launch(db, course, news, now, random.as_ref())?;
                leads = Leads::Course {
                    course: course.id.clone(),
                    to: destination::of(db, course, &launch, link.as_ref())?,
                };
            }
            if is_owners {
                let seen = known.last_seen.as_ref();
                last_seen::note(db, &registration, seen, &launch, course.as_ref(), now)?;
            }
            let request = PlacingRequest::of(&launch).filter(|_| course.is_some());
            let request = request.map(|request| serde_json::to_string(&request)).transpose();
            let session = Session {
                id: SessionId::new(now, random.as_ref()),
                tenant: tenant.clone(),
                registration: registration.id.clone(),
                deployment,
                course: course.as_ref().map(|course| course.id.clone()).or(personal),
                link: link.as_ref().map(|link| link.id.clone()),
                person: person.id,
                learner: powers.learner,
                instructor: powers.instructor,
                assistant: launch.roles.is_assistant(),
                sections_only: powers.instructor && launch.is_limited_to_sections(),
                administrator: administers,
                test_user: launch.roles.is_test_user(),
                message_type: launch.message.word().to_owned(),
                request: request.map_err(|error| ServiceError::Internal(error.to_string()))?,
                masquerade: launch.is_masquerade(),
                reading: powers.reading,
                return_url: way_back(&launch),
                locale: launch.locale.clone(),
                created_at: now,
                last_used_at: now,
                expires_at: now + LONGEST,
            };
            sessions::insert(db, &session, &token_digest)?;
            if let Some(frame) = &frame {
                waiting::tie(db, frame, &session, now)?;
            }
            opened(leads)
        });
        written.await
    }
}

/// The registration as it speaks for the institution whose deployment was launched.
fn serving(known: &Known) -> Registration {
    let owner = known.deployment.as_ref().map(|deployment| &deployment.tenant);
    Registration {
        tenant: owner.unwrap_or(&known.registration.tenant).clone(),
        ..known.registration.clone()
    }
}

/// What a launch lets somebody do in its course.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct LaunchPowers {
    learner: bool,
    instructor: bool,
    /// As an instructor, but only to look.
    reading: bool,
}

impl LaunchPowers {
    /// By the roles of the launch. Where the course has ended and the launch names no membership role any more, the last
    /// one lets those look who taught, and an administrator too; those who learned still do. Whoever opens what is theirs, from
    /// outside all courses, has none of them.
    fn of(launch: &Launch, course: Option<&Course>, known: Option<&Enrolment>) -> Self {
        let roles = &launch.roles;
        if launch.is_personal() {
            return Self::default();
        }
        let has_ended = course.is_some_and(|course| course.life.end().is_some());
        let was = has_ended && roles.is_elsewhere_only();
        let reading = was && (roles.is_admin() || known.is_some_and(|known| known.teaches));
        Self {
            learner: roles.may_learn() || was && known.is_some_and(|known| known.learner),
            instructor: roles.is_instructor() || reading,
            reading,
        }
    }
}

/// What of a launch has rows of ours.
fn names(launch: &Launch) -> Named<'_> {
    let context = launch.course();
    Named {
        registration: &launch.registration_id,
        deployment_id: &launch.deployment_id,
        context_id: context.map(|context| context.id.as_str()),
        resource_link_id: destination::own_link(launch).map(|link| link.id.as_str()),
        sub: &launch.sub,
    }
}

/// Where the person wants back to afterwards, whom the platform gave a whole window of theirs. In a frame the platform's own
/// page is round it, and who chooses content goes back with the answer. A `frame` is in Moodle the window that was there
/// already.
fn way_back(launch: &Launch) -> Option<String> {
    let shown = &launch.presentation;
    let in_frame = shown.document_target.as_deref() == Some("iframe");
    let chooses = matches!(launch.message, Message::DeepLinking { .. });
    let url = shown.return_url.as_ref().filter(|_| !in_frame && !chooses);
    url.map(ToString::to_string)
}

/// The course that a launch comes from.
fn course_seen(registration: &Registration, deployment: DeploymentId, launch: &Launch) -> Option<CourseSeen> {
    let context = launch.course()?;
    let ags = launch.ags.as_ref();
    Some(CourseSeen {
        tenant: registration.tenant.clone(),
        registration: registration.id.clone(),
        deployment,
        context_id: context.id.clone(),
        label: context.label.clone(),
        title: context.title.clone(),
        services: Services {
            line_items_url: ags
                .and_then(|ags| ags.lineitems.as_ref())
                .map(ToString::to_string),
            ags_scopes: ags.map(|ags| ags.scopes.clone()).unwrap_or_default(),
            memberships_url: launch
                .nrps
                .as_ref()
                .map(|nrps| nrps.context_memberships_url.to_string()),
        },
    })
}
