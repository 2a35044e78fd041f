//! The rule builder: every button is a round trip, so it works without JavaScript and with a keyboard alone.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::domain::badge::BadgeState;
use crate::domain::columns::TroubleKind;
use crate::domain::course::{LineItem, LineItemState, may_be_steps};
use crate::domain::design_review::{
    RuleProblem, cannot_be_met, completion_problem, elsewhere_problem, hand_in_problem, share_elsewhere,
    share_of, threshold_problem, word_problem,
};
use crate::domain::facts::GradeSource;
use crate::domain::outside::OutsideColumn;
use crate::domain::rest::Rest;
use crate::domain::rule::{Condition, GradeColumn, Group};
use crate::domain::sentence::Names;
use crate::domain::zone::Zone;
use crate::ids::{BadgeId, LineItemId};
use crate::service::badge::design::{self, External, RuleEditor};
use crate::service::badge::lineage::{self, Change};
use crate::service::badge::resting;
use crate::service::base::clash::{Clash, Saving, Seen};
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::base::policies;
use crate::service::course::columns;
use crate::service::institution::rest_access;
use crate::web::badge_facts::picture_of;
use crate::web::clash;
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::instructor::badge_form::decimal;
use crate::web::instructor::rule_sources::{MOST_UNREAD, by_course, by_source, shares};
use crate::web::paths::course;
use crate::web::rule_form::{self, DraftGroup};
use crate::web::views::instructor::{ColumnFields, ColumnLine, RuleBuilderPage, RuleOptions, SENTENCE};
use crate::web::views::shared::{Choice, Flash, Problem, ProblemList, Status};
use crate::web::words;
use lti::capabilities::ColumnsTell;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::BADGE_RULE, web::get().to(show))
        .route(course::BADGE_RULE, web::post().to(show))
        .route(course::BADGE_RULE_SAVE, web::post().to(save));
}

/// What the builder shows besides the stored rule.
struct Builder {
    draft: DraftGroup,
    focus: Option<String>,
    problems: Vec<Problem>,
    /// Whether they are of what was typed.
    typed: bool,
    column: ColumnFields,
    flash: Option<Flash>,
    /// Whether something was said of how a column is graded.
    scales_open: bool,
    /// Why what was typed could not be kept.
    unkept: Option<AppError>,
    /// What the page was filled from that began this.
    seen: Seen,
    /// The badge for which this copy would count no more outside its course.
    leaves: Option<String>,
}

impl Builder {
    /// Has the form shown again where it can be sent once more just so.
    fn again(&mut self, error: ServiceError) -> Result<(), AppError> {
        let keeps = error.keeps_the_form();
        let error = AppError::from(error);
        if !keeps {
            return Err(error);
        }
        self.problems.push(Problem {
            field: String::new(),
            text: error.sentence_with_the_form(),
        });
        self.unkept = Some(error);
        Ok(())
    }
}

/// What became of a rule that was to be saved.
enum Kept {
    Saved,
    /// It cannot be saved as it is; the builder says why.
    Wrong,
    Clash(Group, Box<Clash<Option<Group>>>),
}

/// What a button says of how a column is graded.
fn marked(action: &str) -> Option<(LineItemId, bool)> {
    let (verb, item) = action.split_once(':')?;
    match verb {
        "scale" => Some((item.into(), true)),
        "points" => Some((item.into(), false)),
        _ => None,
    }
}

async fn show(visit: Visit, path: web::Path<(String, BadgeId)>) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let editor = design::editor(&visit.cairn, &visit.visitor, &id).await?;
    let stored = editor.draft.as_ref().or(editor.active.as_ref());
    let mut builder = Builder {
        draft: stored
            .map(|rule| DraftGroup::from(&rule.root))
            .unwrap_or_default(),
        focus: None,
        problems: Vec::new(),
        typed: false,
        column: ColumnFields::default(),
        flash: None,
        scales_open: false,
        unkept: None,
        seen: editor.seen(),
        leaves: None,
    };
    if let Some(rule) = stored {
        // What has become wrong since it was saved: a column that is gone, for instance.
        let review = design::review(&visit.cairn, &visit.visitor, &id, &rule.root).await?;
        let state = &editor.badge.state;
        let fresh = review
            .problems
            .iter()
            .filter(|found| !is_said_by_rest(found, state));
        builder.problems = fresh.map(whole).collect();
    }
    visit.show(&view(&visit, editor, builder).await?)
}

