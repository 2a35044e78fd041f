//! Notices of platforms: asking for them, and taking them in. A notice is verified on its own, remembered so that it
//! counts once, and becomes a job; whoever sent it learns only that something arrived.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::course::Course;
use crate::domain::platform::DeploymentState;
use crate::ids::TenantId;
use crate::random::Random;
use crate::service::Cairn;
use crate::service::base::addresses;
use crate::service::base::error::ServiceError;
use crate::service::base::platforms;
use crate::service::base::queue::{self, HandleNotice, SubscribeNotices};
use crate::service::base::refusal::CourseRefusal;
use crate::service::base::session::digest;
use crate::service::course::copying::{self, Copied};
use crate::store::notice_handlers::{self, Subscription};
use crate::store::{Db, StoreError, audit, deployments, nonces, registrations};
use crate::telemetry::metric;
use lti::claims::Launch;
use lti::notices::{self, About, CONTEXT_COPY, HELLO_WORLD, Notice, NoticeRefusal};
use lti::registration::Registration;
use lti::services::media::scope;

/// Most bytes of one delivery; a notice has some two kilobytes.
pub(crate) const MAX_BODY: usize = 256 << 10;
/// Most notices of one delivery; Canvas sends one.
const MOST: usize = 50;

/// The notices that we want.
const WANTED: [&str; 2] = [CONTEXT_COPY, HELLO_WORLD];
/// How long a platform that refused is left alone.
const PAUSE: TimeDelta = TimeDelta::days(1);
/// How long a notice's own id is remembered, whatever its nonce and times say.
const REMEMBERED: TimeDelta = TimeDelta::days(7);

/// What became of one delivery.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) taken: usize,
    pub(crate) refused: usize,
}

/// After a launch that offers the service: has each wanted type that is not subscribed to asked for. Run it in the
/// launch's transaction.
pub(in crate::service) fn on_launch(
    db: &mut Db,
    course: &Course,
    launch: &Launch,
    origin: &str,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let Some(offered) = &launch.notices else {
        return Ok(());
    };
    let handler = handler(origin);
    let known = notice_handlers::for_deployment(db, &course.tenant, &course.deployment)?;
    let is_done = |wanted: &str| {
        known.iter().any(|one| {
            let same = one.notice_type == wanted && one.service == offered.url.as_str();
            match &one.handler {
                Some(given) => same && *given == handler,
                None => same && (now - one.at).abs() < PAUSE,
            }
        })
    };
    let types: Vec<String> = WANTED
        .into_iter()
        .filter(|wanted| offered.types.iter().any(|known| known == wanted) && !is_done(wanted))
        .map(ToOwned::to_owned)
        .collect();
    if types.is_empty() {
        return Ok(());
    }
    let job = SubscribeNotices {
        deployment: course.deployment.clone(),
        service: offered.url.clone(),
        types,
        platform: Some(course.registration.clone()),
    };
    queue::enqueue(db, &course.tenant, &job, now, now, random)
}

fn handler(origin: &str) -> String {
    format!("{origin}{}", addresses::NOTICES)
}

/// Asks a platform for notices. A platform that refuses is asked again after a day, at the next launch.
///
/// # Errors
/// [`ServiceError::NotFound`] when the deployment is gone, [`ServiceError::Platform`] when the platform may do it later.
#[tracing::instrument(name = "notices.subscribe", skip_all, fields(deployment = wanted.deployment.as_str()))]
pub(crate) async fn subscribe(
    cairn: &Cairn,
    tenant: &TenantId,
    wanted: &SubscribeNotices,
) -> Result<(), ServiceError> {
    let (owner, id) = (tenant.clone(), wanted.deployment.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let deployment = deployments::get(db, &owner, &id)?.ok_or(ServiceError::NotFound("deployment"))?;
        registrations::get(db, &owner, &deployment.registration)?.ok_or(ServiceError::NotFound("platform"))
    });
    let registration = found.await?;
    if registration.check_service_url(&wanted.service).is_err() || !registration.enabled {
        return Ok(());
    }
    let target = platforms::target(cairn, &registration);
    let granted = vec![scope::NOTICE_HANDLERS.to_owned()];
    let platform = cairn.lti.platform(target, registration.capabilities(), granted);
    let handler = handler(&cairn.settings.origin());
    for notice_type in &wanted.types {
        let asked = platform
            .set_notice_handler(&wanted.service, notice_type, &handler)
            .await;
        let given = match asked {
            Ok(()) => Some(handler.clone()),
            Err(error) if !error.retryable() => {
                let error = error.for_log();
                tracing::warn!(deployment = %wanted.deployment, notice_type, error, "notices were refused");
                None
            }
            Err(error) => return Err(error.into()),
        };
        let subscription = Subscription {
            deployment: wanted.deployment.clone(),
            tenant: tenant.clone(),
            notice_type: notice_type.clone(),
            service: wanted.service.to_string(),
            handler: given,
            at: cairn.clock.now(),
        };
        cairn
            .store
            .write(move |db| notice_handlers::keep(db, &subscription))
            .await?;
    }
    Ok(())
}

