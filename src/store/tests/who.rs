//! Who is who: the migration of what was kept by registrations, names of people and courses, and joins that come and go.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection;

use super::*;
use crate::domain::evidence::{Artefact, Submission, SubmissionState};
use crate::domain::platform::{Join, JoinKind, JoinState, Platform};
use crate::ids::{JoinId, PlatformId};
use crate::store::identities::IdentityKind;
use crate::store::links::LinkSeen;
use crate::store::people::PersonSeen;
use crate::store::platforms::{Belonging, Home};
use crate::store::subjects::Subject;

const MIGRATION: &str = "2026-12-05-000000_identities";
/// Later ones that refer to what that one made.
const LATER: [&str; 2] = ["2026-12-08-100000_rest_access", "2026-12-10-790000_indexes"];

fn seen(sub: &str) -> PersonSeen {
    PersonSeen {
        sub: sub.into(),
        name: Some(format!("Somebody {sub}")),
        email: None,
    }
}

/// Everything that must be the same before and after: by table and id, what stands there.
fn content(db: &mut Db, school: &School, people_of: &[Person]) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for person in people_of {
        let known = people::get(db, &school.tenant, &person.id).unwrap().unwrap();
        all.insert(format!("person {}", person.id), format!("{known:?}"));
        for award in awards::for_person(db, &school.tenant, &person.id).unwrap() {
            all.insert(format!("award {}", award.id), format!("{award:?}"));
        }
        let subject = subjects::get(db, &school.tenant, &"i".into(), &person.id).unwrap();
        all.insert(format!("subject {}", person.id), format!("{subject:?}"));
    }
    let course = courses::get(db, &school.tenant, &school.course.id).unwrap();
    all.insert("course".into(), format!("{course:?}"));
    all
}

#[test]
fn a_database_of_the_version_before_keeps_its_people_courses_awards_and_subjects() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let south = School::new(database, "south");
        let learners = school.learners(database, 3);
        south.learners(database, 3);
        let badge = school.badge(database, "b");
        let decision = school.earned(database, &badge.id, &learners[0].id);
        let subject = Subject {
            urn: "urn:uuid:1".into(),
            salt: "salt".into(),
        };
        write(database, |db| {
            issuers::insert(db, &issuer("i", &school.tenant), at(0))?;
            awards::insert_once(db, &school.award(&badge.id, &learners[0].id, 1, &decision))?;
            subjects::get_or_insert(db, &school.tenant, &"i".into(), &learners[0].id, &subject, at(5))?;
            let second = registration("r-second", &school.tenant, "client-second");
            registrations::insert(db, &second, at(1))
        });
        let before = read(database, |db| Ok(content(db, &school, &learners)));
        read(database, |db| {
            let run = |db: &mut Db, name, way| db.batch_execute(&script(database.engine, name, way));
            run(db, LATER[1], "down")?;
            run(db, LATER[0], "down")?;
            run(db, MIGRATION, "down")?;
            // Two courses of one name in two deployments; a deployment that waits.
            db.batch_execute(
                "INSERT INTO deployments (id, tenant_id, registration_id, deployment_id, state, created_at) VALUES \
                 ('d-2', 't-north', 'r-north', '2', 'accepted', 5), ('d-3', 't-north', 'r-north', '3', 'pending', 6); \
                 INSERT INTO courses (id, tenant_id, registration_id, deployment_id, context_id, services, created_at) VALUES \
                 ('zz-course', 't-north', 'r-north', 'd-2', '2', '{\"line_items_url\":null,\"ags_scopes\":[],\"memberships_url\":null}', 7)",
            )?;
            run(db, MIGRATION, "up")?;
            run(db, LATER[0], "up")?;
            run(db, LATER[1], "up")?;
            assert_eq!(content(db, &school, &learners), before);
            let home = Home::of(&school.registration);
            for person in &learners {
                let found = people::by_sub(db, &school.tenant, &home, &person.sub)?;
                assert_eq!(found.as_ref(), Some(person));
            }
            assert_eq!(
                people::by_sub(db, &school.tenant, Home::of(&"r-second".into()), "1")?,
                None
            );
            let other = people::by_sub(db, &south.tenant, Home::of(&south.registration), "1")?.unwrap();
            assert!(
                learners.iter().all(|one| one.id != other.id),
                "institutions never share"
            );
            for (deployment, course) in [
                (school.deployment.as_str(), school.course.id.as_str()),
                ("d-2", "zz-course"),
            ] {
                let named = arrivals::Named {
                    registration: &school.registration,
                    deployment_id: if deployment == "d-2" { "2" } else { "1" },
                    context_id: Some("2"),
                    resource_link_id: None,
                    sub: "1",
                };
                let known = arrivals::find(db, named)?.unwrap();
                assert_eq!(known.course.unwrap().id.as_str(), course);
                assert_eq!(known.person.unwrap(), learners[0]);
                assert_eq!(known.platform.unwrap().id.as_str(), "r-north");
            }
            let waits = platforms::belonging(db, &school.tenant, &"d-3".into())?.unwrap();
            assert_eq!(waits, Belonging::default());
            Ok(())
        });
    });
}

