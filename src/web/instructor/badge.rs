//! The badge editor.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use super::badge_form::{at_field, design as read_design, fields_of, kept_name, read, wrong_besides};
use super::squaring::{self, Squared};
use crate::domain::badge::{Badge, Design};
use crate::domain::policy::Power;
use crate::domain::starters::Starter;
use crate::ids::{BadgeId, SkillId};
use crate::service::badge::coach;
use crate::service::badge::design::{self, Saved};
use crate::service::badge::lineage::{self, Change};
use crate::service::badge::pictures::{self, Whose};
use crate::service::badge::skills;
use crate::service::base::addresses;
use crate::service::base::clash::Clash;
use crate::service::base::policies;
use crate::service::course::from_institution;
use crate::web::clash;
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::instructor::{
    AlignmentRow, BadgeEditorPage, BadgeFields, OfInstitution, OfferSwitch, PictureMaker, SkillPicker,
    sentences,
};
use crate::web::views::shared::{Choice, Problem, ProblemList};
use crate::web::words;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::BADGE_NEW, web::get().to(new))
        .route(course::BADGE_NEW, web::post().to(new))
        .route(course::BADGE_SAVE_NEW, web::post().to(save_new))
        .route(course::BADGE_EDIT, web::get().to(edit))
        .route(course::BADGE_EDIT, web::post().to(edit))
        .route(course::BADGE_SAVE, web::post().to(save_known))
        .route(course::BADGE_OFFER, web::post().to(offer))
        .route(course::BADGE_DUPLICATE, web::post().to(duplicate));
}

async fn new(visit: Visit) -> Result<HttpResponse, AppError> {
    policies::check(&visit.cairn, &visit.visitor, Power::Create).await?;
    let locale = visit.visitor.session.locale.clone().unwrap_or_default();
    let mut fields = BadgeFields::in_language(&locale);
    // Badges of an institution begin in its colour.
    if let Some(accent) = visit.visitor.accent {
        fields.colour = accent.hex();
    }
    let page = view(&visit, None, fields, Vec::new(), Vec::new(), 0);
    visit.show(&BadgeEditorPage {
        picker: picker(&visit, "").await?,
        ..page
    })
}

/// Whether this visit answers a course site that waits for a choice.
fn places(visit: &Visit) -> bool {
    visit.visitor.session.request.is_some()
}

async fn edit(visit: Visit, path: web::Path<(String, BadgeId)>) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let (badge, holders) = design::badge(&visit.cairn, &visit.visitor, &id).await?;
    let fields = fields_of(&badge.design, badge.revision);
    let hints = hints(&visit, Some(&id), &badge.design).await?;
    let page = view(&visit, Some(&id), fields, Vec::new(), hints, holders);
    let may_save = policies::powers(&visit.cairn, &visit.visitor).await?.create;
    let offered = lineage::offered(&visit.cairn, &visit.visitor, &id).await?;
    let offer = offered.filter(|_| may_save).map(|offered| OfferSwitch {
        action: visit.href(&course::badge_offer(&id)),
        offered,
    });
    let duplicate_action = page.duplicate_action.clone().filter(|_| may_save);
    let descent = from_institution::descent(&visit.cairn, &visit.visitor, &id).await?;
    let of_institution = descent.map(|descent| OfInstitution {
        newer_href: (may_save && descent.is_newer)
            .then(|| visit.href(&course::institution_badge(&descent.badge))),
        name: descent.institution,
    });
    visit.show(&BadgeEditorPage {
        may_save,
        offer,
        of_institution,
        duplicate_action,
        picker: picker(&visit, "").await?,
        ..page
    })
}

async fn offer(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, BadgeId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let offered = visit.fields.get("offered") == Some("yes");
    lineage::offer(&visit.cairn, &visit.visitor, &id, offered).await?;
    Ok(visit.go(&visit.href_saying(&course::badge_edit(&id), "saved")))
}

/// The badge for which a copy would count no more outside its course with that design, unless that was confirmed.
async fn leaves(visit: &Visit, id: Option<&BadgeId>, design: &Design) -> Result<Option<String>, AppError> {
    let Some(id) = id.filter(|_| !visit.fields.ticked("leaves")) else {
        return Ok(None);
    };
    let change = Change::Design(Box::new(design.clone()));
    Ok(lineage::leaves(&visit.cairn, &visit.visitor, id, change).await?)
}

