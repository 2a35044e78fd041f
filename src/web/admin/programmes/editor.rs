//! Making and changing a programme: its design, what it takes, and its terms, in one form.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use super::{course_of, is_for_courses, skills};
use crate::domain::badge::BadgeState;
use crate::domain::issuer::Tenant;
use crate::domain::programme::{MAX_CHOICES, Offered, Parts, PartsEnd, Place, Terms};
use crate::ids::BadgeId;
use crate::service::base::error::ServiceError;
use crate::service::institution::programmes::saving::{self, Saved, Typed};
use crate::service::institution::programmes::{self, Opened};
use crate::web::admin::error::AdminError;
use crate::web::extract::fields::Fields;
use crate::web::extract::programme_request::ProgrammeRequest;
use crate::web::extract::proven::Proven;
use crate::web::instructor::badge_form::{at_field, design, fields_of, read, wrong_besides};
use crate::web::paths::{console, course};
use crate::web::views::admin::{ChoiceLine, OfferedGroup, OfferedRow, ProgrammeEditorPage};
use crate::web::views::instructor::{BadgeFields, PictureMaker, SkillPicker};
use crate::web::views::shared::{Choice, Problem, ProblemList};
use crate::web::words;

/// Most badges that are shown besides the chosen ones.
const SHOWN: usize = 200;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::PROGRAMME_NEW, web::get().to(new))
        .route(console::PROGRAMME_NEW, web::post().to(save_new))
        .route(console::PROGRAMME_EDIT, web::get().to(edit))
        .route(console::PROGRAMME_EDIT, web::post().to(save_known));
}

pub(super) fn configure_in_course(config: &mut ServiceConfig) {
    config
        .route(course::PROGRAMME_NEW, web::get().to(new))
        .route(course::PROGRAMME_NEW, web::post().to(new))
        .route(course::PROGRAMME_SAVE_NEW, web::post().to(save_new))
        .route(course::PROGRAMME_EDIT, web::get().to(edit))
        .route(course::PROGRAMME_EDIT, web::post().to(edit))
        .route(course::PROGRAMME_SAVE, web::post().to(save_known));
}

/// The form as it is filled in.
struct Filled {
    fields: BadgeFields,
    parts: Parts,
    needed: [String; MAX_CHOICES],
    parts_end: PartsEnd,
    finish_begun: bool,
    sought: String,
    /// Whether its texts and terms stay while it awards.
    texts_stay: bool,
}

impl Filled {
    fn new(language: &str) -> Self {
        let mut fields = BadgeFields::in_language(language);
        "stones".clone_into(&mut fields.shape);
        Self {
            fields,
            parts: Parts::default(),
            needed: std::array::from_fn(|_| String::new()),
            parts_end: PartsEnd::default(),
            finish_begun: true,
            sought: String::new(),
            texts_stay: false,
        }
    }

    fn of(opened: &Opened) -> Self {
        let Terms {
            parts_end,
            finish_begun,
            prerequisites,
        } = &opened.programme.terms;
        let parts = opened
            .rule()
            .map(|rule| Parts::of(&rule.root, prerequisites))
            .unwrap_or_default();
        Self {
            fields: fields_of(&opened.badge.design, opened.badge.revision),
            needed: parts.needed.map(|needed| match needed {
                0 => String::new(),
                needed => needed.to_string(),
            }),
            parts,
            parts_end: *parts_end,
            finish_begun: *finish_begun,
            sought: String::new(),
            texts_stay: opened.texts_stay,
        }
    }

    fn typed(form: &Fields) -> Self {
        let mut parts = Parts::default();
        for (name, value) in &form.pairs {
            let place = place_of(value);
            if let (Some(badge), Some(place)) = (name.strip_prefix("part."), place) {
                parts.badges.push((badge.into(), place));
            }
        }
        let mut needed: [String; MAX_CHOICES] = std::array::from_fn(|_| String::new());
        for (choice, (typed, slot)) in needed.iter_mut().zip(&mut parts.needed).enumerate() {
            *typed = form.text(&format!("needed.{choice}"));
            *slot = typed.parse().unwrap_or_default();
        }
        let end = form.text("parts_end");
        Self {
            fields: read(form),
            parts,
            needed,
            parts_end: PartsEnd::ALL
                .into_iter()
                .find(|one| one.word() == end)
                .unwrap_or_default(),
            finish_begun: form.ticked("finish_begun"),
            sought: form.text("sought"),
            texts_stay: false,
        }
    }
}

