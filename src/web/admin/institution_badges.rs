//! `/admin/badges/{institution}`: badges that the institution owns and that its courses take.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use rust_decimal::Decimal;

use super::error::AdminError;
use super::frame::AdminPlace;
use crate::domain::badge::BadgeState;
use crate::domain::institution_badge::{Asks, AsksProblem, MOST_PLACES, Place, Reach, Version, Wants};
use crate::domain::issuer::Tenant;
use crate::domain::sentence::{number, sentence_in_full};
use crate::ids::{BadgeId, CourseId, PlatformId, TenantId};
use crate::service::badge::pictures::{self, Whose};
use crate::service::base::addresses;
use crate::service::base::error::ServiceError;
use crate::service::institution::institution_badges::{self, Opened, Saved, Summary};
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::fields::Fields;
use crate::web::extract::proven::Proven;
use crate::web::instructor::badge_form::{
    at_field, decimal, design, fields_of, kept_name, read, wrong_besides,
};
use crate::web::instructor::squaring::{self, Squared};
use crate::web::paths::console;
use crate::web::views::admin::{
    InstitutionBadgeEditorPage, InstitutionBadgeLine, InstitutionBadgePage, InstitutionBadgesPage,
    PlaceFields,
};
use crate::web::views::instructor::{BadgeFields, WholePicture};
use crate::web::views::shared::{LinkTo, Problem, ProblemList, Status, StatusChip, count_of};
use crate::web::words::{self, states};

/// Most courses that are shown besides the chosen ones.
const SHOWN: usize = 100;
/// Empty rows that a form shows besides what is typed.
const MORE: usize = 2;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::BADGES, web::get().to(choose))
        .route(console::BADGES_OF, web::get().to(list))
        .route(console::BADGE_NEW, web::get().to(new))
        .route(console::BADGE_NEW, web::post().to(save_new))
        .route(console::BADGE, web::get().to(show))
        .route(console::BADGE_EDIT, web::get().to(edit))
        .route(console::BADGE_EDIT, web::post().to(save_known))
        .route(console::BADGE_PUBLISH, web::post().to(publish))
        .route(console::BADGE_REACH, web::post().to(reach))
        .route(console::BADGE_TURN, web::post().to(turn));
}

async fn choose(visit: AdminVisit) -> Result<HttpResponse, AdminError> {
    visit
        .choose("Badges for courses", &console::badges(), AdminPlace::Badges)
        .await
}

fn chip(state: &BadgeState) -> StatusChip {
    match state {
        BadgeState::Draft | BadgeState::Paused { .. } => Status::Neutral.saying("Draft"),
        BadgeState::Active => Status::Earned.saying("Offered"),
        BadgeState::Retired => Status::Neutral.saying("Withdrawn"),
    }
}

async fn list(visit: AdminVisit, tenant: web::Path<TenantId>) -> Result<HttpResponse, AdminError> {
    let (institution, all) = institution_badges::list(&visit.cairn, &visit.admin, &tenant).await?;
    let line = |found: &Summary| {
        let courses = count_of(
            u32::try_from(found.courses).unwrap_or(u32::MAX),
            "course",
            "courses",
        );
        let verb = if found.courses == 1 { "has" } else { "have" };
        let version = match found.one.version {
            0 => "not published yet".to_owned(),
            version => format!("version {version}"),
        };
        InstitutionBadgeLine {
            name: found.one.draft.design.name.clone(),
            href: console::badge(&tenant, &found.one.badge),
            state: chip(&found.state),
            has: format!("{version} · {courses} {verb} it"),
            waits: found.one.published.as_ref() != Some(&found.one.draft) && found.one.version > 0,
        }
    };
    let title = format!("Badges of {} for courses", institution.name);
    visit.show(&InstitutionBadgesPage {
        page: visit.page_of(&institution, &title, AdminPlace::Badges),
        badges: all.iter().map(line).collect(),
        new_href: console::badge_new(&tenant),
    })
}

async fn show(visit: AdminVisit, path: web::Path<(TenantId, BadgeId)>) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    let opened = institution_badges::open(&visit.cairn, &visit.admin, &tenant, &id).await?;
    visit.show(&page(&visit, &opened))
}

