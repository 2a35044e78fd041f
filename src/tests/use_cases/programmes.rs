//! Programmes over two courses: counted wherever a part was earned, awarded once, waived and approved.

mod approving;
mod parts;

use super::bench::design;
use super::{Bench, benches};
use crate::clock::Clock as _;
use crate::domain::award::{Award, Revocation};
use crate::domain::badge::{Badge, BadgeState, Design, Expiry, Picture};
use crate::domain::course::{CourseLife, End, Services};
use crate::domain::design_review::{DesignProblem, RuleProblem};
use crate::domain::membership::SeenAs;
use crate::domain::policy::Policy;
use crate::domain::programme::{Hindrance, Parts, PartsEnd, Place};
use crate::domain::rule::{Condition, Group, Need, Node};
use crate::domain::zone::Zone;
use crate::ids::{AdminId, AwardId, BadgeId, CourseId, DeploymentId, PersonId, RegistrationId, RuleId};
use crate::random::SystemRandom;
use crate::service::base::refusal::{ProgrammeRefusal, Refusal};
use crate::service::credential::about;
use crate::service::institution::administrators::{Administrator, Scope};
use crate::service::institution::programmes::saving::{self, Saved, Turn, Typed};
use crate::service::institution::programmes::trying::{self, Activated};
use crate::service::institution::programmes::{self, waiving};
use crate::store::courses::CourseSeen;
use crate::store::enrolments::Role;
use crate::store::programmes as stored;
use crate::store::testing::shortcuts::{all_courses, launch_course, launch_person};
use crate::store::{awards, badges, console, courses, enrolments, lineages, policies, rules};
use chrono::TimeDelta;

pub(super) fn admin(name: &str) -> Administrator {
    Administrator {
        actor: AdminId::from(name),
        name: name.into(),
        scope: Scope::Everything,
    }
}

/// Another course with a badge that everybody there is awarded; these people learn there, or are something else.
pub(super) async fn second_course(bench: &Bench, people: &[(PersonId, SeenAs)]) -> (CourseId, BadgeId) {
    let at = (bench.registration.id.clone(), bench.course.deployment.clone());
    course_at(bench, at, people).await
}

