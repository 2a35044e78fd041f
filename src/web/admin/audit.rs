//! `/admin/audit/{institution}`: who did what; with `/export` below it, as a table.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use chrono::{DateTime, Days, NaiveDate, Utc};
use url::form_urlencoded::Serializer;

use super::error::AdminError;
use super::frame::AdminPlace;
use crate::domain::audit::{Action, Filter, Logged, Who};
use crate::domain::page::Page;
use crate::ids::TenantId;
use crate::service::base::audit::{self, Part};
use crate::service::institution::administrators::links;
use crate::web::extract::admin::AdminVisit;
use crate::web::paths::console;
use crate::web::views::admin::{AuditLine, AuditPage, Sought};
use crate::web::views::shared::{Choice, Paging, Problem, ProblemList, When};
use crate::web::{audit_words, csv};

/// Entries on one page.
const SHOWN: i64 = 50;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::AUDIT, web::get().to(choose))
        .route(console::AUDIT_OF, web::get().to(show))
        .route(console::AUDIT_EXPORT, web::get().to(export));
}

async fn choose(visit: AdminVisit) -> Result<HttpResponse, AdminError> {
    visit
        .choose("Audit log", &console::audit(), AdminPlace::Audit)
        .await
}

/// What is looked for, as typed and as understood.
fn sought(visit: &AdminVisit) -> (Sought, Filter, ProblemList) {
    let typed = |name: &str| visit.query(name).unwrap_or_default();
    let sought = Sought {
        action: typed("action"),
        who: typed("who"),
        subject: typed("subject"),
        from: typed("from"),
        until: typed("until"),
    };
    let mut problems = Vec::new();
    let mut day = |field: &str, text: &str, after: u64| -> Option<DateTime<Utc>> {
        if text.is_empty() {
            return None;
        }
        let day = text
            .parse::<NaiveDate>()
            .ok()
            .and_then(|day| day.checked_add_days(Days::new(after)));
        if day.is_none() {
            problems.push(Problem {
                field: field.to_owned(),
                text: "Type a day as 2026-11-23, or leave it empty.".to_owned(),
            });
        }
        day.and_then(|day| day.and_hms_opt(0, 0, 0))
            .map(|at| at.and_utc())
    };
    let (from, until) = (day("from", &sought.from, 0), day("until", &sought.until, 1));
    let some = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
    let filter = Filter {
        action: some(&sought.action),
        who: some(&sought.who).map(|name| Who {
            kinds: audit_words::called(&name),
            name,
        }),
        subject: some(&sought.subject),
        from,
        until,
    };
    (sought, filter, ProblemList(problems))
}

/// The parameters that name what is looked for.
fn query(sought: &Sought, page: Option<i64>) -> String {
    let mut query = Serializer::new(String::new());
    for (name, value) in [
        ("action", &sought.action),
        ("who", &sought.who),
        ("subject", &sought.subject),
        ("from", &sought.from),
        ("until", &sought.until),
    ] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    if let Some(page) = page {
        query.append_pair("page", &page.to_string());
    }
    query.finish()
}

async fn show(visit: AdminVisit, tenant: web::Path<TenantId>) -> Result<HttpResponse, AdminError> {
    let (sought, filter, problems) = sought(&visit);
    let number = visit.query("page").and_then(|text| text.parse::<i64>().ok());
    let number = number.unwrap_or(1).clamp(1, 1_000_000);
    let asked = Page {
        offset: (number - 1) * SHOWN,
        limit: SHOWN,
    };
    let part = audit::view(&visit.cairn, &visit.admin, &tenant, &filter, asked).await?;
    let here = console::audit_of(&tenant);
    let page = AuditPage {
        page: visit.page_of(
            &part.tenant,
            &format!("Audit log of {}", part.tenant.name),
            AdminPlace::Audit,
        ),
        action: here.clone(),
        actions: part
            .actions
            .iter()
            .map(|action| Choice::new(action.clone(), audit_words::stored(action)))
            .collect(),
        lines: part
            .entries
            .iter()
            .map(|entry| line(&visit, &part, entry))
            .collect(),
        paging: paging(&here, &sought, number, &part),
        export_href: format!("{}?{}", console::audit_export(&tenant), query(&sought, None)),
        sought,
        problems,
    };
    if page.problems.0.is_empty() {
        visit.show(&page)
    } else {
        visit.show_again(&page)
    }
}