#[test]
fn what_an_older_program_adds_meanwhile_is_found_and_gets_its_names() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let home = Home::of(&school.registration);
        read(database, |db| {
            db.batch_execute(
                "INSERT INTO people (id, tenant_id, registration_id, sub, folded_name, created_at) \
                 VALUES ('old', 't-north', 'r-north', '77', '', 5); \
                 INSERT INTO courses (id, tenant_id, registration_id, deployment_id, context_id, services, created_at) VALUES \
                 ('old-course', 't-north', 'r-north', 'd-north', '8', '{\"line_items_url\":null,\"ags_scopes\":[],\"memberships_url\":null}', 7)",
            )?;
            Ok(())
        });
        let person = write(database, |db| {
            people::upsert_from_launch(db, &school.tenant, &home, &seen("77"), at(1), &SystemRandom)
        });
        assert_eq!(
            (person.id.as_str(), person.name.as_deref()),
            ("old", Some("Somebody 77"))
        );
        let course = courses::CourseSeen {
            tenant: school.tenant.clone(),
            registration: school.registration.clone(),
            deployment: school.deployment.clone(),
            context_id: "8".into(),
            label: None,
            title: None,
            services: Services::default(),
        };
        let known = write(database, |db| launch_course(db, &course, at(1), &SystemRandom));
        assert_eq!(known.id.as_str(), "old-course");
    });
}

#[test]
fn two_platforms_of_one_registration_call_two_people_alike() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let second = Platform {
            id: "p-second".into(),
            tenant: school.tenant.clone(),
            registration: school.registration.clone(),
            issuer: "https://lms.example".into(),
            guid: Some("another".into()),
            since: at(1),
        };
        let home = Home {
            platform: second.id.clone(),
            registration: school.registration.clone(),
        };
        let (one, other) = write(database, |db| {
            platforms::insert(db, &second)?;
            let first = Home::of(&school.registration);
            let one =
                people::upsert_from_launch(db, &school.tenant, &first, &seen("5"), at(1), &SystemRandom)?;
            let other =
                people::upsert_from_launch(db, &school.tenant, &home, &seen("5"), at(1), &SystemRandom)?;
            Ok((one, other))
        });
        assert_ne!(one.id, other.id);
        let kept = read(database, |db| people::get(db, &school.tenant, &other.id)).unwrap();
        assert_eq!(kept.sub, "5", "told apart in the row alone");
        // A name that only results have is another name of the same person.
        let known = write(database, |db| {
            let named = [("alias", one.id.as_str()), ("5", other.id.as_str())];
            identities::insert_many(
                db,
                &school.tenant,
                &Home::of(&school.registration).platform,
                &named,
                IdentityKind::Alias,
                at(2),
            )?;
            people::ids_by_sub(
                db,
                &school.tenant,
                Home::of(&school.registration),
                &["5", "alias"],
            )
        });
        assert_eq!((&known["5"], &known["alias"]), (&one.id, &one.id));
        let sub = read(database, |db| {
            identities::sub_of(
                db,
                &school.tenant,
                &Home::of(&school.registration).platform,
                &one.id,
            )
        });
        assert_eq!(sub.as_deref(), Some("5"));
    });
}

fn join(school: &School, kind: JoinKind, from: &str, into: &str) -> Join {
    Join {
        id: JoinId::new(at(9), &SystemRandom),
        tenant: school.tenant.clone(),
        kind,
        parent: None,
        from: from.into(),
        into: into.into(),
        state: JoinState::Asked,
        asked_at: at(9),
    }
}

