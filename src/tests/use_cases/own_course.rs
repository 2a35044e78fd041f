//! A rule that names a badge of another course, as a crafted form or an older program may have left it.

use super::bench::design;
use super::{Bench, benches};
use crate::clock::Clock as _;
use crate::domain::badge::{Badge, BadgeState, Design, Expiry};
use crate::domain::course::Services;
use crate::domain::design_review::RuleProblem;
use crate::domain::membership::SeenAs;
use crate::domain::rule::{Condition, Group, Need, Node};
use crate::ids::{BadgeId, RuleId};
use crate::random::SystemRandom;
use crate::service::award::progress;
use crate::service::badge::design::{self, Blocking};
use crate::service::base::session::Visitor;
use crate::store::courses::CourseSeen;
use crate::store::enrolments::Role;
use crate::store::testing::shortcuts::{launch_course, launch_person};
use crate::store::{badges, enrolments, rules};

/// The same teacher in another course, where the student learns too, and a badge there whose active rule asks for `named`.
async fn elsewhere(bench: &Bench, named: &BadgeId, student: &str) -> (Visitor, BadgeId, Group) {
    let person = bench.person(student).await;
    let root = Group {
        need: Need::All,
        nodes: vec![Node::Condition(Condition::HoldsBadge {
            badge: named.clone(),
            within_years: None,
        })],
    };
    let now = bench.clock.now();
    let seen = CourseSeen {
        tenant: bench.course.tenant.clone(),
        registration: bench.registration.id.clone(),
        deployment: bench.course.deployment.clone(),
        context_id: "another".into(),
        label: None,
        title: Some("Another course".into()),
        services: Services::default(),
    };
    let role = Role {
        seen_as: SeenAs::Learner,
        listing: enrolments::listing_of(&bench.registration.capabilities()),
        teaches: false,
    };
    let rule = root.clone();
    let made = bench.cairn.store.write(move |db| {
        let course = launch_course(db, &seen, now, &SystemRandom)?;
        launch_person(db, &course.tenant, &course.id, &person, role, now)?;
        let badge = Badge {
            id: BadgeId::new(now, &SystemRandom),
            tenant: course.tenant.clone(),
            course: course.id.clone(),
            state: BadgeState::Draft,
            design: Design {
                expiry: Expiry::Never,
                ..design("Spy")
            },
            active_rule: None,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        badges::insert(db, &badge)?;
        let new = RuleId::new(now, &SystemRandom);
        let rule = rules::save_draft(db, &badge.tenant, &badge.id, &rule, new, now)?;
        rules::activate(db, &badge.tenant, &rule.id, now)?;
        Ok((course, badge.id))
    });
    let (course, badge) = made.await.unwrap();
    let teacher = bench.instructor().await;
    let mut session = teacher.session.clone();
    session.course = Some(course.id.clone());
    let visitor = Visitor {
        session,
        course,
        ..teacher
    };
    (visitor, badge, root)
}

#[tokio::test]
async fn a_badge_of_another_course_counts_for_nobody_and_is_not_named() {
    for bench in benches().await {
        bench.check().await;
        let secret = bench.badge().await;
        let student = bench.world.students(bench.at).remove(0);
        bench.grade(student.id, Some("95"));
        bench.run().await;
        let person = bench.person(&student.sub).await;
        assert!(bench.holders(&secret).await.contains_key(&person));
        let (teacher, spy, root) = elsewhere(&bench, &secret, &student.sub).await;

        let tried = design::trial(&bench.cairn, &teacher, &spy).await.unwrap();
        assert_eq!((tried.run.learners, tried.run.number()), (1, 0));
        assert!(tried.run.holders.is_empty() && tried.run.near.is_empty());
        assert_eq!(tried.run.funnel[0].yes, 0, "who holds it is not told");
        assert!(
            tried
                .blocking
                .contains(&Blocking::Rule(RuleProblem::UnknownBadge)),
            "{:?}",
            tried.blocking
        );
        let told = format!("{} {:?}", tried.sentence, tried.names);
        assert!(!told.contains("Quiz master"), "{told}");
        let review = design::review(&bench.cairn, &teacher, &spy, &root).await.unwrap();
        assert!(!review.sentence.contains("Quiz master"), "{}", review.sentence);

        let saved = design::save_rule(&bench.cairn, &teacher, &spy, &root, None).await;
        assert_eq!(saved.unwrap_err().code(), "rule.other-course");

        bench.decide(&spy).await;
        assert!(bench.holders(&spy).await.is_empty());
        let sight = progress::sight(&bench.cairn, &teacher, &spy, &person)
            .await
            .unwrap();
        let decided = format!("{:?}", sight.decision);
        assert!(decided.contains("BadgeNotHeld"), "{decided}");

        // The course whose badge it is does not learn that another one asks for it.
        let own = bench.instructor().await;
        let retirement = design::retirement(&bench.cairn, &own, &secret).await.unwrap();
        assert_eq!(retirement.above, Vec::<String>::new());
    }
}