/// Whether why the badge is paused says it of the same column already.
fn is_said_by_rest(problem: &RuleProblem, state: &BadgeState) -> bool {
    let (RuleProblem::LineItemGone { label } | RuleProblem::LineItemOfFormer { label }) = problem else {
        return false;
    };
    let BadgeState::Paused {
        reason: Rest::Columns(found),
    } = state
    else {
        return false;
    };
    found
        .iter()
        .any(|one| one.kind == TroubleKind::Gone && one.label == *label)
}

fn whole(problem: &RuleProblem) -> Problem {
    Problem {
        field: String::new(),
        text: words::rules::problem(problem),
    }
}

async fn save(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, BadgeId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let action = visit.fields.text("action");
    let mut builder = Builder {
        draft: DraftGroup::from_fields(&visit.fields.pairs),
        focus: None,
        problems: Vec::new(),
        typed: true,
        column: ColumnFields {
            label: visit.fields.text("column.label"),
            points: visit.fields.text("column.points"),
            open: false,
        },
        flash: None,
        scales_open: false,
        unkept: None,
        seen: clash::brought(&visit.fields),
        leaves: None,
    };
    if let Some(change) = rule_form::Action::parse(&action) {
        builder.focus = rule_form::apply(&mut builder.draft, &change);
    } else if action == "refresh" {
        builder.focus = Some(SENTENCE.to_owned());
    } else if action == "create_column" {
        create_column(&visit, &mut builder).await?;
    } else if let Some((item, is_scale)) = marked(&action) {
        if let Err(error) = resting::mark_scale(&visit.cairn, &visit.visitor, &item, is_scale).await {
            builder.again(error)?;
        }
        builder.scales_open = true;
    } else if matches!(action.as_str(), "save" | "dry_run") {
        match keep(&visit, &id, &mut builder).await? {
            Kept::Saved => {
                return Ok(visit.go(&match action.as_str() {
                    "dry_run" => visit.href(&course::badge_preview(&id)),
                    _ => visit.href_saying(&course::badge_rule(&id), "saved"),
                }));
            }
            Kept::Clash(typed, met) => return saved_meanwhile(&visit, &id, &typed, &met).await,
            Kept::Wrong => {}
        }
    }
    let editor = design::editor(&visit.cairn, &visit.visitor, &id).await?;
    let refused = !builder.problems.is_empty();
    let unkept = builder.unkept.take();
    let page = view(&visit, editor, builder).await?;
    if let Some(error) = unkept {
        visit.show_unkept(&page, &error)
    } else if refused {
        visit.show_again(&page)
    } else {
        visit.show(&page)
    }
}

/// Saves the rule, or says what is wrong with it.
async fn keep(visit: &Visit, id: &BadgeId, builder: &mut Builder) -> Result<Kept, AppError> {
    let root = match builder.draft.to_domain(visit.visitor.zone()) {
        Ok(root) => root,
        Err(problems) => {
            let at = |problem: rule_form::DraftProblem| Problem {
                text: problem.with_place(),
                field: format!("n.{}", problem.path),
            };
            builder.problems = problems.into_iter().map(at).collect();
            return Ok(Kept::Wrong);
        }
    };
    let review = design::review(&visit.cairn, &visit.visitor, id, &root).await?;
    if review.problems.is_empty() {
        let leaves = lineage::leaves(&visit.cairn, &visit.visitor, id, Change::Rule(root.clone())).await?;
        if let Some(first) = &leaves
            && !visit.fields.ticked("leaves")
        {
            builder.problems = vec![Problem {
                field: "leaves".to_owned(),
                text: words::lineages::asks(first),
            }];
            builder.leaves = leaves;
            return Ok(Kept::Wrong);
        }
        let seen = Some(&builder.seen);
        match design::save_rule(&visit.cairn, &visit.visitor, id, &root, seen).await {
            Ok(Saving::Done) => return Ok(Kept::Saved),
            Ok(Saving::Clash(met)) => return Ok(Kept::Clash(root, met)),
            Err(error) => builder.again(error)?,
        }
        return Ok(Kept::Wrong);
    }
    builder.problems = review.problems.iter().map(whole).collect();
    Ok(Kept::Wrong)
}

