//! A rule that names a badge of another course, as a crafted form or an older program may have left it.

use super::bench::design;
use super::{Bench, benches};
use crate::clock::Clock as _;
use crate::domain::badge::{Badge, BadgeState, Design, Expiry};
use crate::domain::copying::Mapping;
use crate::domain::course::Services;
use crate::domain::design_review::RuleProblem;
use crate::domain::membership::SeenAs;
use crate::domain::policy::{Offers, Policy};
use crate::domain::rule::{Amount, Condition, Group, Need, Node};
use crate::domain::sentence::{Audience, lines};
use crate::ids::{BadgeId, PersonId, RuleId};
use crate::random::SystemRandom;
use crate::service::award::{awarding, progress};
use crate::service::badge::design::{self, Blocking};
use crate::service::badge::lineage;
use crate::service::base::session::Visitor;
use crate::store::courses::CourseSeen;
use crate::store::enrolments::Role;
use crate::store::testing::shortcuts::{launch_course, launch_person};
use crate::store::{awards, badges, enrolments, policies, rules};

/// The same teacher in another course, where the student learns too, and a badge there whose active rule asks for `named`.
pub(super) async fn elsewhere(bench: &Bench, named: &BadgeId, student: &str) -> (Visitor, BadgeId, Group) {
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

/// Which badges other courses may count.
async fn let_offer(bench: &Bench, offers: Offers) {
    let (tenant, now) = (bench.course.tenant.clone(), bench.clock.now());
    let policy = Policy {
        offers,
        ..Policy::default()
    };
    let set = bench
        .cairn
        .store
        .write(move |db| policies::set(db, &tenant, &policy, now));
    set.await.unwrap();
}

#[tokio::test]
async fn where_nothing_is_offered_a_badge_of_another_course_counts_for_nobody_and_is_not_named() {
    for bench in benches().await {
        let_offer(&bench, Offers::Nothing).await;
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

#[tokio::test]
async fn a_badge_that_another_course_offers_counts_there_and_tells_its_teachers_yes_or_no() {
    for bench in benches().await {
        bench.check().await;
        let basic = bench.badge().await;
        let students = bench.world.students(bench.at);
        bench.grade(students[0].id, Some("95"));
        bench.run().await;
        let person = bench.person(&students[0].sub).await;
        let (teacher, above, root) = elsewhere(&bench, &basic, &students[0].sub).await;

        let editor = design::editor(&bench.cairn, &teacher, &above).await.unwrap();
        let offered: Vec<&BadgeId> = editor.offered.iter().map(|one| &one.badge).collect();
        assert_eq!(offered, [&basic]);
        let review = design::review(&bench.cairn, &teacher, &above, &root)
            .await
            .unwrap();
        assert_eq!(review.problems, []);
        assert!(
            review.sentence.contains("Quiz master (Data)"),
            "{}",
            review.sentence
        );
        design::save_rule(&bench.cairn, &teacher, &above, &root, None)
            .await
            .unwrap();

        bench.decide(&above).await;
        assert!(bench.holders(&above).await.contains_key(&person));
        let sight = progress::sight(&bench.cairn, &teacher, &above, &person)
            .await
            .unwrap();
        let decision = sight.decision.clone().unwrap();
        let told = |audience| format!("{:?}", lines(&decision, &sight.names, audience));
        let (to_teacher, to_student) = (told(Audience::Teacher), told(Audience::Student));
        assert!(
            to_teacher.contains(": held") && to_teacher.contains("since: None"),
            "{to_teacher}"
        );
        assert!(
            to_student.contains("you have it: Quiz master, earned in Data on"),
            "{to_student}"
        );
    }
}

#[tokio::test]
async fn an_award_has_the_badges_above_it_in_other_courses_decided_for_whoever_is_there() {
    for bench in benches().await {
        bench.check().await;
        let basic = bench.badge().await;
        let students = bench.world.students(bench.at);
        let (_, above, _) = elsewhere(&bench, &basic, &students[0].sub).await;
        for student in &students[..2] {
            bench.grade(student.id, Some("95"));
        }
        bench.run().await;
        let holders = bench.holders(&above).await;
        let person = bench.person(&students[0].sub).await;
        assert_eq!(
            holders.keys().collect::<Vec<_>>(),
            [&person],
            "the other one is not in that course"
        );
    }
}

#[tokio::test]
async fn where_teachers_choose_what_they_offer_a_badge_counts_elsewhere_once_it_is_offered() {
    for bench in benches().await {
        let_offer(&bench, Offers::Chosen).await;
        bench.check().await;
        let basic = bench.badge().await;
        let students = bench.world.students(bench.at);
        bench.grade(students[0].id, Some("95"));
        bench.run().await;
        let (_, above, _) = elsewhere(&bench, &basic, &students[0].sub).await;
        bench.decide(&above).await;
        assert!(bench.holders(&above).await.is_empty());
        let own = bench.instructor().await;
        assert_eq!(
            lineage::offered(&bench.cairn, &own, &basic).await.unwrap(),
            Some(false)
        );
        lineage::offer(&bench.cairn, &own, &basic, true).await.unwrap();
        bench.work(&bench.cairn).await;
        assert_eq!(bench.holders(&above).await.len(), 1);
        assert_eq!(
            lineage::offered(&bench.cairn, &own, &basic).await.unwrap(),
            Some(true)
        );
    }
}

/// A copy of `first` in the course of `teacher`, with that rule; what that was when it was copied is not kept of one from before.
pub(super) async fn copied(
    bench: &Bench,
    teacher: &Visitor,
    first: &BadgeId,
    root: &Group,
    was: Option<&Group>,
) -> BadgeId {
    let (course, now, first) = (teacher.course.clone(), bench.clock.now(), first.clone());
    let (root, was) = (root.clone(), was.cloned());
    let made = bench.cairn.store.write(move |db| {
        let source = badges::get(db, &course.tenant, &first)?.unwrap();
        let copy = Badge {
            id: BadgeId::new(now, &SystemRandom),
            course: course.id.clone(),
            state: BadgeState::Draft,
            active_rule: None,
            ..source.clone()
        };
        badges::insert(db, &copy)?;
        badges::set_copied_from(db, &course.tenant, &copy.id, &first)?;
        lineage::begin_copy(db, &copy.id, &source)?;
        if let Some(was) = was {
            lineage::remember(db, &copy.id, &source, &was, &Mapping::default())?;
        }
        let rule = rules::save_draft(
            db,
            &course.tenant,
            &copy.id,
            &root,
            RuleId::new(now, &SystemRandom),
            now,
        )?;
        rules::activate(db, &course.tenant, &rule.id, now)?;
        Ok(copy.id)
    });
    made.await.unwrap()
}

pub(super) fn approved_by_hand() -> Group {
    Group {
        need: Need::All,
        nodes: vec![Node::Condition(Condition::InstructorApproves)],
    }
}

#[tokio::test]
async fn a_copy_that_was_changed_counts_elsewhere_once_it_is_accepted_and_not_before() {
    for bench in benches().await {
        bench.check().await;
        let first = bench.badge().await;
        let students = bench.world.students(bench.at);
        let stack = bench
            .badge_when(
                "Stack",
                Condition::HoldsBadge {
                    badge: first.clone(),
                    within_years: None,
                },
            )
            .await;
        let (teacher, _, was) = elsewhere(&bench, &first, &students[0].sub).await;
        let person = bench.person(&students[0].sub).await;
        let same = copied(&bench, &teacher, &stack, &was, Some(&was)).await;
        let easy = copied(&bench, &teacher, &first, &approved_by_hand(), Some(&was)).await;
        let outside = async |badge: &BadgeId| {
            let (tenant, badge) = (bench.course.tenant.clone(), badge.clone());
            let found = bench.cairn.store.read(move |db| {
                let badge = badges::get(db, &tenant, &badge)?.unwrap();
                lineage::outside(db, &badge)
            });
            found.await.unwrap()
        };
        assert_eq!(outside(&first).await, Some(first.clone()));
        assert_eq!(outside(&same).await, Some(stack.clone()), "as it was copied");
        assert_eq!(outside(&easy).await, None);

        awarding::award_by_hand(&bench.cairn, &teacher, &easy, &person, "Was there")
            .await
            .unwrap();
        bench.work(&bench.cairn).await;
        bench.decide(&stack).await;
        assert!(
            bench.holders(&stack).await.is_empty(),
            "a trivial rule opens no doors"
        );
        let (tenant, of, now) = (bench.course.tenant.clone(), easy.clone(), bench.clock.now());
        let accepted = bench.cairn.store.write(move |db| {
            let badge = badges::get(db, &tenant, &of)?.unwrap();
            let once = lineage::accept(db, &badge, "the owner", now, &SystemRandom)?;
            Ok((
                once,
                lineage::accept(db, &badge, "the owner", now, &SystemRandom)?,
            ))
        });
        assert_eq!(accepted.await.unwrap(), (true, false));
        assert_eq!(outside(&easy).await, Some(first.clone()));
        bench.work(&bench.cairn).await;
        assert!(bench.holders(&stack).await.contains_key(&person));

        // Whoever builds on it in a circle is told so, with the names, whichever course the badges are of.
        let circle = Group {
            need: Need::All,
            nodes: vec![Node::Condition(Condition::HoldsBadge {
                badge: stack.clone(),
                within_years: None,
            })],
        };
        let review = design::review(&bench.cairn, &teacher, &easy, &circle)
            .await
            .unwrap();
        let is_loop = |problem: &RuleProblem| matches!(problem, RuleProblem::Loop { names } if names.len() == 3 && names[1].contains("Stack"));
        assert!(review.problems.iter().any(is_loop), "{:?}", review.problems);
        let of_easy = awards_of(&bench, &easy, &person).await;
        assert_eq!(of_easy, 1, "nothing was awarded twice");
    }
}

async fn awards_of(bench: &Bench, badge: &BadgeId, person: &PersonId) -> usize {
    let (tenant, badge, person) = (bench.course.tenant.clone(), badge.clone(), person.clone());
    let found = bench
        .cairn
        .store
        .read(move |db| awards::for_person(db, &tenant, &person));
    let found = found.await.unwrap();
    found.iter().filter(|award| award.badge == badge).count()
}

#[tokio::test]
async fn hours_add_up_as_they_were_signed_over_two_courses_and_terms() {
    for bench in benches().await {
        bench.check().await;
        let basic = bench.badge().await;
        let declare = async |hours: i64| {
            let (tenant, basic, now) = (bench.course.tenant.clone(), basic.clone(), bench.clock.now());
            let done = bench.cairn.store.write(move |db| {
                let badge = badges::get(db, &tenant, &basic)?.unwrap();
                let design = Design {
                    hours: Some(hours.into()),
                    ..badge.design
                };
                badges::update_design(db, &tenant, &basic, badge.revision, &design, now)
            });
            done.await.unwrap();
        };
        declare(10).await;
        let students = bench.world.students(bench.at);
        bench.grade(students[0].id, Some("95"));
        bench.run().await;
        declare(99).await;
        let (_, above, _) = elsewhere(&bench, &basic, &students[0].sub).await;
        let person = bench.person(&students[0].sub).await;
        let asks = |hours: i64| Group {
            need: Need::All,
            nodes: vec![Node::Condition(Condition::BadgeTotal {
                amount: Amount::Hours,
                of: vec![basic.clone()],
                at_least: hours.into(),
            })],
        };
        for (hours, earns) in [(11, false), (10, true)] {
            let (tenant, of, now) = (bench.course.tenant.clone(), above.clone(), bench.clock.now());
            let root = asks(hours);
            let done = bench.cairn.store.write(move |db| {
                let rule = rules::save_draft(db, &tenant, &of, &root, RuleId::new(now, &SystemRandom), now)?;
                rules::activate(db, &tenant, &rule.id, now)
            });
            done.await.unwrap();
            bench.decide(&above).await;
            assert_eq!(
                bench.holders(&above).await.contains_key(&person),
                earns,
                "{hours}"
            );
        }
    }
}

#[tokio::test]
async fn a_copy_from_before_counts_once_it_is_found_to_ask_what_its_source_asks() {
    for bench in benches().await {
        bench.check().await;
        let first = bench
            .badge_when("Attendance", Condition::InstructorApproves)
            .await;
        let stack = bench
            .badge_when(
                "Stack",
                Condition::HoldsBadge {
                    badge: first.clone(),
                    within_years: None,
                },
            )
            .await;
        let student = bench.world.students(bench.at).remove(0);
        let (teacher, _, _) = elsewhere(&bench, &first, &student.sub).await;
        let person = bench.person(&student.sub).await;
        let copy = copied(&bench, &teacher, &first, &approved_by_hand(), None).await;
        awarding::award_by_hand(&bench.cairn, &teacher, &copy, &person, "Was there")
            .await
            .unwrap();
        bench.work(&bench.cairn).await;
        bench.decide(&stack).await;
        assert!(bench.holders(&stack).await.is_empty(), "nothing is known of it");
        let (tenant, now) = (bench.course.tenant.clone(), bench.clock.now());
        let found = bench.cairn.store.write(move |db| {
            let copy = badges::get(db, &tenant, &copy)?.unwrap();
            let source = badges::get(db, &tenant, &first)?.unwrap();
            lineage::recognise(db, &copy, &source, &Mapping::default(), now, &SystemRandom)
        });
        assert!(found.await.unwrap());
        bench.work(&bench.cairn).await;
        assert!(bench.holders(&stack).await.contains_key(&person));
    }
}
