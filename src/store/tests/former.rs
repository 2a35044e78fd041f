//! Columns and links of the registration through which a course is read, and of those through which it was read before.

use std::collections::HashSet;

use super::*;
use crate::store::line_items::ItemSeen;
use crate::store::links::LinkSeen;

/// Another registration speaks for the course of a school from then on.
fn goes_over(database: &TestDatabase, school: &School, name: &str, seconds: i64) -> RegistrationId {
    let registration = registration(&format!("r-{name}"), &school.tenant, &format!("client-{name}"));
    write(database, |db| {
        registrations::insert(db, &registration, at(seconds))?;
        let deployment = Deployment {
            id: format!("d-{name}").as_str().into(),
            tenant: school.tenant.clone(),
            registration: registration.id.clone(),
            deployment_id: "7".into(),
            state: DeploymentState::Accepted,
        };
        let deployment = deployments::find_or_insert(db, &deployment, at(seconds))?;
        let seen = courses::CourseSeen {
            tenant: school.tenant.clone(),
            registration: registration.id.clone(),
            deployment: deployment.id,
            context_id: "2".into(),
            label: None,
            title: None,
            services: Services::default(),
        };
        let known = courses::get(db, &school.tenant, &school.course.id)?;
        let course = courses::refresh_from_launch(db, known, &seen, at(seconds), &SystemRandom)?;
        assert_eq!(course.id, school.course.id);
        assert_eq!(course.registration, registration.id);
        Ok(())
    });
    registration.id
}

#[test]
fn only_a_column_that_was_there_when_the_course_went_over_is_of_the_former_registration() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, course) = (&school.tenant, &school.course.id);
        let list = |to: &RegistrationId, urls: &[&str], seconds: i64| {
            let listed: Vec<ItemSeen> = urls
                .iter()
                .map(|url| ItemSeen {
                    url: (*url).into(),
                    label: "Quiz".into(),
                    maximum: decimal("100"),
                    resource_id: None,
                    tag: None,
                    resource_link_id: None,
                })
                .collect();
            write(database, |db| {
                let none = HashSet::new();
                line_items::upsert_many(db, tenant, course, &listed, &none, at(seconds), &SystemRandom)?;
                line_items::note_owner(db, tenant, course, to, urls)
            });
        };
        let former = || {
            let mut urls = read(database, |db| {
                let all = line_items::for_course(db, tenant, course)?;
                let former = line_items::of_former(db, tenant, &all)?;
                let former = all.into_iter().filter(|item| former.contains(&item.id));
                Ok(former.map(|item| item.url).collect::<Vec<_>>())
            });
            urls.sort_unstable();
            urls
        };
        let first = &school.registration;
        list(first, &["kept", "deleted"], 1);
        list(first, &["kept"], 2);
        assert!(former().is_empty(), "it speaks itself");
        let second = goes_over(database, &school, "second", 5);
        list(&second, &["new", "newer"], 6);
        assert_eq!(former(), ["kept"]);
        // What the second deletes of its own is not there for the third.
        list(&second, &["newer"], 7);
        assert_eq!(former(), ["kept"]);
        let third = goes_over(database, &school, "third", 10);
        list(&third, &[], 11);
        assert_eq!(former(), ["kept", "newer"]);
        // What was deleted and is back is there.
        list(&third, &["new"], 12);
        let fourth = goes_over(database, &school, "fourth", 15);
        list(&fourth, &[], 16);
        assert_eq!(former(), ["kept", "new", "newer"]);
    });
}

#[test]
fn a_link_is_of_a_former_registration_once_another_one_than_that_launched_it_speaks() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let seen = LinkSeen {
            tenant: school.tenant.clone(),
            course: school.course.id.clone(),
            resource_link_id: "5".into(),
            title: None,
            line_item_url: None,
        };
        let is_of_former = |by: Option<&RegistrationId>| {
            write(database, |db| {
                let link = links::upsert_from_launch(db, &seen, at(1), &SystemRandom)?;
                if let Some(by) = by {
                    links::note_launch(db, &school.tenant, &link.id, by)?;
                }
                let link = links::get(db, &school.tenant, &link.id)?.unwrap();
                let course = courses::get(db, &school.tenant, &school.course.id)?.unwrap();
                Ok(link.is_of_former(&course))
            })
        };
        let first = &school.registration;
        assert!(!is_of_former(None) && !is_of_former(Some(first)));
        let second = goes_over(database, &school, "second", 5);
        assert!(is_of_former(None), "it was not launched since");
        assert!(!is_of_former(Some(&second)));
        assert!(is_of_former(Some(first)));
    });
}
