//! What a test does and sees on its bench.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use rust_decimal::Decimal;
use serde_json::Value;

use crate::clock::Clock as _;
use crate::domain::award::Award;
use crate::domain::badge::{Badge, BadgeState, Design, Expiry, Renewal};
use crate::domain::cause::Cause;
use crate::domain::course::{Checks, Services};
use crate::domain::credential::Credential;
use crate::domain::membership::SeenAs;
use crate::domain::rule::{Condition, Group, Need, Node, Threshold};
use crate::domain::session::Session;
use crate::ids::{BadgeId, LineItemId, LinkId, PersonId, RuleId, SessionId};
use crate::jobs::Worker;
use crate::random::SystemRandom;
use crate::service::Cairn;
use crate::service::award::decide;
use crate::service::base::institutions;
use crate::service::base::queue::{self, DecideBadge};
use crate::service::base::session::Visitor;
use crate::service::course::sync::{CheckOutcome, check_course};
use crate::store::courses::CourseSeen;
use crate::store::enrolments::Role;
use crate::store::links::LinkSeen;
use crate::store::testing::shortcuts::{launch_course, launch_person};
use crate::store::{
    awards, badges, courses, credentials, enrolments, facts, jobs, line_items, links, people, rules,
    status_lists,
};
use openbadges::verify::Resolver;
use practice_lms::CourseRole;
use practice_lms::world::MemberView;

use super::bench::{Bench, design};

impl Bench {
    pub(crate) async fn check(&self) -> CheckOutcome {
        check_course(&self.cairn, &self.course.tenant, &self.course.id, Cause::CheckNow)
            .await
            .unwrap()
    }

    pub(crate) async fn decide(&self, badge: &BadgeId) -> decide::Decided {
        decide::decide_badge(&self.cairn, &self.course.tenant, badge, Cause::Schedule)
            .await
            .unwrap()
    }

    /// Reads the course and does everything that this calls for.
    pub(crate) async fn run(&self) -> CheckOutcome {
        let outcome = self.check().await;
        self.work(&self.cairn).await;
        outcome
    }

    /// A worker of `cairn` works until nothing is left to do now.
    pub(crate) async fn work(&self, cairn: &Arc<Cairn>) {
        let worker = Worker::start(Arc::clone(cairn));
        self.until_idle().await;
        worker.stop().await;
    }