fn activity(db: &mut Db, school: &School, id: &str) -> Result<(), StoreError> {
    db.batch_execute(&format!(
        "INSERT INTO links (id, tenant_id, course_id, resource_link_id, opens, created_at) \
         VALUES ('l-{id}', 't-north', '{0}', 'l-{id}', '\"unchosen\"', 1); \
         INSERT INTO activities (id, tenant_id, course_id, link_id, title, instructions, maximum, created_at) \
         VALUES ('{id}', 't-north', '{0}', 'l-{id}', 'Work', '', '100', 1)",
        school.course.id
    ))?;
    Ok(())
}

fn hand_in(school: &School, activity: &str, person: &PersonId, version: i32, seconds: i64) -> Submission {
    Submission {
        id: format!("s-{person}-{version}").as_str().into(),
        tenant: school.tenant.clone(),
        activity: activity.into(),
        person: person.clone(),
        version,
        artefact: Artefact {
            text: Some("My work".into()),
            link: None,
            file: None,
        },
        state: SubmissionState::HandedIn,
        submitted_at: at(seconds),
        review: None,
    }
}

#[test]
fn two_people_who_are_one_hold_no_badge_of_one_term_twice_and_are_two_again_as_before() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let learners = school.learners(database, 2);
        let (former, present) = (&learners[0], &learners[1]);
        let (both, theirs) = (school.badge(database, "both"), school.badge(database, "theirs"));
        let decision = school.earned(database, &both.id, &former.id);
        let other = school.earned(database, &both.id, &present.id);
        let first = Award {
            awarded_at: at(1),
            ..school.award(&both.id, &former.id, 1, &decision)
        };
        let second = school.award(&both.id, &present.id, 1, &other);
        let third = school.award(&theirs.id, &former.id, 1, &decision);
        write(database, |db| {
            for award in [&first, &second, &third] {
                assert!(awards::insert_once(db, award)?);
            }
            activity(db, &school, "a")?;
            submissions::insert_version(db, &hand_in(&school, "a", &former.id, 1, 10))?;
            submissions::insert_version(db, &hand_in(&school, "a", &present.id, 1, 20))?;
            submissions::insert_version(db, &hand_in(&school, "a", &former.id, 2, 15))
        });
        let held = |person: &PersonId| {
            let mut all: Vec<(String, String)> =
                read(database, |db| awards::for_person(db, &school.tenant, person))
                    .into_iter()
                    .map(|award| (award.id.to_string(), award.badge.to_string()))
                    .collect();
            all.sort();
            all
        };
        let handed_in = |person: &PersonId| {
            let mut all: Vec<(String, i32)> =
                read(database, |db| submissions::of_person(db, &school.tenant, person))
                    .into_iter()
                    .map(|one| (one.id.to_string(), one.version))
                    .collect();
            all.sort_by_key(|(_, version)| *version);
            all
        };
        let before = [former, present].map(|one| (held(&one.id), handed_in(&one.id)));
        let asked = join(&school, JoinKind::Person, former.id.as_str(), present.id.as_str());
        write(database, |db| {
            assert!(joins::insert(db, &asked)?);
            assert!(!joins::insert(
                db,
                &join(&school, JoinKind::Person, former.id.as_str(), "x")
            )?);
            joins::join_people(db, &school.tenant, &asked.id, &former.id, &present.id)
        });
        let mut expected = vec![
            (first.id.to_string(), "both".to_owned()),
            (third.id.to_string(), "theirs".to_owned()),
        ];
        expected.sort();
        assert_eq!(held(&present.id), expected, "the earlier one stays");
        assert_eq!(held(&former.id), [(second.id.to_string(), "both".to_owned())]);
        let listed = read(database, |db| {
            awards::latest_for_badge(db, &school.tenant, &both.id)
        });
        assert_eq!(listed.keys().collect::<Vec<_>>(), [&present.id]);
        assert_eq!(listed[&present.id].id, first.id);
        let twins = read(database, |db| {
            awards::twins(db, &school.tenant, &listed[&present.id])
        });
        assert_eq!(twins, std::slice::from_ref(&second.id));
        let f = &former.id;
        assert_eq!(
            handed_in(&present.id),
            [
                (format!("s-{f}-1"), 1),
                (format!("s-{f}-2"), 2),
                (format!("s-{}-1", present.id), 3)
            ]
        );
        let latest = read(database, |db| {
            submissions::latest(db, &school.tenant, &"a".into(), &present.id)
        });
        assert_eq!(latest.unwrap().id.as_str(), format!("s-{}-1", present.id));
        let home = Home::of(&school.registration);
        for sub in [&former.sub, &present.sub] {
            let found = read(database, |db| people::by_sub(db, &school.tenant, &home, sub)).unwrap();
            assert_eq!(found.id, present.id);
        }
        let learners = read(database, |db| {
            enrolments::learners(db, &school.tenant, &school.course.id)
        });
        assert_eq!(learners, std::slice::from_ref(&present.id));
        // A list that names both names one person.
        let named = write(database, |db| {
            people::upsert_many(
                db,
                &school.tenant,
                &home,
                &[seen(&former.sub), seen(&present.sub)],
                at(3),
                &SystemRandom,
            )
        });
        assert!(named.iter().all(|one| one.id == present.id), "{named:?}");

        write(database, |db| {
            joins::part_people(db, &school.tenant, &asked.id, &former.id, &present.id)
        });
        let after = [former, present].map(|one| (held(&one.id), handed_in(&one.id)));
        assert_eq!(after, before);
        let found = read(database, |db| {
            people::by_sub(db, &school.tenant, &home, &former.sub)
        })
        .unwrap();
        assert_eq!(found.id, former.id);
        assert_eq!(
            read(database, |db| enrolments::learners(
                db,
                &school.tenant,
                &school.course.id
            ))
            .len(),
            2
        );
    });
}

