//! Tests of stored behaviour, each on every database there is.

mod accounts;
mod archived;
mod awarding;
mod beyond;
mod burying;
mod catalogue;
mod choosing;
mod console;
mod copying;
mod deciding;
mod dismissing;
mod ending;
mod endorsing;
mod erasing;
mod evidence;
mod former;
mod frozen;
mod holding;
mod installing;
mod institutions;
mod joined;
mod joining;
mod lineages;
mod listing;
mod lms_work;
mod matrix;
mod mine;
mod naming;
mod one_home;
mod outside;
mod parted;
mod placing;
mod portfolio;
mod posting;
mod programmes;
mod queue;
mod reading;
mod recording;
mod releasing;
mod rest_grades;
mod sections;
mod standing;
mod taking;
mod trouble;
mod under_age;
mod who;
mod who_holds;

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use url::Url;

use super::testing::{Engine, TestDatabase, on_both_databases};
use super::*;
use crate::domain::award::Award;
use crate::domain::badge::{Badge, BadgeState, Design, Expiry, Kind, Picture, Shape};
use crate::domain::cause::Cause;
use crate::domain::course::{Course, LineItem, LineItemState, Services};
use crate::domain::decision::{CheckedCondition, CheckedGroup, CheckedNode, Decision, Seen, Truth};
use crate::domain::facts::GradeSource;
use crate::domain::issuer::{Issuer, Marks, Tenant};
use crate::domain::membership::SeenAs;
use crate::domain::page::Page;
use crate::domain::people::Person;
use crate::domain::platform::{Deployment, DeploymentState};
use crate::domain::rule::{Condition, Group, Need, Node, Rule, RuleState, Threshold};
use crate::domain::session::Session;
use crate::domain::zone::Zone;
use crate::ids::{
    AwardId, BadgeId, DecisionId, DeploymentId, LineItemId, PersonId, RegistrationId, RuleId, TenantId,
};
use crate::random::{SeededRandom, SystemRandom};
use crate::store::testing::shortcuts::launch_course;
use lti::registration::{Algorithm, Flavour, Registration};

/// The folder of an engine's migrations.
fn folder(engine: Engine) -> PathBuf {
    let engine = match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    };
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("migrations")
        .join(engine)
}

