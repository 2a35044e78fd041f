//! What a token and its role can do, by comparing counts: a role that is too weak, or became weaker, gives no error.

use std::collections::BTreeSet;

use serde::Deserialize;
use url::Url;

use super::report::{self, Cell};
use super::rights::{self, Function};
use super::tries::Seen;
use super::{Moodle, sent_id};
use crate::course::{Dropped, Kind};
use crate::error::{Error, Reason};
use crate::wire::{self, Sent};

/// A site, as its token sees it. The answer holds a secret of the account (`userprivateaccesskey`), which has no place here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Whether the site is the platform's issuer. If not, its ids mean other people.
    pub is_issuer: bool,
    /// Its release, such as `5.1+ (Build: 20251017)`.
    pub release: Option<String>,
    /// The id of the token's account.
    pub account: Option<String>,
    /// Functions that the service lacks.
    pub missing: Vec<Function>,
    /// Whether it has [`Function::GradeItems`] too.
    pub names_categories: bool,
    /// How many functions it has that nothing here calls: some may write.
    pub superfluous: usize,
    /// Whether the account is a site administrator: far too strong.
    pub is_administrator: bool,
}

/// How many of each there are in a course. To be kept, and compared with the next ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// People.
    pub people: usize,
    /// Groups that people are in.
    pub groups: usize,
    /// Columns of the grade report, without totals.
    pub columns: usize,
    /// Activities of the course page.
    pub activities: usize,
    /// Assignments.
    pub assignments: usize,
    /// Quizzes.
    pub quizzes: usize,
}

/// A list that can be too short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum List {
    /// People.
    People,
    /// Groups.
    Groups,
    /// Columns of the grade report.
    Columns,
    /// Activities.
    Activities,
    /// Assignments.
    Assignments,
    /// Quizzes.
    Quizzes,
}

/// A list that is shorter than it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Short {
    /// Which one.
    pub list: List,
    /// How many are there.
    pub found: usize,
    /// How many there should be.
    pub expected: usize,
    /// What the role may lack.
    pub capabilities: &'static [&'static str],
}

/// What is known from elsewhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expected {
    /// People of the LTI roster, teachers among them.
    pub people: Option<usize>,
    /// The counts of the last check.
    pub earlier: Option<Counts>,
}

/// What is missing in a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// How many of each there are.
    pub counts: Counts,
    /// Lists that are too short.
    pub short: Vec<Short>,
    /// Functions that refused, and why.
    pub refused: Vec<(Function, Reason)>,
    /// Lists whose count says something: what was refused or not asked for is not short.
    pub measured: Vec<List>,
    pub(super) seen: Seen,
}

impl Check {
    /// Whether everything is there. Columns that could not be counted are not there.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        self.short.is_empty() && self.refused.is_empty() && self.measured.contains(&List::Columns)
    }

    fn refuses(&self, function: Function) -> bool {
        self.refused.iter().any(|(refused, _)| *refused == function)
    }
}

impl Counts {
    /// Lists that became shorter. Somebody may have left; where [`List::People`] shrinks to few, the role did.
    #[must_use]
    pub fn shorter_than(&self, earlier: &Self) -> Vec<Short> {
        [
            (List::People, self.people, earlier.people, rights::PEOPLE),
            (List::Groups, self.groups, earlier.groups, rights::GROUPS),
            (List::Columns, self.columns, earlier.columns, rights::COLUMNS),
            (
                List::Activities,
                self.activities,
                earlier.activities,
                rights::ACTIVITIES,
            ),
            (
                List::Assignments,
                self.assignments,
                earlier.assignments,
                rights::ASSIGNMENTS,
            ),
            (List::Quizzes, self.quizzes, earlier.quizzes, rights::QUIZZES),
        ]
        .into_iter()
        .filter_map(|(list, found, expected, capabilities)| short(list, found, expected, capabilities))
        .collect()
    }
}

fn short(list: List, found: usize, expected: usize, capabilities: &'static [&'static str]) -> Option<Short> {
    (found < expected).then_some(Short {
        list,
        found,
        expected,
        capabilities,
    })
}

