//! A course in which everybody has earned the badge, and none of the badges is issued yet.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::clock::SystemClock;
use crate::domain::badge::{Alignment, Badge, BadgeState, Design, Expiry, Kind, Picture, Shape};
use crate::domain::course::{LineItem, LineItemState, Services};
use crate::domain::facts::GradeSource;
use crate::domain::platform::{Deployment, DeploymentState};
use crate::domain::rule::{Condition, Group, Need, Node, Threshold};
use crate::ids::{BadgeId, DeploymentId, LineItemId, RuleId, TenantId};
use crate::random::SystemRandom;
use crate::service::Cairn;
use crate::service::institution::administrators::Operator;
use crate::service::institution::connecting::{self, NewPlatform};
use crate::settings::Settings;
use crate::store::{badges, courses, deployments, enrolments, line_items, people, results, rules};
use lti::registration::{Flavour, Registration, RegistrationDraft};
use rust_decimal::Decimal;

/// The environment of a Cairn whose data lies in `folder`.
fn environment(folder: &Path, listen: &str) -> HashMap<String, String> {
    let named = [
        ("CAIRN_LISTEN", listen.to_owned()),
        ("CAIRN_DATA_DIR", folder.display().to_string()),
        ("CAIRN_IDENTITY_ORIGIN", "https://badges.example".to_owned()),
        ("CAIRN_ALLOW_HTTP_LOOPBACK", "true".to_owned()),
    ];
    named.map(|(name, value)| (name.to_owned(), value)).into()
}

/// Cairn in this process, on SQLite in `folder`.
pub(super) async fn open(folder: &Path, listen: &str) -> Cairn {
    let settings = Settings::load(None, &environment(folder, listen)).unwrap();
    Cairn::open(settings, Arc::new(SystemClock), Arc::new(SystemRandom))
        .await
        .unwrap()
}

/// An active badge and the institution that it belongs to.
#[derive(Debug, Clone)]
pub(super) struct Earned {
    pub(super) tenant: TenantId,
    pub(super) badge: BadgeId,
}

/// A platform, a course with `learners` learners who have 81 of 100 points, and an active badge that asks for 80.
pub(super) async fn set_up(cairn: &Cairn, learners: usize) -> Earned {
    let registration = platform_of(cairn, "https://lms.example", Flavour::Moodle).await;
    fill(cairn, registration, learners).await
}

/// A platform of that flavour.
pub(super) async fn platform_of(cairn: &Cairn, origin: &str, flavour: Flavour) -> Registration {
    let at = |tail: &str| format!("{origin}/{tail}");
    let draft = RegistrationDraft {
        name: "Example Moodle".into(),
        issuer: origin.into(),
        client_id: "bench".into(),
        authorization_url: at("auth"),
        token_url: at("token"),
        token_audience: None,
        jwks_url: at("keys"),
        flavour,
        algorithms: Vec::new(),
        service_hosts: Vec::new(),
        accepts_new_deployments: false,
        allow_http_loopback: true,
        enabled: true,
    };
    let new = NewPlatform {
        institution: "Example College".into(),
        draft,
        deployments: vec!["1".into()],
    };
    connecting::add(cairn, Operator::CommandLine, new).await.unwrap()
}

async fn fill(cairn: &Cairn, registration: Registration, learners: usize) -> Earned {
    let now = cairn.clock.now();
    let done = cairn.store.write(move |db| {
        let tenant = registration.tenant;
        let deployment = Deployment {
            id: DeploymentId::new(now, &SystemRandom),
            tenant: tenant.clone(),
            registration: registration.id.clone(),
            deployment_id: "1".into(),
            state: DeploymentState::Accepted,
        };
        let seen = courses::CourseSeen {
            tenant: tenant.clone(),
            registration: registration.id.clone(),
            deployment: deployments::find_or_insert(db, &deployment, now)?.id,
            context_id: "2".into(),
            label: Some("B101".into()),
            title: Some("Biology".into()),
            services: Services::default(),
        };
        let course = courses::announced(db, &seen, now, &SystemRandom)?;

        let seen: Vec<people::PersonSeen> = (1..=learners)
            .map(|n| people::PersonSeen {
                sub: n.to_string(),
                name: Some(format!("Learner {n:06}")),
                email: None,
            })
            .collect();
        let people = people::upsert_many(db, &tenant, &registration.id, &seen, now, &SystemRandom)?;
        let members: Vec<enrolments::Member> = people
            .iter()
            .map(|person| enrolments::Member {
                person: person.id.clone(),
                seen_as: crate::domain::membership::SeenAs::Learner,
                active: true,
                teaches: false,
            })
            .collect();
        enrolments::set_from_roster(db, &tenant, &course.id, &members, now)?;

        let item = LineItem {
            id: LineItemId::new(now, &SystemRandom),
            tenant: tenant.clone(),
            course: course.id.clone(),
            url: "https://lms.example/items/1".into(),
            label: "Cleaning exercise".into(),
            maximum: Decimal::ONE_HUNDRED,
            ruled_maximum: None,
            is_scale: false,
            resource_id: None,
            tag: None,
            resource_link_id: None,
            state: LineItemState::Present,
        };
        let item = line_items::find_or_insert(db, &item, now)?.id;
        let seen: Vec<results::ResultSeen> = people
            .iter()
            .map(|person| results::ResultSeen {
                person: person.id.clone(),
                value: Some(Decimal::from(81)),
                maximum: Decimal::ONE_HUNDRED,
                recorded: None,
                comment: None,
            })
            .collect();
        results::upsert_many(db, &tenant, &item, GradeSource::Ags, &seen, now)?;

        let badge = Badge {
            id: BadgeId::new(now, &SystemRandom),
            tenant: tenant.clone(),
            course: course.id,
            state: BadgeState::Draft,
            design: design(),
            active_rule: None,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        badges::insert(db, &badge)?;
        let at_least = Threshold::Percent(Decimal::from(80));
        let root = Group {
            need: Need::All,
            nodes: vec![Node::Condition(Condition::Grade { item, at_least })],
        };
        let id = RuleId::new(now, &SystemRandom);
        let rule = rules::save_draft(db, &tenant, &badge.id, &root, id, now)?;
        rules::activate(db, &tenant, &rule.id, now)?;
        Ok(Earned {
            tenant,
            badge: badge.id,
        })
    });
    done.await.unwrap()
}

pub(super) fn design() -> Design {
    Design {
        name: "Cleans data sets".into(),
        outcome: "Finds and repairs gaps, doubles and outliers in a table of measurements.".into(),
        description: "Earned in the first half of the course, with data of the weather service.".into(),
        criteria: "Reach **80 %** in the cleaning exercise.".into(),
        picture: Picture::Drawn {
            initials: "CD".into(),
            shape: Shape::Hexagon,
            colour: "#1f6f78".into(),
        },
        picture_alt: "A hexagon with the letters CD".into(),
        kind: Kind::Knowledge,
        hours: Some(Decimal::from(12)),
        credits: Some(Decimal::new(15, 1)),
        level: Some("6".into()),
        alignments: vec![Alignment {
            name: "perform data cleansing".into(),
            url: "http://data.europa.eu/esco/skill/60c78287-22eb-4103-9c8c-28deaa460da0".into(),
            code: None,
            framework: Some("ESCO".into()),
        }],
        expiry: Expiry::AfterMonths { months: 36 },
        renewal: crate::domain::badge::Renewal::default(),
        show_score: true,
        chosen_type: None,
        language: None,
        details: crate::domain::achievement::Details::default(),
    }
}
