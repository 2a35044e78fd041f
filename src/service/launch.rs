//! A login and a launch, from the browser's first request to a visit. Nothing is written before a signature held.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use url::Url;

use crate::domain::course::{Course, Link, Services};
use crate::ids::{CourseId, DeploymentId, SessionId, TenantId};
use crate::lti::claims::Launch;
use crate::lti::error::Refusal;
use crate::lti::launch::{LaunchForm, Targets, admit, verify};
use crate::lti::login::{LoginRequest, authorization_redirect, choose_registration};
use crate::lti::registration::Registration;
use crate::lti::state::{Binding, LoginState, StateSealer};
use crate::random::{self, Random};
use crate::service::error::ServiceError;
use crate::service::session::{LONGEST, digest};
use crate::service::{Cairn, copying, decide, links as opening, notices, sync};
use crate::store::courses::CourseSeen;
use crate::store::deployments::{Deployment, DeploymentState};
use crate::store::links::LinkSeen;
use crate::store::people::PersonSeen;
use crate::store::sessions::Session;
use crate::store::{Db, courses, deployments, enrolments, links, nonces, people, registrations, sessions};

/// Where every platform posts its launches: the one registered redirect URI.
pub const LAUNCH_PATH: &str = "/lti/launch";

/// A login that may go on: where to, and what binds this browser to it.
#[derive(Debug)]
pub struct LoginStart {
    pub authorize: Url,
    pub binding: Binding,
    pub registration: Registration,
}

/// A launch that was let in.
#[derive(Debug)]
pub struct Opened {
    /// For the browser alone; the database keeps its digest.
    pub token: String,
    /// None for a launch without a context.
    pub course: Option<CourseId>,
    pub link: Option<Link>,
    pub instructor: bool,
    pub registration: Registration,
}

impl Cairn {
    fn sealer(&self) -> StateSealer {
        StateSealer::new(&self.vault.derive("lti login state"))
    }

    /// The registration that an unsigned login means. Reads only.
    ///
    /// # Errors
    /// A login refusal when it is none of ours.
    pub async fn login_registration(&self, request: &LoginRequest) -> Result<Registration, ServiceError> {
        request.check_target(&self.settings.public_origin)?;
        let issuer = request.issuer.clone();
        let same_issuer = self
            .store
            .read(move |db| registrations::by_issuer(db, &issuer))
            .await?;
        Ok(choose_registration(&same_issuer, request)?.clone())
    }

