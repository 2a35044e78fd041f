//! Sections and groups: of each person what was told last, offered as long as a student is in them, and gone or back with whom
//! they are of.

use super::*;
use crate::domain::platform::{Join, JoinKind, JoinState};
use crate::domain::section::{NamedSection, SectionKind, SectionSource};
use crate::domain::stage::{Order, Search};
use crate::ids::{CourseId, JoinId};
use crate::store::sections::{self, Said, Told};

fn told<'a>(school: &'a School, course: &'a CourseId, source: SectionSource, kind: SectionKind) -> Told<'a> {
    Told {
        tenant: &school.tenant,
        course,
        source,
        kind,
    }
}

fn said(person: &PersonId, sections: &[(Option<&str>, &str)]) -> Said {
    let named = sections
        .iter()
        .filter_map(|(id, name)| NamedSection::of(*id, name));
    (person.clone(), named.collect())
}

fn tell(database: &TestDatabase, told: Told<'_>, said: &[Said]) {
    write(database, |db| {
        sections::tell(db, told, said, at(1), &SystemRandom)
    });
}

fn offered(database: &TestDatabase, school: &School, course: &CourseId) -> Vec<String> {
    let found = read(database, |db| sections::of_course(db, &school.tenant, course));
    found.into_iter().map(|section| section.name).collect()
}

/// The names of those who are found in the section of that name.
fn found_in(database: &TestDatabase, school: &School, name: &str) -> Vec<String> {
    let (tenant, course) = (&school.tenant, &school.course.id);
    let all = read(database, |db| sections::of_course(db, tenant, course));
    let section = all.into_iter().find(|section| section.name == name).unwrap();
    let search = Search {
        section: Some(section.id),
        ..Search::default()
    };
    let (found, total) = read(database, |db| {
        class::page(db, tenant, course, &search, Order::Earned, Page::first(50), at(9))
    });
    assert_eq!(usize::try_from(total).unwrap(), found.len());
    found.into_iter().filter_map(|person| person.name).collect()
}

#[test]
fn what_was_told_last_of_a_person_holds_and_of_others_what_is_known_stays() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let course = &school.course.id;
        let people = school.learners(database, 3);
        let [ada, ben, kim] = [0, 1, 2].map(|n| &people[n].id);
        let file = told(&school, course, SectionSource::Csv, SectionKind::Section);
        tell(database, file, &[said(ada, &[(None, "The whole class")])]);
        assert!(
            offered(database, &school, course).is_empty(),
            "there is no choice"
        );
        tell(
            database,
            file,
            &[
                said(ada, &[(None, "Day")]),
                said(ben, &[(None, "Day"), (None, "evening")]),
                said(kim, &[(None, "Late")]),
            ],
        );
        assert_eq!(offered(database, &school, course), ["Day", "evening", "Late"]);
        assert_eq!(
            found_in(database, &school, "Day"),
            ["Learner 0001", "Learner 0002"]
        );

        // A launch tells of one person, by ids, and another name of the same section.
        let launch = told(&school, course, SectionSource::Launch, SectionKind::Section);
        tell(database, launch, &[said(ben, &[(Some("31"), "Day")])]);
        assert_eq!(
            offered(database, &school, course),
            ["Day", "Late"],
            "nobody is in the other"
        );
        assert_eq!(
            found_in(database, &school, "Day"),
            ["Learner 0001", "Learner 0002"],
            "two of one name are one"
        );
        tell(database, launch, &[said(ben, &[(Some("31"), "Day (new)")])]);
        assert_eq!(found_in(database, &school, "Day (new)"), ["Learner 0002"]);
        assert_eq!(found_in(database, &school, "Day"), ["Learner 0001"]);
        // Groups are another thing.
        let groups = told(&school, course, SectionSource::Rest, SectionKind::Group);
        tell(database, groups, &[said(ben, &[(Some("3"), "Day")])]);
        assert_eq!(found_in(database, &school, "Day (new)"), ["Learner 0002"]);
        let both = [ada.clone(), ben.clone()];
        let names = read(database, |db| {
            sections::of_people(db, &school.tenant, course, &both)
        });
        assert_eq!((names[ada].len(), names[ben].len()), (1, 2));
        assert!(!names.contains_key(kim));

        let in_none = |school: &School| {
            read(database, |db| {
                sections::in_none(db, &school.tenant, &school.course.id)
            })
        };
        assert_eq!(in_none(&school), 0);
        let south = School::new(database, "south");
        south.learners(database, 2);
        assert_eq!(in_none(&south), 2);
        let elsewhere = read(database, |db| {
            Ok((
                sections::of_people(db, &south.tenant, course, &both)?.len(),
                sections::of_person(db, &south.tenant, ada)?.len(),
            ))
        });
        assert_eq!(elsewhere, (0, 0));
    });
}

