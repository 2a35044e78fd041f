//! `/admin/holdings/{institution}`: who holds what, in numbers and over time; by name where the policies allow it. Each as a table too.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, ServiceConfig};
use chrono::{Datelike as _, NaiveDate};
use futures_util::stream::try_unfold;
use url::form_urlencoded::Serializer;

use super::error::AdminError;
use super::frame::AdminPlace;
use crate::domain::award::Award;
use crate::domain::badge::Badge;
use crate::domain::holdings::{Filter, Period, Sums};
use crate::domain::page::Page;
use crate::domain::people::Person;
use crate::domain::sentence::number as plain;
use crate::domain::zone::{last_moment, month_of};
use crate::ids::{AwardId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::institution::holdings::{self, Export, Line, Listed, OfPeriod, PAGE, PEOPLE, Seen};
use crate::web::badge_facts::standing_chip;
use crate::web::csv;
use crate::web::extract::admin::AdminVisit;
use crate::web::paths::console;
use crate::web::plot::{self, Scale};
use crate::web::views::admin::{
    HoldingLine, HoldingPerson, HoldingPlot, HoldingsAsked, HoldingsPage, HoldingsPeoplePage, PeriodLine,
};
use crate::web::views::shared::{Choice, Paging, Problem, ProblemList, When, thousands};

/// Badges and skills that the table of numbers has at most.
const MOST_LINES: i64 = 5_000;
const MOST_SKILLS: i64 = 200;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::HOLDINGS, web::get().to(choose))
        .route(console::HOLDINGS_OF, web::get().to(show))
        .route(console::HOLDINGS_TABLE, web::get().to(table))
        .route(console::HOLDINGS_PEOPLE, web::get().to(people))
        .route(console::HOLDINGS_NAMES, web::get().to(names));
}

async fn choose(visit: AdminVisit) -> Result<HttpResponse, AdminError> {
    visit
        .choose("Who holds what", &console::holdings(), AdminPlace::Holdings)
        .await
}

/// What is asked, as typed and as understood.
fn asked(visit: &AdminVisit) -> (HoldingsAsked, Filter, ProblemList) {
    let typed = |name: &str| visit.query(name).unwrap_or_default();
    let asked = HoldingsAsked {
        programme: typed("programme"),
        lineage: typed("lineage"),
        skill: typed("skill"),
        platform: typed("platform"),
        from: typed("from"),
        until: typed("until"),
        all: visit.query("all").is_some(),
    };
    let mut problems = Vec::new();
    let mut day = |field: &str, text: &str| -> Option<NaiveDate> {
        let day = text.parse().ok();
        if day.is_none() && !text.is_empty() {
            problems.push(Problem {
                field: field.to_owned(),
                text: "Type a day as 2026-11-23, or leave it empty.".to_owned(),
            });
        }
        day
    };
    let (from, until) = (day("from", &asked.from), day("until", &asked.until));
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let filter = Filter {
        programme: some(&asked.programme).map(Into::into),
        lineage: some(&asked.lineage).map(Into::into),
        skill: some(&asked.skill),
        platform: some(&asked.platform).map(Into::into),
        from,
        until,
        all: asked.all,
    };
    (asked, filter, ProblemList(problems))
}

/// The parameters of what is asked, with others.
fn query(asked: &HoldingsAsked, others: &[(&str, &str)]) -> String {
    let mut query = Serializer::new(String::new());
    let kept = [
        ("programme", asked.programme.as_str()),
        ("lineage", asked.lineage.as_str()),
        ("skill", asked.skill.as_str()),
        ("platform", asked.platform.as_str()),
        ("from", asked.from.as_str()),
        ("until", asked.until.as_str()),
        ("all", if asked.all { "yes" } else { "" }),
    ];
    // A parameter that is given anew replaces the one that was there.
    let stays = |name: &str| others.iter().all(|(other, _)| *other != name);
    let kept = kept.iter().filter(|(name, _)| stays(name));
    for (name, value) in kept.chain(others).filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    query.finish()
}

/// The part of a list that a parameter names by its number.
fn part(visit: &AdminVisit, name: &str, size: i64) -> Page {
    let number = visit.query(name).and_then(|text| text.parse::<i64>().ok());
    Page {
        offset: (number.unwrap_or(1).clamp(1, 1_000_000) - 1) * size,
        limit: size,
    }
}

fn small(count: i64) -> u32 {
    u32::try_from(count.max(0)).unwrap_or(u32::MAX)
}

/// Where a list stands whose pages that parameter names.
fn paging(
    here: &str,
    asked: &HoldingsAsked,
    name: &'static str,
    part: Page,
    shown: usize,
    total: i64,
) -> Paging {
    let shown = i64::try_from(shown).unwrap_or(i64::MAX);
    let (last, number) = (
        part.offset.saturating_add(shown),
        part.offset / part.limit.max(1) + 1,
    );
    let href = |number: i64| {
        let number = number.to_string();
        format!("{here}?{}", query(asked, &[(name, number.as_str())]))
    };
    Paging {
        first: if shown == 0 { 0 } else { small(part.offset + 1) },
        last: small(last),
        total: small(total),
        previous_href: (number > 1).then(|| href(number - 1)),
        next_href: (last < total && shown > 0).then(|| href(number + 1)),
    }
}

