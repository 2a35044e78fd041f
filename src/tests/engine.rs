//! What a launch sets going, without anybody pressing a button.

use std::time::Duration;

use crate::domain::badge::{Badge, BadgeState, Design, Expiry, Kind, Picture, Shape};
use crate::domain::cause::Cause;
use crate::domain::course::Course;
use crate::domain::rule::{Condition, Group, Need, Node, Threshold};
use crate::domain::zone::Zone;
use crate::ids::{BadgeId, RuleId};
use crate::random::SystemRandom;
use crate::service::award::decide;
use crate::service::base::queue::{self, DecideBadge};
use crate::service::course::sync;
use crate::store::testing::shortcuts::all_courses;
use crate::store::{awards, badges, line_items, people, rules};
use chrono::DateTime;
use practice_lms::{CourseRole, PracticeLms};
use serde_json::json;

use crate::tests::harness::{Scene, framed, launch_as, on_each_database};

const ROLES: &str = "https://purl.imsglobal.org/spec/lti/claim/roles";

/// The one course that has been launched.
async fn course(scene: &Scene) -> Course {
    let tenants = crate::service::base::platforms::list(&scene.cairn).await.unwrap();
    let tenant = tenants[0].0.id.clone();
    let all = scene.cairn.store.read(move |db| all_courses(db, &tenant));
    all.await.unwrap().remove(0)
}

/// An active badge for whoever is here.
async fn attendance(scene: &Scene, course: &Course) -> BadgeId {
    let always = Condition::NotBefore {
        at: DateTime::UNIX_EPOCH,
        zone: Zone::UTC,
    };
    badge(scene, course, always).await
}

/// An active badge for 80 percent in the column of the course.
async fn by_grade(scene: &Scene, course: &Course) -> BadgeId {
    let known = course.clone();
    let items = scene
        .cairn
        .store
        .read(move |db| line_items::for_course(db, &known.tenant, &known.id));
    let grade = Condition::Grade {
        item: items.await.unwrap().remove(0).id,
        at_least: Threshold::Percent(80.into()),
    };
    badge(scene, course, grade).await
}