/// The rule that a colleague saved meanwhile, beside the one that was typed.
async fn saved_meanwhile(
    visit: &Visit,
    id: &BadgeId,
    typed: &Group,
    met: &Clash<Option<Group>>,
) -> Result<HttpResponse, AppError> {
    let editor = design::editor(&visit.cairn, &visit.visitor, id).await?;
    let name = &editor.badge.design.name;
    let page = visit.page(
        &format!("The rule of “{name}” was saved meanwhile"),
        Place::Badges,
    );
    let theirs = match &met.theirs {
        Some(root) => {
            design::review(&visit.cairn, &visit.visitor, id, root)
                .await?
                .sentence
        }
        None => String::new(),
    };
    let yours = design::review(&visit.cairn, &visit.visitor, id, typed)
        .await?
        .sentence;
    let ways = clash::Ways {
        action: visit.href(&course::badge_rule_save(id)),
        keep_href: visit.href(&course::badge_rule(id)),
        note: "If you save yours, it takes the place of the draft. A version that is active stays so until you activate yours.",
        typed: true,
    };
    let now = visit.cairn.clock.now();
    let lines = vec![("The rule", theirs, yours)];
    let view = clash::view(met, now, &visit.fields.pairs, &[], lines, &page, ways);
    visit.show_clash(page, view)
}

async fn create_column(visit: &Visit, builder: &mut Builder) -> Result<(), AppError> {
    let made = match decimal(&builder.column.points) {
        Some(points) => columns::create(&visit.cairn, &visit.visitor, &builder.column.label, points).await,
        None => Err(ServiceError::form(
            ErrorKind::Unprocessable,
            "column.points",
            "Type the points of the column as a number.",
        )),
    };
    match made {
        Ok(made) => {
            builder.flash = Some(Flash {
                status: Status::Earned,
                text: format!(
                    "“{}” is in the gradebook now. You can name it in the rule. {}",
                    made.label,
                    words::lms::column_total(visit.visitor.registration.flavour)
                ),
            });
            builder.column = ColumnFields::default();
        }
        Err(error)
            if matches!(error, ServiceError::Platform(_))
                || matches!(error.kind(), ErrorKind::Unprocessable | ErrorKind::Conflict) =>
        {
            let field = if error.code() == "column.points" {
                "column.points"
            } else {
                "column.label"
            };
            let shown = AppError::from(error);
            builder.problems.push(Problem {
                field: field.to_owned(),
                text: shown.sentence_with_id(),
            });
            builder.column.open = true;
        }
        Err(error) => {
            builder.column.open = true;
            builder.again(error)?;
        }
    }
    Ok(())
}

