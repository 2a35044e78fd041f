//! A course that was copied: columns of the LMS itself are found again, and those that are not are named.

use super::super::institution_badges::{course, learner};
use super::*;
use crate::domain::badge::BadgeState;
use crate::domain::cause::Cause;
use crate::domain::course::{CopyFoundBy, CopyProof, CopyState, CourseCopy};
use crate::ids::CopyId;
use crate::random::SystemRandom;
use crate::service::course::copying::{self, Told};
use crate::store::copies;

#[tokio::test]
async fn columns_of_moodle_are_found_again_once_the_copy_is_read_and_named_until_then() {
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        let reading = Reading::on(&bench).await;
        reading.read().await;
        reading.badge().await;
        let at = bench.world.copy_course(bench.at, "Data, spring").unwrap();
        let copied = course(&bench, &bench.registration, &at.to_string(), &[]).await;
        let copy = CourseCopy {
            id: CopyId::new(bench.clock.now(), &SystemRandom),
            tenant: bench.course.tenant.clone(),
            course: copied.course.id.clone(),
            source: bench.course.id.clone(),
            found_by: CopyFoundBy::History,
            proof: Some(CopyProof::History),
            state: CopyState::Offered,
            created_at: bench.clock.now(),
            settled_at: None,
        };
        let (cairn, id) = (&bench.cairn, copy.id.clone());
        let offered = cairn.store.write(move |db| copies::offer(db, &copy));
        assert!(offered.await.unwrap());
        let plan = copying::plan(cairn, &copied, &id).await.unwrap();
        let input = &plan.badges[0].inputs[0];
        assert_eq!(input.told, Told::Elsewhere { of_file: false });
        assert_eq!(input.name, QUIZ);

        copying::take(cairn, &copied, &id).await.unwrap();
        let shown = async || copying::copy_view(cairn, &copied, &id).await.unwrap();
        let before = shown().await;
        let names: Vec<&str> = before.missing.iter().map(|(one, _)| one.name.as_str()).collect();
        assert_eq!(names, [QUIZ], "a teacher is asked");
        let rests = &before.badges[0];
        assert!(
            matches!(rests.badge.state, BadgeState::Paused { .. }),
            "{:?}",
            rests.badge.state
        );
        let sentence = rests.sentence.as_deref().unwrap();
        assert!(sentence.contains(QUIZ), "{sentence}");

        let student = &bench.world.students(bench.at)[0];
        bench.world.set_role(at, student.id, Some(CourseRole::Student));
        learner(&bench, &bench.registration, &copied.course, &student.sub).await;
        let tenant = &bench.course.tenant;
        rest_grades::read(&reading.node, tenant, &copied.course.id, Cause::Schedule)
            .await
            .unwrap();
        let after = shown().await;
        assert!(after.missing.is_empty(), "{:?}", after.missing);
        assert_eq!(after.badges[0].badge.state, BadgeState::Draft);
    }
}
