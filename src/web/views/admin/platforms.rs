//! Platforms in the console: the list, one of them, an invitation.

use askama::Template;
use chrono::{DateTime, Utc};

use super::{AdminPage, BeyondLink};
use crate::domain::issuer::Tenant;
use crate::domain::platform::{Deployment, DeploymentState, Invitation};
use crate::service::institution::connecting::{self, Listed, Platform, Refused};
use crate::service::institution::self_test::Report;
use crate::web::paths::console;
use crate::web::views::shared::{FindingList, When};

/// A platform in the list.
#[derive(Debug, Clone)]
pub(crate) struct PlatformLine {
    pub(crate) href: String,
    pub(crate) name: String,
    /// Client id and address, where another platform has the same name.
    pub(crate) told_apart: Option<(String, String)>,
    pub(crate) institution: String,
    pub(crate) enabled: bool,
    pub(crate) pending: usize,
    /// Deployments whose platform may be one that is known: what the platform calls each, and where that is said.
    pub(crate) reviews: Vec<(String, String)>,
    pub(crate) seen: Option<When>,
    /// Name and client id of each registration that is joined with it.
    pub(crate) joined: Vec<(String, String)>,
    /// Where somebody has to do something for grades beyond LTI.
    pub(crate) beyond: Option<String>,
}

/// An invitation that was made.
#[derive(Debug, Clone)]
pub(crate) struct InvitationLine {
    pub(crate) note: String,
    pub(crate) institution: String,
    pub(crate) made: When,
    /// "unused", "used" or "over".
    pub(crate) state: &'static str,
    pub(crate) until: When,
    /// Where taking it back posts to, while it can be.
    pub(crate) withdraw: Option<String>,
}

/// Posts `institution`, `note`, `days` to `/admin/platforms/invite`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/platforms.html")]
pub(crate) struct PlatformsPage {
    pub(crate) page: AdminPage,
    pub(crate) platforms: Vec<PlatformLine>,
    /// Id and name.
    pub(crate) institutions: Vec<(String, String)>,
    pub(crate) invitations: Vec<InvitationLine>,
}

impl PlatformsPage {
    /// The page.
    #[must_use]
    pub(crate) fn new(
        page: AdminPage,
        listed: &[Listed],
        institutions: &[Tenant],
        invitations: &[Invitation],
        now: DateTime<Utc>,
    ) -> Self {
        let called = |name: &str| {
            listed
                .iter()
                .filter(|other| other.registration.name == name)
                .count()
        };
        let platforms = listed.iter().map(|one| PlatformLine {
            href: console::platform(&one.registration.id),
            name: one.registration.name.clone(),
            told_apart: (called(&one.registration.name) > 1).then(|| {
                let registration = &one.registration;
                (registration.client_id.clone(), registration.issuer.clone())
            }),
            institution: one.institution.clone(),
            enabled: one.registration.enabled,
            pending: one.pending,
            reviews: one
                .reviews
                .iter()
                .map(|(id, called)| {
                    let href = console::platform_same(&one.registration.id, id);
                    (called.clone(), href)
                })
                .collect(),
            seen: one.seen_at.map(|at| When::new(at, now)),
            joined: one.joined.clone(),
            beyond: None,
        });
        let name = |invitation: &Invitation| {
            institutions
                .iter()
                .find(|tenant| tenant.id == invitation.tenant)
                .map(|tenant| tenant.name.clone())
                .unwrap_or_default()
        };
        let lines = invitations.iter().map(|one| {
            let unused = one.used_at.is_none() && one.expires_at > now;
            InvitationLine {
                note: if one.note.is_empty() {
                    "Without a note".to_owned()
                } else {
                    one.note.clone()
                },
                institution: name(one),
                made: When::new(one.created_at, now),
                state: match one.used_at {
                    Some(_) => "used",
                    None if unused => "unused",
                    None => "over",
                },
                until: When::new(one.expires_at, now),
                withdraw: unused.then(|| console::invitation_withdraw(&one.id)),
            }
        });
        Self {
            page,
            platforms: platforms.collect(),
            institutions: institutions
                .iter()
                .map(|tenant| (tenant.id.to_string(), tenant.name.clone()))
                .collect(),
            invitations: lines.collect(),
        }
    }
}

/// The address of an invitation, shown once.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/invited.html")]
pub(crate) struct InvitedPage {
    pub(crate) page: AdminPage,
    pub(crate) address: String,
    pub(crate) until: When,
}

impl InvitedPage {
    /// The page.
    #[must_use]
    pub(crate) fn new(page: AdminPage, address: String, invitation: &Invitation, now: DateTime<Utc>) -> Self {
        Self {
            page,
            address,
            until: When::new(invitation.expires_at, now),
        }
    }
}

/// An installation of Cairn in the platform.
#[derive(Debug, Clone)]
pub(crate) struct DeploymentLine {
    pub(crate) id: String,
    /// What its buttons were shown with.
    pub(crate) shown: String,
    pub(crate) deployment_id: String,
    pub(crate) accepted: bool,
    /// Who refused it, and when.
    pub(crate) refused: Option<(String, When)>,
    /// Whether it is neither: somebody has to decide.
    pub(crate) waits: bool,
    /// Who asked for it, and when.
    pub(crate) asked: Option<(String, When)>,
    /// The course from which it was seen first.
    pub(crate) seen_in: Option<String>,
    /// Where to say whether its platform is one that is known, and whether its launches wait for that.
    pub(crate) same: Option<(String, bool)>,
}

