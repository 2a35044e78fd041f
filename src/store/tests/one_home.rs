//! Where the people of a course are that several platforms name, because they are one: with the one that stayed, whichever of
//! them is older.

use super::parted::second;
use super::*;
use crate::domain::platform::{Join, JoinKind, JoinState, Platform};
use crate::ids::{CourseId, JoinId, PlatformId};

fn asked(school: &School, kind: JoinKind, parent: Option<&Join>, from: &str, into: &str) -> Join {
    Join {
        id: JoinId::new(at(9), &SystemRandom),
        tenant: school.tenant.clone(),
        kind,
        parent: parent.map(|parent| parent.id.clone()),
        from: from.into(),
        into: into.into(),
        state: JoinState::Asked,
        asked_at: at(9),
    }
}

/// The platform that has the people of a course, and the one that its deployment belongs to.
fn home(database: &TestDatabase, school: &School, course: &CourseId) -> (PlatformId, Option<PlatformId>) {
    read(database, |db| {
        let home = platforms::home_of_course(db, &school.tenant, course)?;
        let course = courses::get(db, &school.tenant, course)?.unwrap();
        let belongs = platforms::belonging(db, &school.tenant, &course.deployment)?.unwrap();
        Ok((home.platform, belongs.platform))
    })
}

/// Two platforms with a course each, joined one way, and taken back.
fn there_and_back(
    database: &TestDatabase,
    school: &School,
    goes: (&str, &CourseId),
    stays: (&str, &CourseId),
) {
    let tenant = &school.tenant;
    let (from, into) = (PlatformId::from(goes.0), PlatformId::from(stays.0));
    let own = |platform: &PlatformId| (platform.clone(), Some(platform.clone()));
    let both = asked(school, JoinKind::Platform, None, goes.0, stays.0);
    let courses_of = asked(
        school,
        JoinKind::Course,
        Some(&both),
        goes.1.as_str(),
        stays.1.as_str(),
    );
    write(database, |db| {
        assert!(joins::insert(db, &both)?);
        let into = platforms::get(db, tenant, &into)?.unwrap();
        joins::platform_goes_over(db, tenant, &both.id, &from, &into, None)
    });
    let (people, speaks) = home(database, school, goes.1);
    assert_eq!(
        (people, speaks),
        (from.clone(), Some(into.clone())),
        "its people have not gone over yet"
    );
    write(database, |db| {
        joins::insert(db, &courses_of)?;
        joins::join_courses(db, tenant, &courses_of.id, goes.1, stays.1)?;
        joins::advance(db, tenant, &both.id, JoinState::Asked, JoinState::Done, at(10))
    });
    assert_eq!(home(database, school, stays.1), own(&into));
    write(database, |db| {
        joins::advance(db, tenant, &both.id, JoinState::Done, JoinState::Leaving, at(11))?;
        joins::platform_comes_back(db, &both, at(11), &SystemRandom)
    });
    write(database, |db| {
        let still = platforms::home_of_course(db, tenant, stays.1)?.platform;
        assert_eq!(still, into, "its people have not come back yet");
        joins::part_courses(db, tenant, &courses_of.id, (goes.1, stays.1), &still)?;
        joins::advance(
            db,
            tenant,
            &courses_of.id,
            JoinState::Asked,
            JoinState::Undone,
            at(12),
        )?;
        joins::advance(
            db,
            tenant,
            &both.id,
            JoinState::Leaving,
            JoinState::Undone,
            at(12),
        )
    });
    assert_eq!(home(database, school, goes.1), own(&from));
    assert_eq!(home(database, school, stays.1), own(&into));
}

#[test]
fn a_course_of_two_platforms_is_of_the_one_that_stayed_whichever_is_older() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let theirs = second(database, &school);
        let older = (school.registration.as_str(), &school.course.id);
        there_and_back(database, &school, ("r-again", &theirs), older);
        there_and_back(database, &school, older, ("r-again", &theirs));
    });
}

#[test]
fn platforms_that_are_one_by_way_of_others_are_followed_as_far_as_each_is() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let tenant = &school.tenant;
        let ids = ["p1", "p2", "p3", "p4"];
        write(database, |db| {
            for (since, id) in (0_i64..).zip(ids) {
                let platform = Platform {
                    id: id.into(),
                    tenant: tenant.clone(),
                    registration: school.registration.clone(),
                    issuer: "https://lms.example".into(),
                    guid: None,
                    since: at(since),
                };
                platforms::insert(db, &platform)?;
            }
            for (from, into, state) in [
                ("p1", "p2", JoinState::Done),
                ("p2", "p3", JoinState::Asked),
                ("p3", "p4", JoinState::Leaving),
                ("p4", "p1", JoinState::Undone),
            ] {
                let mut join = asked(&school, JoinKind::Platform, None, from, into);
                join.state = state;
                assert!(joins::insert(db, &join)?);
            }
            Ok(())
        });
        let joined = read(database, |db| joins::joined_platforms(db, tenant));
        let all = ids.map(PlatformId::from);
        let of = |which: &dyn Fn(&PlatformId) -> PlatformId| {
            all.each_ref().map(|one| which(one).as_str().to_owned())
        };
        assert_eq!(of(&|one| joined.said(one)), ["p4", "p4", "p4", "p4"]);
        assert_eq!(of(&|one| joined.of_deployments(one)), ["p3", "p3", "p3", "p4"]);
        assert_eq!(of(&|one| joined.of_people(one)), ["p2", "p2", "p4", "p4"]);
        let other = read(database, |db| {
            joins::joined_platforms(db, &TenantId::from("t-other"))
        });
        assert_eq!(other.said(&all[0]), all[0]);
    });
}