/// The same on any platform.
pub(super) async fn course_at(
    bench: &Bench,
    (registration, deployment): (RegistrationId, DeploymentId),
    people: &[(PersonId, SeenAs)],
) -> (CourseId, BadgeId) {
    let now = bench.clock.now();
    let seen = CourseSeen {
        tenant: bench.course.tenant.clone(),
        registration,
        deployment,
        context_id: "second".into(),
        label: None,
        title: Some("Automation".into()),
        services: Services::default(),
    };
    let (listing, people) = (
        enrolments::listing_of(&bench.registration.capabilities()),
        people.to_vec(),
    );
    let made = bench.cairn.store.write(move |db| {
        let course = launch_course(db, &seen, now, &SystemRandom)?;
        for (person, seen_as) in people {
            let role = Role {
                seen_as,
                listing,
                teaches: false,
            };
            launch_person(db, &course.tenant, &course.id, &person, role, now)?;
        }
        let badge = Badge {
            id: BadgeId::new(now, &SystemRandom),
            tenant: course.tenant.clone(),
            course: course.id.clone(),
            state: BadgeState::Draft,
            design: Design {
                expiry: Expiry::Never,
                ..design("Scripting")
            },
            active_rule: None,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        badges::insert(db, &badge)?;
        let root = Group {
            need: Need::All,
            nodes: vec![Node::Condition(Condition::NotBefore {
                at: now,
                zone: Zone::UTC,
            })],
        };
        let new = RuleId::new(now, &SystemRandom);
        let rule = rules::save_draft(db, &badge.tenant, &badge.id, &root, new, now)?;
        rules::activate(db, &badge.tenant, &rule.id, now)?;
        Ok((course.id, badge.id))
    });
    let (course, badge) = made.await.unwrap();
    bench.decide(&badge).await;
    (course, badge)
}

fn typed(name: &str, parts: &[&BadgeId]) -> Typed {
    Typed {
        design: Design {
            expiry: Expiry::Never,
            ..design(name)
        },
        parts: Parts {
            badges: parts.iter().map(|id| ((*id).clone(), Place::Required)).collect(),
            ..Parts::default()
        },
        parts_end: PartsEnd::Keeps,
        finish_begun: true,
    }
}

pub(super) async fn made(bench: &Bench, name: &str, parts: &[&BadgeId]) -> BadgeId {
    let tenant = &bench.course.tenant;
    let saved = saving::save(&bench.cairn, &admin("ada"), tenant, None, typed(name, parts)).await;
    match saved.unwrap() {
        Saved::Done(id) => id,
        other => panic!("{other:?}"),
    }
}

/// Activates it as it is shown, and does everything that this calls for. Says for how many it was.
pub(super) async fn activated(bench: &Bench, id: &BadgeId) -> usize {
    let (tenant, by) = (&bench.course.tenant, admin("ada"));
    let trial = trying::trial(&bench.cairn, &by, tenant, id, 0).await.unwrap();
    let (number, digest) = (trial.run.number(), trial.run.digest);
    let done = trying::activate(&bench.cairn, &by, tenant, id, number, &digest).await;
    assert_eq!(done.unwrap(), Activated::Done);
    bench.work(&bench.cairn).await;
    number
}

/// A student who holds the badge of the first course, and that badge.
pub(super) async fn first_part(bench: &Bench) -> (PersonId, BadgeId) {
    bench.check().await;
    let badge = bench.badge_of_grade("Quiz master").await;
    let student = bench.world.students(bench.at).remove(0);
    bench.grade(student.id, Some("95"));
    bench.run().await;
    let person = bench.person(&student.sub).await;
    assert!(bench.holders(&badge).await.contains_key(&person));
    (person, badge)
}

#[tokio::test]
async fn parts_of_two_courses_that_were_earned_before_make_a_whole_once() {
    for bench in benches().await {
        let (person, first) = first_part(&bench).await;
        let other = bench.world.students(bench.at).remove(1);
        let other = bench.person(&other.sub).await;
        let learns = [
            (person.clone(), SeenAs::Learner),
            (other.clone(), SeenAs::Learner),
        ];
        let (course, second) = second_course(&bench, &learns).await;
        let tenant = bench.course.tenant.clone();
        // That its platform deletes a course takes nothing from what was earned there.
        let (of, at) = (tenant.clone(), bench.clock.now());
        let over = CourseLife::Ended { how: End::Gone, at };
        let ended = bench
            .cairn
            .store
            .write(move |db| courses::set_life(db, &of, &course, over));
        ended.await.unwrap();
        let before = {
            let of = tenant.clone();
            let counts = bench.cairn.store.read(move |db| console::counts(db, &of));
            counts.await.unwrap().courses
        };
        let tower = made(&bench, "Tower", &[&first, &second]).await;
        let trial = trying::trial(&bench.cairn, &admin("ada"), &tenant, &tower, 0)
            .await
            .unwrap();
        assert_eq!((trial.run.number(), trial.run.learners), (1, 2));
        assert!(
            trial.students >= 2 && trial.names.is_none(),
            "the policy shows numbers alone"
        );
        assert!(trial.hindrances.is_empty(), "{:?}", trial.hindrances);
        assert_eq!(activated(&bench, &tower).await, 1);
        let held = bench.holders(&tower).await;
        assert_eq!(held.keys().collect::<Vec<_>>(), [&person]);
        // Once more changes nothing.
        bench.decide(&tower).await;
        assert_eq!(bench.holders(&tower).await, held);

        // Its home is in no list of courses and is never read.
        let (of, now) = (tenant.clone(), bench.clock.now());
        let found = bench.cairn.store.read(move |db| {
            let due = courses::due(db, now + TimeDelta::days(9_999), TimeDelta::minutes(5), 99)?;
            Ok((console::counts(db, &of)?.courses, all_courses(db, &of)?, due))
        });
        let (counted, listed, due) = found.await.unwrap();
        assert_eq!(counted, before);
        let home = |one: &crate::domain::course::Course| one.context_id == "urn:cairn:home";
        assert!(!listed.iter().any(home) && !due.iter().any(home));

        // Each page leads to the other.
        let of = tenant.clone();
        let read = bench.cairn.store.read(move |db| {
            Ok((
                badges::get(db, &of, &first)?.unwrap(),
                badges::get(db, &of, &tower)?.unwrap(),
            ))
        });
        let (part, whole) = read.await.unwrap();
        let below = about::of(&bench.cairn, &part).await.unwrap();
        assert_eq!(
            below
                .above
                .iter()
                .map(|one| one.name.as_str())
                .collect::<Vec<_>>(),
            ["Tower"]
        );
        assert!(below.rule.is_some() && below.terms.is_none());
        let above = about::of(&bench.cairn, &whole).await.unwrap();
        let names: Vec<&str> = above.parts.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["Quiz master", "Scripting"]);
        assert_eq!(above.parts[1].course.as_deref(), Some("Automation"));
    }
}