async fn badge(scene: &Scene, course: &Course, condition: Condition) -> BadgeId {
    let now = scene.cairn.clock.now();
    let badge = Badge {
        id: BadgeId::new(now, &SystemRandom),
        tenant: course.tenant.clone(),
        course: course.id.clone(),
        state: BadgeState::Draft,
        design: Design {
            name: "Here".into(),
            outcome: "Came.".into(),
            description: String::new(),
            criteria: "Come.".into(),
            picture: Picture::Drawn {
                initials: "H".into(),
                shape: Shape::Circle,
                colour: "#205080".into(),
            },
            picture_alt: "A circle".into(),
            kind: Kind::Recognition,
            hours: None,
            credits: None,
            level: None,
            alignments: Vec::new(),
            expiry: Expiry::Never,
            renewal: crate::domain::badge::Renewal::default(),
            show_score: false,
            chosen_type: None,
            language: None,
            details: crate::domain::achievement::Details::default(),
        },
        active_rule: None,
        revision: 1,
        created_at: now,
        updated_at: now,
    };
    let root = Group {
        need: Need::All,
        nodes: vec![Node::Condition(condition)],
    };
    let id = badge.id.clone();
    let done = scene.cairn.store.write(move |db| {
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

async fn holds(scene: &Scene, course: &Course, badge: &BadgeId, sub: &str) -> bool {
    let (course, badge, sub) = (course.clone(), badge.clone(), sub.to_owned());
    let found = scene.cairn.store.read(move |db| {
        let person = people::by_sub(db, &course.tenant, &course.registration, &sub)?;
        let all = awards::latest_for_badge(db, &course.tenant, &badge)?;
        Ok(person.is_some_and(|person| all.contains_key(&person.id)))
    });
    found.await.unwrap()
}

/// Waits until the course has been read.
async fn read(scene: &Scene) -> Course {
    for _ in 0..400 {
        let known = course(scene).await;
        if known.checks.last_at.is_some() {
            return known;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the launch had nobody read the course within 20 seconds");
}

async fn until_held(scene: &Scene, course: &Course, badge: &BadgeId, sub: &str) {
    for _ in 0..400 {
        if holds(scene, course, badge, sub).await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no award within 20 seconds");
}

/// The second student launches with these roles.
async fn second_launches_as(lms: &PracticeLms, roles: &'static [&'static str]) -> String {
    let world = lms.world();
    let at = world.courses()[0].id;
    let second = world.students(at).remove(1);
    world.tamper(move |_, claims| drop(claims.insert(ROLES.to_owned(), json!(roles))));
    let form = world.launch_form(at, second.id, world.links(at)[0].id).unwrap();
    let page = framed(lms).launch(&form).await.unwrap();
    assert_eq!(page.status, 200, "{}", page.text());
    world.stop_tampering();
    second.sub
}

#[test]
fn a_launch_has_the_course_read_and_its_students_awarded() {
    on_each_database(|scene| async move {
        for lms in [&scene.moodle, &scene.canvas] {
            launch_as(lms, &mut framed(lms), CourseRole::Teacher).await;
            let course = read(&scene).await;
            assert_eq!(course.checks.problem, None);
            assert!(course.checks.next_at > course.checks.last_at, "by the schedule");
            let badge = attendance(&scene, &course).await;
            let world = lms.world();
            let student = world.students(world.courses()[0].id).remove(0);
            until_held(&scene, &course, &badge, &student.sub).await;
        }
        scene.end().await;
    });
}

#[test]
fn another_role_in_a_launch_bars_an_award_although_the_roster_says_learner() {
    const LEARNER: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner";
    const BARRED: [&[&str]; 2] = [
        &[
            LEARNER,
            "http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant",
        ],
        &[
            LEARNER,
            "http://purl.imsglobal.org/vocab/lti/system/person#TestUser",
        ],
    ];
    for roles in BARRED {
        on_each_database(|scene| async move {
            let sub = second_launches_as(&scene.moodle, roles).await;
            let course = read(&scene).await;
            let badge = attendance(&scene, &course).await;
            let world = scene.moodle.world();
            let first = world.students(world.courses()[0].id).remove(0);
            until_held(&scene, &course, &badge, &first.sub).await;
            // A later launch as a mere learner is not enough in Moodle, whose list cannot tell: a teacher has to say it.
            second_launches_as(&scene.moodle, &[LEARNER]).await;
            let decided = decide::decide_badge(&scene.cairn, &course.tenant, &badge, Cause::Schedule).await;
            assert!(decided.unwrap().people > 1);
            assert!(!holds(&scene, &course, &badge, &sub).await, "{roles:?}");
            scene.end().await;
        });
    }
}

#[test]
fn a_further_role_of_the_schools_own_bars_nothing() {
    on_each_database(|scene| async move {
        let learner = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner";
        let world = scene.moodle.world();
        let at = world.courses()[0].id;
        let second = world.students(at).remove(1);
        world.tamper(move |_, claims| {
            drop(claims.insert(ROLES.to_owned(), json!([learner, "urn:example:Auditor"])));
        });
        let form = world.launch_form(at, second.id, world.links(at)[0].id).unwrap();
        assert_eq!(framed(&scene.moodle).launch(&form).await.unwrap().status, 200);
        world.stop_tampering();
        let course = read(&scene).await;
        let badge = attendance(&scene, &course).await;
        until_held(&scene, &course, &badge, &second.sub).await;
        scene.end().await;
    });
}

#[test]
fn who_comes_back_by_a_launch_gets_what_was_earned_meanwhile() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        launch_as(lms, &mut framed(lms), CourseRole::Teacher).await;
        let course = read(&scene).await;
        let badge = by_grade(&scene, &course).await;
        let world = lms.world();
        let at = world.courses()[0].id;
        let (left, stays) = (world.students(at).remove(1), world.students(at).remove(0));
        world.set_role(at, left.id, None);
        let items = world.line_items(at);
        let column = items.iter().find(|item| item.tool == Some(0)).unwrap().id;
        for student in [&left, &stays] {
            assert!(world.set_grade(at, column, student.id, Some(90.into())));
        }
        sync::check_course(&scene.cairn, &course.tenant, &course.id, Cause::CheckNow)
            .await
            .unwrap();
        until_held(&scene, &course, &badge, &stays.sub).await;
        assert!(!holds(&scene, &course, &badge, &left.sub).await);

        world.set_role(at, left.id, Some(CourseRole::Student));
        let form = world.launch_form(at, left.id, world.links(at)[0].id).unwrap();
        assert_eq!(framed(lms).launch(&form).await.unwrap().status, 200);
        until_held(&scene, &course, &badge, &left.sub).await;
        scene.end().await;
    });
}
