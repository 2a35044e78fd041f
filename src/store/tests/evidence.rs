//! Activities, what is handed in, and the facts that rules read.

use diesel::prelude::*;

use super::*;
use crate::domain::award::Revocation;
use crate::domain::evidence::{Activity, Artefact, Review, StoredFile, Submission, SubmissionState};
use crate::domain::facts::Approval;
use crate::ids::SubmissionId;
use crate::store::results::ResultSeen;

fn activity(database: &TestDatabase, school: &School, id: &str) -> Activity {
    let seen = links::LinkSeen {
        tenant: school.tenant.clone(),
        course: school.course.id.clone(),
        resource_link_id: id.into(),
        title: None,
        line_item_url: None,
    };
    write(database, |db| {
        let link = links::upsert_from_launch(db, &seen, at(0), &SystemRandom)?;
        let activity = Activity {
            id: id.into(),
            tenant: school.tenant.clone(),
            course: school.course.id.clone(),
            link: link.id,
            title: "Herbarium".into(),
            instructions: "Hand in **ten** plants.".into(),
            line_item: None,
            maximum: decimal("10"),
            created_at: at(0),
        };
        activities::insert(db, &activity)?;
        Ok(activity)
    })
}

fn submission(activity: &Activity, person: &PersonId, version: i32, seconds: i64) -> Submission {
    let file = StoredFile {
        name: "plants.pdf".into(),
        media_type: "application/pdf".into(),
        size: 20_000_000,
        digest: "ab".repeat(32),
    };
    Submission {
        id: SubmissionId::new(at(seconds), &SystemRandom),
        tenant: activity.tenant.clone(),
        activity: activity.id.clone(),
        person: person.clone(),
        version,
        artefact: Artefact {
            text: Some("My herbarium".into()),
            link: None,
            file: Some(file),
        },
        state: SubmissionState::HandedIn,
        submitted_at: at(seconds),
        review: None,
    }
}

#[test]
fn an_activity_belongs_to_one_link_and_gets_its_column_later() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let mut made = activity(database, &school, "a1");
        let twin = Activity {
            id: "a2".into(),
            ..made.clone()
        };
        let refused = database.store.write_blocking(|db| activities::insert(db, &twin));
        assert!(matches!(refused, Err(StoreError::AlreadyThere(_))));
        let item = school.item(database, "u1").id;
        write(database, |db| {
            activities::set_line_item(db, &school.tenant, &made.id, Some(&item))
        });
        made.line_item = Some(item);
        assert_eq!(
            read(database, |db| activities::get(db, &school.tenant, &made.id)),
            Some(made.clone())
        );
        assert_eq!(
            read(database, |db| activities::by_link(db, &school.tenant, &made.link)),
            Some(made.clone())
        );
        assert_eq!(
            read(database, |db| activities::for_course(
                db,
                &school.tenant,
                &school.course.id
            )),
            [made]
        );
    });
}

#[test]
fn the_audit_log_calls_courses_columns_and_work_by_their_names_and_no_student_by_theirs() {
    on_both_databases(|database| {
        let (school, other) = (School::new(database, "north"), School::new(database, "south"));
        let (activity, person) = (activity(database, &school, "a1"), school.learner(database).id);
        let item = school.item(database, "u1").id;
        let work = submission(&activity, &person, 3, 10);
        write(database, |db| submissions::insert_version(db, &work));
        let course = &school.course;
        let ids = [course.id.as_str(), item.as_str(), "a1", work.id.as_str(), "none"];
        let called = read(database, |db| audit::names(db, &school.tenant, &ids));
        let name = |id: &str| called.get(id).map(String::as_str);
        let titled = course.title.as_ref().or(course.label.as_ref());
        assert_eq!(
            name(course.id.as_str()),
            titled.map(|title| format!("“{title}”")).as_deref()
        );
        assert_eq!(name(item.as_str()), Some("“Column u1”"));
        assert_eq!(name("a1"), Some("“Herbarium”"));
        assert_eq!(name(work.id.as_str()), Some("“Herbarium”"));
        assert_eq!(name("none"), None);
        let versions = read(database, |db| audit::versions(db, &school.tenant, &ids));
        assert_eq!(
            versions.into_iter().collect::<Vec<_>>(),
            [(work.id.to_string(), 3)]
        );
        let told = |tenant: &TenantId| read(database, |db| audit::courses_of(db, tenant, &ids));
        let within: Vec<String> = told(&school.tenant).into_keys().collect();
        let mut expected = [item.as_str(), "a1", work.id.as_str()].map(str::to_owned);
        expected.sort();
        assert_eq!(within, expected);
        assert!(told(&school.tenant).values().all(|name| Some(name) == titled));
        assert!(told(&other.tenant).is_empty());
        // Of another institution nothing is told.
        let called = read(database, |db| audit::names(db, &other.tenant, &ids));
        assert!(called.is_empty(), "{called:?}");
    });
}

