//! Moodle: changes first, which are cheap; the whole report once a day or when somebody asks, person by person where the course
//! is large; completion only for columns that rules ask it of, so many calls at a time.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use gradebook_rest::moodle::{
    CompletionState, Done, Expected, List, Moodle, Person, PersonCompletion, Rhythm, Step, due,
};
use gradebook_rest::{Error, Item, Part as PartRead, PersonKey, Remedy};

use super::canvas::coverage;
use super::columns::item_of;
use super::folk::Folk;
use super::reread::{self, AGAIN};
use super::sections;
use super::session::{Session, Stop};
use super::tracked::which_complete;
use super::watched::{QUIET, Watched};
use super::why::why;
use crate::domain::outside::{OutsideColumn, Withheld};
use crate::domain::reading::{Coverage, Part, Why};
use crate::domain::rest_access::Fault;
use crate::ids::{OutsideColumnId, PersonId};
use crate::service::base::error::ServiceError;
use crate::store::cells::{self, CellSeen, CompletionTold, GradeTold, HandInTold};

/// Completion is asked for so many people at once.
const BUDGET: usize = 100;
/// Whose completion was read is asked again after so long.
const STALE: TimeDelta = TimeDelta::hours(20);

/// Reads what is due. Says whether some of it is left for a little later.
pub(super) async fn read(
    session: &mut Session<'_>,
    moodle: &Moodle,
    watched: &Watched,
) -> Result<bool, Stop> {
    let done = &session.readings.done;
    let rhythm = if watched.is_needed {
        Rhythm::default()
    } else {
        Rhythm {
            whole: if reread::was_partial(&session.readings) {
                Rhythm::default().whole
            } else {
                QUIET
            },
            changes: QUIET,
            ..Rhythm::default()
        }
    };
    let steps = due(
        &Done {
            site: done.site,
            people: done.whole,
            whole: done.whole,
            changes: done.changes,
            completion: done.completion,
        },
        &rhythm,
        session.begun,
    );
    if steps.contains(&Step::Site) {
        look_at_site(session, moodle).await?;
    }
    let mut named = BTreeSet::new();
    let again = reread::is_due(session) || reread::may_be_released(session, watched);
    if again || session.readings.is_asked_for() || steps.contains(&Step::Whole) {
        whole(session, moodle, watched).await?;
    } else {
        session.folk = folk(session, Vec::new()).await?;
        // Whoever presses the button has just changed something there.
        if steps.contains(&Step::Changes) || watched.is_asked_by(session.cause) {
            named = changes(session, moodle, watched).await?;
        }
    }
    first_hand_ins(session, moodle, watched).await?;
    if watched.completion.is_empty() {
        return Ok(false);
    }
    completion(session, moodle, &watched.completion, &named).await
}

/// Whether a failure is to be mended, or said and done without.
pub(super) fn is_mended(error: &Error) -> bool {
    matches!(
        error.remedy(),
        Remedy::Wait(_) | Remedy::Refresh | Remedy::Consent
    )
}

async fn look_at_site(session: &mut Session<'_>, moodle: &Moodle) -> Result<(), Stop> {
    let site = loop {
        match moodle.site_info().await {
            Ok(site) => break site,
            Err(error) => session.mend(&error).await?,
        }
    };
    session.answered();
    if !site.is_issuer {
        // Its ids mean other people.
        return Err(Stop::Trouble(Why::Refused(Fault::OtherSite), None));
    }
    session.readings.done.site = Some(session.begun);
    Ok(())
}

async fn folk(session: &Session<'_>, listed: Vec<String>) -> Result<Folk, ServiceError> {
    let (course, home, vault) = (
        session.course.clone(),
        session.home.clone(),
        session.cairn.vault.clone(),
    );
    let found = session
        .cairn
        .store
        .read_with(move |db| Folk::of_moodle(db, &vault, &course, &home, &listed));
    found.await
}