#[tokio::test]
async fn an_award_of_any_course_decides_the_programme_and_staff_are_never_awarded() {
    for bench in benches().await {
        let (person, first) = first_part(&bench).await;
        let [turned, late] = [3, 2].map(|n| bench.world.students(bench.at).remove(n));
        let (turned, late) = (bench.person(&turned.sub).await, bench.person(&late.sub).await);
        let people = [
            (person.clone(), SeenAs::Learner),
            (turned.clone(), SeenAs::Learner),
        ];
        let (course, second) = second_course(&bench, &people).await;
        assert_eq!(bench.holders(&second).await.len(), 2);
        let launch = |who: PersonId, seen_as: SeenAs| {
            let (of, course) = (bench.course.tenant.clone(), course.clone());
            let (now, registration) = (bench.clock.now(), &bench.registration);
            let role = Role {
                seen_as,
                listing: enrolments::listing_of(&registration.capabilities()),
                teaches: false,
            };
            let store = &bench.cairn.store;
            store.write(move |db| launch_person(db, &of, &course, &who, role, now))
        };
        // Whoever teaches there now keeps what they earned as a student, and it counts for nothing more.
        launch(turned.clone(), SeenAs::Staff).await.unwrap();
        let tower = made(&bench, "Scripting tower", &[&second]).await;
        assert_eq!(activated(&bench, &tower).await, 1);
        let both = made(&bench, "Tower", &[&first, &second]).await;
        activated(&bench, &both).await;
        assert_eq!(bench.holders(&tower).await.keys().collect::<Vec<_>>(), [&person]);

        launch(late.clone(), SeenAs::Learner).await.unwrap();
        bench.decide(&second).await;
        bench.work(&bench.cairn).await;
        let holders = bench.holders(&tower).await;
        assert!(
            holders.contains_key(&late),
            "the award of a part decided the whole"
        );
        assert!(!holders.contains_key(&turned));
        assert_eq!(bench.holders(&both).await.len(), 1);
    }
}

#[tokio::test]
async fn a_waived_part_is_named_by_the_credential_and_stays_once_it_was_used() {
    for bench in benches().await {
        let (person, first) = first_part(&bench).await;
        let other = bench.world.students(bench.at).remove(3);
        let other = bench.person(&other.sub).await;
        let (_, second) = second_course(&bench, &[(other, SeenAs::Learner)]).await;
        let tower = made(&bench, "Tower", &[&first, &second]).await;
        assert_eq!(activated(&bench, &tower).await, 0);
        let (cairn, tenant, by) = (&bench.cairn, &bench.course.tenant, admin("ada"));
        let waive = |reason: &'static str| {
            let (person, second, tower, by) = (&person, &second, &tower, &by);
            async move { waiving::waive(cairn, by, tenant, tower, person, second, reason).await }
        };
        assert_eq!(waive(" ").await.unwrap_err().code(), "programme.reason");
        waive("Taught it for years.").await.unwrap();
        assert_eq!(
            waive("Again.").await.unwrap_err().code(),
            "programme.waived-already"
        );
        bench.work(cairn).await;
        let award = bench.holders(&tower).await.remove(&person).unwrap();
        let document = bench.credential(&award).await.document;
        assert!(
            document.contains("The institution waived the part “Scripting”."),
            "{document}"
        );
        let known = waiving::waived(cairn, &by, tenant, &tower, "").await.unwrap();
        let waiver = known.waivers[0].0.id.clone();
        let refused = waiving::take_back(cairn, &by, tenant, &tower, &waiver).await;
        assert_eq!(refused.unwrap_err().code(), "programme.waiver-used");
        let strangers =
            waiving::waive(cairn, &by, tenant, &tower, &"nobody".into(), &first, "Why not.").await;
        assert_eq!(strangers.unwrap_err().code(), "not-found");
    }
}