#[test]
fn a_hand_in_since_the_join_stays_the_newest_of_whoever_stayed() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let learners = school.learners(database, 2);
        let (former, present) = (&learners[0].id, &learners[1].id);
        let asked = join(&school, JoinKind::Person, former.as_str(), present.as_str());
        write(database, |db| {
            activity(db, &school, "a")?;
            submissions::insert_version(db, &hand_in(&school, "a", former, 1, 10))?;
            submissions::insert_version(db, &hand_in(&school, "a", present, 1, 20))?;
            joins::insert(db, &asked)?;
            joins::join_people(db, &school.tenant, &asked.id, former, present)?;
            submissions::insert_version(db, &hand_in(&school, "a", present, 3, 30))?;
            joins::part_people(db, &school.tenant, &asked.id, former, present)
        });
        let latest = |person: &PersonId| {
            let found = read(database, |db| {
                submissions::latest(db, &school.tenant, &"a".into(), person)
            });
            found.map(|one| one.version)
        };
        assert_eq!((latest(former), latest(present)), (Some(1), Some(3)));
    });
}

#[test]
fn what_one_of_two_alone_handed_in_before_the_join_is_theirs_again() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let learners = school.learners(database, 2);
        let (former, present) = (&learners[0].id, &learners[1].id);
        let asked = join(&school, JoinKind::Person, former.as_str(), present.as_str());
        let of = |db: &mut Db, person: &PersonId| -> Result<_, StoreError> {
            let newest = submissions::latest(db, &school.tenant, &"a".into(), person)?;
            Ok((submissions::of_person(db, &school.tenant, person)?, newest))
        };
        write(database, |db| {
            activity(db, &school, "a")?;
            activity(db, &school, "b")?;
            submissions::insert_version(db, &hand_in(&school, "a", former, 1, 10))?;
            submissions::insert_version(db, &hand_in(&school, "a", former, 2, 20))?;
            let other = Submission {
                id: "other".into(),
                ..hand_in(&school, "b", present, 1, 5)
            };
            submissions::insert_version(db, &other)?;
            joins::insert(db, &asked)?;
            let before = [of(db, former)?, of(db, present)?];
            joins::join_people(db, &school.tenant, &asked.id, former, present)?;
            assert_eq!((of(db, former)?.0.len(), of(db, present)?.0.len()), (0, 3));
            joins::part_people(db, &school.tenant, &asked.id, former, present)?;
            assert_eq!([of(db, former)?, of(db, present)?], before);
            Ok(())
        });
    });
}

