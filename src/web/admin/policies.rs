//! `/admin/policies/{institution}`: what an institution lets its courses do.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use super::error::AdminError;
use super::frame::{AdminPlace, problem};
use crate::domain::issuer::Tenant;
use crate::domain::policy::{Assistants, Offers, Policy, Regrade, Sections, Who};
use crate::ids::TenantId;
use crate::service::base::clash::{Clash, Saving, Seen};
use crate::service::institution::policies::{self, AssistantsTold};
use crate::web::clash;
use crate::web::error::AppError;
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::fields::Fields;
use crate::web::extract::proven::Proven;
use crate::web::paths::console;
use crate::web::views::admin::PoliciesPage;
use crate::web::views::shared::{Problem, ProblemList};
use crate::web::words;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::POLICIES, web::get().to(choose))
        .route(console::POLICY, web::get().to(show))
        .route(console::POLICY, web::post().to(save));
}

async fn choose(visit: AdminVisit) -> Result<HttpResponse, AdminError> {
    visit
        .choose("Policies", &console::policies(), AdminPlace::Policies)
        .await
}

async fn show(visit: AdminVisit, tenant: web::Path<TenantId>) -> Result<HttpResponse, AdminError> {
    let (institution, policy) = policies::get(&visit.cairn, &visit.admin, &tenant).await?;
    let days = policy.keep_days.unwrap_or(365).to_string();
    let told = policies::assistants_told(&visit.cairn, &visit.admin, &tenant).await?;
    visit.show(&view(
        &visit,
        &institution,
        (policy, &Seen::of(&policy)),
        days,
        ProblemList::default(),
        &told,
    ))
}

const OFFERS: [(Offers, &str, &str); 3] = [
    (Offers::Active, "active", "All badges that are active"),
    (
        Offers::Chosen,
        "chosen",
        "Only badges that a teacher of their course offers",
    ),
    (
        Offers::Nothing,
        "nothing",
        "None: badges count in their own course alone",
    ),
];

const REGRADES: [(Regrade, &str, &str, &str); 4] = [
    (Regrade::Keep, "keep", "The badge stays", "Nobody is asked."),
    (
        Regrade::Flag,
        "flag",
        "The badge stays, and an instructor is told",
        "They look at it and decide.",
    ),
    (
        Regrade::Suspend,
        "suspend",
        "The badge is suspended until an instructor decides",
        "It does not count meanwhile.",
    ),
    (
        Regrade::RevokeAfterReview,
        "revoke_after_review",
        "The badge is revoked after an instructor has looked",
        "Nothing is taken away silently.",
    ),
];

fn view(
    visit: &AdminVisit,
    institution: &Tenant,
    (policy, seen): (Policy, &Seen),
    days: String,
    problems: ProblemList,
    told: &[(String, AssistantsTold)],
) -> PoliciesPage {
    let kept = |who: Who| who == Who::Administrators;
    PoliciesPage {
        page: visit.page_of(
            institution,
            &format!("Policies of {}", institution.name),
            AdminPlace::Policies,
        ),
        action: console::policy(&institution.id),
        seen: seen.as_str().to_owned(),
        powers: vec![
            (
                "create",
                "Make badges, change them, turn them on and off",
                kept(policy.create),
            ),
            (
                "approve",
                "Approve a student, or award by hand",
                kept(policy.approve),
            ),
            ("revoke", "Revoke a badge", kept(policy.revoke)),
            (
                "endorse",
                "Invite an employer or another body to endorse a badge",
                kept(policy.endorse),
            ),
        ],
        assistants: assistants(policy.assistants),
        assistants_told: told_once(told),
        whole_course: policy.sections == Sections::WholeCourse,
        regrades: REGRADES
            .iter()
            .map(|(regrade, value, words, note)| (*value, *words, *note, *regrade == policy.regrade))
            .collect(),
        offers: OFFERS
            .iter()
            .map(|(offers, value, words)| (*value, *words, *offers == policy.offers))
            .collect(),
        keeps_days: policy.keep_days.is_some(),
        days,
        public_pages: policy.public_pages,
        minors: policy.minors,
        minors_href: console::minors_of(&institution.id),
        external_badges: policy.external_badges,
        programme_reviews: policy.programme_reviews,
        programme_names: policy.programme_names,
        programme_counts: policy.programme_counts,
        account_joins: policy.account_joins,
        problems,
    }
}

/// What platforms tell of assistants; those of one name that tell the same are one sentence.
fn told_once(told: &[(String, AssistantsTold)]) -> Vec<String> {
    let mut sentences = Vec::new();
    for (platform, told) in told {
        let sentence = words::policies::assistants_told(platform, *told);
        if !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
    }
    sentences
}

