//! What a registration put into a course while two platforms were one, once they are two again.

use super::*;
use crate::domain::course::Opens;
use crate::domain::evidence::{Activity, Artefact, Submission, SubmissionState};
use crate::domain::platform::{Join, JoinKind, JoinState};
use crate::ids::{CourseId, JoinId, LinkId, PlatformId, SubmissionId};
use crate::store::platforms::Belonging;

/// Another registration with a platform and a course of its own, whose course the other one's is.
pub(super) fn second(database: &TestDatabase, school: &School) -> CourseId {
    let tenant = &school.tenant;
    let again = registration("r-again", tenant, "client-again");
    let belongs = |platform: &str| Belonging {
        platform: Some(platform.into()),
        ..Belonging::default()
    };
    let deployment = Deployment {
        id: "d-again".into(),
        tenant: tenant.clone(),
        registration: again.id.clone(),
        deployment_id: "7".into(),
        state: DeploymentState::Accepted,
    };
    let seen = courses::CourseSeen {
        tenant: tenant.clone(),
        registration: again.id.clone(),
        deployment: deployment.id.clone(),
        context_id: school.course.context_id.clone(),
        label: None,
        title: None,
        services: Services::default(),
    };
    write(database, |db| {
        registrations::insert(db, &again, at(1))?;
        deployments::find_or_insert(db, &deployment, at(1))?;
        let home = school.registration.as_str();
        platforms::settle(db, tenant, &school.deployment, &belongs(home))?;
        platforms::settle(db, tenant, &deployment.id, &belongs("r-again"))
    });
    write(database, |db| launch_course(db, &seen, at(2), &SystemRandom)).id
}

fn link(database: &TestDatabase, school: &School, name: &str, by: &str) -> LinkId {
    let seen = links::LinkSeen {
        tenant: school.tenant.clone(),
        course: school.course.id.clone(),
        resource_link_id: name.into(),
        title: None,
        line_item_url: None,
    };
    write(database, |db| {
        let link = links::upsert_from_launch(db, &seen, at(20), &SystemRandom)?;
        links::note_launch(db, &school.tenant, &link.id, &by.into())?;
        Ok(link.id)
    })
}

fn activity(database: &TestDatabase, school: &School, link: &LinkId, id: &str) -> Activity {
    let activity = Activity {
        id: id.into(),
        tenant: school.tenant.clone(),
        course: school.course.id.clone(),
        link: link.clone(),
        title: id.into(),
        instructions: String::new(),
        line_item: None,
        maximum: decimal("10"),
        created_at: at(20),
    };
    write(database, |db| activities::insert(db, &activity));
    opens(database, school, link, &activity);
    activity
}

fn opens(database: &TestDatabase, school: &School, link: &LinkId, activity: &Activity) {
    let opens = Opens::Activity {
        activity: activity.id.clone(),
    };
    write(database, |db| links::set_opens(db, &school.tenant, link, &opens));
}

fn join(school: &School, kind: JoinKind, from: &str, into: &str) -> Join {
    Join {
        id: JoinId::new(at(9), &SystemRandom),
        tenant: school.tenant.clone(),
        kind,
        parent: None,
        from: from.into(),
        into: into.into(),
        state: JoinState::Leaving,
        asked_at: at(9),
    }
}

#[test]
fn what_a_registration_alone_placed_goes_and_what_both_open_stays_and_is_found_again() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, here) = (&school.tenant, &school.course.id);
        let own = second(database, &school);
        assert_ne!(own, *here);
        let home: PlatformId = school.registration.as_str().into();
        let theirs = link(database, &school, "31", "r-again");
        let bench = activity(database, &school, &theirs, "bench");
        let first = link(database, &school, "30", school.registration.as_str());
        let log = activity(database, &school, &first, "log");
        let twice = link(database, &school, "32", "r-again");
        opens(database, &school, &twice, &log);
        let seen = people::PersonSeen {
            sub: "17".into(),
            name: Some("Ada".into()),
            email: None,
        };
        let by = &school.registration;
        let author = write(database, |db| {
            people::upsert_many(db, tenant, by, std::slice::from_ref(&seen), at(3), &SystemRandom)
        });
        let author = author[0].id.clone();
        let work = Submission {
            id: SubmissionId::new(at(21), &SystemRandom),
            tenant: tenant.clone(),
            activity: bench.id.clone(),
            person: author.clone(),
            version: 1,
            artefact: Artefact {
                text: Some("My bench".into()),
                link: None,
                file: None,
            },
            state: SubmissionState::HandedIn,
            submitted_at: at(21),
            review: None,
        };
        write(database, |db| submissions::insert_version(db, &work));

        let platform = join(&school, JoinKind::Platform, "r-again", home.as_str());
        let goes = || {
            write(database, |db| {
                joins::placed_goes(db, &platform, (here, &own), at(30), &SystemRandom)
            })
        };
        assert!(goes());
        assert!(!goes(), "once is enough");
        let known = |id: &LinkId| read(database, |db| links::get(db, tenant, id)).unwrap();
        let of =
            |activity: &Activity| read(database, |db| activities::get(db, tenant, &activity.id)).unwrap();
        assert_eq!(
            (known(&theirs).course, of(&bench).course),
            (own.clone(), own.clone())
        );
        assert_eq!(
            (known(&first).course, of(&log).course),
            (here.clone(), here.clone())
        );
        let copy = Opens::CopyOf {
            activity: log.id.clone(),
        };
        assert_eq!(
            (known(&twice).course, known(&twice).opens),
            (own.clone(), copy.clone())
        );
        let again = read(database, |db| {
            identities::person_of(db, tenant, &"r-again".into(), "17")
        });
        let again = again.unwrap();
        assert_ne!(again, author);
        let latest =
            |person: &PersonId| read(database, |db| submissions::latest(db, tenant, &bench.id, person));
        assert!(latest(&again).is_some() && latest(&author).is_none());

        // One again, the link opens what it opened; two again, it asks.
        let both = join(&school, JoinKind::Course, own.as_str(), here.as_str());
        write(database, |db| {
            joins::insert(db, &both)?;
            joins::join_courses(db, tenant, &both.id, &own, here)
        });
        let opened = Opens::Activity {
            activity: log.id.clone(),
        };
        assert_eq!(
            (known(&twice).course, known(&twice).opens),
            (here.clone(), opened)
        );
        assert_eq!(of(&bench).course, *here);
        write(database, |db| {
            joins::part_courses(db, tenant, &both.id, (&own, here), &home)
        });
        assert_eq!((known(&twice).course, known(&twice).opens), (own.clone(), copy));
        assert_eq!(of(&bench).course, own);
    });
}
