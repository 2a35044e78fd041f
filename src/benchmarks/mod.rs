//! What `benches/` measures of the inside of this crate, behind a few calls: everything else of it stays private.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::indexing_slicing,
    reason = "a benchmark fails where anything does"
)]

mod class;
pub mod evaluate;
mod gradebook;
mod mine;
pub mod overlaps;
mod school;

use std::collections::HashSet;
use std::path::Path;

use lti::services::Platform;

use crate::domain::cause::Cause;
use crate::service::Cairn;
use crate::service::award::decide;
use crate::service::base::platforms;
use crate::service::credential::publish;
use crate::store::{awards, credentials, decisions};
pub use gradebook::Readable;
use school::Earned;

/// Lets this process have as many connections open as the system allows; how many that is.
#[must_use]
pub fn open_many() -> usize {
    crate::descriptors::raise()
}

/// Cairn in the benchmark's own process, on SQLite in a folder.
#[derive(Debug)]
pub struct Installation(Cairn);

/// A course in which everybody has earned the badge.
#[derive(Debug)]
pub struct Course(Earned);

/// A class that a teacher looks at.
#[derive(Debug)]
pub struct Class {
    /// The path of its course.
    pub path: String,
    /// The cookie of the teacher's visit, name and value.
    pub cookie: String,
    /// One of its fifty sections, as an address names it.
    pub section: String,
}

/// A course that is read by the interface of its LMS.
#[derive(Debug)]
pub struct Gradebook(gradebook::Known);

/// A student who looks at all their badges.
#[derive(Debug)]
pub struct Student(mine::Known);

/// What reading it found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Cells that came, and grades among them.
    pub cells: i64,
    pub grades: u64,
    /// Whether nothing was out of reach.
    pub is_whole: bool,
}

/// What deciding a badge did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    pub people: usize,
    pub awarded: usize,
}

impl Installation {
    /// Opens the data of `folder`, as a process that listens at `address` would.
    pub async fn open(folder: &Path, address: &str) -> Self {
        Self(school::open(folder, address).await)
    }

    /// A platform and a course with `learners` learners, who have earned its badge and do not have it yet.
    pub async fn course(&self, learners: usize) -> Course {
        Course(school::set_up(&self.0, learners).await)
    }

    /// A course with so many learners and active badges, all decided and awarded where they are earned, and the visit of its
    /// teacher.
    pub async fn class(&self, learners: usize, badges: usize) -> Class {
        let looked = class::set_up(&self.0, learners, badges).await;
        Class {
            path: looked.path,
            cookie: looked.cookie,
            section: looked.section,
        }
    }

    /// An institution with so many students and badges, of which one student holds `held` and is on the way to as many.
    pub async fn student(&self, students: usize, badges: usize, held: usize) -> Student {
        Student(mine::set_up(&self.0, students, badges, held).await)
    }

    /// Reads the page of all their badges, or what it finds of them: how many are earned, and how many on the way.
    pub async fn my_badges(&self, of: &Student, sought: Option<&str>) -> (i64, i64) {
        mine::read(&self.0, &of.0, sought).await
    }

    /// So many other students and badges in the institution of a course.
    pub async fn around(&self, course: &Course, students: usize, badges: usize) {
        mine::around(&self.0, &course.0, students, badges).await;
    }

    /// So many active badges above that of a course, which nobody earns by it alone.
    pub async fn stacks(&self, course: &Course, count: usize) {
        class::stacks(&self.0, &course.0, count).await;
    }

    /// A platform with a course of that LMS, none of whose grades is known.
    pub async fn gradebook(&self, lms: Readable) -> Gradebook {
        Gradebook(gradebook::set_up(&self.0, lms).await)
    }

    /// Reads all grades of it, as the job does it.
    pub async fn read_grades(&self, of: &Gradebook) -> Found {
        let read = gradebook::read(&self.0, &of.0).await;
        assert_eq!(read.trouble, None);
        let coverage = read.coverage.unwrap();
        Found {
            cells: read.cells,
            grades: coverage.grades,
            is_whole: coverage.is_whole,
        }
    }

    /// Decides the badge of a course for everybody, as the job does it: a first time, or again where nothing is new.
    pub async fn decide(&self, course: &Course, again: bool) -> Outcome {
        let cause = if again { Cause::CheckNow } else { Cause::Activation };
        let Earned { tenant, badge } = &course.0;
        let decided = decide::decide_badge(&self.0, tenant, badge, cause).await.unwrap();
        Outcome {
            people: decided.people,
            awarded: decided.awarded,
        }
    }

    /// Asserts that each of `learners` has the award once, with its record, document, token and place in a status list;
    /// verifies every 50th.
    pub async fn inspect(&self, course: &Course, learners: usize) {
        inspect(&self.0, &course.0, learners).await;
    }

    /// The last part of the address of every credential of a course's institution.
    pub async fn slugs(&self, course: &Course) -> Vec<String> {
        let tenant = course.0.tenant.clone();
        let all = self
            .0
            .store
            .read(move |db| credentials::some_after(db, &tenant, None, i64::MAX));
        all.await.unwrap().into_iter().map(|(one, _)| one.slug).collect()
    }

    /// The services of the platform that was connected by this name.
    pub async fn platform(&self, name: &str) -> Platform {
        let known = platforms::list(&self.0).await.unwrap();
        let (_, registration) = known.iter().find(|(_, known)| known.name == name).unwrap();
        let target = platforms::target(&self.0, registration);
        self.0
            .lti
            .platform(target, registration.capabilities(), Vec::new())
    }
}

/// Every award is there once, and has what belongs to it.
async fn inspect(cairn: &Cairn, earned: &Earned, learners: usize) {
    let (tenant, badge) = (earned.tenant.clone(), earned.badge.clone());
    let found = cairn.store.read(move |db| {
        let awards = awards::latest_for_badge(db, &tenant, &badge)?;
        let decisions = decisions::current_for_badge(db, &tenant, &badge)?;
        let all = credentials::some_after(db, &tenant, None, i64::MAX)?;
        Ok((awards, decisions, all))
    });
    let (awards, decisions, all) = found.await.unwrap();
    assert_eq!((awards.len(), all.len()), (learners, learners));
    let mut places = HashSet::new();
    let mut slugs = HashSet::new();
    for (credential, person) in &all {
        assert_eq!(awards[person].id, credential.award);
        assert_eq!(decisions[person].id, awards[person].decision);
        assert!(credential.token.is_some());
        let place = (credential.status_list.clone(), credential.status_position);
        assert!(places.insert(place) && slugs.insert(&credential.slug));
    }
    for (credential, _) in all.iter().step_by(50) {
        let published = publish::by_slug(cairn, &credential.slug).await.unwrap();
        let checked = published.check(cairn).unwrap();
        assert!(checked.verdict.is_valid(), "{:?}", checked.verdict);
        let place = checked.document.credential_status.unwrap().status_list_index;
        assert_eq!(i32::try_from(place).unwrap(), credential.status_position);
    }
}