impl Filled {
    /// What is wrong with how many of each choice are needed, each at its field: a choice of which nothing is chosen needs no number.
    fn unneeded(&self) -> Vec<Problem> {
        let wrong = |(choice, needed): (usize, &u16)| {
            let place = Place::Choice(choice);
            let of = self.parts.badges.iter().filter(|(_, own)| *own == place).count();
            let number = choice.saturating_add(1);
            if of == 0 {
                return None;
            }
            let text = match usize::from(*needed) {
                0 => format!("Type how many badges of choice {number} are needed: 1 to {of}."),
                needed if needed > of => {
                    format!("Choice {number} has {of}, so at most {of} of them can be needed.")
                }
                _ => return None,
            };
            Some(Problem {
                field: format!("needed.{choice}"),
                text,
            })
        };
        self.parts.needed.iter().enumerate().filter_map(wrong).collect()
    }
}

fn place_of(value: &str) -> Option<Place> {
    match value {
        "prerequisite" => Some(Place::Prerequisite),
        "required" => Some(Place::Required),
        other => {
            let choice = other.strip_prefix("choice.")?.parse().ok()?;
            (choice < MAX_CHOICES).then_some(Place::Choice(choice))
        }
    }
}

fn place_word(place: Option<Place>) -> String {
    match place {
        None => String::new(),
        Some(Place::Prerequisite) => "prerequisite".to_owned(),
        Some(Place::Required) => "required".to_owned(),
        Some(Place::Choice(choice)) => format!("choice.{choice}"),
    }
}

async fn new(request: ProgrammeRequest) -> Result<HttpResponse, AdminError> {
    let (institution, offered) = programmes::offered(request.cairn(), request.by()?, &request.tenant).await?;
    let mut filled = Filled::new("");
    if let Some(accent) = institution.accent {
        filled.fields.colour = accent.hex();
    }
    let mut page = view(&request, &institution, None, &filled, &offered, Vec::new());
    page.picker = skills::picker(&request).await?;
    request.show(&page)
}

async fn edit(request: ProgrammeRequest) -> Result<HttpResponse, AdminError> {
    let (by, tenant, id) = (request.by()?, &request.tenant, &request.badge);
    let opened = programmes::open(request.cairn(), &by, tenant, id).await?;
    let (institution, mut offered) = programmes::offered(request.cairn(), &by, tenant).await?;
    keep_chosen(&mut offered, &opened);
    let filled = Filled::of(&opened);
    let mut page = view(&request, &institution, Some(id), &filled, &offered, Vec::new());
    page.picker = skills::picker(&request).await?;
    request.show(&page)
}

/// What its rule names stays to be seen, also where it is offered no more; itself is none of its parts.
fn keep_chosen(offered: &mut Vec<Offered>, opened: &Opened) {
    offered.retain(|one| one.badge.id != opened.badge.id);
    for (id, one) in &opened.parts {
        if offered.iter().all(|known| known.lineage != *id) {
            offered.push(Offered {
                lineage: id.clone(),
                ..one.clone()
            });
        }
    }
}

async fn save_new(Proven(request): Proven<ProgrammeRequest>) -> Result<HttpResponse, AdminError> {
    save(&request, None).await
}

async fn save_known(Proven(request): Proven<ProgrammeRequest>) -> Result<HttpResponse, AdminError> {
    save(&request, Some(&request.badge)).await
}

async fn save(request: &ProgrammeRequest, id: Option<&BadgeId>) -> Result<HttpResponse, AdminError> {
    let (by, tenant) = (request.by()?, &request.tenant);
    let (institution, mut offered) = programmes::offered(request.cairn(), &by, tenant).await?;
    let mut filled = Filled::typed(request.fields());
    let mut is_awarding = false;
    if let Some(id) = id {
        let opened = programmes::open(request.cairn(), &by, tenant, id).await?;
        keep_chosen(&mut offered, &opened);
        is_awarding = opened.badge.state == BadgeState::Active;
        filled.texts_stay = opened.texts_stay;
    }
    let mut problems = Vec::new();
    if request.fields().text("action") != "save" {
        skills::change(request, &mut filled.fields).await?;
        let mut page = view(request, &institution, id, &filled, &offered, problems);
        page.picker = skills::picker(request).await?;
        return request.show(&page);
    }
    let (design, mut unread) = design(&filled.fields, institution.zone());
    unread.extend(filled.unneeded());
    if unread.is_empty() {
        let typed = Typed {
            design,
            parts: filled.parts.clone(),
            parts_end: filled.parts_end,
            finish_begun: filled.finish_begun,
        };
        let known = id.map(|id| (id, filled.fields.revision));
        match saving::save(request.cairn(), &by, tenant, known, typed).await {
            Ok(Saved::Done(id)) => {
                let word = if is_awarding { "programme-saved" } else { "programme-made" };
                return Ok(request.go_saying(&request.programme_href(&id), word));
            }
            Ok(Saved::Wrong(wrong)) => problems.extend(wrong.iter().map(at_field)),
            Ok(Saved::Changed) => problems.push(Problem::whole(
                "Somebody changed this programme since you opened it. Nothing was saved; open it in another tab to see what is there, and save again from the new page.",
            )),
            Err(error) if is_of_form(&error) => problems.push(Problem::whole(words::errors::sentence(&error))),
            Err(error) => return Err(error.into()),
        }
    } else {
        problems.extend(wrong_besides(&design, &unread, request.cairn().clock.now()));
        problems.extend(unread);
    }
    let mut page = view(request, &institution, id, &filled, &offered, problems);
    page.picker = skills::picker(request).await?;
    request.show_again(&page)
}

