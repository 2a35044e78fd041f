//! What is known of a platform without asking it: how it is registered here, and what its launches showed.

use super::settings::{self, Setting};
use super::{Finding, Known};

pub(super) fn registered(known: &Known) -> Vec<Finding> {
    let mut found = Vec::new();
    if !known.registration.enabled {
        found.push(Finding::failure(
            "enabled",
            "This platform is turned off in Cairn, so nobody can open Cairn from it.",
            "Turn it on on this page.",
        ));
    }
    if known.pending > 0 {
        found.push(Finding::remark(
            "deployments",
            match known.pending {
                1 => "1 of its deployments waits to be accepted.".to_owned(),
                several => format!("{several} of its deployments wait to be accepted."),
            },
            "Accept those that are yours on this page; until then launches from them are refused.",
        ));
    } else if known.accepted == 0 && !known.registration.accepts_new_deployments {
        found.push(Finding::remark(
            "deployments",
            "No deployment is accepted yet.",
            "Open Cairn once from the platform: the deployment appears on this page, and you accept it.",
        ));
    }
    found
}

pub(super) fn launches(known: &Known) -> Vec<Finding> {
    let registration = &known.registration;
    let Some(seen) = &known.last_seen else {
        return vec![Finding::remark(
            "launch",
            "Nobody has opened Cairn from this platform yet.",
            settings::say(registration, Setting::FirstLaunch),
        )];
    };
    let detail = &seen.detail;
    let product = match (&detail.product, &detail.version) {
        (Some(product), Some(version)) => format!("{product}, version {version}"),
        (Some(product), None) => product.clone(),
        _ => "a product that does not name itself".to_owned(),
    };
    let mut found = vec![Finding::good(
        "launch",
        format!(
            "Cairn was opened from it on {}; it is {product}.",
            seen.launched_at.format("%-d %b %Y, %H:%M UTC")
        ),
    )];
    found.push(if detail.shares_names {
        Finding::good("names", "It shares the names of students and teachers.")
    } else {
        Finding::remark(
            "names",
            "It does not share names: teachers see “Student 7F3A”. Badges work all the same.",
            settings::say(registration, Setting::Names),
        )
    });
    if detail.shares_emails {
        found.push(Finding::remark(
            "emails",
            "It shares e-mail addresses, which Cairn has no use for.",
            settings::say(registration, Setting::Emails),
        ));
    }
    let offered = [
        (
            detail.members,
            "members-offered",
            "the member list",
            Setting::MembersService,
        ),
        (
            detail.grades,
            "grades-offered",
            "grade services",
            Setting::GradeService,
        ),
    ];
    for (there, code, what, setting) in offered {
        if !there && detail.course.is_some() {
            found.push(Finding::failure(
                code,
                format!("The last launch from a course did not offer {what}."),
                settings::say(registration, setting),
            ));
        }
    }
    let mut ways: Vec<&str> = detail.placements.iter().map(String::as_str).collect();
    if detail.messages.contains("LtiDeepLinkingRequest") {
        ways.push("deep linking");
    }
    if !ways.is_empty() {
        found.push(Finding::good(
            "placements",
            format!("Seen so far: {}.", ways.join(", ")),
        ));
    }
    found
}