async fn show(visit: AdminVisit, tenant: web::Path<TenantId>) -> Result<HttpResponse, AdminError> {
    let (asked, filter, problems) = asked(&visit);
    let (badges, skills) = (part(&visit, "page", PAGE), part(&visit, "skills", PAGE));
    let seen = holdings::seen(&visit.cairn, &visit.admin, &tenant, &filter, badges, skills).await?;
    let page = view(&visit, &seen, asked, problems);
    if page.problems.0.is_empty() {
        visit.show(&page)
    } else {
        visit.show_again(&page)
    }
}

fn view(visit: &AdminVisit, seen: &Seen, asked: HoldingsAsked, problems: ProblemList) -> HoldingsPage {
    let institution = &seen.institution;
    let here = console::holdings_of(&institution.id);
    let line = |one: &Line, name: &'static str| HoldingLine {
        name: one.name.clone(),
        // What is chosen begins with its first page.
        href: format!("{here}?{}", query(&asked, &[(name, one.key.as_str())])),
        people: thousands(small(one.people)),
        awards: thousands(small(one.awards)),
    };
    let lines = |all: &[Line], name: &'static str| -> Vec<HoldingLine> {
        all.iter().map(|one| line(one, name)).collect()
    };
    let pages = |name: &'static str, part: Page, shown: usize, total: i64| {
        paging(&here, &asked, name, part, shown, total)
    };
    let list = query(&asked, &[]);
    let with = |path: String| format!("{path}?{list}");
    HoldingsPage {
        page: visit.page_of(
            institution,
            &format!("Who holds what: {}", institution.name),
            AdminPlace::Holdings,
        ),
        action: here.clone(),
        programmes: seen
            .all_programmes
            .iter()
            .map(|(id, name)| Choice::new(id.as_str(), name.as_str()))
            .collect(),
        platforms: seen
            .platforms
            .iter()
            .map(|(id, name)| Choice::new(id.as_str(), name.as_str()))
            .collect(),
        facts: facts(seen.people, &seen.sums),
        badges: lines(&seen.badges, "lineage"),
        paging: pages("page", seen.part, seen.badges.len(), seen.badges_in_all),
        by_programme: lines(&seen.programmes, "programme"),
        by_skill: lines(&seen.skills, "skill"),
        skills_paging: pages("skills", seen.skills_part, seen.skills.len(), seen.skills_in_all),
        plot: drawn(&seen.periods),
        lineage: seen.lineage.clone(),
        skill: seen.skill.clone(),
        people_href: seen
            .names
            .then(|| with(console::holdings_people(&institution.id))),
        table_href: with(console::holdings_table(&institution.id)),
        policy_href: console::policy(&institution.id),
        asked,
        problems,
    }
}

/// The numbers in sum: term and value.
fn facts(people: i64, sums: &Sums) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("People trained", thousands(small(people))),
        ("Badges", thousands(small(sums.awards))),
        ("Hours", plain(sums.hours)),
    ];
    let credits = credits(sums);
    if !credits.is_empty() {
        facts.push(("Credits", credits));
    }
    facts
}

fn credits(sums: &Sums) -> String {
    let told = |(unit, sum): (&String, &rust_decimal::Decimal)| {
        format!("{} {unit}", plain(*sum)).trim_end().to_owned()
    };
    let all: Vec<String> = sums.credits.iter().map(told).collect();
    all.join(", ")
}

/// "Nov 2026", or "2026".
fn called(period: Period) -> String {
    if period.is_year {
        period.first.year().to_string()
    } else {
        month_of(period.first)
    }
}

/// The picture and the table of what was awarded when.
fn drawn(periods: &[OfPeriod]) -> Option<HoldingPlot> {
    let (first, last) = (periods.first()?, periods.last()?);
    let counts: Vec<i64> = periods.iter().map(|one| one.sums.awards).collect();
    let most = counts.iter().copied().max().unwrap_or_default();
    let span = i64::try_from(counts.len()).unwrap_or(i64::MAX);
    let total: i64 = counts.iter().sum();
    let line = |one: &OfPeriod| PeriodLine {
        name: called(one.period),
        people: thousands(small(one.people)),
        awards: thousands(small(one.sums.awards)),
        hours: plain(one.sums.hours),
        credits: credits(&one.sums),
    };
    let each = if first.period.is_year { "year" } else { "month" };
    Some(HoldingPlot {
        about: format!(
            "{} badges from {} to {}, {} in the {each} with the most.",
            thousands(small(total)),
            called(first.period),
            called(last.period),
            thousands(small(most)),
        ),
        bars: plot::bars(Scale::to(span, most), &counts),
        most: thousands(small(most)),
        first: called(first.period),
        last: called(last.period),
        by_year: first.period.is_year,
        lines: periods.iter().map(line).collect(),
    })
}

