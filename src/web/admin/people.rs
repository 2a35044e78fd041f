//! `/admin/people/{institution}`: two people who are one, and what was joined.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use super::error::AdminError;
use super::frame::AdminPlace;
use crate::domain::platform::{CameSince, JoinKind, JoinState};
use crate::ids::{JoinId, PersonId, TenantId};
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::JoinRefusal;
use crate::service::institution::joining::{self, Listed, SaidByStudent, Side};
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::proven::Proven;
use crate::web::paths::console;
use crate::web::views::admin::{ConsoleConfirmPage, FoundPerson, JoinLine, PeoplePage};
use crate::web::views::shared::{Status, When, count_of};

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::PEOPLE, web::get().to(choose))
        .route(console::PEOPLE_OF, web::get().to(show))
        .route(console::PEOPLE_JOIN, web::get().to(review))
        .route(console::PEOPLE_JOIN, web::post().to(join))
        .route(console::JOIN_PART, web::get().to(consider))
        .route(console::JOIN_PART, web::post().to(part));
}

async fn choose(visit: AdminVisit) -> Result<HttpResponse, AdminError> {
    visit
        .choose("People", &console::people(), AdminPlace::People)
        .await
}

async fn show(visit: AdminVisit, tenant: web::Path<TenantId>) -> Result<HttpResponse, AdminError> {
    let sought = visit.query("name").unwrap_or_default();
    let (institution, found) = joining::search(&visit.cairn, &visit.admin, &tenant, &sought).await?;
    let (_, joined) = joining::list(&visit.cairn, &visit.admin, &tenant).await?;
    let found = found.iter().map(|one| FoundPerson {
        id: one.person.id.to_string(),
        name: one.person.display_name(),
        ids: one.ids.join(", "),
        has: format!(
            "{}, {}",
            count_of(number(one.badges), "badge", "badges"),
            count_of(number(one.courses), "course", "courses")
        ),
    });
    visit.show(&PeoplePage {
        page: visit.page_of(
            &institution,
            &format!("People: {}", institution.name),
            AdminPlace::People,
        ),
        action: console::people_of(&tenant),
        join_action: console::people_join(&tenant),
        found: found.collect(),
        sought,
        joined: lines(&visit, &tenant, &joined, false),
        by_students: lines(&visit, &tenant, &joined, true),
    })
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// What administrators said, or what students said themselves.
fn lines(visit: &AdminVisit, tenant: &TenantId, all: &[Listed], by_students: bool) -> Vec<JoinLine> {
    all.iter()
        .filter(|one| one.by_student.is_some() == by_students)
        .map(|one| line(visit, tenant, one))
        .collect()
}

fn line(visit: &AdminVisit, tenant: &TenantId, one: &Listed) -> JoinLine {
    JoinLine {
        what: match one.kind {
            JoinKind::Person => "Person",
            JoinKind::Platform => "Platform",
            JoinKind::Course => "Course",
        },
        from: one.from.clone(),
        into: one.into.clone(),
        when: When::new(one.asked_at, visit.cairn.clock.now()),
        state: match one.state {
            JoinState::Asked => Status::InProgress.saying("Being joined"),
            JoinState::Done => Status::Earned.saying("Joined"),
            JoinState::Leaving => Status::InProgress.saying("Being taken back"),
            JoinState::Undone => Status::Neutral.saying("Taken back"),
        },
        notes: one.by_student.map(notes).unwrap_or_default(),
        part: (one.state == JoinState::Done).then(|| console::join_part(tenant, &one.id)),
    }
}

/// What stands out in a join that a student said.
fn notes(said: SaidByStudent) -> Vec<&'static str> {
    let differ = "The names have no word in common: ask whether both are of one person.";
    let teaches = "Whoever stayed teaches, assists or looks on in a course by now.";
    let keeps = "Whoever stayed keeps a badge that was awarded for badges of both, of which some went back: look whether it stands.";
    [
        (said.names_differ, differ),
        (said.is_staff_now, teaches),
        (said.keeps_more, keeps),
    ]
    .into_iter()
    .filter_map(|(holds, note)| holds.then_some(note))
    .collect()
}

/// The two people that a form or an address names.
fn two(from: Option<String>, into: Option<String>) -> Result<(PersonId, PersonId), AdminError> {
    match (from, into) {
        (Some(from), Some(into)) if from != into => Ok((from.into(), into.into())),
        _ => Err(ServiceError::from(JoinRefusal::Two).into()),
    }
}

fn told(side: &Side) -> String {
    let badges = if side.awards.is_empty() {
        "no badges".to_owned()
    } else {
        let listed = side.awards.join(", ");
        format!(
            "{} ({listed})",
            count_of(number(side.awards.len()), "badge", "badges")
        )
    };
    let courses = if side.courses.is_empty() {
        "no courses".to_owned()
    } else {
        side.courses.join(", ")
    };
    format!(
        "{}, known to the platform as {}: {badges}; {}; {}; {courses}.",
        side.person.display_name(),
        side.ids.join(", "),
        count_of(number(side.hand_ins), "submission", "submissions"),
        count_of(number(side.decisions), "decision", "decisions"),
    )
}