fn page(visit: &AdminVisit, opened: &Opened) -> InstitutionBadgePage {
    let (tenant, id) = (&opened.institution.id, &opened.one.badge);
    let zone = opened.institution.zone();
    let says = |version: &Version| sentence_in_full(&version.asks.rule(), &version.asks.names(zone));
    let state = &opened.badge.state;
    let sought = visit.query("sought").unwrap_or_default();
    let (courses, more) = courses(opened, &sought);
    let waits = opened.waits();
    let of_platform = |(platform, name): &(PlatformId, String)| {
        let chosen = opened.reach.platforms.contains(platform);
        (platform.to_string(), name.clone(), chosen)
    };
    let taken = opened.taken.iter().map(|(badge, course)| {
        let course = course.clone().unwrap_or_else(nameless);
        (course, states::badge(&badge.state))
    });
    InstitutionBadgePage {
        page: visit.page_of(
            &opened.institution,
            &opened.one.draft.design.name,
            AdminPlace::Badges,
        ),
        state: chip(state),
        version: match opened.one.version {
            0 => "No course can take it before it is published.".to_owned(),
            version => format!("Version {version} is published."),
        },
        outcome: opened.one.draft.design.outcome.clone(),
        asks: says(&opened.one.draft),
        published: opened
            .one
            .published
            .as_ref()
            .map(says)
            .filter(|published| waits && *published != says(&opened.one.draft)),
        publish: (waits && *state != BadgeState::Retired)
            .then(|| (console::badge_publish(tenant, id), opened.one.revision)),
        edit_href: console::badge_edit(tenant, id),
        turn_action: console::badge_turn(tenant, id),
        can_withdraw: *state == BadgeState::Active,
        can_offer: *state == BadgeState::Retired,
        public: opened.one.published.is_some().then(|| LinkTo {
            href: addresses::achievement(&opened.issuer, id),
            text: "Its public page".to_owned(),
        }),
        everywhere: opened.one.everywhere,
        reach_action: console::badge_reach(tenant, id),
        sought,
        own_href: console::badge(tenant, id),
        platforms: opened.platforms.iter().map(of_platform).collect(),
        courses,
        more,
        taken: taken.collect(),
        back_href: console::badges_of(tenant),
    }
}

fn nameless() -> String {
    "A course without a name".to_owned()
}

/// The courses that are shown, the chosen ones and as many others as there is room for, and how many more there are.
fn courses(opened: &Opened, sought: &str) -> (Vec<(String, String, bool)>, usize) {
    let sought = sought.to_lowercase();
    let (mut shown, mut room, mut more) = (Vec::new(), SHOWN, 0_usize);
    for (course, title) in &opened.courses {
        let name = title.clone().unwrap_or_else(nameless);
        let chosen = opened.reach.courses.contains(course);
        if !chosen {
            if !name.to_lowercase().contains(&sought) || room == 0 {
                more = more.saturating_add(1);
                continue;
            }
            room = room.saturating_sub(1);
        }
        shown.push((course.to_string(), name, chosen));
    }
    // Those that are older than what is looked at stay chosen.
    let old = opened.reach.courses.iter();
    let old = old.filter(|id| opened.courses.iter().all(|(known, _)| known != *id));
    shown.extend(old.map(|id| (id.to_string(), nameless(), true)));
    (shown, more)
}

/// The form as it is filled in.
struct Filled {
    fields: BadgeFields,
    places: Vec<PlaceFields>,
    needed: String,
    approval: bool,
    seen: i32,
    /// The picture that is or was not square.
    whole: Option<WholePicture>,
}

impl Filled {
    fn new() -> Self {
        Self {
            fields: BadgeFields::in_language(""),
            places: Vec::new(),
            needed: String::new(),
            approval: false,
            seen: 0,
            whole: None,
        }
    }

    fn of(opened: &Opened) -> Self {
        let Version { design, asks } = &opened.one.draft;
        let place = |place: &Place| {
            let row = PlaceFields {
                id: place.id.clone(),
                name: place.name.clone(),
                ..PlaceFields::default()
            };
            match &place.wants {
                Wants::Column {
                    at_least,
                    resource_id,
                    tag,
                } => PlaceFields {
                    kind: "column".to_owned(),
                    percent: number(*at_least),
                    resource: resource_id.clone().unwrap_or_default(),
                    tag: tag.clone().unwrap_or_default(),
                    ..row
                },
                Wants::Activity => PlaceFields {
                    kind: "activity".to_owned(),
                    ..row
                },
            }
        };
        Self {
            fields: fields_of(design, opened.one.revision),
            places: asks.places.iter().map(place).collect(),
            needed: asks.needed.map(|needed| needed.to_string()).unwrap_or_default(),
            approval: asks.approval,
            seen: opened.one.revision,
            whole: None,
        }
    }

