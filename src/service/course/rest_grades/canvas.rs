//! Canvas: a course by pages. The whole of it once a day; in between the columns that rules read, as they are then, or, where
//! those are many, what was graded since.

use chrono::{DateTime, TimeDelta, Utc};
use gradebook_rest::canvas::{Canvas, Wanted};
use gradebook_rest::{ItemKey, Part as PartRead};

use super::columns::item_key;
use super::folk::Folk;
use super::reread;
use super::sections;
use super::session::{Session, Stop};
use super::watched::{QUIET, Watched};
use super::why::{part, why};
use super::work;
use crate::domain::outside::OutsideColumn;
use crate::domain::reading::{Coverage, Part, Readings};
use crate::domain::rest_access::Interface;
use crate::ids::OutsideColumnId;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::PlatformService;
use crate::service::base::rest_access;
use crate::service::course::reach::{platform, vetted};
use crate::store::{cells, registrations};
use lti::services::roster::Member;

/// Between two readings of the whole course, which alone sees everything.
const WHOLE: TimeDelta = TimeDelta::days(1);
/// Between two readings of any extent.
const PAUSE: TimeDelta = TimeDelta::minutes(5);
/// Between two looks at who is who, while somebody is unknown.
const LOOK_AGAIN: TimeDelta = TimeDelta::hours(1);
/// So many columns are read as they are; of more, what was graded since.
const WATCHED: usize = 10;
/// Grades can get a moment before that of others that were seen already.
const OVERLAP: TimeDelta = TimeDelta::minutes(10);

/// How much is read.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Extent {
    Whole,
    Columns(Vec<ItemKey>),
    Since(DateTime<Utc>),
}

/// What is to be read now; none where no rule needs it, or it was read a moment ago and nobody asks.
fn extent(
    readings: &Readings,
    watched: Vec<ItemKey>,
    (is_needed, is_asked): (bool, bool),
    now: DateTime<Utc>,
) -> Option<Extent> {
    let is_over = |last: Option<DateTime<Utc>>, pause: TimeDelta| {
        last.is_none_or(|last| now.signed_duration_since(last) >= pause)
    };
    let pause = if is_needed || reread::was_partial(readings) {
        WHOLE
    } else {
        QUIET
    };
    if readings.is_asked_for() || is_over(readings.done.whole, pause) {
        return Some(Extent::Whole);
    }
    if !is_needed {
        return None;
    }
    let is_lately = !is_over(readings.done.whole, PAUSE) || !is_over(readings.done.changes, PAUSE);
    if is_lately && !is_asked {
        return None;
    }
    match readings.changes_since {
        _ if (1..=WATCHED).contains(&watched.len()) => Some(Extent::Columns(watched)),
        Some(since) => Some(Extent::Since(since - OVERLAP)),
        None => Some(Extent::Whole),
    }
}