/// The numbers as a table: all in sum, then programmes, badges, skills and months.
async fn table(visit: AdminVisit, tenant: web::Path<TenantId>) -> Result<HttpResponse, AdminError> {
    let (_, filter, _) = asked(&visit);
    let (badges, skills) = (Page::first(MOST_LINES), Page::first(MOST_SKILLS));
    let seen = holdings::seen(&visit.cairn, &visit.admin, &tenant, &filter, badges, skills).await?;
    let head = ["what", "name", "people", "badges", "hours", "credits"].map(str::to_owned);
    let with_sums = |what: &str, name: String, people: i64, sums: &Sums| {
        [
            what.to_owned(),
            name,
            people.to_string(),
            sums.awards.to_string(),
            plain(sums.hours),
            credits(sums),
        ]
    };
    let line = |what: &str, one: &Line| {
        let (people, awards) = (one.people.to_string(), one.awards.to_string());
        let name = one.name.clone();
        [
            what.to_owned(),
            name,
            people,
            awards,
            String::new(),
            String::new(),
        ]
    };
    let mut rows = vec![head, with_sums("in all", String::new(), seen.people, &seen.sums)];
    rows.extend(seen.programmes.iter().map(|one| line("programme", one)));
    rows.extend(seen.badges.iter().map(|one| line("badge", one)));
    rows.extend(seen.skills.iter().map(|one| line("skill", one)));
    rows.extend(seen.periods.iter().map(|one| {
        let what = if one.period.is_year { "year" } else { "month" };
        with_sums(what, called(one.period), one.people, &one.sums)
    }));
    Ok(csv::answer("who-holds-what.csv", rows)?)
}

async fn people(visit: AdminVisit, tenant: web::Path<TenantId>) -> Result<HttpResponse, AdminError> {
    let (asked, filter, _) = asked(&visit);
    let asked_part = part(&visit, "page", PEOPLE);
    let listed = holdings::people(&visit.cairn, &visit.admin, &tenant, &filter, asked_part).await?;
    let here = console::holdings_people(&tenant);
    let row = |(award, badge, person): &(Award, Badge, Person)| HoldingPerson {
        name: person.display_name(),
        badge: badge.design.name.clone(),
        standing: standing_chip(award, listed.now),
        awarded: When::date_only(award.awarded_at),
        until: award.valid_until.map(When::last_day),
    };
    visit.show(&HoldingsPeoplePage {
        page: visit.page_of(
            &listed.institution,
            &format!("Who holds what, by name: {}", listed.institution.name),
            AdminPlace::Holdings,
        ),
        rows: listed.rows.iter().map(row).collect(),
        paging: paging_of_people(&here, &asked, &listed),
        numbers_href: format!("{}?{}", console::holdings_of(&tenant), query(&asked, &[])),
        names_href: format!("{}?{}", console::holdings_names(&tenant), query(&asked, &[])),
    })
}

fn paging_of_people(here: &str, asked: &HoldingsAsked, listed: &Listed) -> Paging {
    paging(here, asked, "page", listed.part, listed.rows.len(), listed.total)
}

/// Who holds what as a table, sent as it is read: neither a long transaction nor all of it in memory.
async fn names(visit: AdminVisit, tenant: web::Path<TenantId>) -> Result<HttpResponse, AdminError> {
    let (_, filter, _) = asked(&visit);
    let export = holdings::export(&visit.cairn, &visit.admin, &tenant, &filter).await?;
    let walk = Walk {
        cairn: Arc::clone(&visit.cairn),
        export,
        after: None,
        state: State::Begins,
    };
    Ok(csv::stream("names-and-badges.csv", try_unfold(walk, Walk::step)))
}

/// The way through all names, from part to part.
struct Walk {
    cairn: Arc<Cairn>,
    export: Export,
    after: Option<AwardId>,
    state: State,
}

/// How far it is.
#[derive(PartialEq, Eq)]
enum State {
    Begins,
    GoesOn,
    Over,
}

impl Walk {
    async fn step(mut self) -> Result<Option<(Bytes, Self)>, ServiceError> {
        if self.state == State::Over {
            return Ok(None);
        }
        let rows = holdings::part(&self.cairn, &self.export, self.after.as_ref()).await?;
        let lines = rows.iter().map(|row| line(row, &self.export));
        let bytes = if self.state == State::Begins {
            let head = ["name", "LMS user id", "badge", "awarded", "valid until", "state"];
            csv::document(std::iter::once(head.map(str::to_owned)).chain(lines))?
        } else {
            csv::more(lines)?
        };
        self.after = rows.last().map(|(award, ..)| award.id.clone());
        self.state = if rows.is_empty() {
            State::Over
        } else {
            State::GoesOn
        };
        Ok(Some((bytes.into(), self)))
    }
}

fn line((award, badge, person): &(Award, Badge, Person), export: &Export) -> [String; 6] {
    let zone = export.institution.zone();
    let until = award.valid_until.map(|end| zone.field_day(last_moment(end)));
    [
        person.display_name(),
        person.sub.clone(),
        badge.design.name.clone(),
        zone.field_day(award.awarded_at),
        until.unwrap_or_default(),
        standing_chip(award, export.now).word,
    ]
}