/// Everything. What is out of reach is in the coverage.
async fn whole(session: &mut Session<'_>, moodle: &Moodle, watched: &Watched) -> Result<(), Stop> {
    let course = session.course.context_id.clone();
    let mut lacks = Coverage::default();
    let listed = people(session, moodle, &course, &mut lacks).await?;
    session.folk = folk(
        session,
        listed.iter().map(|one| one.key.as_str().to_owned()).collect(),
    )
    .await?;
    for person in listed.iter().filter(|person| !person.is_staff) {
        // Whoever is of nobody here is counted.
        session.folk.of(&person.key);
    }
    sections::of_moodle(session, &listed).await?;
    let students = of_students(session, &listed);
    // What changes while the report is read is looked for the next time.
    let since = server_time(session, moodle, &course).await?;
    let mut grades = loop {
        match moodle.grades(&course, &students).await {
            Ok(grades) => break grades,
            Err(error) => session.mend(&error).await?,
        }
    };
    session.answered();
    session.take_columns(&grades.items, &grades.categories).await?;
    loop {
        match grades.next().await {
            Ok(Some(batch)) => session.take(batch).await?,
            Ok(None) => break,
            Err(error) => session.mend(&error).await?,
        }
    }
    let read = grades.coverage().clone();
    let mut is_whole = read.is_whole(PartRead::Grades) && !students.is_empty();
    if is_whole {
        is_whole = sees_all(session, moodle, &course, students.len(), &mut lacks).await?;
    }
    if is_whole {
        let seen: Vec<OutsideColumnId> = session.columns.seen().map(|column| column.id.clone()).collect();
        session.take_away_unseen(&seen).await?;
        session.unlist().await?;
    }
    which_complete(session, moodle, &course, &students, &mut lacks).await?;
    hand_ins(
        session,
        moodle,
        &watched.hand_ins,
        None,
        None,
        &students,
        &mut lacks,
    )
    .await?;
    let columns = session.columns.seen().count();
    let mut covered = coverage(session, &read, is_whole, columns);
    for lack in lacks.lacks {
        covered.lacks(lack.part, lack.why);
    }
    session.readings.coverage = Some(covered);
    session.stop_where_refused(&read).await?;
    let done = &mut session.readings.done;
    (done.whole, done.people, done.changes) = (Some(session.begun), Some(session.begun), Some(session.begun));
    session.readings.changes_since = since;
    Ok(())
}

/// Who takes part there, with their groups; without them everybody is asked for alone.
async fn people(
    session: &mut Session<'_>,
    moodle: &Moodle,
    course: &str,
    lacks: &mut Coverage,
) -> Result<Vec<Person>, Stop> {
    loop {
        match moodle.people(course).await {
            Ok(listed) => {
                session.answered();
                return Ok(listed.rows);
            }
            Err(error) if is_mended(&error) => session.mend(&error).await?,
            Err(error) => {
                lacks.lacks(Part::People, why(&error.reason));
                return Ok(Vec::new());
            }
        }
    }
}

/// The students of the course, with their groups where Moodle told them.
fn of_students(session: &Session<'_>, listed: &[Person]) -> Vec<Person> {
    let told = listed.iter().filter(|person| !person.is_staff);
    let by_key: HashMap<&str, &Person> = told.map(|person| (person.key.as_str(), person)).collect();
    let students = session.folk.students().into_iter();
    students
        .map(|(key, _)| {
            by_key
                .get(key)
                .map_or_else(|| Person::of_sub(key), |one| (*one).clone())
        })
        .collect()
}

/// What time it is there; none where changes cannot be asked for.
async fn server_time(
    session: &mut Session<'_>,
    moodle: &Moodle,
    course: &str,
) -> Result<Option<DateTime<Utc>>, Stop> {
    loop {
        match moodle.changes(course, session.begun, &[]).await {
            Ok(changes) => return Ok(Some(changes.at)),
            Err(error) if is_mended(&error) => session.mend(&error).await?,
            Err(_) => return Ok(None),
        }
    }
}

/// Whether the role sees every column: one that is too weak gives shorter lists instead of errors. Looked at when a column is
/// missing that was there.
async fn sees_all(
    session: &mut Session<'_>,
    moodle: &Moodle,
    course: &str,
    students: usize,
    lacks: &mut Coverage,
) -> Result<bool, Stop> {
    if session.columns.unseen().next().is_none() {
        return Ok(true);
    }
    let expected = Expected {
        people: Some(students),
        earlier: None,
    };
    let check = loop {
        match moodle.check(course, &expected).await {
            Ok(check) => break check,
            Err(error) if is_mended(&error) => session.mend(&error).await?,
            Err(error) => {
                lacks.lacks(Part::Columns, why(&error.reason));
                return Ok(false);
            }
        }
    };
    session.answered();
    for (_, reason) in &check.refused {
        lacks.lacks(Part::Columns, why(reason));
    }
    for short in &check.short {
        let part = match short.list {
            List::People | List::Groups => Part::People,
            List::Columns | List::Activities | List::Assignments | List::Quizzes => Part::Columns,
        };
        let capabilities = short.capabilities.iter().map(|one| (*one).to_owned());
        lacks.lacks(part, Why::RoleWeaker(capabilities.collect()));
    }
    Ok(check.is_enough())
}