    /// Begins a login: the address to send the browser to, and the binding that it must bring back. Writes nothing.
    ///
    /// # Errors
    /// A login refusal when the platform or the target is none of ours.
    pub async fn begin_login(&self, request: &LoginRequest) -> Result<LoginStart, ServiceError> {
        let registration = self.login_registration(request).await?;
        let binding = Binding::new(self.random.as_ref());
        let (now, random) = (self.clock.now(), self.random.as_ref());
        let state = LoginState::begin(&registration, request, Some(&binding), now, random);
        let sealed = self.sealer().seal(&state, random)?;
        let redirect_uri = format!("{}{LAUNCH_PATH}", self.settings.origin());
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
    pub fn open_state(&self, form: &LaunchForm) -> Result<LoginState, ServiceError> {
        Ok(self.sealer().open(&form.state, self.clock.now())?)
    }

    /// Verifies a launch against the whole checklist and, only then, writes: consumes the nonce, refreshes deployment,
    /// course, link, person and roles, and opens a visit, in one transaction.
    ///
    /// # Errors
    /// A [`Refusal`] for the first row that does not hold.
    pub async fn launch(
        &self,
        form: &LaunchForm,
        state: &LoginState,
        bound: Option<&str>,
    ) -> Result<Opened, ServiceError> {
        state.check_binding(bound)?;
        let id_token = form.id_token()?;
        let id = state.registration_id.clone();
        let registration = self
            .store
            .read(move |db| registrations::by_id(db, &id))
            .await?
            .ok_or(Refusal::StateInvalid)?;
        let targets = Targets::new(self.settings.public_origin.clone(), [LAUNCH_PATH]);
        let launch = verify(
            id_token,
            state,
            &registration,
            &self.key_sets,
            &targets,
            self.clock.now(),
        )
        .await?;
        let opened = self.write_launch(launch, registration, state).await?;
        metrics::counter!("cairn_launches_total").increment(1);
        Ok(opened)
    }

    async fn write_launch(
        &self,
        launch: Launch,
        registration: Registration,
        state: &LoginState,
    ) -> Result<Opened, ServiceError> {
        let now = self.clock.now();
        let random = Arc::clone(&self.random);
        let token = random::token::<32>(random.as_ref());
        let token_digest = digest(&token);
        let nonce = digest(&format!("{}\n{}", registration.id, state.nonce));
        let nonce_until = state.expires_at;
        let origin = self.settings.origin();
        let opened = self.store.write_with(move |db| -> Result<_, ServiceError> {
            let tenant = &registration.tenant;
            if !nonces::consume(db, tenant, &nonce, nonce_until)? {
                return Err(Refusal::StateConsumed.into());
            }
            let deployment = known_deployment(db, &registration, &launch, now, random.as_ref())?;
            let seen = PersonSeen {
                sub: launch.sub.clone(),
                name: launch.name.clone(),
                email: launch.email.clone(),
            };
            let person =
                people::upsert_from_launch(db, tenant, &registration.id, &seen, now, random.as_ref())?;
            let (learner, barred) = (launch.roles.may_learn(), launch.roles.bars_award());
            let course = refresh_course(
                db,
                &registration,
                deployment.clone(),
                &launch,
                now,
                random.as_ref(),
            )?;
            let mut link = None;
            if let Some(course) = &course {
                let before = enrolments::get(db, tenant, &course.id, &person.id)?;
                let now_is =
                    enrolments::set_from_launch(db, tenant, &course.id, &person.id, learner, barred, now)?;
                // Whoever comes back may have earned something meanwhile: no fact changes, so nothing else would ask.
                if now_is.may_be_awarded() && before.is_some_and(|before| !before.may_be_awarded()) {
                    let (course, person) = (&course.id, &person.id);
                    decide::enqueue_person_for(db, tenant, course, person, "launch", now, random.as_ref())?;
                }
                link = refresh_link(db, tenant, course, &launch, now, random.as_ref())?;
                link = copying::on_launch(db, course, link, &launch, now, random.as_ref())?;
                notices::on_launch(db, course, &launch, &origin, now, random.as_ref())?;
                sync::enqueue_after_launch(db, course, now, random.as_ref())?;
            }
            let session = Session {
                id: SessionId::new(now, random.as_ref()),
                tenant: tenant.clone(),
                registration: registration.id.clone(),
                deployment,
                course: course.as_ref().map(|course| course.id.clone()),
                link: link.as_ref().map(|link| link.id.clone()),
                person: person.id,
                learner,
                instructor: launch.roles.is_instructor(),
                administrator: launch.roles.is_admin(),
                test_user: launch.roles.is_test_user(),
                message_type: "LtiResourceLinkRequest".to_owned(),
                locale: launch.locale.clone(),
                created_at: now,
                last_used_at: now,
                expires_at: now + LONGEST,
            };
            sessions::insert(db, &session, &token_digest)?;
            let instructor = session.instructor;
            Ok(Opened {
                token,
                course: course.map(|course| course.id),
                link,
                instructor,
                registration,
            })
        });
        opened.await
    }
}

/// The second half of row 15: a deployment that is known, or that the registration lets in.
fn known_deployment(
    db: &mut Db,
    registration: &Registration,
    launch: &Launch,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<DeploymentId, ServiceError> {
    let known = deployments::find(db, &registration.tenant, &registration.id, &launch.deployment_id)?;
    let accepted = known
        .as_ref()
        .is_some_and(|known| known.state == DeploymentState::Accepted);
    admit(registration, launch, accepted)?;
    if let Some(known) = known {
        return Ok(known.id);
    }
    let new = Deployment {
        id: DeploymentId::new(now, random),
        tenant: registration.tenant.clone(),
        registration: registration.id.clone(),
        deployment_id: launch.deployment_id.clone(),
        state: DeploymentState::Accepted,
    };
    Ok(deployments::find_or_insert(db, &new, now)?.id)
}

fn refresh_course(
    db: &mut Db,
    registration: &Registration,
    deployment: DeploymentId,
    launch: &Launch,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Option<Course>, ServiceError> {
    let Some(context) = &launch.context else {
        return Ok(None);
    };
    let ags = launch.ags.as_ref();
    let seen = CourseSeen {
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
    };
    Ok(Some(courses::upsert_from_launch(db, &seen, now, random)?))
}

/// The link behind the launch. Canvas's course navigation has none: it opens the course itself.
fn refresh_link(
    db: &mut Db,
    tenant: &TenantId,
    course: &Course,
    launch: &Launch,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Option<Link>, ServiceError> {
    let Some(resource) = launch.resource_link().filter(|link| !link.stands_for_course) else {
        return Ok(None);
    };
    let seen = LinkSeen {
        tenant: tenant.clone(),
        course: course.id.clone(),
        resource_link_id: resource.id.clone(),
        title: resource.title.clone(),
        line_item_url: launch
            .ags
            .as_ref()
            .and_then(|ags| ags.lineitem.as_ref())
            .map(ToString::to_string),
    };
    let link = links::upsert_from_launch(db, &seen, now, random)?;
    Ok(Some(opening::adopt(db, course, link)?))
}