/// What is refused of what was typed, so that it stays to be seen.
fn is_of_form(error: &ServiceError) -> bool {
    error.code().starts_with("programme.")
}

fn view(
    request: &ProgrammeRequest,
    institution: &Tenant,
    id: Option<&BadgeId>,
    filled: &Filled,
    offered: &[Offered],
    problems: Vec<Problem>,
) -> ProgrammeEditorPage {
    let title = match id {
        Some(_) => format!("Change “{}”", filled.fields.name),
        None => "New programme".to_owned(),
    };
    let (groups, more) = groups(offered, filled);
    let choices = (0..MAX_CHOICES).map(|choice| {
        Choice::new(
            format!("choice.{choice}"),
            format!("Choice {}", choice.saturating_add(1)),
        )
    });
    let fixed = [
        ("", "Not a part"),
        ("required", "Needed"),
        ("prerequisite", "Comes before it"),
    ];
    let fixed = fixed.map(|(value, label)| Choice::new(value, label));
    ProgrammeEditorPage {
        page: request.page_of(institution, &title),
        action: request.save_action(id),
        back_href: match id {
            Some(id) => request.programme_href(id),
            None => request.list_href(),
        },
        fields: filled.fields.clone(),
        maker: PictureMaker::new(
            &request.fields().text("icon_search"),
            &filled.fields.icon,
            request.fields().text("action") == "search_icons",
        ),
        picker: SkillPicker::default(),
        problems: ProblemList(problems),
        sought: filled.sought.clone(),
        groups,
        more,
        places: fixed.into_iter().chain(choices).collect(),
        choices: filled
            .needed
            .iter()
            .enumerate()
            .map(|(number, needed)| ChoiceLine {
                number,
                needed: needed.clone(),
            })
            .collect(),
        parts_end: PartsEnd::ALL
            .map(|end| {
                (
                    end.word(),
                    words::programmes::parts_end(end),
                    end == filled.parts_end,
                )
            })
            .to_vec(),
        finish_begun: filled.finish_begun,
        texts_stay: filled.texts_stay,
    }
}

/// The badges that are shown, by course: the chosen ones, and as many others as there is room for that are looked for. And how many
/// more there are.
fn groups(offered: &[Offered], filled: &Filled) -> (Vec<OfferedGroup>, usize) {
    let sought = filled.sought.to_lowercase();
    let (mut room, mut more) = (SHOWN, 0_usize);
    let mut groups: Vec<OfferedGroup> = Vec::new();
    for one in offered {
        let chosen = filled
            .parts
            .badges
            .iter()
            .find(|(badge, _)| *badge == one.lineage);
        let course = if !one.is_home || one.course.is_some() {
            course_of(one)
        } else if is_for_courses(one) {
            "Badges of the institution".to_owned()
        } else {
            "Programmes".to_owned()
        };
        let name = &one.badge.design.name;
        let is_sought = name.to_lowercase().contains(&sought) || course.to_lowercase().contains(&sought);
        if chosen.is_none() {
            if !is_sought || room == 0 {
                more = more.saturating_add(1);
                continue;
            }
            room = room.saturating_sub(1);
        }
        let row = OfferedRow {
            id: one.lineage.to_string(),
            name: name.clone(),
            place: place_word(chosen.map(|(_, place)| *place)),
        };
        match groups.iter_mut().find(|group| group.course == course) {
            Some(group) => group.badges.push(row),
            None => groups.push(OfferedGroup {
                course,
                badges: vec![row],
            }),
        }
    }
    (groups, more)
}