    fn typed(form: &Fields) -> Self {
        let row = |i: usize| {
            let part = |name: &str| form.text(&format!("place.{i}.{name}"));
            PlaceFields {
                id: part("id"),
                kind: part("kind"),
                name: part("name"),
                percent: part("percent"),
                resource: part("resource"),
                tag: part("tag"),
            }
        };
        Self {
            fields: read(form),
            places: (0..=MOST_PLACES)
                .map(row)
                .filter(|row| matches!(row.kind.as_str(), "column" | "activity"))
                .collect(),
            needed: form.text("needed"),
            approval: form.ticked("approval"),
            seen: form.text("seen").parse().unwrap_or_default(),
            whole: None,
        }
    }

    fn asks(&self) -> Asks {
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let place = |row: &PlaceFields| Place {
            id: row.id.clone(),
            name: row.name.clone(),
            wants: if row.kind == "activity" {
                Wants::Activity
            } else {
                Wants::Column {
                    // What is no number is told at its field.
                    at_least: decimal(&row.percent).unwrap_or(Decimal::ZERO).normalize(),
                    resource_id: some(&row.resource),
                    tag: some(&row.tag),
                }
            },
        };
        Asks {
            places: self.places.iter().map(place).collect(),
            needed: some(&self.needed).map(|needed| needed.parse().unwrap_or_default()),
            approval: self.approval,
        }
    }
}

async fn new(visit: AdminVisit, tenant: web::Path<TenantId>) -> Result<HttpResponse, AdminError> {
    let institution = institution_badges::begin(&visit.cairn, &visit.admin, &tenant).await?;
    visit.show(&view(&visit, &institution, None, &Filled::new(), Vec::new()))
}

async fn edit(visit: AdminVisit, path: web::Path<(TenantId, BadgeId)>) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    let opened = institution_badges::open(&visit.cairn, &visit.admin, &tenant, &id).await?;
    let filled = Filled::of(&opened);
    visit.show(&view(&visit, &opened.institution, Some(&id), &filled, Vec::new()))
}

async fn save_new(
    Proven(visit): Proven<AdminVisit>,
    tenant: web::Path<TenantId>,
) -> Result<HttpResponse, AdminError> {
    save(&visit, &tenant, None).await
}