/// Takes a delivery in: each notice by itself.
///
/// # Errors
/// [`ServiceError::Refused`] when it is no delivery of notices at all.
#[tracing::instrument(name = "notices.receive", skip_all)]
pub(crate) async fn receive(cairn: &Cairn, body: &[u8]) -> Result<Received, ServiceError> {
    #[derive(Deserialize)]
    struct Delivery {
        notices: Vec<Sent>,
    }
    #[derive(Deserialize)]
    struct Sent {
        jwt: String,
    }
    let delivery: Delivery = serde_json::from_slice(body).map_err(|_| CourseRefusal::NoticesUnreadable)?;
    if delivery.notices.len() > MOST {
        return Err(CourseRefusal::NoticesUnreadable.into());
    }
    let mut received = Received::default();
    for sent in delivery.notices {
        match take_in(cairn, &sent.jwt).await? {
            Ok(()) => received.taken += 1,
            Err(refusal) => {
                let code = refusal.code();
                tracing::warn!(code, %refusal, "a notice was refused");
                metrics::counter!(metric::REFUSALS, "code" => code).increment(1);
                received.refused += 1;
            }
        }
    }
    Ok(received)
}

/// One notice. The inner error is a refusal, the outer one trouble of ours.
async fn take_in(cairn: &Cairn, jwt: &str) -> Result<Result<(), NoticeRefusal>, ServiceError> {
    let claimed = match notices::claimed(jwt) {
        Ok(claimed) => claimed,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let issuer = claimed.issuer.clone();
    let same_issuer = cairn
        .store
        .read(move |db| registrations::by_issuer(db, &issuer))
        .await?;
    let registration = same_issuer
        .into_iter()
        .find(|one| claimed.audiences.contains(&one.client_id));
    let Some(registration) = registration else {
        return Ok(Err(NoticeRefusal::UnknownRegistration));
    };
    cairn.platform_hosts.note(&registration);
    match notices::verify(jwt, &registration, &cairn.key_sets, cairn.clock.now()).await {
        Ok(notice) => keep(cairn, registration, notice).await,
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// Uses the notice up and has done what it calls for, in one transaction.
async fn keep(
    cairn: &Cairn,
    registration: Registration,
    notice: Notice,
) -> Result<Result<(), NoticeRefusal>, ServiceError> {
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let kept = cairn.store.write_with(move |db| -> Result<_, Kept> {
        let deployment = deployments::named(db, &registration.id, &notice.deployment_id)?
            .filter(|known| known.state == DeploymentState::Accepted)
            .ok_or(NoticeRefusal::UnknownDeployment)?;
        let tenant = &deployment.tenant;
        let used = [
            (
                format!("notice nonce\n{}\n{}", registration.id, notice.nonce),
                notice.remember_until,
            ),
            (
                format!("notice id\n{}\n{}", registration.id, notice.id),
                now + REMEMBERED,
            ),
        ];
        for (name, until) in used {
            if !nonces::consume(db, tenant, &digest(&name), until)? {
                return Err(NoticeRefusal::Repeated.into());
            }
        }
        match notice.about {
            About::ContextCopy {
                context_id,
                title,
                origins,
            } => {
                let job = HandleNotice {
                    notice: notice.id,
                    deployment: deployment.id,
                    context_id,
                    title,
                    origins,
                };
                queue::enqueue(db, tenant, &job, now, now, random.as_ref())?;
            }
            About::HelloWorld => {
                let (action, subject) = (Action::NoticeHello, deployment.id.as_str());
                let entry = Entry::new(tenant, Actor::Platform, action, subject, now);
                audit::record(db, &entry, random.as_ref())?;
            }
            About::Other(kind) => tracing::info!(kind, "a notice of a type that is not needed"),
        }
        Ok(())
    });
    match kept.await {
        Ok(()) => Ok(Ok(())),
        Err(Kept::Refused(refusal)) => Ok(Err(refusal)),
        Err(Kept::Failed(error)) => Err(error.into()),
    }
}

/// Why a notice was not kept.
#[derive(Debug, thiserror::Error)]
enum Kept {
    #[error(transparent)]
    Refused(#[from] NoticeRefusal),
    #[error(transparent)]
    Failed(#[from] StoreError),
}

/// Does what a notice calls for.
///
/// # Errors
/// [`ServiceError::NotFound`] when its deployment is gone.
#[tracing::instrument(name = "notices.work", skip_all, fields(deployment = asked.deployment.as_str()))]
pub(crate) async fn work(cairn: &Cairn, tenant: &TenantId, asked: &HandleNotice) -> Result<(), ServiceError> {
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (tenant, asked) = (tenant.clone(), asked.clone());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let deployment =
            deployments::get(db, &tenant, &asked.deployment)?.ok_or(ServiceError::NotFound("deployment"))?;
        let copied = Copied {
            tenant: &tenant,
            registration: &deployment.registration,
            deployment: &deployment.id,
            context_id: &asked.context_id,
            title: asked.title.as_deref(),
            origins: &asked.origins,
        };
        copying::on_notice(db, &copied, now, random.as_ref())?;
        Ok(())
    });
    done.await
}
