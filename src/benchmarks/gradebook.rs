//! A course whose grades are read by the interface of its LMS, and nothing else of it.

use super::school::platform_of;
use crate::domain::course::Services;
use crate::domain::membership::SeenAs;
use crate::domain::platform::{Deployment, DeploymentState};
use crate::domain::reading::Readings;
use crate::domain::rest_access::{Access, Giver, Grant, GrantState, Interface, SealedTokens};
use crate::ids::{CourseId, DeploymentId, PersonId, RestAccessId, RestGrantId, TenantId};
use crate::random::SystemRandom;
use crate::service::Cairn;
use crate::service::course::rest_grades;
use crate::store::{courses, deployments, enrolments, outside, people, platforms, readings, rest_accesses};
use lti::registration::Flavour;

/// An LMS and one of its courses, as a benchmark made it.
#[derive(Debug, Clone)]
pub struct Readable {
    pub is_canvas: bool,
    pub origin: String,
    /// The number of the course, and what LTI calls it.
    pub course: u64,
    pub context: String,
    /// With which grades are read.
    pub token: String,
    /// `sub` and number of each student.
    pub students: Vec<(String, u64)>,
}

/// The course as Cairn knows it.
#[derive(Debug, Clone)]
pub(super) struct Known {
    tenant: TenantId,
    course: CourseId,
}

/// A platform with that course, whose students are known and none of whose grades is.
pub(super) async fn set_up(cairn: &Cairn, lms: Readable) -> Known {
    let flavour = if lms.is_canvas {
        Flavour::Canvas
    } else {
        Flavour::Moodle
    };
    let registration = platform_of(cairn, &lms.origin, flavour).await;
    let now = cairn.clock.now();
    let random = SystemRandom;
    let token = cairn.vault.seal("rest token", lms.token.as_bytes(), &random);
    let done = cairn.store.write(move |db| {
        let tenant = registration.tenant;
        let deployment = Deployment {
            id: DeploymentId::new(now, &random),
            tenant: tenant.clone(),
            registration: registration.id.clone(),
            deployment_id: "1".into(),
            state: DeploymentState::Accepted,
        };
        let line_items = format!("{}/api/lti/courses/{}/line_items", lms.origin, lms.course);
        let seen = courses::CourseSeen {
            tenant: tenant.clone(),
            registration: registration.id.clone(),
            deployment: deployments::find_or_insert(db, &deployment, now)?.id,
            context_id: lms.context.clone(),
            label: None,
            title: Some("Biology".into()),
            services: Services {
                line_items_url: lms.is_canvas.then_some(line_items),
                ..Services::default()
            },
        };
        let course = courses::announced(db, &seen, now, &random)?;
        let seen: Vec<people::PersonSeen> = lms
            .students
            .iter()
            .map(|(sub, _)| people::PersonSeen {
                sub: sub.clone(),
                name: None,
                email: None,
            })
            .collect();
        let known = people::upsert_many(db, &tenant, &registration.id, &seen, now, &random)?;
        let members: Vec<enrolments::Member> = known
            .iter()
            .map(|person| enrolments::Member {
                person: person.id.clone(),
                seen_as: SeenAs::Learner,
                active: true,
                teaches: false,
            })
            .collect();
        enrolments::set_from_roster(db, &tenant, &course.id, &members, now)?;
        let number = |sub: &str| lms.students.iter().find(|(one, _)| one == sub).map(|(_, id)| *id);
        if lms.is_canvas {
            let said = known
                .iter()
                .filter_map(|one| Some((one.id.clone(), number(&one.sub)?.to_string())));
            let said: Vec<(PersonId, String)> = said.collect();
            outside::remember_api_ids(db, &tenant, &course.id, &said)?;
        }
        let access = Access {
            id: RestAccessId::new(now, &random),
            tenant: tenant.clone(),
            platform: platforms::home_of_course(db, &tenant, &course.id)?.platform,
            interface: if lms.is_canvas {
                Interface::Canvas
            } else {
                Interface::Moodle
            },
            address: lms.origin.clone(),
            client_id: None,
            sealed_secret: None,
            by_teachers: false,
            is_on: true,
            changed_by: None,
            changed_at: now,
        };
        rest_accesses::save(db, &access)?;
        let grant = Grant {
            id: RestGrantId::new(now, &random),
            tenant: tenant.clone(),
            access: access.id,
            course: None,
            tokens: SealedTokens {
                token,
                refresh: None,
                expires_at: None,
            },
            version: 0,
            state: GrantState::On,
            fault: None,
            state_at: now,
            given_by: Giver::Nobody,
            given_at: now,
            tested: None,
        };
        rest_accesses::give(db, &grant)?;
        Ok(Known {
            tenant,
            course: course.id,
        })
    });
    done.await.unwrap()
}

/// Reads the whole course, and how that ended.
pub(super) async fn read(cairn: &Cairn, known: &Known) -> Readings {
    let (tenant, course, now) = (known.tenant.clone(), known.course.clone(), cairn.clock.now());
    let asked = cairn
        .store
        .write(move |db| readings::ask(db, &tenant, &course, now));
    asked.await.unwrap();
    let cause = crate::domain::cause::Cause::CheckNow;
    rest_grades::read(cairn, &known.tenant, &known.course, cause)
        .await
        .unwrap();
    let (tenant, course) = (known.tenant.clone(), known.course.clone());
    let found = cairn
        .store
        .read(move |db| readings::of_course(db, &tenant, &course));
    found.await.unwrap().unwrap()
}