#[tokio::test]
async fn the_end_of_a_part_ends_the_whole_where_the_programme_says_so() {
    for bench in benches().await {
        bench.check().await;
        let student = bench.world.students(bench.at).remove(0);
        let first = bench.badge().await;
        bench.grade(student.id, Some("95"));
        bench.run().await;
        let person = bench.person(&student.sub).await;
        let part = bench.holders(&first).await.remove(&person).unwrap();
        let lapses = Typed {
            parts_end: PartsEnd::Lapses,
            ..typed("Lapses", &[&first])
        };
        let tenant = &bench.course.tenant;
        let saved = saving::save(&bench.cairn, &admin("ada"), tenant, None, lapses).await;
        let Saved::Done(lapses) = saved.unwrap() else {
            panic!("it was not saved")
        };
        let keeps = made(&bench, "Keeps", &[&first]).await;
        for id in [&lapses, &keeps] {
            activated(&bench, id).await;
        }
        let until = |award: crate::domain::award::Award| award.valid_until;
        assert_eq!(
            until(bench.holders(&lapses).await.remove(&person).unwrap()),
            part.valid_until
        );
        assert!(part.valid_until.is_some());
        assert_eq!(until(bench.holders(&keeps).await.remove(&person).unwrap()), None);
    }
}

#[tokio::test]
async fn loops_over_courses_and_sets_without_end_are_told_and_award_nobody() {
    for bench in benches().await {
        let (person, first) = first_part(&bench).await;
        let (cairn, tenant) = (&bench.cairn, &bench.course.tenant);
        let (_, second) = second_course(&bench, &[(person, SeenAs::Learner)]).await;
        let one = made(&bench, "One", &[&first]).await;
        activated(&bench, &one).await;
        let two = made(&bench, "Two", &[&one]).await;
        activated(&bench, &two).await;
        let looped = typed("One", &[&first, &two]);
        let opened = programmes::open(cairn, &admin("ada"), tenant, &one)
            .await
            .unwrap();
        let known = Some((&one, opened.badge.revision));
        let saved = saving::save(cairn, &admin("ada"), tenant, known, looped)
            .await
            .unwrap();
        assert_eq!(saved, Saved::Done(one.clone()));
        let opened = programmes::open(cairn, &admin("ada"), tenant, &one)
            .await
            .unwrap();
        let names = vec!["One".to_owned(), "Two".to_owned(), "One".to_owned()];
        assert_eq!(opened.hindrances, [Hindrance::Rule(RuleProblem::Loop { names })]);

        let many: Vec<BadgeId> = (0..500).map(|n| format!("b{n}").as_str().into()).collect();
        let many = typed("Many", &many.iter().collect::<Vec<_>>());
        let refused = saving::save(cairn, &admin("ada"), tenant, None, many)
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "programme.too-many");
        assert_eq!(
            refused.refusals(),
            [Refusal::from(ProgrammeRefusal::TooMany { most: 50 })],
            "it names the most"
        );
        let unknown = typed("Unknown", &[&second, &"elsewhere".into()]);
        let refused = saving::save(cairn, &admin("ada"), tenant, None, unknown)
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "programme.unknown-part");

        let mut nowhere = typed("Nowhere", &[&first]);
        nowhere.design.picture = Picture::Uploaded {
            digest: "0".repeat(64),
            media_type: "image/png".to_owned(),
        };
        let saved = saving::save(cairn, &admin("ada"), tenant, None, nowhere).await;
        let wrong = vec![DesignProblem::PictureDigest];
        assert_eq!(saved.unwrap(), Saved::Wrong(wrong), "nobody uploaded it");
    }
}