/// Whether it can be read what was handed in there.
fn tells_hand_ins(column: &OutsideColumn) -> bool {
    let rest = column.rest.as_ref();
    rest.is_some_and(|rest| {
        rest.is_listed && rest.tells_hand_ins && rest.withheld != Some(Withheld::Anonymous)
    })
}

/// What was handed in to columns of which a rule asks it since the whole was read, or by whoever came since: no change tells of
/// what had come before.
async fn first_hand_ins(session: &mut Session<'_>, moodle: &Moodle, watched: &Watched) -> Result<(), Stop> {
    let columns = session.columns.all();
    let readable = columns.filter(|column| watched.hand_ins.contains(&column.id) && tells_hand_ins(column));
    let ids: Vec<OutsideColumnId> = readable.map(|column| column.id.clone()).collect();
    if ids.is_empty() || session.readings.done.whole == Some(session.begun) {
        return Ok(());
    }
    let (tenant, asked) = (session.course.tenant.clone(), ids.clone());
    let known = session
        .cairn
        .store
        .read(move |db| cells::hand_ins_read(db, &tenant, &asked))
        .await?;
    let known: HashSet<(OutsideColumnId, PersonId)> = known.into_iter().collect();
    let students = session.folk.students();
    let lacks_somebody = |column: &&OutsideColumnId| {
        let mut here = students.iter();
        here.any(|(_, person)| !known.contains(&((*column).clone(), (*person).clone())))
    };
    let new: Vec<OutsideColumnId> = ids.iter().filter(lacks_somebody).cloned().collect();
    if new.is_empty() {
        return Ok(());
    }
    let (course, mut lacks) = (session.course.context_id.clone(), Coverage::default());
    let listed = people(session, moodle, &course, &mut lacks).await?;
    let students = of_students(session, &listed);
    hand_ins(session, moodle, &new, None, None, &students, &mut lacks).await?;
    if let Some(coverage) = &mut session.readings.coverage {
        for lack in lacks.lacks {
            coverage.lacks(lack.part, lack.why);
        }
    }
    Ok(())
}

/// What was handed in to columns of which rules ask it; `only` those activities.
async fn hand_ins(
    session: &mut Session<'_>,
    moodle: &Moodle,
    watched: &[OutsideColumnId],
    only: Option<&BTreeSet<String>>,
    since: Option<DateTime<Utc>>,
    people: &[Person],
    lacks: &mut Coverage,
) -> Result<(), Stop> {
    let is_wanted = |column: &&OutsideColumn| {
        let activity = column.rest.as_ref().and_then(|rest| rest.activity.as_ref());
        watched.contains(&column.id)
            && tells_hand_ins(column)
            && only.is_none_or(|only| activity.is_some_and(|one| only.contains(one)))
    };
    // Without groups nobody knows whose the work of one is.
    let has_groups = lacks.lacks.iter().all(|lack| lack.part != Part::People);
    let wanted = session.columns.all().filter(is_wanted);
    let wanted: Vec<(OutsideColumnId, Item)> = wanted
        .filter_map(|column| Some((column.id.clone(), item_of(column)?)))
        .collect();
    for (column, item) in wanted {
        let found = loop {
            match moodle.hand_ins(&item, since, people).await {
                Ok(found) => break found,
                Err(error) if is_mended(&error) => session.mend(&error).await?,
                Err(error) => {
                    lacks.lacks(Part::HandIns, why(&error.reason));
                    return Ok(());
                }
            }
        };
        session.answered();
        let mut told: BTreeMap<PersonId, HandInTold> = BTreeMap::new();
        if since.is_none() && has_groups && found.unreadable == 0 {
            // Of everybody else it is known now that nothing came.
            let asked = people.iter().filter_map(|one| session.folk.of(&one.key));
            told.extend(asked.map(|person| (person, HandInTold::default())));
        }
        for (key, work) in &found.people {
            let Some(person) = session.folk.of(key) else {
                continue;
            };
            let work = HandInTold {
                at: Some(work.at),
                late: work.late,
                missing: false,
            };
            told.insert(person, work);
        }
        let seen = told.into_iter().map(|(person, work)| CellSeen {
            column: column.clone(),
            person,
            grade: GradeTold::Untold,
            hand_in: Some(work),
            completion: None,
            work: None,
        });
        session.write(seen.collect()).await?;
    }
    session.readings.done.hand_ins = Some(session.begun);
    Ok(())
}