impl Moodle {
    /// Whether the token is alive, of the right site, and of a service with the right functions. It proves nothing about courses.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn site_info(&self) -> Result<Site, Error> {
        let read = self.read_site().await;
        read.map_err(|reason| reason.doing("Checking the token"))
    }

    async fn read_site(&self) -> Result<Site, Reason> {
        #[derive(Deserialize)]
        struct Wire<'a> {
            #[serde(borrow, default)]
            siteurl: Sent<'a>,
            #[serde(borrow, default)]
            release: Sent<'a>,
            #[serde(borrow, default)]
            userid: Sent<'a>,
            #[serde(borrow, default)]
            functions: Sent<'a>,
            #[serde(borrow, default)]
            userissiteadmin: Sent<'a>,
        }
        #[derive(Deserialize)]
        struct Named<'a> {
            #[serde(borrow, default)]
            name: Sent<'a>,
        }
        let answer = self.call(Function::SiteInfo, &[]).await?;
        let wire: Wire<'_> = wire::read(&answer.body)?;
        let siteurl = wire::word(wire.siteurl).ok_or(Reason::Malformed { line: 0, column: 0 })?;
        let functions: BTreeSet<String> = wire::list(wire.functions)
            .into_iter()
            .filter_map(|raw| wire::word(wire::row::<Named<'_>>(raw)?.name))
            .collect();
        let has = |function: &Function| functions.contains(function.as_str());
        let ours = Function::NEEDED.iter().chain(&Function::USEFUL);
        let known = ours.filter(|function| has(function)).count();
        Ok(Site {
            is_issuer: Url::parse(&siteurl).is_ok_and(|url| is_same(&url, &self.site)),
            release: wire::line(wire.release),
            account: wire::id(wire.userid),
            missing: Function::NEEDED
                .into_iter()
                .filter(|function| !has(function))
                .collect(),
            names_categories: has(&Function::GradeItems),
            superfluous: functions.len().saturating_sub(known),
            is_administrator: wire::flag(wire.userissiteadmin).unwrap_or_default(),
        })
    }

    /// Tries the role on a course: what refuses, and which lists are shorter than `expected` or than each other.
    ///
    /// # Errors
    /// What may pass; and a course that does not open at all.
    pub async fn check(&self, course: &str, expected: &Expected) -> Result<Check, Error> {
        let tried = self.try_out(course, expected).await;
        tried.map_err(|reason| reason.doing("Checking the role"))
    }

    async fn try_out(&self, course: &str, expected: &Expected) -> Result<Check, Reason> {
        let mut check = Check {
            counts: Counts::default(),
            short: Vec::new(),
            refused: Vec::new(),
            measured: Vec::new(),
            seen: Seen::default(),
        };
        let people = self.read_people(course).await;
        let people = noted(people, Function::People, &mut check)?.map_or_else(Vec::new, |listed| listed.rows);
        let groups: BTreeSet<&String> = people.iter().flat_map(|person| &person.groups).collect();
        (check.counts.people, check.counts.groups) = (people.len(), groups.len());

        // Somebody who is graded: the report of staff has no columns.
        let somebody = people.iter().find(|person| !person.is_staff);
        check.seen.somebody = somebody.map(|person| person.key.clone());
        let mut assignments_in_report = 0;
        if let Some(person) = somebody {
            let columns = self
                .count_columns(course, person.key.as_str(), &mut check.seen)
                .await;
            if let Some((all, assignments)) = noted(columns, Function::Grades, &mut check)? {
                check.counts.columns = all;
                assignments_in_report = assignments;
            }
        }
        let activities = self.count_activities(course, &mut check.seen).await;
        let (activities, assignments_on_page) =
            noted(activities, Function::Contents, &mut check)?.unwrap_or_default();
        check.counts.activities = activities;
        let in_sight = assignments_on_page.max(assignments_in_report);
        self.count_kinds(course, in_sight, &mut check).await?;
        let named = match self.read_categories(course).await {
            Ok(named) => Some(named.len()),
            Err(reason) if reason.is_passing() => return Err(reason),
            // Without the function nothing is compared.
            Err(_) => None,
        };
        compare(&mut check, named, expected);
        Ok(check)
    }

    /// Assignments and quizzes, of which each list tells how many it leaves out.
    async fn count_kinds(&self, course: &str, in_sight: usize, check: &mut Check) -> Result<(), Reason> {
        let assignments = self.read_assignments(course).await;
        if let Some(found) = noted(assignments, Function::Assignments, check)? {
            let count = found.found.len();
            check.counts.assignments = count;
            check.seen.assignment = found.found.into_iter().next().map(|(id, _)| id);
            let most = count.saturating_add(found.refused).max(in_sight);
            check
                .short
                .extend(short(List::Assignments, count, most, rights::ASSIGNMENTS));
        }
        let quizzes = self.read_quizzes(course).await;
        if let Some(found) = noted(quizzes, Function::Quizzes, check)? {
            let count = found.found.len();
            check.counts.quizzes = count;
            let most = count.saturating_add(found.refused);
            check
                .short
                .extend(short(List::Quizzes, count, most, rights::QUIZZES));
        }
        Ok(())
    }

    /// Columns without totals, and those of assignments among them.
    async fn count_columns(
        &self,
        course: &str,
        person: &str,
        seen: &mut Seen,
    ) -> Result<(usize, usize), Reason> {
        let parameters = [
            ("courseid", sent_id(course)?),
            ("userid", sent_id(person)?),
            ("groupid", "0"),
        ];
        let answer = self.call(Function::Grades, &parameters).await?;
        let reports = report::people(&answer.body, &mut Dropped::default())?;
        let kinds: Vec<Kind> = reports
            .iter()
            .flat_map(|report| &report.cells)
            .filter_map(|raw| Cell::of(raw))
            .map(|(cell, key)| {
                let kind = cell.item(key, &super::items::Hints::default()).kind;
                seen.note_cell(&cell, kind);
                kind
            })
            .filter(|kind| !matches!(kind, Kind::CategoryTotal | Kind::CourseTotal))
            .collect();
        let assignments = kinds.iter().filter(|kind| **kind == Kind::Assignment).count();
        Ok((kinds.len(), assignments))
    }

    /// Activities of the course page, and assignments among them.
    async fn count_activities(&self, course: &str, seen: &mut Seen) -> Result<(usize, usize), Reason> {
        #[derive(Deserialize)]
        struct Section<'a> {
            #[serde(borrow, default)]
            modules: Sent<'a>,
        }
        let parameters = [
            ("courseid", sent_id(course)?),
            ("options[0][name]", "excludecontents"),
            ("options[0][value]", "1"),
        ];
        let answer = self.call(Function::Contents, &parameters).await?;
        let sections: Vec<&serde_json::value::RawValue> = wire::read(&answer.body)?;
        let names: Vec<String> = sections
            .into_iter()
            .filter_map(wire::row::<Section<'_>>)
            .flat_map(|section| wire::list(section.modules))
            .filter_map(|raw| seen.note_module(raw))
            .collect();
        let assignments = names.iter().filter(|name| *name == "assign").count();
        Ok((names.len(), assignments))
    }
}

