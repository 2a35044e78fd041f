//! Links of the registration through which a course is read, and of one through which it is read no more.

use chrono::TimeDelta;
use rust_decimal::Decimal;

use super::{Bench, benches};
use crate::clock::Clock as _;
use crate::domain::course::Opens;
use crate::domain::platform::{Deployment, DeploymentState};
use crate::ids::{ActivityId, DeploymentId, RegistrationId};
use crate::random::SystemRandom;
use crate::service::base::error::ServiceError;
use crate::service::course::links::{self, Choice};
use crate::store::courses::CourseSeen;
use crate::store::links::LinkSeen;
use crate::store::{courses, deployments, line_items, links as store_links};
use practice_lms::Endpoint;

/// Where there is no column.
fn nowhere(bench: &Bench) -> String {
    let path = format!(
        "/mod/lti/services.php/{}/lineitems/4711/lineitem?type_id=1",
        bench.at
    );
    bench.world.url(&path)
}

/// Where the platform lists the column of the essay.
async fn listed(bench: &Bench) -> String {
    let course = bench.course.clone();
    let all = bench
        .cairn
        .store
        .read(move |db| line_items::for_course(db, &course.tenant, &course.id));
    let all = all.await.unwrap();
    all.into_iter().find(|item| item.label == "Essay").unwrap().url
}

/// The link of the essay is launched by that registration, and names that column as its own.
async fn launched(bench: &Bench, by: &RegistrationId, column: String) {
    let (course, by, now) = (bench.course.clone(), by.clone(), bench.clock.now());
    let links = bench.world.links(bench.at);
    let id = links.iter().find(|one| one.title == "Essay").unwrap().id;
    let seen = LinkSeen {
        tenant: course.tenant.clone(),
        course: course.id.clone(),
        resource_link_id: id.to_string(),
        title: Some("Essay".into()),
        line_item_url: Some(column),
    };
    let done = bench.cairn.store.write(move |db| {
        let link = store_links::upsert_from_launch(db, &seen, now, &SystemRandom)?;
        store_links::note_launch(db, &course.tenant, &link.id, &by)
    });
    done.await.unwrap();
}

/// An activity behind a link that was launched by that registration, and whose own column is not to be found.
async fn activity(bench: &Bench, by: &RegistrationId) -> ActivityId {
    let link = bench.link("Essay", Some(Decimal::ONE_HUNDRED)).await;
    launched(bench, by, nowhere(bench)).await;
    let choice = Choice::Activity {
        title: "Essay".into(),
        instructions: String::new(),
        maximum: Decimal::ONE_HUNDRED,
    };
    let opens = links::choose(&bench.cairn, &bench.instructor().await, &link, choice).await;
    let Opens::Activity { activity } = opens.unwrap() else {
        panic!("the link opens something else")
    };
    activity
}

#[tokio::test]
async fn a_link_of_a_former_registration_is_tried_once_and_again_when_something_changed() {
    for launches_anew in [false, true] {
        for bench in benches().await {
            bench.check().await;
            let former = RegistrationId::from("r-former");
            let activity = activity(&bench, &former).await;
            bench.work(&bench.cairn).await;
            let told = bench.late().await.unwrap();
            assert!(
                told.contains("“Essay” belongs to a former registration of Cairn"),
                "{told}"
            );
            assert!(!told.contains("tries again"), "only a teacher can help: {told}");
            for _ in 0..2 {
                bench.check().await;
                bench.world.faults().reset_counters();
                bench.work(&bench.cairn).await;
                assert_eq!(bench.world.faults().requests(Endpoint::LineItems), 0);
                assert_eq!(bench.late().await.as_ref(), Some(&told));
            }
            // The column that it names now is listed, or the present registration launches it.
            let by = if launches_anew {
                &bench.registration.id
            } else {
                &former
            };
            launched(&bench, by, listed(&bench).await).await;
            bench.run().await;
            assert!(bench.known_activity(&activity).await.line_item.is_some());
            assert_eq!(bench.late().await, None);
        }
    }
}

/// The course goes over to another deployment of the same registration.
async fn goes_over(bench: &Bench) {
    bench.clock.advance(TimeDelta::minutes(1));
    let (course, now) = (bench.course.clone(), bench.clock.now());
    let deployment = Deployment {
        id: DeploymentId::new(now, &SystemRandom),
        tenant: course.tenant.clone(),
        registration: course.registration.clone(),
        deployment_id: "2".into(),
        state: DeploymentState::Accepted,
    };
    let seen = CourseSeen {
        tenant: course.tenant.clone(),
        registration: course.registration.clone(),
        deployment: deployment.id.clone(),
        context_id: course.context_id.clone(),
        label: None,
        title: None,
        services: course.services.clone(),
    };
    let before = course.deployment.clone();
    let moved = bench.cairn.store.write(move |db| {
        deployments::find_or_insert(db, &deployment, now)?;
        courses::refresh_from_launch(db, Some(course), &seen, now, &SystemRandom)
    });
    assert_ne!(moved.await.unwrap().deployment, before);
}

#[tokio::test]
async fn a_link_of_the_present_registration_is_never_called_one_of_a_former() {
    for bench in benches().await {
        bench.check().await;
        let activity = activity(&bench, &bench.registration.id).await;
        bench.check().await;
        let column = listed(&bench).await;
        goes_over(&bench).await;
        let refused = bench.ensure(&activity).await.unwrap_err();
        assert!(
            matches!(refused, ServiceError::Platform(_)),
            "its column is not to be found, whatever went over: {}",
            refused.code()
        );
        launched(&bench, &bench.registration.id, column).await;
        bench.ensure(&activity).await.unwrap();
        assert!(bench.known_activity(&activity).await.line_item.is_some());
    }
}