fn paging(here: &str, sought: &Sought, number: i64, part: &Part) -> Paging {
    let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    let before = (number - 1) * SHOWN;
    let shown = i64::try_from(part.entries.len()).unwrap_or(i64::MAX);
    let href = |number: i64| format!("{here}?{}", query(sought, Some(number)));
    Paging {
        first: if shown == 0 { 0 } else { count(before + 1) },
        last: count(before + shown),
        total: count(part.total),
        previous_href: (number > 1).then(|| href(number - 1)),
        next_href: (shown > 0 && before + shown < part.total).then(|| href(number + 1)),
    }
}

fn line(visit: &AdminVisit, part: &Part, entry: &Logged) -> AuditLine {
    AuditLine {
        when: When::new(entry.at, visit.cairn.clock.now()),
        who: who(part, entry),
        what: audit_words::stored(&entry.action),
        action: entry.action.clone(),
        subject: if says_it_all(entry) {
            String::new()
        } else {
            subject(part, entry)
        },
        course: part.course(entry).map(str::to_owned),
        subject_id: entry.subject.clone(),
        detail: detail(entry),
    }
}

/// What it was done to: "“Field report”, version 2".
fn subject(part: &Part, entry: &Logged) -> String {
    let name = part.subject(entry);
    match part.version(entry) {
        Some(version) => format!("{name}, version {version}"),
        None => match (
            client_ids(entry, "client_ids"),
            client_ids(entry, "with_client_ids"),
        ) {
            (Some(one), Some(other)) => format!("{name} (client id {one}, with client id {other})"),
            _ => name,
        },
    }
}

/// The client ids by which an entry tells two platforms apart that may have one name.
fn client_ids(entry: &Logged, of: &str) -> Option<String> {
    let ids = entry.detail.get(of)?.as_array()?.iter();
    let ids: Vec<&str> = ids.filter_map(serde_json::Value::as_str).collect();
    (!ids.is_empty()).then(|| ids.join(", "))
}

/// Whether the words for the action need no subject: it was done to oneself, or to something that has no name.
fn says_it_all(entry: &Logged) -> bool {
    entry.actor.id() == Some(entry.subject.as_str())
        || (entry.known() == Some(Action::AdminInvited) && entry.subject == links::AUDITED)
}

fn who(part: &Part, entry: &Logged) -> String {
    audit_words::actor_in(entry, part.name(&entry.actor))
}

fn detail(entry: &Logged) -> String {
    match entry.detail.as_object() {
        Some(object) if object.is_empty() => String::new(),
        _ => entry.detail.to_string(),
    }
}

async fn export(visit: AdminVisit, tenant: web::Path<TenantId>) -> Result<HttpResponse, AdminError> {
    let (_, filter, _) = sought(&visit);
    let parts = audit::export(&visit.cairn, &visit.admin, &tenant, &filter).await?;
    let mut rows = vec![
        [
            "time",
            "who",
            "id of who",
            "action",
            "what",
            "id of what",
            "details",
        ]
        .map(str::to_owned),
    ];
    for part in &parts {
        rows.extend(part.entries.iter().map(|entry| {
            [
                part.tenant.zone().cell(entry.at),
                who(part, entry),
                entry.actor.id().unwrap_or_default().to_owned(),
                entry.action.clone(),
                subject(part, entry),
                entry.subject.clone(),
                detail(entry),
            ]
        }));
    }
    Ok(csv::answer("audit-log.csv", rows)?)
}