async fn review(visit: AdminVisit, tenant: web::Path<TenantId>) -> Result<HttpResponse, AdminError> {
    let (from, into) = two(visit.query("from"), visit.query("into"))?;
    let seen = joining::review_people(&visit.cairn, &visit.admin, &tenant, &from, &into).await?;
    let stays = seen.into.person.display_name();
    let mut consequences = vec![
        format!("Joined: {}", told(&seen.from)),
        format!("Stays: {}", told(&seen.into)),
        format!(
            "Badges, submissions, grades and decisions of both are {stays}’s from now on, and both ids mean {stays}."
        ),
    ];
    if !seen.both.is_empty() {
        consequences.push(format!(
            "Both have {}. One of the two is shown, the valid one that was awarded first; the other stays valid for whoever has its link, and is not awarded anew.",
            seen.both.join(", ")
        ));
    }
    consequences.push(
        "Nothing that was signed is changed or revoked, and both can be verified as before.".to_owned(),
    );
    consequences.push(
        "It stands in the audit log. It can be taken back; what comes in meanwhile then stays with the one who stays."
            .to_owned(),
    );
    visit.show(&ConsoleConfirmPage {
        page: visit.page_of(
            &seen.institution,
            &format!("Are these one person: {stays}?"),
            AdminPlace::People,
        ),
        consequences,
        action: console::people_join(&tenant),
        fields: vec![("from", from.to_string()), ("into", into.to_string())],
        confirm: "Join them",
        danger: false,
        back_href: console::people_of(&tenant),
    })
}

async fn join(
    Proven(visit): Proven<AdminVisit>,
    tenant: web::Path<TenantId>,
) -> Result<HttpResponse, AdminError> {
    let of = |name: &str| visit.fields.get(name).map(str::to_owned);
    let (from, into) = two(of("from"), of("into"))?;
    joining::join_people(&visit.cairn, &visit.admin, &tenant, &from, &into).await?;
    Ok(visit.go(&visit.href_saying(&console::people_of(&tenant), "joined")))
}

/// What stays with the one who stayed.
fn stays(one: &Listed, since: CameSince) -> String {
    let counted =
        |count: i64, one: &str, many: &str| count_of(u32::try_from(count).unwrap_or(u32::MAX), one, many);
    let came = [
        (since.awards, counted(since.awards, "badge", "badges")),
        (
            since.hand_ins,
            counted(since.hand_ins, "submission", "submissions"),
        ),
        (
            since.grades,
            counted(since.grades, "new or changed grade", "new or changed grades"),
        ),
    ];
    let came: Vec<String> = came
        .into_iter()
        .filter_map(|(count, told)| (count > 0).then_some(told))
        .collect();
    if came.is_empty() {
        return format!(
            "Nothing came in since they were joined. What still does before this is done stays with {}.",
            one.into
        );
    }
    let came = came.join(", ");
    match one.kind {
        JoinKind::Platform => format!(
            "What came in since they were joined, on both sides together: {came}. Of that, what was handed in to activities of {}, or through links of it alone, goes with them; all else stays with {}.",
            one.from, one.into
        ),
        JoinKind::Person | JoinKind::Course => format!(
            "What came in since they were joined stays with {}: {came}.",
            one.into
        ),
    }
}

/// What taking a join back does, one sentence each.
fn parts(one: &Listed, since: CameSince) -> Vec<String> {
    let (from, into) = (&one.from, &one.into);
    let mut all = vec![
        format!("{from} and {into} are two again, each with what was theirs."),
        stays(one, since),
    ];
    let visits = if one.kind == JoinKind::Platform {
        all.push(format!(
            "What was handed in meanwhile to an activity that was of {from} before is then of the person whom {from} calls by the same user id, with its reviews and its score."
        ));
        all.push(format!(
            "Links that {from} brought into a course of both since then go to its own course. An activity that they alone open goes with them, with its column and its submissions: each is then of the person whom {from} calls by the same user id. An activity that a link of {into} opens too belongs to that link and its column again, and the other link asks once more what it opens."
        ));
        format!(
            "Visits that are open in courses of both, or that {from} opened, end, and begin anew from the course; all others go on."
        )
    } else {
        format!("Visits of {into} that are open end, and begin anew from the course; all others go on.")
    };
    all.push(format!("Nothing that was signed is changed or revoked. {visits}"));
    all
}

async fn consider(
    visit: AdminVisit,
    path: web::Path<(TenantId, JoinId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    let (institution, one, since) = joining::review_part(&visit.cairn, &visit.admin, &tenant, &id).await?;
    visit.show(&ConsoleConfirmPage {
        page: visit.page_of(&institution, "Take this back?", AdminPlace::People),
        consequences: parts(&one, since),
        action: console::join_part(&tenant, &id),
        fields: Vec::new(),
        confirm: "Take it back",
        danger: false,
        back_href: console::people_of(&tenant),
    })
}

async fn part(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<(TenantId, JoinId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    joining::part(&visit.cairn, &visit.admin, &tenant, &id).await?;
    Ok(visit.go(&visit.href_saying(&console::people_of(&tenant), "parted")))
}
