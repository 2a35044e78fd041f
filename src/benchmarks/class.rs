//! A class of many students and badges, decided and awarded, and a teacher who looks at it.

use chrono::TimeDelta;
use rust_decimal::Decimal;

use super::school::{self, Earned, design};
use crate::domain::badge::{Badge, BadgeState, Design};
use crate::domain::cause::Cause;
use crate::domain::facts::GradeSource;
use crate::domain::rule::{Condition, Group, Need, Node, Threshold};
use crate::domain::section::{NamedSection, SectionKind, SectionSource};
use crate::domain::session::Session;
use crate::ids::{BadgeId, RuleId, SessionId, TenantId};
use crate::random::SystemRandom;
use crate::service::Cairn;
use crate::service::award::decide;
use crate::service::base::session;
use crate::store::{badges, courses, enrolments, people, results, rules, sections, sessions};
use crate::web::extract::visit::cookie_name;

/// Where a teacher's browser finds the class, and the cookie that lets it in.
#[derive(Debug, Clone)]
pub(super) struct Looked {
    /// The path of the course.
    pub(super) path: String,
    /// Name and value.
    pub(super) cookie: String,
    /// One of its sections, as an address names it.
    pub(super) section: String,
}

/// Sections of a class: each student is in one.
const SECTIONS: usize = 50;

/// A course of so many learners, whose grades are spread over the whole column, with so many active badges. Every third is earned
/// by its grade alone; the others ask for an approval too, which nobody has. All of them are decided.
pub(super) async fn set_up(cairn: &Cairn, learners: usize, count: usize) -> Looked {
    let Earned { tenant, badge } = school::set_up(cairn, learners).await;
    let now = cairn.clock.now();
    let (owner, first) = (tenant.clone(), badge.clone());
    let made = cairn.store.write(move |db| {
        let first = badges::get(db, &owner, &first)?.unwrap();
        let rule = rules::active(db, &owner, &first.id)?.unwrap();
        let item = rule.root.line_items().next().unwrap().clone();
        let people = enrolments::learners(db, &owner, &first.course)?;
        let seen: Vec<results::ResultSeen> = people
            .iter()
            .enumerate()
            .map(|(n, person)| results::ResultSeen {
                person: person.clone(),
                value: Some(Decimal::from(n % 101)),
                maximum: Decimal::ONE_HUNDRED,
                recorded: None,
                comment: None,
            })
            .collect();
        results::upsert_many(db, &owner, &item, GradeSource::Ags, &seen, now)?;
        let mut made = vec![first.id.clone()];
        for n in 1..count {
            let at_least = Threshold::Percent(Decimal::from(n * 100 / count));
            let mut nodes = vec![Node::Condition(Condition::Grade {
                item: item.clone(),
                at_least,
            })];
            if n % 3 != 0 {
                nodes.push(Node::Condition(Condition::InstructorApproves));
            }
            let badge = Badge {
                id: BadgeId::new(now, &SystemRandom),
                state: BadgeState::Draft,
                design: Design {
                    name: format!("Step {n} of a long way"),
                    ..design()
                },
                active_rule: None,
                ..first.clone()
            };
            badges::insert(db, &badge)?;
            let root = Group {
                need: Need::All,
                nodes,
            };
            let id = RuleId::new(now, &SystemRandom);
            let rule = rules::save_draft(db, &owner, &badge.id, &root, id, now)?;
            rules::activate(db, &owner, &rule.id, now)?;
            made.push(badge.id);
        }
        Ok(made)
    });
    for badge in made.await.unwrap() {
        decide::decide_badge(cairn, &tenant, &badge, Cause::Activation)
            .await
            .unwrap();
    }
    let section = divide(cairn, tenant.clone(), badge.clone()).await;
    visit(cairn, Earned { tenant, badge }, section).await
}

/// Puts everybody into a section, and says which is the first.
async fn divide(cairn: &Cairn, tenant: TenantId, badge: BadgeId) -> String {
    let now = cairn.clock.now();
    let done = cairn.store.write(move |db| {
        let course = badges::get(db, &tenant, &badge)?.unwrap().course;
        let people = enrolments::learners(db, &tenant, &course)?;
        let said: Vec<sections::Said> = people
            .into_iter()
            .enumerate()
            .map(|(n, person)| {
                let name = format!("Section {}", n % SECTIONS);
                (person, NamedSection::of(None, &name).into_iter().collect())
            })
            .collect();
        let told = sections::Told {
            tenant: &tenant,
            course: &course,
            source: SectionSource::Rest,
            kind: SectionKind::Section,
        };
        sections::replace_for(db, told, &said, now, &SystemRandom)?;
        let all = sections::of_course(db, &tenant, &course)?;
        Ok(all.first().unwrap().id.to_string())
    });
    done.await.unwrap()
}

/// Lets a teacher of the badge's course in.
async fn visit(cairn: &Cairn, Earned { tenant, badge }: Earned, section: String) -> Looked {
    let now = cairn.clock.now();
    let token = "a-teacher-who-looks-at-a-class-of-thousands";
    let opened = cairn.store.write(move |db| {
        let badge = badges::get(db, &tenant, &badge)?.unwrap();
        let course = courses::get(db, &tenant, &badge.course)?.unwrap();
        let seen = people::PersonSeen {
            sub: "teacher".into(),
            name: Some("Tess Tutor".into()),
            email: None,
        };
        let person =
            people::upsert_from_launch(db, &tenant, &course.registration, &seen, now, &SystemRandom)?;
        let session = Session {
            id: SessionId::new(now, &SystemRandom),
            tenant,
            registration: course.registration.clone(),
            deployment: course.deployment.clone(),
            course: Some(course.id.clone()),
            link: None,
            person: person.id,
            learner: false,
            instructor: true,
            administrator: false,
            test_user: false,
            message_type: "LtiResourceLinkRequest".into(),
            request: None,
            masquerade: false,
            assistant: false,
            sections_only: false,
            reading: false,
            return_url: None,
            locale: None,
            created_at: now,
            last_used_at: now,
            expires_at: now + TimeDelta::hours(5),
        };
        sessions::insert(db, &session, &session::digest(token))?;
        Ok(course.id)
    });
    let course = opened.await.unwrap();
    Looked {
        path: crate::web::paths::course_home(&course),
        cookie: format!("{}={token}", cookie_name(&course, false)),
        section,
    }
}

/// So many active badges that ask for the badge of a course.
pub(super) async fn stacks(cairn: &Cairn, below: &Earned, count: usize) {
    let now = cairn.clock.now();
    let (tenant, below) = (below.tenant.clone(), below.badge.clone());
    let done = cairn.store.write(move |db| {
        let first = badges::get(db, &tenant, &below)?.unwrap();
        for n in 0..count {
            let badge = Badge {
                id: BadgeId::new(now, &SystemRandom),
                state: BadgeState::Draft,
                design: Design {
                    name: format!("Stack {n}"),
                    ..design()
                },
                active_rule: None,
                ..first.clone()
            };
            badges::insert(db, &badge)?;
            let asks = Condition::HoldsBadge {
                badge: below.clone(),
                within_years: None,
            };
            let root = Group {
                need: Need::All,
                nodes: vec![
                    Node::Condition(asks),
                    Node::Condition(Condition::InstructorApproves),
                ],
            };
            let id = RuleId::new(now, &SystemRandom);
            let rule = rules::save_draft(db, &tenant, &badge.id, &root, id, now)?;
            rules::activate(db, &tenant, &rule.id, now)?;
        }
        Ok(())
    });
    done.await.unwrap();
}