/// What the coach says of a badge as it is written: it never blocks.
async fn hints(visit: &Visit, id: Option<&BadgeId>, design: &Design) -> Result<Vec<String>, AppError> {
    let found = coach::while_writing(&visit.cairn, &visit.visitor, id, design).await?;
    Ok(sentences(found.iter().map(|one| &one.finding)))
}

async fn save_new(Proven(visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    save(&visit, None).await
}

async fn save_known(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, BadgeId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    save(&visit, Some(id)).await
}

/// What stands behind the name of a duplicate until somebody says what sets it apart.
const DUPLICATE: &str = " (duplicate)";

async fn duplicate(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, BadgeId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let made = design::duplicate(&visit.cairn, &visit.visitor, &id, DUPLICATE).await?;
    Ok(visit.go(&visit.href_saying(&course::badge_edit(&made), "duplicated")))
}

async fn save(visit: &Visit, id: Option<BadgeId>) -> Result<HttpResponse, AppError> {
    visit.teach()?;
    let holders = match &id {
        Some(id) => design::badge(&visit.cairn, &visit.visitor, id).await?.1,
        None => 0,
    };
    let mut fields = read(&visit.fields);
    let mut problems = Vec::new();
    let mut unkept: Option<AppError> = None;
    let mut asked: Option<String> = None;
    let mut is_new = false;
    // A picture that came with the form is kept at once, so that it is not lost when something else is wrong.
    if let Some(file) = visit.fields.file("picture") {
        match pictures::keep(&visit.cairn, &visit.visitor, file.bytes.clone()).await {
            Ok(Ok(picture)) => {
                fields.picture_kept = kept_name(&picture);
                "uploaded".clone_into(&mut fields.picture_from);
                is_new = true;
            }
            Ok(Err(refused)) => {
                problems.push(Problem {
                    field: "picture".to_owned(),
                    text: words::pictures::refused(&refused),
                });
            }
            Err(error) if error.keeps_the_form() => unkept = Some(AppError::from(error)),
            Err(error) => return Err(error.into()),
        }
    }
    let mut whole = None;
    match squaring::squared(&visit.cairn, Whose::Teacher(&visit.visitor), &mut fields, is_new).await {
        Ok(Squared { size, problem }) => {
            whole = size;
            problems.extend(problem);
        }
        Err(error) if error.keeps_the_form() => unkept = Some(AppError::from(error)),
        Err(error) => return Err(error.into()),
    }
    let action = visit.fields.text("action");
    let started = action.strip_prefix("start:").and_then(Starter::parse);
    if let Some(starter) = started.filter(|_| id.is_none()) {
        fields = fields.begun_as(starter);
    }
    let picks = take_skill(visit, &action, &mut fields).await?;
    let only_shows = matches!(action.as_str(), "refresh" | "search_icons") || started.is_some() || picks;
    if !change_skills(&action, &mut fields) && !only_shows && unkept.is_none() {
        let (design, unread) = read_design(&fields, visit.visitor.zone());
        problems.extend(unread);
        if problems.is_empty() {
            asked = leaves(visit, id.as_ref(), &design).await?;
        }
        if let Some(first) = &asked {
            problems.push(Problem {
                field: "leaves".to_owned(),
                text: words::lineages::asks(first),
            });
        } else if problems.is_empty() {
            let known = id.as_ref().map(|id| (id, fields.revision));
            let saved = match design::save(&visit.cairn, &visit.visitor, known, design).await {
                Err(error) if error.keeps_the_form() => Err(AppError::from(error)),
                saved => Ok(saved?),
            };
            match saved {
                Err(error) => unkept = Some(error),
                Ok(Saved::Done(made)) => {
                    begin(visit, id.as_ref(), &made, &fields.starter).await?;
                    let id = made;
                    let to = match action.as_str() {
                        "save" => visit.href_saying(&course::badge_edit(&id), "saved"),
                        "save_and_place" if places(visit) => {
                            format!(
                                "{}&badge={id}",
                                visit.href_saying(&course::place(), "chosen-badge")
                            )
                        }
                        _ => visit.href_saying(&course::badge_rule(&id), "saved"),
                    };
                    return Ok(visit.go(&to));
                }
                Ok(Saved::Wrong(wrong)) => problems.extend(wrong.iter().map(at_field)),
                Ok(Saved::Changed(met)) => return changed_meanwhile(visit, &met, &fields),
            }
        } else {
            let more = wrong_besides(&design, &problems, visit.cairn.clock.now());
            problems.extend(more);
        }
    }
    if let Some(error) = &unkept {
        problems.push(Problem {
            field: String::new(),
            text: error.sentence_with_the_form(),
        });
    }
    let hints = match read_design(&fields, visit.visitor.zone()) {
        (design, unread) if unread.is_empty() && unkept.is_none() => {
            hints(visit, id.as_ref(), &design).await?
        }
        _ => Vec::new(),
    };
    let refused = !problems.is_empty();
    let may_save = policies::powers(&visit.cairn, &visit.visitor).await?.create;
    let page = view(visit, id.as_ref(), fields, problems, hints, holders);
    let picker = match &unkept {
        // What could not be kept is shown again, whatever else cannot be read.
        Some(_) => SkillPicker::default(),
        None => picker(visit, &visit.fields.text("skill_search")).await?,
    };
    let page = BadgeEditorPage {
        may_save,
        leaves: asked,
        picker,
        whole,
        ..page
    };
    if let Some(error) = unkept {
        visit.show_unkept(&page, &error)
    } else if refused {
        visit.show_again(&page)
    } else {
        visit.show(&page)
    }
}

/// Begins the rule of a new badge that began as an example.
async fn begin(
    visit: &Visit,
    known: Option<&BadgeId>,
    made: &BadgeId,
    starter: &str,
) -> Result<(), AppError> {
    if let (None, Some(starter)) = (known, Starter::parse(starter)) {
        design::begin_rule(&visit.cairn, &visit.visitor, made, starter).await?;
    }
    Ok(())
}

/// What a colleague made of the badge meanwhile, beside what was typed.
fn changed_meanwhile(
    visit: &Visit,
    met: &Clash<Badge>,
    typed: &BadgeFields,
) -> Result<HttpResponse, AppError> {
    let (id, revision) = (&met.theirs.id, met.theirs.revision);
    let saved = BadgeFields::from_design(&met.theirs.design, revision);
    let name = &met.theirs.design.name;
    let page = visit.page(&format!("“{name}” was changed meanwhile"), Place::Badges);
    let ways = clash::Ways {
        action: visit.href(&course::badge_save(id)),
        keep_href: visit.href(&course::badge_edit(id)),
        note: "If you save yours, it takes the place of all that is saved. Badges that were issued stay as they are.",
        typed: true,
    };
    let instead = [
        ("revision", revision.to_string()),
        ("picture_from", typed.picture_from.clone()),
        ("picture_kept", typed.picture_kept.clone()),
        ("picture_whole", typed.picture_whole.clone()),
    ];
    let now = visit.cairn.clock.now();
    let lines = beside(&saved, typed);
    let view = clash::view(met, now, &visit.fields.pairs, &instead, lines, &page, ways);
    visit.show_clash(page, view)
}

/// A part of a badge by its label, and how it reads.
type Part<'a> = (&'static str, &'a dyn Fn(&BadgeFields) -> String);

/// Each part of the editor, as it is saved and as it was typed.
fn beside(saved: &BadgeFields, typed: &BadgeFields) -> Vec<(&'static str, String, String)> {
    let picture = |one: &BadgeFields| match one.picture_from.as_str() {
        "uploaded" => "a picture of your own".to_owned(),
        _ => {
            let motif = if one.icon.is_empty() {
                &one.initials
            } else {
                &one.icon
            };
            let drawn = format!("{motif} on {} {}", one.colour, one.shape);
            let banner = Some(one.banner.as_str()).filter(|text| !text.is_empty());
            let banner = banner.map(|text| format!("\nbanner “{text}” on {}", one.band));
            format!(
                "{drawn}{}\npattern: {}; stars: {}",
                banner.unwrap_or_default(),
                one.pattern,
                one.stars
            )
        }
    };
    let skills = |one: &BadgeFields| {
        let lines = one.alignments.iter();
        let lines = lines.map(|skill| format!("{} {}", skill.name, skill.url).trim().to_owned());
        lines
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join("\n")
    };
    let valid = |one: &BadgeFields| match one.expires.as_str() {
        "on" => format!("until {}", one.expires_on),
        "months" => format!("{} months", one.expires_months),
        "days" => format!("{} days", one.expires_days),
        _ => "for ever".to_owned(),
    };
    let points = |one: &BadgeFields| if one.show_score { "shown" } else { "not shown" }.to_owned();
    let parts: [Part<'_>; 22] = [
        ("Name", &|one| one.name.clone()),
        ("What it proves", &|one| one.outcome.clone()),
        ("Description", &|one| one.description.clone()),
        ("Criteria", &|one| one.criteria.clone()),
        ("Type", &|one| one.kind.clone()),
        ("Picture", &picture),
        ("What the picture shows", &|one| one.picture_alt.clone()),
        ("Hours of work", &|one| one.hours.clone()),
        ("Credits", &|one| one.credits.clone()),
        ("Level", &|one| one.level.clone()),
        ("Skills", &skills),
        ("Valid", &valid),
        ("Renewed once it has lapsed", &|one| one.renewal.clone()),
        ("Points in the badge", &points),
        ("Sort of achievement", &|one| one.achievement_type.clone()),
        ("Language", &|one| one.language.clone()),
        ("How it is assessed", &|one| one.assessment.clone()),
        ("Course code", &|one| one.code.clone()),
        ("Field of study", &|one| one.field.clone()),
        ("Unit of credits", &|one| one.credit_unit.clone()),
        ("Address of the level", &|one| one.level_url.clone()),
        ("Skills in words", &|one| one.skills.clone()),
    ];
    parts
        .iter()
        .map(|(label, part)| (*label, part(saved), part(typed)))
        .collect()
}

/// Skills to choose from, by words that were typed.
async fn picker(visit: &Visit, sought: &str) -> Result<SkillPicker, AppError> {
    let offer = skills::search(&visit.cairn, &visit.visitor, sought).await?;
    let found = offer.found.into_iter().map(|one| {
        let code = one.skill.code.map(|code| format!(", {code}")).unwrap_or_default();
        Choice::new(
            one.id.to_string(),
            format!("{} ({}{code})", one.skill.name, one.list),
        )
    });
    Ok(SkillPicker {
        is_there: offer.is_there,
        sought: sought.to_owned(),
        found: found.collect(),
    })
}

/// The buttons of the picker: what was chosen becomes a row. Says whether it was one of them.
async fn take_skill(visit: &Visit, action: &str, fields: &mut BadgeFields) -> Result<bool, AppError> {
    let Some(id) = action.strip_prefix("take_skill:") else {
        return Ok(action == "search_skills");
    };
    let chosen = skills::chosen(&visit.cairn, &visit.visitor, &SkillId::from(id.to_owned())).await?;
    if let Some(one) = chosen
        && fields.alignments.iter().all(|row| row.url != one.skill.url)
    {
        // An empty row was added for it.
        fields.alignments.retain(|row| *row != AlignmentRow::default());
        fields.alignments.push(AlignmentRow {
            name: one.skill.name,
            url: one.skill.url,
            code: one.skill.code.unwrap_or_default(),
            framework: one.list,
        });
    }
    Ok(true)
}

/// The buttons that add and remove skills. Says whether it was one of them.
fn change_skills(action: &str, fields: &mut BadgeFields) -> bool {
    if action == "add_alignment" {
        fields.alignments.push(AlignmentRow::default());
        return true;
    }
    let Some(position) = action.strip_prefix("remove_alignment:") else {
        return false;
    };
    if let Ok(position) = position.parse::<usize>()
        && position < fields.alignments.len()
    {
        fields.alignments.remove(position);
    }
    true
}

fn view(
    visit: &Visit,
    id: Option<&BadgeId>,
    fields: BadgeFields,
    problems: Vec<Problem>,
    hints: Vec<String>,
    holders: u32,
) -> BadgeEditorPage {
    let title = match id {
        Some(_) => format!("Edit “{}”", fields.name),
        None => "New badge".to_owned(),
    };
    let kept = &fields.picture_kept;
    let places = id.is_none() && places(visit);
    BadgeEditorPage {
        page: if places {
            super::place_view::bare(visit, &title)
        } else {
            visit.page(&title, Place::Badges)
        },
        places,
        may_save: true,
        action: match id {
            Some(id) => visit.href(&course::badge_save(id)),
            None => visit.href(&course::badge_save_new()),
        },
        uploaded_src: (!kept.is_empty()).then(|| addresses::picture(kept)),
        whole: None,
        maker: PictureMaker::new(
            &visit.fields.text("icon_search"),
            &fields.icon,
            visit.fields.text("action") == "search_icons",
        ),
        fields,
        problems: ProblemList(problems),
        hints,
        coach_href: visit.href(&course::coach()),
        holders,
        back_href: if places {
            visit.href(&course::place())
        } else {
            visit.href("")
        },
        rule_href: id.map(|id| visit.href(&course::badge_rule(id))),
        leaves: None,
        offer: None,
        of_institution: None,
        duplicate_action: id.map(|id| visit.href(&course::badge_duplicate(id))),
        picker: SkillPicker::default(),
    }
}