/// Posts `what` and `value` to `change_href`, nothing to `test_href`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/platform.html")]
pub(crate) struct PlatformPage {
    pub(crate) page: AdminPage,
    pub(crate) test_href: String,
    pub(crate) change_href: String,
    pub(crate) institution: String,
    /// Whether it is this institution's to change.
    pub(crate) is_own: bool,
    /// Other institutions that a deployment can be accepted for: id and name. For those who look after all of them.
    pub(crate) others: Vec<(String, String)>,
    pub(crate) enabled: bool,
    pub(crate) accepts_all: bool,
    pub(crate) seen: Option<When>,
    /// Name and value, as the platform's own pages call them.
    pub(crate) values: Vec<(&'static str, String)>,
    /// Hosts that belong to the platform itself, and those that were added.
    pub(crate) own_hosts: String,
    pub(crate) added_hosts: String,
    /// What the form about hosts was filled from.
    pub(crate) shown_hosts: String,
    pub(crate) by_itself: bool,
    pub(crate) deployments: Vec<DeploymentLine>,
    /// Name and client id of each registration that is joined with it.
    pub(crate) joined: Vec<(String, String)>,
    /// The findings of a self-test that ran just now.
    pub(crate) findings: Option<FindingList>,
    /// Where grades beyond LTI are switched on, for each LMS behind the registration.
    pub(crate) beyond: Vec<BeyondLink>,
}

impl PlatformPage {
    /// The page, with what a self-test found.
    #[must_use]
    pub(crate) fn new(
        page: AdminPage,
        known: &Platform,
        report: Option<&Report>,
        now: DateTime<Utc>,
    ) -> Self {
        let registration = &known.registration;
        let (own_hosts, added) = (registration.own_hosts(), registration.added_hosts());
        Self {
            page,
            test_href: console::platform_test(&registration.id),
            change_href: console::platform_change(&registration.id),
            institution: known.institution.name.clone(),
            is_own: known.is_own,
            others: Vec::new(),
            enabled: registration.enabled,
            accepts_all: registration.accepts_new_deployments,
            seen: known
                .last_seen
                .as_ref()
                .map(|seen| When::new(seen.launched_at, now)),
            values: vec![
                ("Platform ID (issuer)", registration.issuer.clone()),
                ("Client ID", registration.client_id.clone()),
                (
                    "Authentication request URL",
                    registration.authorization_url.to_string(),
                ),
                ("Access token URL", registration.token_url.to_string()),
                ("Token audience", registration.token_audience.clone()),
                ("Public keyset URL", registration.jwks_url.to_string()),
            ],
            shown_hosts: connecting::seen_hosts(registration).as_str().to_owned(),
            added_hosts: added.join(" "),
            own_hosts: own_hosts.join(", "),
            by_itself: known.registration_url.is_some(),
            deployments: known
                .deployments
                .iter()
                .map(|one| deployment(known, one, now))
                .collect(),
            beyond: Vec::new(),
            joined: known.joined.clone(),
            findings: report.map(|report| FindingList::of(report, known.institution.zone())),
        }
    }
}

/// Whether a platform is one that is known. Posts nothing to `join_action` or `apart_action`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/same_platform.html")]
pub(crate) struct SamePlatformPage {
    /// Its title is the question.
    pub(crate) page: AdminPage,
    /// "Moodle".
    pub(crate) product: String,
    pub(crate) lead: String,
    /// What joining does, one sentence each.
    pub(crate) joins: Vec<String>,
    /// A fact, what it is for the one that stays, and for the one that goes over to it.
    pub(crate) sides: Vec<(&'static str, String, String)>,
    /// Whether both call themselves by different names.
    pub(crate) differs: bool,
    /// Whether its launches wait for the answer.
    pub(crate) waits: bool,
    pub(crate) join_action: String,
    pub(crate) apart_action: String,
    pub(crate) back_href: String,
}

fn who(refused: &Refused) -> String {
    let by = refused.by.as_deref();
    by.unwrap_or("somebody on the server").to_owned()
}

fn deployment(known: &Platform, one: &Deployment, now: DateTime<Utc>) -> DeploymentLine {
    let accepted = one.state == DeploymentState::Accepted;
    let refused = known.refused.get(&one.id).filter(|_| !accepted);
    let claim = known.claims.get(&one.id);
    let asked = claim.and_then(|claim| claim.claimed_by.clone().zip(claim.claimed_at));
    DeploymentLine {
        id: one.id.to_string(),
        shown: connecting::seen_deployment(one).as_str().to_owned(),
        deployment_id: one.deployment_id.clone(),
        accepted,
        refused: refused.map(|refused| (who(refused), When::date_only(refused.at))),
        waits: one.state == DeploymentState::Pending && refused.is_none(),
        asked: asked.map(|(by, at)| (by, When::new(at, now))),
        seen_in: claim
            .and_then(|claim| claim.seen_in.as_ref())
            .and_then(|seen| seen.title.clone()),
        same: known.same.get(&one.id).map(|waits| {
            let href = console::platform_same(&known.registration.id, &one.id);
            (href, *waits)
        }),
    }
}