    pub(crate) async fn until_idle(&self) {
        for round in 0..600 {
            let jobs = self.cairn.store.read(jobs::counts).await.unwrap();
            let now = self.clock.now();
            let mut busy = false;
            for count in jobs.iter().filter(|count| count.state != "given_up") {
                let (tenant, kind) = (self.course.tenant.clone(), count.kind.clone());
                let found = self
                    .cairn
                    .store
                    .read(move |db| jobs::is_under_way(db, &tenant, &kind, "%", now));
                busy |= found.await.unwrap();
            }
            if !busy {
                return;
            }
            // What lost a race on PostgreSQL is tried again in two seconds by this clock.
            if round % 20 == 19 {
                self.clock.advance(TimeDelta::seconds(2));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the queue is not empty after 30 seconds");
    }

    /// Every grade that is known, by person: a result row without points is there, but has none.
    pub(crate) async fn known(&self) -> HashMap<PersonId, Option<Decimal>> {
        let (course, item) = (self.course.clone(), self.item().await);
        let all = self
            .cairn
            .store
            .read(move |db| facts::for_course(db, &course.tenant, &course.id, &"none".into()));
        let all = all.await.unwrap().into_iter();
        all.filter_map(|(person, facts)| Some((person, facts.grades.get(&item)?.value)))
            .collect()
    }

    pub(crate) async fn learners(&self) -> Vec<PersonId> {
        let course = self.course.clone();
        let all = self
            .cairn
            .store
            .read(move |db| enrolments::learners(db, &course.tenant, &course.id));
        all.await.unwrap()
    }

    pub(crate) async fn checks(&self) -> Checks {
        let course = self.course.clone();
        let found = self
            .cairn
            .store
            .read(move |db| courses::get(db, &course.tenant, &course.id));
        found.await.unwrap().unwrap().checks
    }

    pub(crate) async fn state(&self, badge: &BadgeId) -> BadgeState {
        let (tenant, badge) = (self.course.tenant.clone(), badge.clone());
        let found = self.cairn.store.read(move |db| badges::get(db, &tenant, &badge));
        found.await.unwrap().unwrap().state
    }

    /// What somebody was launched as.
    pub(crate) async fn launched(&self, person: &PersonId, seen_as: SeenAs) {
        let role = Role {
            seen_as,
            listing: enrolments::listing_of(&self.registration.capabilities()),
            teaches: seen_as == SeenAs::Staff,
        };
        let (course, now, person) = (self.course.clone(), self.clock.now(), person.clone());
        let done = self
            .cairn
            .store
            .write(move |db| launch_person(db, &course.tenant, &course.id, &person, role, now));
        done.await.unwrap();
    }

    pub(crate) fn grade(&self, person: u64, points: Option<&str>) {
        let points = points.map(|text| text.parse().unwrap());
        assert!(self.world.set_grade(self.at, self.column, person, points));
    }

    pub(crate) async fn person(&self, sub: &str) -> PersonId {
        let (tenant, registration, sub) = (
            self.course.tenant.clone(),
            self.registration.id.clone(),
            sub.to_owned(),
        );
        let found = self
            .cairn
            .store
            .read(move |db| people::by_sub(db, &tenant, &registration, &sub));
        found.await.unwrap().unwrap().id
    }

    pub(crate) async fn item(&self) -> LineItemId {
        let course = self.course.clone();
        let items = self
            .cairn
            .store
            .read(move |db| line_items::for_course(db, &course.tenant, &course.id));
        let items = items.await.unwrap();
        items
            .into_iter()
            .find(|one| one.label == "Final quiz")
            .unwrap()
            .id
    }

    /// An active badge for 80 percent of the quiz.
    pub(crate) async fn badge(&self) -> BadgeId {
        let item = self.item().await;
        let percent = Threshold::Percent(Decimal::from(80));
        self.badge_when(
            "Quiz master",
            Condition::Grade {
                item,
                at_least: percent,
            },
        )
        .await
    }

    pub(crate) async fn badge_when(&self, name: &str, condition: Condition) -> BadgeId {
        let expiry = Expiry::AfterMonths { months: 12 };
        self.badge_that_ends(name, condition, expiry).await
    }

    /// An active badge for 80 percent of the quiz that never ends, so that only facts have it decided.
    pub(crate) async fn badge_of_grade(&self, name: &str) -> BadgeId {
        let grade = Condition::Grade {
            item: self.item().await,
            at_least: Threshold::Percent(Decimal::from(80)),
        };
        self.badge_that_ends(name, grade, Expiry::Never).await
    }

    pub(crate) async fn badge_that_ends(&self, name: &str, condition: Condition, expiry: Expiry) -> BadgeId {
        let root = Group {
            need: Need::All,
            nodes: vec![Node::Condition(condition)],
        };
        self.badge_of(name, root, expiry).await
    }

    pub(crate) async fn badge_by(&self, name: &str, root: Group) -> BadgeId {
        self.badge_of(name, root, Expiry::Never).await
    }

    async fn badge_of(&self, name: &str, root: Group, expiry: Expiry) -> BadgeId {
        let now = self.clock.now();
        let badge = Badge {
            id: BadgeId::new(now, &SystemRandom),
            tenant: self.course.tenant.clone(),
            course: self.course.id.clone(),
            state: BadgeState::Draft,
            design: Design {
                expiry,
                ..design(name)
            },
            active_rule: None,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        let id = badge.id.clone();
        let done = self.cairn.store.write(move |db| {
            badges::insert(db, &badge)?;
            let new = RuleId::new(now, &SystemRandom);
            let rule = rules::save_draft(db, &badge.tenant, &badge.id, &root, new, now)?;
            rules::activate(db, &badge.tenant, &rule.id, now)?;
            let job = DecideBadge {
                badge: badge.id.clone(),
                cause: Cause::Activation,
            };
            queue::enqueue(db, &badge.tenant, &job, now, now, &SystemRandom)
        });
        done.await.unwrap();
        id
    }

    pub(crate) async fn holders(&self, badge: &BadgeId) -> HashMap<PersonId, Award> {
        let (tenant, badge) = (self.course.tenant.clone(), badge.clone());
        let all = self
            .cairn
            .store
            .read(move |db| awards::latest_for_badge(db, &tenant, &badge));
        all.await.unwrap()
    }

    pub(crate) async fn credential(&self, award: &Award) -> Credential {
        let award = award.clone();
        let found = self
            .cairn
            .store
            .read(move |db| credentials::by_award(db, &award.tenant, &award.id));
        found.await.unwrap().unwrap()
    }

    /// What a verifier on the web would be served.
    pub(crate) async fn web(&self, credential: &Credential) -> Web {
        let credential = credential.clone();
        let (list, slug) = self
            .cairn
            .store
            .read(move |db| {
                let list = status_lists::get(db, &credential.tenant, &credential.status_list)?.unwrap();
                let issuer = crate::store::issuers::get(db, &credential.tenant, &credential.issuer)?;
                Ok((list, issuer.unwrap().slug))
            })
            .await
            .unwrap();
        Web {
            document: institutions::did_document(&self.cairn, &slug).await.unwrap(),
            address: format!("https://badges.example/issuers/{slug}/status/{}", list.slug),
            list: list.document,
        }
    }

    pub(crate) async fn instructor(&self) -> Visitor {
        let teacher = self.world.member(self.at, CourseRole::Teacher).unwrap();
        self.visitor(&teacher.sub, true).await
    }

    pub(crate) async fn learner(&self, student: &MemberView) -> Visitor {
        self.visitor(&student.sub, false).await
    }

    async fn visitor(&self, sub: &str, instructor: bool) -> Visitor {
        let now = self.clock.now();
        let (tenant, id) = (self.course.tenant.clone(), self.person(sub).await);
        let person = self.cairn.store.read(move |db| people::get(db, &tenant, &id));
        let person = person.await.unwrap().unwrap();
        Visitor {
            session: Session {
                id: SessionId::new(now, &SystemRandom),
                tenant: self.course.tenant.clone(),
                registration: self.registration.id.clone(),
                deployment: self.course.deployment.clone(),
                course: Some(self.course.id.clone()),
                link: None,
                person: person.id.clone(),
                learner: !instructor,
                instructor,
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
                expires_at: now,
            },
            course: self.course.clone(),
            accent: None,
            known_zone: None,
            person,
            registration: self.registration.clone(),
        }
    }

    /// A link of the course as a launch showed it, with a column of its own or without.
    pub(crate) async fn link(&self, title: &str, maximum: Option<Decimal>) -> LinkId {
        let id = self.world.add_link(self.at, title, 0, maximum);
        let seen = LinkSeen {
            tenant: self.course.tenant.clone(),
            course: self.course.id.clone(),
            resource_link_id: id.to_string(),
            title: Some(title.into()),
            line_item_url: None,
        };
        let now = self.clock.now();
        let made = self
            .cairn
            .store
            .write(move |db| links::upsert_from_launch(db, &seen, now, &SystemRandom));
        made.await.unwrap().id
    }

    /// The course as only a choice of content has shown it: without the member list.
    pub(crate) async fn forget_members(&self) {
        let course = self.course.clone();
        let services = Services {
            memberships_url: None,
            ..course.services
        };
        let done = self
            .cairn
            .store
            .write(move |db| courses::set_services(db, &course.tenant, &course.id, &services));
        done.await.unwrap();
    }

    /// What the badge asks before it is awarded again.
    pub(crate) async fn renewed(&self, badge: &BadgeId, renewal: Renewal) {
        let (tenant, badge, now) = (self.course.tenant.clone(), badge.clone(), self.clock.now());
        let done = self.cairn.store.write(move |db| {
            let known = badges::get(db, &tenant, &badge)?.unwrap();
            let design = Design {
                renewal,
                ..known.design
            };
            badges::update_design(db, &tenant, &badge, known.revision, &design, now)
        });
        done.await.unwrap();
    }

    /// A launch that offers these services.
    pub(crate) async fn offers(&self, services: Services) {
        let course = self.course.clone();
        let seen = CourseSeen {
            tenant: course.tenant,
            registration: course.registration,
            deployment: course.deployment,
            context_id: course.context_id,
            label: course.label,
            title: course.title,
            services,
        };
        let now = self.clock.now();
        let done = self
            .cairn
            .store
            .write(move |db| launch_course(db, &seen, now, &SystemRandom));
        done.await.unwrap();
    }
}

/// What a verifier on the web finds.
pub(super) struct Web {
    document: Value,
    address: String,
    pub(crate) list: String,
}

impl Resolver for Web {
    fn did_document(&self, did: &str) -> Option<Value> {
        (self.document["id"] == did).then(|| self.document.clone())
    }

    fn status_list(&self, url: &str) -> Option<Vec<u8>> {
        (self.address == url).then(|| self.list.clone().into_bytes())
    }
}