#[test]
fn replacing_adds_a_version_and_a_double_click_does_not() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (activity, people) = (activity(database, &school, "a1"), school.learners(database, 2));
        let (tenant, person) = (&school.tenant, &people[0].id);
        let first = submission(&activity, person, 1, 10);
        write(database, |db| submissions::insert_version(db, &first));
        let again = submission(&activity, person, 1, 11);
        let twice = database
            .store
            .write_blocking(|db| submissions::insert_version(db, &again));
        assert!(matches!(twice, Err(StoreError::AlreadyThere(_))), "{twice:?}");
        let second = submission(&activity, person, 2, 20);
        write(database, |db| submissions::insert_version(db, &second));
        write(database, |db| {
            submissions::insert_version(db, &submission(&activity, &people[1].id, 1, 15))
        });
        assert_eq!(
            read(database, |db| submissions::latest(
                db,
                tenant,
                &activity.id,
                person
            )),
            Some(second.clone())
        );
        let history = read(database, |db| {
            submissions::history(db, tenant, &activity.id, person)
        });
        assert_eq!(history, [first.clone(), second.clone()]);

        let review = Review {
            by: people[1].id.clone(),
            at: at(30),
            message: "Well done".into(),
            score: Some(decimal("9.5")),
        };
        let say = |over: &Submission| {
            let state = SubmissionState::Approved;
            database
                .store
                .write_blocking(|db| submissions::review(db, over, state, &review, &SystemRandom))
        };
        assert!(
            matches!(say(&first), Err(StoreError::Stale)),
            "an old version cannot be approved"
        );
        say(&second).unwrap();
        let kept = read(database, |db| submissions::get(db, tenant, &second.id)).unwrap();
        assert_eq!(
            (kept.state, kept.review),
            (SubmissionState::Approved, Some(review))
        );

        let list = |state, page| {
            let (rows, total) = read(database, |db| {
                submissions::latest_for_activity(db, tenant, &activity.id, state, page)
            });
            (rows.into_iter().map(|one| one.person).collect::<Vec<_>>(), total)
        };
        assert_eq!(
            list(None, Page::first(10)),
            (vec![people[1].id.clone(), people[0].id.clone()], 2)
        );
        assert_eq!(
            list(None, Page { offset: 1, limit: 1 }),
            (vec![people[0].id.clone()], 2)
        );
        assert_eq!(
            list(Some(SubmissionState::HandedIn), Page::first(10)),
            (vec![people[1].id.clone()], 1)
        );
    });
}

#[test]
fn facts_are_gathered_alike_for_a_course_and_for_one_person() {
    on_both_databases(|database| {
        let (school, other) = (School::new(database, "north"), School::new(database, "south"));
        let people = school.learners(database, 3);
        other.learners(database, 3);
        let (tenant, course) = (&school.tenant, &school.course.id);
        let (item, activity) = (school.item(database, "u1"), activity(database, &school, "a1"));
        let (badge, basic) = (school.badge(database, "b").id, school.badge(database, "basic").id);
        let [first, second, third] = [0, 1, 2].map(|index| people[index].id.clone());
        let decision = school.earned(database, &basic, &first);
        write(database, |db| {
            let seen = ResultSeen {
                person: first.clone(),
                value: Some(decimal("80")),
                maximum: decimal("100"),
                recorded: None,
                comment: None,
            };
            results::upsert_many(db, tenant, &item.id, GradeSource::Ags, &[seen], at(7))?;
            submissions::insert_version(db, &submission(&activity, &first, 1, 8))?;
            submissions::insert_version(db, &submission(&activity, &first, 2, 9))?;
            approvals::set(
                db,
                tenant,
                &badge,
                &second,
                &first,
                &Approval {
                    by: "T".into(),
                    at: at(10),
                },
            )?;
            let mut award = school.award(&basic, &first, 1, &decision);
            award.valid_until = Some(at(100));
            awards::insert_once(db, &award)?;
            let renewed = school.award(&basic, &first, 2, &decision);
            awards::insert_once(db, &renewed)?;
            let gone = Revocation {
                at: at(200),
                by: Some(second.clone()),
                reason: "copied".into(),
            };
            awards::revoke(db, tenant, &renewed.id, &gone)
        });
        let all = read(database, |db| facts::for_course(db, tenant, course, &badge));
        assert_eq!(all.len(), 3);
        let facts = &all[&first];
        assert_eq!(facts.grades[&item.id].value, Some(decimal("80")));
        assert_eq!(facts.grades[&item.id].read_at, at(7));
        assert_eq!(facts.evidence[&activity.id].state, SubmissionState::HandedIn);
        assert_eq!(facts.evidence[&activity.id].since, at(9));
        assert!(facts.held[&basic].revoked, "the latest cycle counts");
        assert_eq!(facts.approval, None);
        assert_eq!(
            all[&second].approval.as_ref().map(|word| word.by.as_str()),
            Some("T")
        );
        assert_eq!(all[&third], crate::domain::facts::Facts::default());
        for person in [&first, &second, &third] {
            let one = read(database, |db| {
                facts::for_person(db, tenant, course, &badge, person)
            });
            assert_eq!(one, all[person]);
        }
        let two = [first.clone(), third.clone()];
        let some = read(database, |db| facts::for_people(db, tenant, course, &badge, &two));
        assert_eq!(some.len(), 2);
        let foreign = read(database, |db| {
            facts::for_person(db, &other.tenant, course, &badge, &first)
        });
        assert_eq!(foreign, crate::domain::facts::Facts::default());
    });
}

