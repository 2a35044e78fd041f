//! `/admin/administrators`: who may come in here; invitations, and turning somebody off.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use super::error::AdminError;
use super::frame::AdminPlace;
use crate::domain::administrator::Admin;
use crate::domain::issuer::Tenant;
use crate::ids::{AdminId, TenantId};
use crate::service::base::clash::{Clash, Saving};
use crate::service::institution::administrators::administrators_list;
use crate::web::clash;
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::proven::Proven;
use crate::web::paths::console;
use crate::web::views::admin::{AdministratorLine, AdministratorsPage, ConsoleConfirmPage, InvitationPage};
use crate::web::views::shared::{Choice, Status, When};

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::ADMINISTRATORS, web::get().to(list))
        .route(console::ADMINISTRATOR_INVITE, web::post().to(invite))
        .route(console::ADMINISTRATOR_TURN, web::get().to(ask))
        .route(console::ADMINISTRATOR_TURN, web::post().to(turn));
}

const EVERYTHING: &str = "everything";

fn reach(tenant: Option<&TenantId>, known: &[Tenant]) -> String {
    let named = tenant.and_then(|id| known.iter().find(|tenant| tenant.id == *id));
    named.map_or_else(|| EVERYTHING.to_owned(), |tenant| tenant.name.clone())
}

async fn list(visit: AdminVisit) -> Result<HttpResponse, AdminError> {
    let (all, known) = administrators_list::list(&visit.cairn, &visit.admin).await?;
    let mut reaches: Vec<Choice> = known
        .iter()
        .map(|tenant| Choice::new(tenant.id.as_str(), tenant.name.clone()))
        .collect();
    if visit.admin.scope.everything().is_ok() {
        reaches.push(Choice::new(
            "",
            "Everything: all institutions and this server’s keys",
        ));
    }
    visit.show(&AdministratorsPage {
        page: visit.page("Administrators", AdminPlace::Administrators),
        lines: all.iter().map(|one| line(&visit, one, &known)).collect(),
        reaches,
    })
}

fn line(visit: &AdminVisit, one: &Admin, known: &[Tenant]) -> AdministratorLine {
    let oneself = one.id == visit.admin.actor;
    let comes = match (&one.email, &one.oidc) {
        (_, Some((issuer, _))) => format!("signs in through {issuer}"),
        (Some(email), None) => format!("signs in as {email}"),
        (None, None) => "came by a link, cannot come back without a new one".to_owned(),
    };
    let words = if one.enabled { "Turn off…" } else { "Turn on…" };
    AdministratorLine {
        name: one.name.clone(),
        state: match (oneself, one.enabled) {
            (true, _) => Status::Earned.saying("You"),
            (false, true) => Status::Neutral.saying("On"),
            (false, false) => Status::NotMet.saying("Off"),
        },
        reach: reach(one.tenant.as_ref(), known),
        comes,
        since: When::date_only(one.created_at),
        turn: (!oneself).then(|| (console::administrator_turn(&one.id), words)),
    }
}

async fn invite(Proven(visit): Proven<AdminVisit>) -> Result<HttpResponse, AdminError> {
    let tenant = visit.fields.get("reach").map(TenantId::from);
    let link = administrators_list::invite(&visit.cairn, &visit.admin, tenant.as_ref()).await?;
    let (_, known) = administrators_list::list(&visit.cairn, &visit.admin).await?;
    visit.show(&InvitationPage {
        page: visit.page("The link is ready", AdminPlace::Administrators),
        link,
        reach: reach(tenant.as_ref(), &known),
    })
}

async fn ask(visit: AdminVisit, id: web::Path<AdminId>) -> Result<HttpResponse, AdminError> {
    let (one, seen) = administrators_list::get(&visit.cairn, &visit.admin, &id).await?;
    let (title, consequences, confirm): (_, &[&str], _) = if one.enabled {
        (
            format!("Turn {} off?", one.name),
            &[
                "They are signed out at once and cannot come in any more.",
                "What they did stays in the audit log under their name.",
            ],
            "Turn off",
        )
    } else {
        (
            format!("Turn {} on again?", one.name),
            &["They can come in again, as before."],
            "Turn on",
        )
    };
    visit.show(&ConsoleConfirmPage {
        page: visit.page(&title, AdminPlace::Administrators),
        consequences: consequences.iter().map(|&sentence| sentence.to_owned()).collect(),
        action: console::administrator_turn(&id),
        fields: vec![
            ("on", if one.enabled { "no" } else { "yes" }.to_owned()),
            (clash::SEEN, seen.as_str().to_owned()),
        ],
        confirm,
        danger: one.enabled,
        back_href: console::administrators(),
    })
}

async fn turn(Proven(visit): Proven<AdminVisit>, id: web::Path<AdminId>) -> Result<HttpResponse, AdminError> {
    let on = visit.fields.get("on") == Some("yes");
    let seen = clash::brought(&visit.fields);
    match administrators_list::turn(&visit.cairn, &visit.admin, &id, on, Some(&seen)).await? {
        Saving::Done => Ok(visit.go(&visit.href_saying(&console::administrators(), "saved"))),
        Saving::Clash(met) => turned_meanwhile(&visit, &met, on),
    }
}

/// How a colleague left somebody meanwhile, beside what was asked.
fn turned_meanwhile(visit: &AdminVisit, met: &Clash<Admin>, on: bool) -> Result<HttpResponse, AdminError> {
    let title = format!("{} was turned meanwhile", met.theirs.name);
    let page = visit.page(&title, AdminPlace::Administrators);
    let words = |on: bool| if on { "turned on" } else { "turned off" }.to_owned();
    let lines = vec![("They are", words(met.theirs.enabled), words(on))];
    let ways = clash::Ways {
        action: console::administrator_turn(&met.theirs.id),
        keep_href: console::administrators(),
        note: "If you save yours, it counts at once. Who is turned off is signed out.",
        typed: false,
    };
    let now = visit.cairn.clock.now();
    let view = clash::view(met, now, &visit.fields.pairs, &[], lines, &page.frame, ways);
    visit.show_clash(page, view)
}