#[test]
fn whom_and_what_a_source_does_not_name_any_more_is_gone_when_it_tells_all() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, course) = (&school.tenant, &school.course.id);
        let people = school.learners(database, 3);
        let [ada, ben, kim] = [0, 1, 2].map(|n| &people[n].id);
        let rest = told(&school, course, SectionSource::Rest, SectionKind::Section);
        let file = told(&school, course, SectionSource::Csv, SectionKind::Section);
        tell(database, file, &[said(kim, &[(None, "Of a file")])]);
        let replace = |said: &[Said]| {
            write(database, |db| {
                sections::replace_for(db, rest, said, at(2), &SystemRandom)
            });
        };
        let all = [said(ada, &[(Some("1"), "One")]), said(ben, &[(Some("2"), "Two")])];
        replace(&all);
        replace(&all);
        assert_eq!(offered(database, &school, course), ["Of a file", "One", "Two"]);
        replace(&[said(ada, &[(Some("1"), "First")])]);
        assert_eq!(offered(database, &school, course), ["First", "Of a file"]);
        assert!(read(database, |db| sections::of_person(db, tenant, ben)).is_empty());
        // Who has left the course leaves their section empty for whoever chooses.
        write(database, |db| {
            enrolments::set_from_roster(db, tenant, course, &[], at(3)).map(drop)
        });
        assert!(offered(database, &school, course).is_empty());
        replace(&[]);
        let kept = read(database, |db| sections::of_person(db, tenant, kim));
        assert_eq!(
            (kept.len(), kept[0].source),
            (1, SectionSource::Csv),
            "another source says so"
        );
    });
}

#[test]
fn whoever_is_erased_is_in_no_section() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, course) = (&school.tenant, &school.course.id);
        let person = school.learner(database).id;
        let file = told(&school, course, SectionSource::Csv, SectionKind::Section);
        tell(database, file, &[said(&person, &[(None, "=Day")])]);
        let kept = read(database, |db| sections::of_person(db, tenant, &person));
        assert_eq!((kept[0].name.as_str(), &kept[0].course), ("=Day", course));
        write(database, |db| erasures::erase(db, tenant, &person, &[], "nobody"));
        assert!(read(database, |db| sections::of_person(db, tenant, &person)).is_empty());
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

#[test]
fn sections_go_over_with_a_course_and_a_person_and_come_back() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, older) = (&school.tenant, &school.course.id);
        let people = school.learners(database, 3);
        let [ada, ben, kim] = [0, 1, 2].map(|n| &people[n].id);
        let seen = courses::CourseSeen {
            tenant: tenant.clone(),
            registration: school.registration.clone(),
            deployment: school.deployment.clone(),
            context_id: "3".into(),
            label: None,
            title: None,
            services: Services::default(),
        };
        let newer = write(database, |db| launch_course(db, &seen, at(1), &SystemRandom)).id;
        let launch = |course| told(&school, course, SectionSource::Launch, SectionKind::Section);
        tell(database, launch(older), &[said(ada, &[(Some("31"), "Day")])]);
        let of_newer = [
            said(ada, &[(Some("31"), "Day")]),
            said(ben, &[(Some("31"), "Day"), (Some("44"), "Late")]),
        ];
        tell(database, launch(&newer), &of_newer);
        let stands = || {
            read(database, |db| {
                let mut all = Vec::new();
                for person in [ada, ben, kim] {
                    let kept = sections::of_person(db, tenant, person)?.into_iter();
                    let mut kept: Vec<_> = kept.map(|one| (one.name, one.course == newer)).collect();
                    kept.sort();
                    all.push(kept);
                }
                Ok(all)
            })
        };
        let before = stands();
        let asked = join(&school, JoinKind::Course, newer.as_str(), older.as_str());
        write(database, |db| {
            joins::insert(db, &asked)?;
            joins::join_courses(db, tenant, &asked.id, &newer, older)
        });
        assert_eq!(
            found_in(database, &school, "Day"),
            ["Learner 0001", "Learner 0002"]
        );
        assert_eq!(found_in(database, &school, "Late"), ["Learner 0002"]);
        let one = join(&school, JoinKind::Person, ben.as_str(), kim.as_str());
        write(database, |db| {
            joins::insert(db, &one)?;
            joins::join_people(db, tenant, &one.id, ben, kim)
        });
        assert!(stands()[1].is_empty(), "what was theirs is of the one who stays");
        assert_eq!(stands()[2].len(), 2);
        write(database, |db| joins::part_people(db, tenant, &one.id, ben, kim));
        let platform = school.registration.as_str().into();
        write(database, |db| {
            joins::part_courses(db, tenant, &asked.id, (&newer, older), &platform)
        });
        assert_eq!(stands(), before);
    });
}