/// What changed since the last time. Says of whom a grade did.
async fn changes(
    session: &mut Session<'_>,
    moodle: &Moodle,
    watched: &Watched,
) -> Result<BTreeSet<PersonId>, Stop> {
    let Some(since) = session.readings.changes_since else {
        return Ok(BTreeSet::new());
    };
    let course = session.course.context_id.clone();
    let items: Vec<Item> = session.columns.all().filter_map(item_of).collect();
    let changes = loop {
        match moodle.changes(&course, since, &items).await {
            Ok(changes) => break changes,
            Err(error) => session.mend(&error).await?,
        }
    };
    session.answered();
    let long_ago = session
        .readings
        .done
        .whole
        .is_none_or(|last| session.begun.signed_duration_since(last) >= AGAIN);
    let of_watched = session.columns.all().any(|column| {
        let activity = column.rest.as_ref().and_then(|rest| rest.activity.as_ref());
        watched.grades.contains(&column.id) && activity.is_some_and(|one| changes.of_somebody.contains(one))
    });
    if of_watched {
        if long_ago || watched.is_asked_by(session.cause) {
            whole(session, moodle, watched).await?;
        }
        // Else the same changes are found again, until the report may be read once more.
        return Ok(BTreeSet::new());
    }
    let all: Vec<Person> = session
        .folk
        .students()
        .iter()
        .map(|(key, _)| Person::of_sub(key))
        .collect();
    let mut asked: Vec<Person> = all
        .iter()
        .filter(|one| changes.people.contains(&one.key))
        .cloned()
        .collect();
    if asked.is_empty() && changes.columns {
        // Anybody's report shows the columns.
        asked.extend(all.first().cloned());
    }
    if !asked.is_empty() {
        some(session, moodle, &course, &asked).await?;
        if session.is_rescaled {
            whole(session, moodle, watched).await?;
            return Ok(BTreeSet::new());
        }
    }
    let mut lacks = Coverage::default();
    if !changes.handed_in.is_empty() && !watched.hand_ins.is_empty() {
        // With their groups: what one hands in is of all of it.
        let listed = people(session, moodle, &course, &mut lacks).await?;
        let students = of_students(session, &listed);
        let (columns, only) = (&watched.hand_ins, Some(&changes.handed_in));
        hand_ins(session, moodle, columns, only, Some(since), &students, &mut lacks).await?;
    }
    session.readings.changes_since = Some(changes.at);
    session.readings.done.changes = Some(session.begun);
    let mut named = BTreeSet::new();
    for key in &changes.people {
        named.extend(session.folk.of(key));
    }
    Ok(named)
}

/// The reports of some people. Nothing is taken away after them but what they say themselves.
async fn some(
    session: &mut Session<'_>,
    moodle: &Moodle,
    course: &str,
    people: &[Person],
) -> Result<(), Stop> {
    let mut grades = loop {
        match moodle.grades(course, people).await {
            Ok(grades) => break grades,
            Err(error) => session.mend(&error).await?,
        }
    };
    session.take_columns(&grades.items, &grades.categories).await?;
    loop {
        match grades.next().await {
            Ok(Some(batch)) => session.take(batch).await?,
            // Else what changed would be taken for read.
            Ok(None) => return session.stop_where_refused(grades.coverage()).await,
            Err(error) => session.mend(&error).await?,
        }
    }
}