async fn view(visit: &Visit, editor: RuleEditor, builder: Builder) -> Result<RuleBuilderPage, AppError> {
    let sentence = match builder.draft.to_domain(visit.visitor.zone()) {
        Ok(root) if !root.nodes.is_empty() => Some(
            design::review(&visit.cairn, &visit.visitor, &editor.badge.id, &root)
                .await?
                .sentence,
        ),
        _ => None,
    };
    let access = rest_access::of_course(&visit.cairn, &visit.visitor).await?;
    let may_save = policies::powers(&visit.cairn, &visit.visitor).await?.create;
    let registration = &visit.visitor.registration;
    let tell = registration.capabilities().columns;
    let badge = &editor.badge;
    let href = |to: fn(&BadgeId) -> String| visit.href(&to(&badge.id));
    let mut page = visit.page(&format!("Rule of “{}”", badge.design.name), Place::Badges);
    let impossible = impossible(&builder.draft, &editor, visit.visitor.zone());
    // What was said of a column stands far below the rows that it concerns.
    let touched = builder.scales_open && !impossible.is_empty();
    let of_file = |column: &OutsideColumn| column.source == GradeSource::Csv && column.counts();
    let has_files = editor.outside.iter().any(of_file);
    let is_on = |column: &OutsideColumn| column.rest.as_ref().is_some_and(|rest| rest.is_on);
    let reads_lms =
        editor.outside.iter().any(is_on) || access.as_ref().is_some_and(|one| one.standing.is_given());
    let unread = editor.outside.iter().filter_map(words::outside::unread);
    let has_rule = editor.draft.is_some() || editor.active.is_some();
    let look = touched.then(|| Flash {
        status: Status::NeedsAttention,
        text: "With its columns as they are now, this rule has a condition that cannot be met. It is marked below."
            .to_owned(),
    });
    page.flash = builder.flash.or(look).or(page.flash);
    Ok(RuleBuilderPage {
        page,
        picture: picture_of(badge),
        action: href(course::badge_rule_save),
        draft: builder.draft,
        impossible,
        options: options(&editor, reads_lms, visit.visitor.zone()),
        focus: builder.focus,
        sentence,
        seen: builder.seen.as_str().to_owned(),
        problems: ProblemList(builder.problems),
        leaves: builder.leaves,
        typed: builder.typed,
        version_note: version_note(&editor),
        paused: match &badge.state {
            BadgeState::Paused { reason } => Some(words::rules::rest(reason)),
            _ => None,
        },
        cannot: editor
            .active
            .as_ref()
            .filter(|_| badge.state == BadgeState::Active)
            .and_then(|rule| cannot_be_met(&rule.root, &editor.outside))
            .map(|found| words::rules::cannot_be_earned(None, &found)),
        columns_tell: words::columns::seen(tell, reads_lms),
        reads_lms,
        scales: scales(&editor, tell, visit.visitor.zone()),
        scales_open: builder.scales_open,
        column_total: words::lms::column_total(registration.flavour),
        column: (may_save && editor.makes_columns).then_some(builder.column),
        may_save,
        edit_href: href(course::badge_edit),
        columns_href: visit.href(&course::columns()),
        elsewhere_href: visit.href(&course::grades_elsewhere()),
        unreadable: words::outside::unreadable(
            if reads_lms {
                words::outside::BESIDE_REST
            } else {
                words::lms::native_grades(registration.flavour)
            },
            has_files,
        ),
        switch: access.map(|access| words::rest_access::of_course(&access.standing)),
        unread: unread.take(MOST_UNREAD).collect(),
        versions_href: has_rule.then(|| href(course::badge_versions)),
        replay_href: has_rule.then(|| href(course::badge_replay)),
        back_href: visit.href(""),
    })
}

/// What conditions ask of their columns that cannot be asked so, each with the path of its row.
fn impossible(draft: &DraftGroup, editor: &RuleEditor, zone: Zone) -> Vec<(String, String)> {
    let named = Names::default().with_elsewhere(editor.outside.iter().cloned());
    let problem = |(path, condition): (String, Condition)| {
        let problem = match condition {
            Condition::Grade { item, at_least } => {
                let column = editor.items.iter().find(|known| known.id == item)?;
                threshold_problem(at_least, column)?
            }
            Condition::Elsewhere { column, needs } => {
                let known = named.elsewhere.get(&column)?;
                let unknown_word = || {
                    let seen = editor.words.get(&column)?;
                    let told = editor.outside.iter().find(|one| one.id == column)?;
                    word_problem(&needs, told, seen)
                };
                elsewhere_problem(&needs, known)
                    .filter(|_| known.counts)
                    .or_else(unknown_word)?
            }
            Condition::HandedIn { column, .. } => {
                named.elsewhere.get(&column)?;
                hand_in_problem(&column, &named)?
            }
            Condition::Completed { column } => {
                named.elsewhere.get(&column)?;
                completion_problem(&column, &named)?
            }
            Condition::BestOf { of, .. } => of.iter().find_map(|column| match column {
                GradeColumn::Ours(item) => editor
                    .items
                    .iter()
                    .find(|known| known.id == *item)
                    .and_then(share_of),
                GradeColumn::Elsewhere(column) => {
                    let column = named.elsewhere.get(column).filter(|column| column.counts)?;
                    share_elsewhere(column)
                }
            })?,
            _ => return None,
        };
        Some((path, words::rules::problem(&problem)))
    };
    draft.complete(zone).into_iter().filter_map(problem).collect()
}