async fn save_known(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<(TenantId, BadgeId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    save(&visit, &tenant, Some(id)).await
}

async fn save(
    visit: &AdminVisit,
    tenant: &TenantId,
    id: Option<BadgeId>,
) -> Result<HttpResponse, AdminError> {
    let institution = institution_badges::begin(&visit.cairn, &visit.admin, tenant).await?;
    let mut filled = Filled::typed(&visit.fields);
    let mut problems = picture(visit, &mut filled).await?;
    if visit.fields.text("action") != "save" {
        return visit.show(&view(visit, &institution, id.as_ref(), &filled, problems));
    }
    let (design, unread) = design(&filled.fields, institution.zone());
    let asks = filled.asks();
    if unread.is_empty() && problems.is_empty() {
        let typed = Version { design, asks };
        let known = id.as_ref().map(|id| (id, filled.seen));
        match institution_badges::save(&visit.cairn, &visit.admin, tenant, known, typed).await {
            Ok(Saved::Done(id)) => {
                return Ok(visit.go(&visit.href_saying(&console::badge(tenant, &id), "badge-saved")));
            }
            Ok(Saved::Wrong(wrong, asked)) => {
                problems.extend(wrong.iter().map(at_field));
                problems.extend(asked.iter().map(of_place));
            }
            Ok(Saved::Changed) => problems.push(Problem::whole(
                "Somebody changed this badge since you opened it. Nothing was saved; open it in another tab to see what is there, and save again from the new page.",
            )),
            Err(error) if is_of_form(&error) => problems.push(Problem::whole(words::errors::sentence(&error))),
            Err(error) => return Err(error.into()),
        }
    } else {
        problems.extend(wrong_besides(&design, &unread, visit.cairn.clock.now()));
        problems.extend(asks.problems(design.kind).iter().map(of_place));
        problems.extend(unread);
    }
    visit.show_again(&view(visit, &institution, id.as_ref(), &filled, problems))
}

/// Keeps a picture that came with the form at once, so that it is not lost when something else is wrong, and makes it square. What is
/// wrong with it.
async fn picture(visit: &AdminVisit, filled: &mut Filled) -> Result<Vec<Problem>, ServiceError> {
    let (mut problems, mut is_new) = (Vec::new(), false);
    if let Some(file) = visit.fields.file("picture") {
        match pictures::clean_and_keep(&visit.cairn, file.bytes.clone()).await? {
            Ok(picture) => {
                filled.fields.picture_kept = kept_name(&picture);
                "uploaded".clone_into(&mut filled.fields.picture_from);
                is_new = true;
            }
            Err(refused) => problems.push(Problem {
                field: "picture".to_owned(),
                text: words::pictures::refused(&refused),
            }),
        }
    }
    let squared = squaring::squared(&visit.cairn, Whose::Administrator, &mut filled.fields, is_new);
    let Squared { size, problem } = squared.await?;
    filled.whole = size;
    problems.extend(problem);
    Ok(problems)
}

fn of_place(problem: &AsksProblem) -> Problem {
    let (field, text) = words::institution_badges::problem(problem);
    Problem { field, text }
}

/// What is refused of what was typed, so that it stays to be seen.
fn is_of_form(error: &ServiceError) -> bool {
    error.code().starts_with("institution-badge.")
}

fn view(
    visit: &AdminVisit,
    institution: &Tenant,
    id: Option<&BadgeId>,
    filled: &Filled,
    problems: Vec<Problem>,
) -> InstitutionBadgeEditorPage {
    let title = match id {
        Some(_) => format!("Change “{}”", filled.fields.name),
        None => "New badge for courses".to_owned(),
    };
    let mut rows = filled.places.clone();
    let room = MOST_PLACES.saturating_sub(rows.len());
    rows.extend((0..room.min(MORE)).map(|_| PlaceFields::default()));
    InstitutionBadgeEditorPage {
        page: visit.page_of(institution, &title, AdminPlace::Badges),
        action: match id {
            Some(id) => console::badge_edit(&institution.id, id),
            None => console::badge_new(&institution.id),
        },
        back_href: match id {
            Some(id) => console::badge(&institution.id, id),
            None => console::badges_of(&institution.id),
        },
        fields: filled.fields.clone(),
        problems: ProblemList(problems),
        rows,
        needed: filled.needed.clone(),
        approval: filled.approval,
        seen: filled.seen,
        uploaded_src: (!filled.fields.picture_kept.is_empty())
            .then(|| addresses::picture(&filled.fields.picture_kept)),
        whole: filled.whole,
    }
}

async fn publish(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<(TenantId, BadgeId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    let revision = visit.fields.text("revision").parse().unwrap_or_default();
    institution_badges::publish(&visit.cairn, &visit.admin, &tenant, &id, revision).await?;
    Ok(visit.go(&visit.href_saying(&console::badge(&tenant, &id), "badge-published")))
}

async fn reach(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<(TenantId, BadgeId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    let everywhere = visit.fields.text("everywhere") != "no";
    let reach = Reach {
        platforms: visit.fields.all("platform").map(PlatformId::from).collect(),
        courses: visit.fields.all("course").map(CourseId::from).collect(),
    };
    institution_badges::offer_to(&visit.cairn, &visit.admin, &tenant, &id, everywhere, reach).await?;
    Ok(visit.go(&visit.href_saying(&console::badge(&tenant, &id), "saved")))
}

async fn turn(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<(TenantId, BadgeId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    let offered = visit.fields.text("turn") == "offer";
    institution_badges::turn(&visit.cairn, &visit.admin, &tenant, &id, offered).await?;
    let notice = if offered {
        "badge-offered"
    } else {
        "badge-withdrawn"
    };
    Ok(visit.go(&visit.href_saying(&console::badge(&tenant, &id), notice)))
}