/// Completion of those who lack it in a column that a rule asks it of, and of whom it was not read lately. Says whether some are
/// left.
async fn completion(
    session: &mut Session<'_>,
    moodle: &Moodle,
    watched: &[OutsideColumnId],
    named: &BTreeSet<PersonId>,
) -> Result<bool, Stop> {
    let columns: Vec<OutsideColumn> = session
        .columns
        .all()
        .filter(|column| watched.contains(&column.id))
        .filter(|column| {
            column
                .rest
                .as_ref()
                .is_some_and(|rest| rest.is_listed && rest.tells_completion)
        })
        .cloned()
        .collect();
    if columns.is_empty() {
        return Ok(false);
    }
    let due = waiting(session, &columns, named).await?;
    let left = due.len() > BUDGET;
    let course = session.course.context_id.clone();
    let mut line = moodle.completion(&course, due.into_iter().take(BUDGET));
    loop {
        match line.next(10).await {
            Ok(None) => break,
            Ok(Some(batch)) => {
                session.answered();
                let mut seen = Vec::new();
                for person in &batch.people {
                    seen.extend(completed(session, &columns, person));
                }
                for (key, _) in &batch.failed {
                    seen.extend(untold(session, &columns, key));
                }
                session.write(seen).await?;
            }
            Err(error) if is_mended(&error) => session.mend(&error).await?,
            Err(error) => {
                let why = why(&error.reason);
                if let Some(coverage) = &mut session.readings.coverage {
                    coverage.lacks(Part::Completion, why);
                }
                return Ok(false);
            }
        }
    }
    if !left {
        session.readings.done.completion = Some(session.begun);
    }
    Ok(left)
}

/// Who is to be asked for, those of whom nothing is known first.
async fn waiting(
    session: &Session<'_>,
    columns: &[OutsideColumn],
    named: &BTreeSet<PersonId>,
) -> Result<Vec<PersonKey>, Stop> {
    let ids: Vec<OutsideColumnId> = columns.iter().map(|column| column.id.clone()).collect();
    let (tenant, count) = (session.course.tenant.clone(), ids.len());
    let known = session
        .cairn
        .store
        .read(move |db| cells::completion_of(db, &tenant, &ids))
        .await?;
    let mut complete: BTreeMap<PersonId, usize> = BTreeMap::new();
    let mut fresh: HashSet<PersonId> = HashSet::new();
    let mut known_of: HashSet<PersonId> = HashSet::new();
    for (person, _, is_complete, read_at) in known {
        if is_complete {
            *complete.entry(person.clone()).or_default() += 1;
        }
        if session.begun.signed_duration_since(read_at) < STALE {
            fresh.insert(person.clone());
        }
        known_of.insert(person);
    }
    let is_due = |person: &PersonId| {
        complete.get(person) != Some(&count) && (!fresh.contains(person) || named.contains(person))
    };
    let mut due: Vec<(bool, &str)> = session
        .folk
        .students()
        .into_iter()
        .filter(|(_, person)| is_due(person))
        .map(|(key, person)| (known_of.contains(person), key))
        .collect();
    due.sort_unstable();
    Ok(due.into_iter().map(|(_, key)| PersonKey::new(key)).collect())
}

/// What somebody completed of these columns. Of whoever is not tracked, or does not have one of them, nothing is known.
fn completed(session: &mut Session<'_>, columns: &[OutsideColumn], read: &PersonCompletion) -> Vec<CellSeen> {
    let mut seen = untold(session, columns, &read.person);
    if !read.is_tracked {
        return seen;
    }
    for (cell, column) in seen.iter_mut().zip(columns) {
        let cmid = column.rest.as_ref().and_then(|rest| rest.activity.as_deref());
        if let Some(one) = read.activities.iter().find(|one| Some(one.cmid.as_str()) == cmid) {
            cell.completion = Some(CompletionTold {
                is_complete: Some(one.is_complete),
                passed: match one.state {
                    CompletionState::Passed => Some(true),
                    CompletionState::Failed => Some(false),
                    CompletionState::Complete | CompletionState::Incomplete => None,
                },
                at: one.at,
            });
        }
    }
    seen
}

/// That somebody was asked for, whatever is told of them: else they would be the first to be asked for again and again, and nobody
/// behind them ever would.
fn untold(session: &mut Session<'_>, columns: &[OutsideColumn], key: &PersonKey) -> Vec<CellSeen> {
    let Some(person) = session.folk.of(key) else {
        return Vec::new();
    };
    let cell = |column: &OutsideColumn| CellSeen {
        column: column.id.clone(),
        person: person.clone(),
        grade: GradeTold::Untold,
        hand_in: None,
        completion: Some(CompletionTold {
            is_complete: None,
            passed: None,
            at: None,
        }),
        work: None,
    };
    columns.iter().map(cell).collect()
}