fn options(editor: &RuleEditor, reads_lms: bool, zone: Zone) -> RuleOptions {
    let item = |item: &LineItem| {
        let changed = if item.state == LineItemState::MaximumChanged {
            ", changed"
        } else {
            ""
        };
        let (name, most) = (&item.label, item.maximum.normalize());
        let mark = words::namesakes::further(editor.item_marks.get(&item.id), zone);
        let words = if item.is_scale {
            format!("{name} (a scale of {most} steps{changed}{mark})")
        } else {
            format!("{name} (of {most} points{changed}{mark})")
        };
        Choice::new(item.id.as_str(), words)
    };
    RuleOptions {
        external: words::portfolio::cannot_count(editor.external),
        hides_external: editor.external == External::NotAllowed,
        items: editor.items.iter().map(item).collect(),
        former: editor
            .former
            .iter()
            .map(|item| Choice::new(item.id.as_str(), words::columns::of_former(&item.label)))
            .collect(),
        counting: editor
            .items
            .iter()
            .map(|item| {
                let release = editor.releases.of(&item.id);
                let said = if editor.releases.told_by_lms.contains(&item.id) {
                    words::releases::told_by_lms(&item.label)
                } else {
                    words::releases::counting(&item.label, &release, zone)
                };
                (item.id.to_string(), said)
            })
            .collect(),
        elsewhere: by_source(editor, OutsideColumn::counts),
        hand_ins: by_source(editor, OutsideColumn::tells_hand_ins),
        without_due: editor
            .outside
            .iter()
            .filter(|column| column.rest.as_ref().is_some_and(|rest| rest.due_at.is_none()))
            .map(|column| column.id.to_string())
            .collect(),
        completions: by_source(editor, OutsideColumn::tells_completion),
        shares: shares(editor, &item),
        words: editor
            .words
            .iter()
            .map(|(id, words)| (id.to_string(), words.clone()))
            .collect(),
        lost_elsewhere: editor
            .outside
            .iter()
            .map(|column| Choice::new(column.id.as_str(), words::outside::lost(column)))
            .chain(
                editor
                    .of_origins
                    .iter()
                    .map(|column| Choice::new(column.id.as_str(), words::outside::of_origin(&column.label))),
            )
            .collect(),
        reads_lms,
        activities: editor
            .activities
            .iter()
            .map(|one| {
                let mark = editor.activity_marks.get(&one.id);
                Choice::new(
                    one.id.as_str(),
                    words::namesakes::told_apart(&one.title, mark, zone),
                )
            })
            .collect(),
        badges: editor
            .others
            .iter()
            .map(|(id, name)| Choice::new(id.as_str(), name.as_str()))
            .collect(),
        offered: by_course(&editor.offered),
        named: editor
            .named_elsewhere
            .iter()
            .map(|one| Choice::new(one.badge.as_str(), format!("{} ({})", one.name, one.course_name)))
            .collect(),
    }
}

/// Columns that are a scale, and those of which only a teacher can say it: a scale has few steps.
fn scales(editor: &RuleEditor, tell: ColumnsTell, zone: Zone) -> Vec<ColumnLine> {
    let may_be = |item: &&LineItem| {
        item.is_scale || (words::columns::may_be_scale(tell) && may_be_steps(item.maximum))
    };
    let line = |item: &LineItem| {
        let most = item.maximum.normalize();
        let (says, verb, button) = if item.is_scale {
            (format!("a scale of {most} steps"), "points", "It has points")
        } else {
            (format!("{most} points, or a scale?"), "scale", "It is a scale")
        };
        ColumnLine {
            label: words::namesakes::told_apart(&item.label, editor.item_marks.get(&item.id), zone),
            says,
            action: format!("{verb}:{}", item.id),
            button,
        }
    };
    editor.items.iter().filter(may_be).map(line).collect()
}

fn version_note(editor: &RuleEditor) -> String {
    let is = if editor.badge.state.rests() {
        "paused"
    } else {
        "active"
    };
    match (&editor.draft, &editor.active) {
        (Some(draft), Some(active)) => format!(
            "Draft of version {}. Version {} is {is} until you activate this one.",
            draft.version, active.version
        ),
        (Some(draft), None) => format!(
            "Draft of version {}. Nobody is awarded until you activate it.",
            draft.version
        ),
        (None, Some(active)) => format!(
            "Version {} is {is}. What you change becomes version {}, which you try out before it counts.",
            active.version, editor.next_version
        ),
        (None, None) => "A new rule. Nobody is awarded until you activate it.".to_owned(),
    }
}