/// Takes the digests out of the column, as if a program from before it had written the rows.
fn unnote(database: &TestDatabase) {
    write(database, |db| {
        let none = schema::submissions::file_digest.eq(None::<String>);
        Ok(diesel::update(schema::submissions::table).set(none).execute(db)?)
    });
}

#[test]
fn a_file_is_used_by_those_who_handed_it_in_and_by_nobody_who_writes_of_it() {
    on_both_databases(|database| {
        let (school, other) = (School::new(database, "north"), School::new(database, "south"));
        let activity = activity(database, &school, "a1");
        let people = school.learners(database, 4);
        let digest = |two: &str| two.repeat(32);
        let hand_in = |n: usize, artefact: Artefact| Submission {
            artefact,
            ..submission(&activity, &people[n].id, 1, 10)
        };
        let file = |of: &str, name: &str| StoredFile {
            name: name.into(),
            media_type: "text/plain; charset=utf-8".into(),
            size: 12,
            digest: digest(of),
        };
        let text = format!("My checksum is {}", digest("cd"));
        let all = [
            hand_in(
                0,
                Artefact {
                    file: Some(file("ab", &digest("ef"))),
                    ..Artefact::default()
                },
            ),
            hand_in(
                1,
                Artefact {
                    text: Some(text),
                    link: Some(format!("https://files.example/{}", digest("ef"))),
                    file: None,
                },
            ),
            hand_in(
                2,
                Artefact {
                    file: Some(file("12", "notes.txt")),
                    ..Artefact::default()
                },
            ),
            hand_in(3, Artefact::default()),
        ];
        // The picture of a badge lies elsewhere.
        let mut design = design("b");
        design.picture = Picture::Uploaded {
            digest: digest("ee"),
            media_type: "image/png".into(),
        };
        let badge = school.badge(database, "b");
        write(database, |db| {
            badges::update_design(db, &school.tenant, &badge.id, 1, &design, at(2))?;
            all.iter()
                .try_for_each(|one| submissions::insert_version(db, one))
        });
        let used =
            |tenant: &TenantId, digest: &str| read(database, |db| retention::is_used(db, tenant, digest));
        let check = || {
            assert!(used(&school.tenant, &digest("ab")));
            assert!(used(&school.tenant, &digest("12")));
            assert!(!used(&other.tenant, &digest("ab")), "of another institution");
            for of in ["cd", "ef", "ee", "AB", "%%", "__", "a_"] {
                assert!(!used(&school.tenant, &digest(of)), "{of}");
            }
            assert!(!used(&school.tenant, "ab"), "a part of a digest is none");
            assert!(!used(&school.tenant, "%"));
        };
        check();
        let note = || write(database, |db| retention::note_files(db, &school.tenant));
        assert_eq!(note(), 0, "what is handed in notes it");
        // An older program wrote them: they are read, and once they are noted nobody reads them again.
        unnote(database);
        check();
        assert_eq!(write(database, |db| retention::note_files(db, &other.tenant)), 0);
        assert_eq!((note(), note()), (4, 0));
        check();
        for one in &all {
            let kept = read(database, |db| submissions::get(db, &school.tenant, &one.id));
            assert_eq!(kept.as_ref(), Some(one), "the hand-in itself is as it was");
        }
    });
}

#[test]
fn a_file_that_is_noted_while_it_is_looked_for_is_found() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let activity = activity(database, &school, "a1");
        let person = school.learner(database).id;
        let one = submission(&activity, &person, 1, 10);
        write(database, |db| submissions::insert_version(db, &one));
        let digest = "ab".repeat(32);
        for _ in 0..20 {
            unnote(database);
            let start = std::sync::Barrier::new(2);
            let found = std::thread::scope(|scope| {
                scope.spawn(|| {
                    start.wait();
                    write(database, |db| retention::note_files(db, &school.tenant))
                });
                start.wait();
                read(database, |db| retention::is_used(db, &school.tenant, &digest))
            });
            assert!(found);
        }
    });
}