#[test]
fn a_course_goes_over_to_the_newer_deployment_and_back() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let again = registration("r-again", &school.tenant, "client-again");
        let services = |url: &str| Services {
            line_items_url: Some(url.into()),
            ..Services::default()
        };
        let old = courses::CourseSeen {
            tenant: school.tenant.clone(),
            registration: school.registration.clone(),
            deployment: school.deployment.clone(),
            context_id: "2".into(),
            label: None,
            title: None,
            services: services("https://lms.example/old"),
        };
        let new = courses::CourseSeen {
            registration: "r-again".into(),
            deployment: "d-again".into(),
            services: services("https://lms.example/new"),
            ..old.clone()
        };
        let home: PlatformId = school.registration.as_str().into();
        let to = Belonging {
            platform: Some(home.clone()),
            ..Belonging::default()
        };
        write(database, |db| {
            registrations::insert(db, &again, at(5))?;
            let deployment = Deployment {
                id: "d-again".into(),
                tenant: school.tenant.clone(),
                registration: "r-again".into(),
                deployment_id: "7".into(),
                state: DeploymentState::Accepted,
            };
            deployments::find_or_insert(db, &deployment, at(5))?;
            platforms::settle(db, &school.tenant, &school.deployment, &to)?;
            platforms::settle(db, &school.tenant, &"d-again".into(), &to)
        });
        let launch = |seen: &courses::CourseSeen| {
            write(database, |db| {
                courses::refresh_from_launch(db, None, seen, at(6), &SystemRandom)
            })
        };
        let url = |course: &Course| course.services.line_items_url.clone().unwrap();
        let open = |name: &str, seconds| {
            let seen = LinkSeen {
                tenant: school.tenant.clone(),
                course: school.course.id.clone(),
                resource_link_id: name.into(),
                title: None,
                line_item_url: None,
            };
            write(database, |db| {
                links::upsert_from_launch(db, &seen, at(seconds), &SystemRandom)
            });
        };
        let opened = || {
            read(database, |db| {
                links::any_opened(db, &school.tenant, &school.course.id)
            })
        };
        assert_eq!(url(&launch(&old)), "https://lms.example/old");
        open("5", 5);
        assert!(opened());
        let moved = launch(&new);
        assert!(!opened(), "nothing of the newer deployment");
        let former = school.item(database, "u-old");
        let own = LineItem {
            id: LineItemId::new(at(8), &SystemRandom),
            url: "u-new".into(),
            ..former.clone()
        };
        write(database, |db| line_items::find_or_insert(db, &own, at(8)));
        let is_of_former =
            |id: &LineItemId| read(database, |db| line_items::is_of_former(db, &school.tenant, id));
        assert!(is_of_former(&former.id) && !is_of_former(&own.id));
        // To whom the platform lists them says it better than when they came to be known.
        let listed = |to: &RegistrationId, url: &str| {
            write(database, |db| {
                line_items::note_owner(db, &school.tenant, &school.course.id, to, &[url])
            });
        };
        listed(&school.registration, "u-old");
        listed(&"r-again".into(), "u-new");
        assert!(is_of_former(&former.id) && !is_of_former(&own.id));
        open("placed:0199", 7);
        open("urn:cairn:copied:0199", 7);
        assert!(!opened(), "what was placed or copied was opened by nobody");
        open("6", 7);
        assert!(opened());
        assert_eq!(
            (moved.id.clone(), url(&moved)),
            (school.course.id.clone(), "https://lms.example/new".into())
        );
        assert_eq!(moved.registration.as_str(), "r-again");
        let stays = launch(&old);
        assert_eq!(
            url(&stays),
            "https://lms.example/new",
            "an old link opens the course as it is now"
        );
        write(database, |db| {
            let apart = Belonging {
                platform: Some("r-again".into()),
                ..Belonging::default()
            };
            platforms::settle(db, &school.tenant, &"d-again".into(), &apart)?;
            joins::make_room(db, &school.tenant, &home, &"d-again".into())
        });
        let back = read(database, |db| courses::get(db, &school.tenant, &school.course.id)).unwrap();
        assert_eq!(
            (back.deployment.clone(), url(&back)),
            (school.deployment.clone(), "https://lms.example/old".into())
        );
        assert!(!is_of_former(&former.id) && is_of_former(&own.id));
        assert_ne!(launch(&new).id, school.course.id);
    });
}