/// Reads what is due.
pub(super) async fn read(session: &mut Session<'_>, canvas: &Canvas, watched: &Watched) -> Result<(), Stop> {
    let of_rules = |column: &&OutsideColumn| {
        watched.grades.contains(&column.id) || watched.hand_ins.contains(&column.id)
    };
    let known = session.columns.all().filter(of_rules);
    let keys = known
        .filter_map(item_key)
        .filter(|key| key.as_str() != ItemKey::TOTAL);
    let keys: Vec<ItemKey> = keys.collect();
    let why = (watched.is_needed, watched.is_asked_by(session.cause));
    // Of few columns each reading finds what was posted.
    let again =
        reread::is_due(session) || (keys.len() > WATCHED && reread::may_be_released(session, watched));
    let due = if again {
        Some(Extent::Whole)
    } else {
        extent(&session.readings, keys, why, session.begun)
    };
    let Some(extent) = due else {
        return Ok(());
    };
    join_people(session, extent == Extent::Whole).await?;
    let named = work::named(&session.columns, watched);
    let wanted = Wanted {
        items: match &extent {
            Extent::Columns(keys) => Some(keys.clone()),
            _ => None,
        },
        graded_since: match &extent {
            Extent::Since(since) => Some(*since),
            _ => None,
        },
        // A hand-in changes no date of a grade, so what is asked by that date tells of none.
        files: match &extent {
            Extent::Since(_) => Vec::new(),
            Extent::Whole | Extent::Columns(_) => named.iter().map(|(_, key)| key.clone()).collect(),
        },
    };
    let id = rest_access::course_id(Interface::Canvas, &session.course);
    let mut grades = loop {
        match canvas.grades(&id, &wanted).await {
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
    end(session, &extent, grades.coverage(), grades.items.len()).await?;
    if extent == Extent::Whole {
        forget_work(session, named.into_iter().map(|(column, _)| column).collect()).await?;
        sections::of_canvas(session, canvas, &id, &grades).await?;
    }
    Ok(())
}

/// Of columns that no rule names any more, what was handed in is not kept.
async fn forget_work(session: &Session<'_>, named: Vec<OutsideColumnId>) -> Result<(), Stop> {
    let course = session.course.clone();
    let done = session
        .cairn
        .store
        .write_retrying(move |db| -> Result<_, ServiceError> {
            Ok(cells::forget_other_work(db, &course.tenant, &course.id, &named)?)
        });
    Ok(done.await?)
}

/// What a reading that came to its end allows to be taken away, and what it tells.
async fn end(
    session: &mut Session<'_>,
    extent: &Extent,
    read: &gradebook_rest::Coverage,
    columns: usize,
) -> Result<(), Stop> {
    let is_whole = read.is_whole(PartRead::Grades);
    let (mut swept, mut total) = (Vec::new(), Vec::new());
    for column in session.columns.seen() {
        let Some(key) = item_key(column) else { continue };
        if key.as_str() == ItemKey::TOTAL {
            total.push(column.id.clone());
            continue;
        }
        let was_read = match extent {
            Extent::Whole => true,
            Extent::Columns(keys) => keys.contains(&key),
            Extent::Since(_) => false,
        };
        if was_read {
            swept.push(column.id.clone());
        }
    }
    if is_whole {
        session.take_away_unseen(&swept).await?;
        session.unlist().await?;
    }
    if read.is_whole(PartRead::Totals) {
        session.take_away_unseen(&total).await?;
    }
    let is_cut = read.missing.iter().any(|(part, _)| *part == PartRead::Grades);
    if *extent == Extent::Whole {
        session.readings.coverage = Some(coverage(session, read, is_whole, columns));
    } else {
        let unseen = session.unseen_in(read);
        if let Some(coverage) = &mut session.readings.coverage {
            if matches!(extent, Extent::Columns(_)) && !is_cut {
                coverage.unseen_in.retain(|column, _| !swept.contains(column));
                coverage.unseen_in.extend(unseen);
            }
            anew(coverage, read);
        }
    }
    // Where the LMS refused something, nothing counts as read up to now: the next reading begins where this one began.
    session.stop_where_refused(read).await?;
    if *extent == Extent::Whole {
        session.readings.done.whole = Some(session.begun);
    }
    // A whole that was too large to be read to its end would be so the next time as well.
    if !is_cut || *extent == Extent::Whole {
        session.readings.changes_since = session.readings.changes_since.max(read.graded_until);
        session.readings.done.changes = Some(session.begun);
    }
    Ok(())
}

/// What a reading that is not of the whole finds out of reach, or in reach again.
fn anew(coverage: &mut Coverage, read: &gradebook_rest::Coverage) {
    let of_each = [Part::Categories, Part::People, Part::Totals, Part::Grades];
    coverage.lacks.retain(|lack| !of_each.contains(&lack.part));
    for (missing, reason) in &read.missing {
        coverage.lacks(part(*missing), why(reason));
    }
}

/// What is kept of what was covered.
pub(super) fn coverage(
    session: &Session<'_>,
    read: &gradebook_rest::Coverage,
    is_whole: bool,
    columns: usize,
) -> Coverage {
    let dropped = &read.dropped;
    let mut coverage = Coverage {
        is_whole,
        columns: u64::try_from(columns).unwrap_or(u64::MAX),
        grades: session.grades,
        students: session.students,
        sections_only: matches!(read.sight, gradebook_rest::Sight::Sections(_)),
        unseen: dropped
            .unposted
            .saturating_add(dropped.hidden)
            .saturating_add(dropped.anonymous),
        unseen_in: session.unseen_in(read),
        unreadable: dropped.unreadable.saturating_add(dropped.broken),
        ..Coverage::default()
    };
    for (missing, reason) in &read.missing {
        coverage.lacks(part(*missing), why(reason));
    }
    session.folk.tell(&mut coverage, read);
    coverage
}

/// Who is who, as the member list says it: with each reading of the whole course, and while a student is unknown.
async fn join_people(session: &mut Session<'_>, is_whole: bool) -> Result<(), Stop> {
    let known = folk(session, None).await?;
    let looked = session.readings.done.people;
    let long_ago = looked.is_none_or(|last| session.begun.signed_duration_since(last) >= LOOK_AGAIN);
    session.folk = if is_whole || (known.lacks_somebody() && long_ago) {
        session.readings.done.people = Some(session.begun);
        match members(session).await? {
            Some(members) => folk(session, Some(members)).await?,
            // What was known before goes on.
            None => known,
        }
    } else {
        known
    };
    Ok(())
}

async fn folk(session: &Session<'_>, members: Option<Vec<Member>>) -> Result<Folk, ServiceError> {
    let (course, home, vault) = (
        session.course.clone(),
        session.home.clone(),
        session.cairn.vault.clone(),
    );
    let found = session
        .cairn
        .store
        .write_retrying(move |db| Folk::of_canvas(db, &vault, &course, &home, members.as_deref()));
    found.await
}

/// The member list with the ids of the interface; none where it cannot be read so.
async fn members(session: &Session<'_>) -> Result<Option<Vec<Member>>, ServiceError> {
    let (cairn, course) = (session.cairn, &session.course);
    let (tenant, id) = (course.tenant.clone(), course.registration.clone());
    let registration = cairn
        .store
        .read(move |db| registrations::get(db, &tenant, &id))
        .await?;
    let Some(registration) = registration.filter(|one| one.enabled) else {
        return Ok(None);
    };
    let url = course.services.memberships_url.as_deref();
    let Ok(url) = vetted(&registration, url, PlatformService::Members) else {
        return Ok(None);
    };
    let platform = platform(cairn, course, &registration);
    // The course itself is a link of Canvas's, by the id of the context.
    let roster = platform.members_of_link(&url, &course.context_id).await;
    Ok(roster.ok().map(|roster| roster.members))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reading::Done;
    use crate::domain::sample::now;

    fn keys(count: usize) -> Vec<ItemKey> {
        (0..count).map(|at| ItemKey::new(&at.to_string())).collect()
    }

    const NEEDED: (bool, bool) = (true, false);

    #[test]
    fn the_whole_course_once_a_day_and_what_rules_read_in_between() {
        let ago = |minutes| Some(now() - TimeDelta::minutes(minutes));
        let at = |whole, changes| Readings {
            done: Done {
                whole,
                changes,
                ..Done::default()
            },
            changes_since: ago(30),
            ..Readings::default()
        };
        assert_eq!(
            extent(&Readings::default(), keys(1), NEEDED, now()),
            Some(Extent::Whole)
        );
        assert_eq!(
            extent(&at(ago(24 * 60), ago(10)), keys(1), NEEDED, now()),
            Some(Extent::Whole)
        );
        let later = at(ago(60), ago(10));
        assert_eq!(
            extent(&later, keys(2), NEEDED, now()),
            Some(Extent::Columns(keys(2))),
            "posting is seen there too"
        );
        let since = Extent::Since(now() - TimeDelta::minutes(40));
        assert_eq!(extent(&later, keys(11), NEEDED, now()), Some(since.clone()));
        assert_eq!(extent(&later, keys(0), NEEDED, now()), Some(since));
        assert_eq!(extent(&at(ago(60), ago(4)), keys(1), NEEDED, now()), None);
        let pressed = extent(&at(ago(1), ago(1)), keys(1), (true, true), now());
        assert_eq!(pressed, Some(Extent::Columns(keys(1))), "a teacher asks");
        let quiet = at(ago(24 * 60), ago(24 * 60));
        assert_eq!(
            extent(&quiet, keys(0), (false, false), now()),
            None,
            "no rule needs it"
        );
        let asked = Readings {
            asked_at: Some(now()),
            ..at(ago(4), ago(4))
        };
        assert_eq!(
            extent(&asked, keys(1), (false, false), now()),
            Some(Extent::Whole)
        );
    }
}