/// Field, question, and whether assistants may.
fn assistants(may: Assistants) -> Vec<(&'static str, &'static str, bool)> {
    vec![
        (
            "assistants_review",
            "Review what students handed in, and let a badge stand whose rule is no longer met",
            may.review,
        ),
        (
            "assistants_approve",
            "Approve a student, award by hand, and say who is a student",
            may.approve,
        ),
        (
            "assistants_create",
            "Make badges, change them, turn them on and off, and put them into the course",
            may.create,
        ),
        ("assistants_revoke", "Revoke a badge", may.revoke),
    ]
}

/// The policy that a form describes; days that are no number are none that can be kept.
fn typed(form: &Fields) -> Policy {
    let who = |field: &str| match form.get(field) {
        Some("administrators") => Who::Administrators,
        _ => Who::Instructors,
    };
    let regrade = REGRADES
        .iter()
        .find(|(_, value, _, _)| form.get("regrade") == Some(value))
        .map_or(Regrade::Flag, |(regrade, ..)| *regrade);
    let days = || form.get("days").and_then(|text| text.parse().ok()).unwrap_or(0);
    Policy {
        create: who("create"),
        approve: who("approve"),
        revoke: who("revoke"),
        endorse: who("endorse"),
        assistants: Assistants {
            review: form.ticked("assistants_review"),
            approve: form.ticked("assistants_approve"),
            create: form.ticked("assistants_create"),
            revoke: form.ticked("assistants_revoke"),
        },
        sections: match form.get("sections") {
            Some("no_teaching") => Sections::NoTeaching,
            _ => Sections::WholeCourse,
        },
        regrade,
        offers: OFFERS
            .iter()
            .find(|(_, value, _)| form.get("offers") == Some(value))
            .map_or(Offers::Active, |(offers, ..)| *offers),
        keep_days: (form.get("keep") == Some("days")).then(days),
        public_pages: form.ticked("public_pages"),
        minors: form.ticked("minors"),
        minors_until: None,
        external_badges: form.ticked("external_badges"),
        programme_reviews: form.ticked("programme_reviews"),
        programme_names: form.ticked("programme_names"),
        programme_counts: form.ticked("programme_counts"),
        account_joins: form.ticked("account_joins"),
    }
}

async fn save(
    Proven(visit): Proven<AdminVisit>,
    tenant: web::Path<TenantId>,
) -> Result<HttpResponse, AdminError> {
    let (policy, seen) = (typed(&visit.fields), clash::brought(&visit.fields));
    match policies::set(&visit.cairn, &visit.admin, &tenant, policy, Some(&seen)).await {
        Ok(Saving::Done) => Ok(visit.go(&visit.href_saying(&console::policy(&tenant), "saved"))),
        Ok(Saving::Clash(met)) => saved_meanwhile(&visit, &tenant, &met, policy).await,
        Err(error) if error.is_invalid() => {
            let (institution, _) = policies::get(&visit.cairn, &visit.admin, &tenant).await?;
            let days = visit.fields.text("days");
            let problems = problem("days", &error);
            let told = policies::assistants_told(&visit.cairn, &visit.admin, &tenant).await?;
            visit.show_again(&view(
                &visit,
                &institution,
                (policy, &seen),
                days,
                problems,
                &told,
            ))
        }
        Err(error) if error.keeps_the_form() => {
            let error = AppError::from(error);
            let (institution, _) = policies::get(&visit.cairn, &visit.admin, &tenant).await?;
            let days = visit.fields.text("days");
            let problems = ProblemList(vec![Problem {
                field: String::new(),
                text: error.sentence_with_the_form(),
            }]);
            let told = policies::assistants_told(&visit.cairn, &visit.admin, &tenant).await?;
            visit.show_unkept(
                &view(&visit, &institution, (policy, &seen), days, problems, &told),
                &error,
            )
        }
        Err(error) => Err(error.into()),
    }
}

/// What a colleague set meanwhile, beside what was typed.
async fn saved_meanwhile(
    visit: &AdminVisit,
    tenant: &TenantId,
    met: &Clash<Policy>,
    typed: Policy,
) -> Result<HttpResponse, AdminError> {
    let (institution, _) = policies::get(&visit.cairn, &visit.admin, tenant).await?;
    let title = format!("The policies of {} were changed meanwhile", institution.name);
    let page = visit.page_of(&institution, &title, AdminPlace::Policies);
    let ways = clash::Ways {
        action: console::policy(tenant),
        keep_href: console::policy(tenant),
        note: "If you save yours, all of them are as you typed them, from that moment on. The audit log has both.",
        typed: true,
    };
    let beside = words::policies::told(&met.theirs)
        .into_iter()
        .zip(words::policies::told(&typed));
    let lines = beside.map(|((label, theirs), (_, yours))| (label, theirs, yours));
    let now = visit.cairn.clock.now();
    let view = clash::view(met, now, &visit.fields.pairs, &[], lines.collect(), &page, ways);
    visit.show_clash(page, view)
}
