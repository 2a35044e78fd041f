//! What a registration put into a course while two platforms were one, once they are two again.

use super::*;
use crate::domain::course::Opens;
use crate::domain::evidence::{Activity, Artefact, Review, Submission, SubmissionState};
use crate::domain::platform::{Join, JoinKind, JoinState};
use crate::domain::posted_score::{Outcome, PostedScore};
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

/// Whom a registration calls so.
fn known_as(database: &TestDatabase, school: &School, by: &RegistrationId, sub: &str) -> PersonId {
    let seen = people::PersonSeen {
        sub: sub.into(),
        name: Some(format!("Person {sub}")),
        email: None,
    };
    let all = write(database, |db| {
        let seen = std::slice::from_ref(&seen);
        people::upsert_many(db, &school.tenant, by, seen, at(3), &SystemRandom)
    });
    all[0].id.clone()
}

fn work(activity: &Activity, person: &PersonId, version: i32, seconds: i64) -> Submission {
    Submission {
        id: SubmissionId::new(at(seconds), &SystemRandom),
        tenant: activity.tenant.clone(),
        activity: activity.id.clone(),
        person: person.clone(),
        version,
        artefact: Artefact {
            text: Some(format!("Version {version}")),
            link: None,
            file: None,
        },
        state: SubmissionState::HandedIn,
        submitted_at: at(seconds),
        review: None,
    }
}

#[test]
fn what_was_handed_in_while_two_were_one_is_of_whom_the_activitys_own_platform_means() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, here) = (&school.tenant, &school.course.id);
        let own = second(database, &school);
        let theirs = School {
            tenant: tenant.clone(),
            registration: "r-again".into(),
            deployment: "d-again".into(),
            course: read(database, |db| courses::get(db, tenant, &own)).unwrap(),
        };
        let (home, again) = (PlatformId::from("r-north"), PlatformId::from("r-again"));
        let by_home = |sub: &str| known_as(database, &school, &school.registration, sub);
        let by_again = |sub: &str| known_as(database, &school, &theirs.registration, sub);
        let (ada, teacher) = (by_home("17"), by_home("9"));
        let (ada_again, eve) = (by_again("17"), by_again("30"));
        let item = theirs.item(database, "bench");
        let place = link(database, &theirs, "31", "r-again");
        let bench = activity(database, &theirs, &place, "bench");
        write(database, |db| {
            activities::set_line_item(db, tenant, &bench.id, Some(&item.id))
        });
        let place = link(database, &school, "30", "r-north");
        let log = activity(database, &school, &place, "log");
        write(database, |db| {
            submissions::insert_version(db, &work(&bench, &ada_again, 1, 4))
        });

        // While they are one, Ada works on in what the other one brought, and whom that one alone knows in what was here.
        let courses_of = join(&school, JoinKind::Course, own.as_str(), here.as_str());
        let people_of = join(&school, JoinKind::Person, ada_again.as_str(), ada.as_str());
        write(database, |db| {
            joins::insert(db, &courses_of)?;
            joins::insert(db, &people_of)?;
            joins::join_courses(db, tenant, &courses_of.id, &own, here)?;
            joins::join_people(db, tenant, &people_of.id, &ada_again, &ada)
        });
        let second_work = Submission {
            state: SubmissionState::Approved,
            review: Some(Review {
                by: teacher.clone(),
                at: at(22),
                message: String::new(),
                score: Some(decimal("8")),
            }),
            ..work(&bench, &ada, 2, 21)
        };
        let score = PostedScore {
            tenant: tenant.clone(),
            course: here.clone(),
            item: item.id.clone(),
            person: ada.clone(),
            submission: second_work.id.clone(),
            ours: None,
            outcome: Outcome::Taken,
            tried_at: at(23),
            anew_at: None,
        };
        write(database, |db| {
            submissions::insert_version(db, &second_work)?;
            posted_scores::put(db, &score)?;
            submissions::insert_version(db, &work(&log, &eve, 1, 21))
        });
        write(database, |db| {
            joins::part_people(db, tenant, &people_of.id, &ada_again, &ada)?;
            joins::part_courses(db, tenant, &courses_of.id, (&own, here), &home)
        });
        let history = |activity: &Activity, person: &PersonId| {
            read(database, |db| {
                submissions::history(db, tenant, &activity.id, person)
            })
        };
        assert_eq!(history(&bench, &ada).len(), 1, "that is what is given back");

        let goes = |sides: (&PlatformId, &PlatformId), until: i64| {
            let gone = write(database, |db| {
                joins::hand_ins_go_home(db, tenant, sides, at(until), at(30), &SystemRandom)
            });
            (gone.courses, gone.people)
        };
        let (_, none) = goes((&again, &home), 20);
        assert!(none.is_empty(), "what came later is no rest of it: {none:?}");
        let (touched, people) = goes((&again, &home), 30);
        assert_eq!(
            touched.into_iter().collect::<Vec<_>>(),
            std::slice::from_ref(&own)
        );
        assert!(people.contains(&ada) && people.contains(&ada_again), "{people:?}");
        assert!(history(&bench, &ada).is_empty());
        let all = history(&bench, &ada_again);
        let versions: Vec<i32> = all.iter().map(|one| one.version).collect();
        assert_eq!(versions, [1, 2]);
        let latest = read(database, |db| {
            submissions::latest(db, tenant, &bench.id, &ada_again)
        });
        let latest = latest.unwrap();
        let review = latest.review.unwrap();
        assert_eq!((latest.id, review.score), (second_work.id, Some(decimal("8"))));
        let reviewer = read(database, |db| identities::person_of(db, tenant, &again, "9"));
        assert_eq!(
            Some(review.by),
            reviewer,
            "by the teacher whom the same platform means"
        );
        let told = |person: &PersonId| {
            let kept = read(database, |db| posted_scores::get(db, tenant, &item.id, person));
            kept.map(|kept| (kept.course, kept.tried_at))
        };
        assert_eq!((told(&ada), told(&ada_again)), (None, Some((own, at(23)))));
        assert!(goes((&again, &home), 30).1.is_empty(), "once is enough");

        assert!(goes((&home, &again), 30).1.contains(&eve));
        let eve_here = read(database, |db| identities::person_of(db, tenant, &home, "30"));
        let eve_here = eve_here.unwrap();
        assert_eq!(
            (history(&log, &eve).len(), history(&log, &eve_here).len()),
            (0, 1)
        );
    });
}

#[test]
fn a_join_of_platforms_that_was_taken_back_is_known_until_one_of_them_is_joined_again() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let tenant = &school.tenant;
        second(database, &school);
        let known = || read(database, |db| joins::taken_back(db, tenant));
        for (from, into, seconds) in [("r-again", "r-north", 12), ("r-north", "r-again", 15)] {
            let both = join(&school, JoinKind::Platform, from, into);
            write(database, |db| {
                assert!(joins::insert(db, &both)?);
                let (leaving, undone) = (JoinState::Leaving, JoinState::Undone);
                joins::advance(db, tenant, &both.id, leaving, undone, at(seconds))
            });
        }
        let (again, home) = (PlatformId::from("r-again"), PlatformId::from("r-north"));
        assert_eq!(known(), [(again, home, at(15))]);
        let anew = join(&school, JoinKind::Platform, "r-again", "r-north");
        write(database, |db| joins::insert(db, &anew));
        assert!(known().is_empty());
    });
}