/// Holds the counts against those that are known from elsewhere.
fn compare(check: &mut Check, named: Option<usize>, expected: &Expected) {
    let counts = check.counts;
    let roster = expected.people.unwrap_or_default();
    let earlier = expected.earlier.unwrap_or_default();
    let has_people = !check.refuses(Function::People);
    let lacks_people = !has_people || counts.people < roster || counts.people < earlier.people;
    // Whoever is left where people are missing may have no columns at all.
    let has_columns = check.seen.somebody.is_some()
        && !check.refuses(Function::Grades)
        && (counts.columns > 0 || !lacks_people && (counts.people > 1 || named == Some(0)));
    let measured = [
        (List::People, has_people),
        (List::Groups, !lacks_people),
        (List::Columns, has_columns),
        (List::Activities, !check.refuses(Function::Contents)),
        (List::Assignments, !check.refuses(Function::Assignments)),
        (List::Quizzes, !check.refuses(Function::Quizzes)),
    ];
    check.measured = measured
        .into_iter()
        .filter_map(|(list, is)| is.then_some(list))
        .collect();
    // Names of columns need no right; the report shows only what the role sees.
    let known = [
        (
            List::Columns,
            counts.columns,
            named.unwrap_or_default(),
            rights::COLUMNS,
        ),
        (List::People, counts.people, roster, rights::PEOPLE),
    ];
    let known = known
        .into_iter()
        .filter_map(|(list, found, expected, capabilities)| short(list, found, expected, capabilities));
    for short in known.chain(counts.shorter_than(&earlier)) {
        let is_known = check.short.iter().any(|known| known.list == short.list);
        if !is_known && check.measured.contains(&short.list) {
            check.short.push(short);
        }
    }
}

/// Notes a refusal and goes on; what may pass, or concerns the token as a whole, ends the check.
fn noted<T>(read: Result<T, Reason>, function: Function, check: &mut Check) -> Result<Option<T>, Reason> {
    match read {
        Ok(found) => Ok(Some(found)),
        Err(reason) if reason.is_passing() => Err(reason),
        Err(
            reason @ (Reason::TokenUnknown
            | Reason::ServicesOff
            | Reason::Account(_)
            | Reason::NoId
            | Reason::NoAddress
            | Reason::Redirected(_)),
        ) => Err(reason),
        Err(reason) => {
            check.refused.push((function, reason));
            Ok(None)
        }
    }
}

/// Moodle writes its address without a slash at the end.
fn is_same(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin() && one.path().trim_end_matches('/') == other.path().trim_end_matches('/')
}