/// The names of all migrations, the oldest first.
fn migrations(engine: Engine) -> Vec<String> {
    let listed = fs::read_dir(folder(engine)).unwrap();
    let mut names: Vec<String> = listed
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

/// A script of a migration: `up` or `down`.
fn script(engine: Engine, migration: &str, which: &str) -> String {
    fs::read_to_string(folder(engine).join(migration).join(format!("{which}.sql"))).unwrap()
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_795_478_400_123_456).unwrap() + TimeDelta::seconds(seconds)
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Runs `work` in a transaction and insists that it ends well.
fn write<T>(database: &TestDatabase, work: impl FnOnce(&mut Db) -> Result<T, StoreError>) -> T {
    database.store.write_blocking(work).unwrap()
}

fn read<T>(database: &TestDatabase, work: impl FnOnce(&mut Db) -> Result<T, StoreError>) -> T {
    database.store.read_blocking(work).unwrap()
}

fn tenant(id: &str) -> Tenant {
    Tenant {
        id: id.into(),
        name: format!("Institution {id}"),
        accent: None,
        time_zone: None,
        created_at: at(0),
    }
}

fn issuer(id: &str, tenant: &TenantId) -> Issuer {
    Issuer {
        id: id.into(),
        tenant: tenant.clone(),
        slug: format!("issuer-{id}"),
        name: "Example College".into(),
        url: None,
        email: None,
        accent: None,
        zone: Zone::UTC,
        marks: Marks::default(),
    }
}

fn registration(id: &str, tenant: &TenantId, client: &str) -> Registration {
    let url = |path: &str| Url::parse("https://lms.example/").unwrap().join(path).unwrap();
    Registration {
        id: id.into(),
        tenant: tenant.clone(),
        name: "Example Moodle".into(),
        issuer: "https://lms.example".into(),
        client_id: client.into(),
        authorization_url: url("auth"),
        token_url: url("token"),
        token_audience: "https://lms.example/token".into(),
        jwks_url: url("keys"),
        flavour: Flavour::Moodle,
        algorithms: vec![Algorithm::Rs256],
        service_hosts: vec!["lms.example".into()],
        accepts_new_deployments: true,
        allow_http_loopback: false,
        enabled: true,
    }
}

/// A school with one course under one registration; the platform's own ids are small integers, as Moodle's are.
struct School {
    tenant: TenantId,
    registration: RegistrationId,
    deployment: DeploymentId,
    course: Course,
}

impl School {
    /// A school whose own rows are named after `name`; the platform's ids are the same at every school.
    fn new(database: &TestDatabase, name: &str) -> Self {
        let tenant = tenant(&format!("t-{name}"));
        let registration = registration(&format!("r-{name}"), &tenant.id, &format!("client-{name}"));
        write(database, |db| {
            tenants::insert(db, &tenant)?;
            registrations::insert(db, &registration, at(0))?;
            let deployment = deployments::find_or_insert(
                db,
                &Deployment {
                    id: format!("d-{name}").as_str().into(),
                    tenant: tenant.id.clone(),
                    registration: registration.id.clone(),
                    deployment_id: "1".into(),
                    state: DeploymentState::Accepted,
                },
                at(0),
            )?;
            let seen = courses::CourseSeen {
                tenant: tenant.id.clone(),
                registration: registration.id.clone(),
                deployment: deployment.id.clone(),
                context_id: "2".into(),
                label: Some("B101".into()),
                title: Some(format!("Biology at {name}")),
                services: Services::default(),
            };
            let course = launch_course(db, &seen, at(0), &SystemRandom)?;
            Ok(Self {
                tenant: tenant.id,
                registration: registration.id,
                deployment: deployment.id,
                course,
            })
        })
    }

    /// `count` active learners whose `sub`s are 1, 2, 3 …
    fn learners(&self, database: &TestDatabase, count: usize) -> Vec<Person> {
        let seen: Vec<people::PersonSeen> = (1..=count)
            .map(|n| people::PersonSeen {
                sub: n.to_string(),
                name: Some(format!("Learner {n:04}")),
                email: None,
            })
            .collect();
        write(database, |db| {
            let people =
                people::upsert_many(db, &self.tenant, &self.registration, &seen, at(0), &SystemRandom)?;
            let members: Vec<enrolments::Member> = people
                .iter()
                .map(|person| enrolments::Member {
                    person: person.id.clone(),
                    seen_as: SeenAs::Learner,
                    active: true,
                    teaches: false,
                })
                .collect();
            enrolments::set_from_roster(db, &self.tenant, &self.course.id, &members, at(0))?;
            Ok(people)
        })
    }

    fn learner(&self, database: &TestDatabase) -> Person {
        self.learners(database, 1).remove(0)
    }

    /// A visit of one learner, which nobody has opened yet.
    fn visit(&self, database: &TestDatabase, id: &str) -> Session {
        Session {
            id: id.into(),
            tenant: self.tenant.clone(),
            registration: self.registration.clone(),
            deployment: self.deployment.clone(),
            course: Some(self.course.id.clone()),
            link: None,
            person: self.learner(database).id,
            learner: true,
            instructor: false,
            administrator: false,
            test_user: true,
            message_type: "LtiDeepLinkingRequest".into(),
            request: Some(r#"{"placement":null}"#.into()),
            masquerade: true,
            assistant: true,
            sections_only: true,
            reading: true,
            return_url: Some("https://lms.example/return?course=2".into()),
            locale: Some("de".into()),
            created_at: at(0),
            last_used_at: at(0),
            expires_at: at(100),
        }
    }

    fn item(&self, database: &TestDatabase, url: &str) -> LineItem {
        let item = LineItem {
            id: LineItemId::new(at(0), &SystemRandom),
            tenant: self.tenant.clone(),
            course: self.course.id.clone(),
            url: url.into(),
            label: format!("Column {url}"),
            maximum: decimal("100"),
            ruled_maximum: None,
            is_scale: false,
            resource_id: None,
            tag: None,
            resource_link_id: None,
            state: LineItemState::Present,
        };
        write(database, |db| line_items::find_or_insert(db, &item, at(0)))
    }

    fn badge(&self, database: &TestDatabase, id: &str) -> Badge {
        let badge = Badge {
            id: id.into(),
            tenant: self.tenant.clone(),
            course: self.course.id.clone(),
            state: BadgeState::Draft,
            design: design(id),
            active_rule: None,
            revision: 1,
            created_at: at(0),
            updated_at: at(0),
        };
        write(database, |db| badges::insert(db, &badge));
        badge
    }

    /// An active rule of `badge` with that root.
    fn active_rule(&self, database: &TestDatabase, badge: &BadgeId, root: &Group) -> Rule {
        let id = RuleId::new(at(0), &SystemRandom);
        write(database, |db| {
            let rule = rules::save_draft(db, &self.tenant, badge, root, id, at(1))?;
            rules::activate(db, &self.tenant, &rule.id, at(2))
        })
    }

    /// A badge that somebody may be awarded: with an active rule and a decision that says yes.
    fn earned(&self, database: &TestDatabase, badge: &BadgeId, person: &PersonId) -> DecisionId {
        let known = read(database, |db| rules::active(db, &self.tenant, badge));
        let rule = known.unwrap_or_else(|| self.active_rule(database, badge, &approves()));
        let new = decisions::NewDecision {
            person: person.clone(),
            rule: rule.id,
            decision: decided(Truth::Yes, "80", 0),
        };
        write(database, |db| {
            decisions::record(
                db,
                &self.tenant,
                badge,
                &new,
                Cause::Schedule,
                at(3),
                &SystemRandom,
            )
        })
        .id
    }

    fn award(&self, badge: &BadgeId, person: &PersonId, cycle: i32, decision: &DecisionId) -> Award {
        Award {
            id: AwardId::new(at(4), &SystemRandom),
            tenant: self.tenant.clone(),
            badge: badge.clone(),
            person: person.clone(),
            cycle,
            decision: decision.clone(),
            awarded_at: at(4),
            valid_until: None,
            revocation: None,
            suspended_since: None,
        }
    }
}

fn design(name: &str) -> Design {
    Design {
        name: name.into(),
        outcome: "Names the organelles of a cell.".into(),
        description: "Über ‘cells’ — 細胞".into(),
        criteria: "Reach **80** points.".into(),
        picture: Picture::Drawn {
            initials: "B1".into(),
            shape: Shape::Stones,
            colour: "#336699".into(),
        },
        picture_alt: "Stones".into(),
        kind: Kind::Knowledge,
        hours: Some(decimal("1.50")),
        credits: None,
        level: None,
        alignments: Vec::new(),
        expiry: Expiry::AfterDays { days: 30 },
        renewal: crate::domain::badge::Renewal::default(),
        show_score: true,
        chosen_type: None,
        language: None,
        details: crate::domain::achievement::Details::default(),
    }
}

fn all_of(conditions: impl IntoIterator<Item = Condition>) -> Group {
    Group {
        need: Need::All,
        nodes: conditions.into_iter().map(Node::Condition).collect(),
    }
}

fn approves() -> Group {
    all_of([Condition::InstructorApproves])
}

fn grade_at_least(item: &LineItemId, points: &str) -> Condition {
    Condition::Grade {
        item: item.clone(),
        at_least: Threshold::Points(decimal(points)),
    }
}

/// A record that saw `value` of 100 when it was read `seconds` after the start.
fn decided(outcome: Truth, value: &str, seconds: i64) -> Decision {
    let seen = Seen::Grade {
        value: decimal(value),
        maximum: decimal("100"),
        needs: decimal("80"),
        recorded: None,
        source: GradeSource::Ags,
        read_at: at(seconds),
    };
    let condition = CheckedCondition {
        condition: Condition::InstructorApproves,
        truth: outcome,
        seen,
    };
    let tree = CheckedGroup {
        need: Need::All,
        truth: outcome,
        nodes: vec![CheckedNode::Condition(condition)],
    };
    Decision {
        outcome,
        rule_version: 1,
        tree,
    }
}
