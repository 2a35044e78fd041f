//! Programmes over two platforms of one institution: who is one person there, and a course that goes from one to the
//! other or is copied.

use super::own_course::{approved_by_hand, copied, elsewhere};
use super::programmes::{activated, course_at, first_part, made, second_course};
use super::{Bench, benches};
use crate::clock::Clock as _;
use crate::domain::course::Services;
use crate::domain::membership::SeenAs;
use crate::domain::platform::{Deployment, DeploymentState, Join, JoinKind, JoinState};
use crate::domain::rule::Condition;
use crate::ids::{DeploymentId, JoinId, PersonId, RegistrationId};
use crate::random::SystemRandom;
use crate::service::award::awarding;
use crate::service::credential::about;
use crate::store::courses::CourseSeen;
use crate::store::people::PersonSeen;
use crate::store::{badges, courses, deployments, joins, people, registrations};
use chrono::TimeDelta;
use lti::registration::Registration;

/// A second LMS of the institution, installed an hour after the first.
async fn second_platform(bench: &Bench) -> (RegistrationId, DeploymentId) {
    bench.clock.advance(TimeDelta::hours(1));
    let now = bench.clock.now();
    let registration = Registration {
        id: "r-second".into(),
        name: "Another practice".into(),
        client_id: "second".into(),
        ..bench.registration.clone()
    };
    let deployment = Deployment {
        id: "d-second".into(),
        tenant: registration.tenant.clone(),
        registration: registration.id.clone(),
        deployment_id: "second-1".into(),
        state: DeploymentState::Accepted,
    };
    let at = (registration.id.clone(), deployment.id.clone());
    let done = bench.cairn.store.write(move |db| {
        registrations::insert(db, &registration, now)?;
        deployments::find_or_insert(db, &deployment, now)
    });
    done.await.unwrap();
    at
}

/// Somebody on that platform with the e-mail address of somebody on the first.
async fn namesake(bench: &Bench, registration: &RegistrationId, person: &PersonId) -> PersonId {
    let (tenant, id, registration) = (bench.course.tenant.clone(), person.clone(), registration.clone());
    let now = bench.clock.now();
    let made = bench.cairn.store.write(move |db| {
        let known = people::get(db, &tenant, &id)?.unwrap();
        assert!(known.email.is_some(), "the platform tells it");
        let seen = PersonSeen {
            sub: "someone-else".into(),
            name: known.name,
            email: known.email,
        };
        people::upsert_from_launch(db, &tenant, &registration, &seen, now, &SystemRandom)
    });
    made.await.unwrap().id
}

#[tokio::test]
async fn one_address_on_two_platforms_is_two_people_until_somebody_says_that_they_are_one() {
    for bench in benches().await {
        let (person, first) = first_part(&bench).await;
        let (cairn, tenant) = (&bench.cairn, &bench.course.tenant);
        let at = second_platform(&bench).await;
        let other = namesake(&bench, &at.0, &person).await;
        assert_ne!(other, person);
        let (_, second) = course_at(&bench, at, &[(other.clone(), SeenAs::Learner)]).await;
        assert!(bench.holders(&second).await.contains_key(&other));
        let tower = made(&bench, "Tower", &[&first, &second]).await;
        assert_eq!(activated(&bench, &tower).await, 0, "an address makes nobody one");
        assert!(bench.holders(&tower).await.is_empty());

        let join = Join {
            id: JoinId::new(bench.clock.now(), &SystemRandom),
            tenant: tenant.clone(),
            kind: JoinKind::Person,
            parent: None,
            from: other.to_string(),
            into: person.to_string(),
            state: JoinState::Asked,
            asked_at: bench.clock.now(),
        };
        let (from, into) = (other.clone(), person.clone());
        let joined = cairn.store.write(move |db| {
            joins::insert(db, &join)?;
            joins::join_people(db, &join.tenant, &join.id, &from, &into)
        });
        joined.await.unwrap();
        for _ in 0..2 {
            bench.decide(&tower).await;
            bench.work(cairn).await;
            let holders = bench.holders(&tower).await;
            assert_eq!(holders.keys().collect::<Vec<_>>(), [&person]);
        }
        let award = bench.holders(&tower).await.remove(&person).unwrap();
        let document = bench.credential(&award).await.document;
        let signed: serde_json::Value = serde_json::from_str(&document).unwrap();
        let named: Vec<&str> = signed["evidence"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|one| one["name"].as_str())
            .collect();
        assert!(
            named.contains(&"Quiz master") && named.contains(&"Scripting"),
            "{document}"
        );
    }
}

#[tokio::test]
async fn a_course_that_goes_to_another_platform_takes_its_badges_along_for_the_programme() {
    for bench in benches().await {
        let (person, first) = first_part(&bench).await;
        let (cairn, tenant) = (&bench.cairn, &bench.course.tenant);
        let (course, second) = second_course(&bench, &[(person.clone(), SeenAs::Learner)]).await;
        let tower = made(&bench, "Tower", &[&first, &second]).await;
        let (registration, deployment) = second_platform(&bench).await;
        let (of, id, now) = (tenant.clone(), course.clone(), bench.clock.now());
        let by = registration.clone();
        let moved = cairn.store.write(move |db| {
            let known = courses::get(db, &of, &id)?.unwrap();
            let seen = CourseSeen {
                tenant: of.clone(),
                registration: by,
                deployment,
                context_id: known.context_id.clone(),
                label: None,
                title: Some("Automation, moved".into()),
                services: Services::default(),
            };
            courses::refresh_from_launch(db, Some(known), &seen, now, &SystemRandom)
        });
        let moved = moved.await.unwrap();
        assert_eq!((&moved.id, &moved.registration), (&course, &registration));
        assert_eq!(activated(&bench, &tower).await, 1);
        assert_eq!(bench.holders(&tower).await.keys().collect::<Vec<_>>(), [&person]);
        let (of, id) = (tenant.clone(), tower.clone());
        let read = cairn.store.read(move |db| badges::get(db, &of, &id));
        let page = about::of(cairn, &read.await.unwrap().unwrap()).await.unwrap();
        let told: Vec<Option<&str>> = page.parts.iter().map(|part| part.course.as_deref()).collect();
        assert!(told.contains(&Some("Automation, moved")), "{told:?}");
    }
}

#[tokio::test]
async fn what_the_copy_of_a_course_awards_counts_for_the_programme_that_named_its_source() {
    for bench in benches().await {
        bench.check().await;
        let (cairn, asks) = (&bench.cairn, approved_by_hand());
        let first = bench
            .badge_when("Attendance", Condition::InstructorApproves)
            .await;
        let tower = made(&bench, "Tower", &[&first]).await;
        assert_eq!(activated(&bench, &tower).await, 0);
        let student = bench.world.students(bench.at).remove(0);
        let (teacher, _, _) = elsewhere(&bench, &first, &student.sub).await;
        let copy = copied(&bench, &teacher, &first, &asks, Some(&asks)).await;
        let person = bench.person(&student.sub).await;
        awarding::award_by_hand(cairn, &teacher, &copy, &person, "Was there")
            .await
            .unwrap();
        bench.work(cairn).await;
        let holders = bench.holders(&tower).await;
        assert_eq!(
            holders.keys().collect::<Vec<_>>(),
            [&person],
            "nobody had to change the programme"
        );
    }
}
