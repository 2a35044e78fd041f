//! What is known of a platform without asking it: how it is registered here, and what its launches showed.

use super::finding::Offer;
use super::{Finding, Known};

pub(super) fn registered(known: &Known) -> Vec<Finding> {
    let mut found = Vec::new();
    if !known.registration.enabled {
        found.push(Finding::TurnedOff);
    }
    if known.pending > 0 {
        found.push(Finding::DeploymentsPending(known.pending));
    } else if known.accepted == 0 && !known.registration.accepts_new_deployments {
        found.push(Finding::NoDeployment);
    }
    found
}

pub(super) fn launches(known: &Known) -> Vec<Finding> {
    let Some(seen) = &known.last_seen else {
        return vec![Finding::NeverLaunched];
    };
    let detail = &seen.detail;
    let mut found = vec![Finding::Launched {
        at: seen.launched_at,
        product: detail.product.clone(),
        version: detail.version.clone(),
    }];
    found.push(if detail.shares_names {
        Finding::SharesNames
    } else {
        Finding::SharesNoNames
    });
    if detail.shares_emails {
        found.push(Finding::SharesEmails);
    } else if known.external_badges {
        found.push(Finding::SharesNoEmails);
    }
    let offered = [(detail.members, Offer::Members), (detail.grades, Offer::Grades)];
    for (there, what) in offered {
        if !there && detail.course.is_some() {
            found.push(Finding::NotOffered(what));
        }
    }
    let deep_linking = detail.messages.contains("LtiDeepLinkingRequest");
    if deep_linking || !detail.placements.is_empty() {
        found.push(Finding::Placements {
            placements: detail.placements.iter().cloned().collect(),
            deep_linking,
        });
    }
    found
}