#[tokio::test]
async fn one_badge_in_two_terms_is_offered_once_and_refused_twice_in_one_programme() {
    for bench in benches().await {
        let (person, first) = first_part(&bench).await;
        let (cairn, tenant) = (&bench.cairn, &bench.course.tenant);
        let (_, second) = second_course(&bench, &[(person, SeenAs::Learner)]).await;
        let (of, copy, source) = (tenant.clone(), second.clone(), first.clone());
        let begun = cairn
            .store
            .write(move |db| lineages::begin_copy(db, &of, &copy, &source));
        begun.await.unwrap();
        let (_, offered) = programmes::offered(cairn, &admin("ada"), tenant).await.unwrap();
        let lines: Vec<&BadgeId> = offered.iter().map(|one| &one.lineage).collect();
        assert_eq!(lines, [&first]);
        assert_eq!(
            offered[0].badge.id, first,
            "what was changed into another badge does not name it"
        );
        let (of, at, life) = (
            tenant.clone(),
            bench.course.id.clone(),
            CourseLife::Ended {
                how: End::Gone,
                at: bench.clock.now(),
            },
        );
        let gone = cairn.store.write(move |db| courses::set_life(db, &of, &at, life));
        gone.await.unwrap();
        let (_, left) = programmes::offered(cairn, &admin("ada"), tenant).await.unwrap();
        assert!(left.is_empty(), "nor does a course that is gone: {left:?}");
        let both = made(&bench, "Both terms", &[&first, &second]).await;
        let opened = programmes::open(cairn, &admin("ada"), tenant, &both)
            .await
            .unwrap();
        let told: Vec<bool> = opened
            .hindrances
            .iter()
            .map(|one| matches!(one, Hindrance::OneInTwoTerms { names } if names.len() == 2))
            .collect();
        assert_eq!(told, [true], "{:?}", opened.hindrances);
    }
}

#[tokio::test]
async fn a_waiver_is_not_taken_back_while_its_person_is_awarded_by_it() {
    for bench in benches().await {
        let (person, first) = first_part(&bench).await;
        let other = bench.world.students(bench.at).remove(3);
        let other = bench.person(&other.sub).await;
        let (_, second) = second_course(&bench, &[(other, SeenAs::Learner)]).await;
        let tower = made(&bench, "Tower", &[&first, &second]).await;
        assert_eq!(activated(&bench, &tower).await, 0);
        let (cairn, tenant, by) = (&bench.cairn, &bench.course.tenant, admin("ada"));
        waiving::waive(cairn, &by, tenant, &tower, &person, &second, "Taught it.")
            .await
            .unwrap();
        let known = waiving::waived(cairn, &by, tenant, &tower, "").await.unwrap();
        let waiver = known.waivers[0].0.id.clone();
        // As a worker does, which is slow between counting and signing.
        let award = Award {
            id: AwardId::new(bench.clock.now(), &SystemRandom),
            badge: tower.clone(),
            ..bench.holders(&first).await.remove(&person).unwrap()
        };
        let (holds, is_held) = tokio::sync::oneshot::channel();
        let awarding = cairn.store.write(move |db| {
            stored::hold(db, &award.tenant, &award.person)?;
            holds.send(()).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(300));
            awards::insert_once(db, &award)
        });
        let taking = async {
            is_held.await.unwrap();
            waiving::take_back(cairn, &by, tenant, &tower, &waiver).await
        };
        let (awarded, taken) = tokio::join!(awarding, taking);
        assert!(awarded.unwrap());
        assert_eq!(taken.unwrap_err().code(), "programme.waiver-used");
    }
}

#[tokio::test]
async fn a_part_that_is_revoked_before_the_whole_is_signed_awards_nobody() {
    for bench in benches().await {
        let (person, first) = first_part(&bench).await;
        let (cairn, tenant, by) = (&bench.cairn, &bench.course.tenant, admin("ada"));
        let tower = made(&bench, "Tower", &[&first]).await;
        let trial = trying::trial(cairn, &by, tenant, &tower, 0).await.unwrap();
        let done = trying::activate(cairn, &by, tenant, &tower, 1, &trial.run.digest).await;
        assert_eq!(done.unwrap(), Activated::Done);
        let part = bench.holders(&first).await.remove(&person).unwrap();
        let gone = Revocation {
            at: bench.clock.now(),
            by: None,
            reason: "It was a mistake.".into(),
        };
        let of = tenant.clone();
        let revoked = cairn
            .store
            .write(move |db| awards::revoke(db, &of, &part.id, &gone));
        assert!(revoked.await.unwrap());
        bench.work(cairn).await;
        assert!(bench.holders(&tower).await.is_empty());
    }
}
