//! Completion: one person a call.

use serde_json::{Value, json};

use super::super::super::world::native::Tracking;
use super::access::{activities, can, reaches};
use super::{Call, Exception, Outcome, entered};

/// `core_completion_get_activities_completion_status`.
pub(super) fn activities_of(call: &Call<'_>) -> Outcome {
    let course = entered(call, "requireloginerror")?;
    let person = call.number("userid").unwrap_or(0);
    if person != call.reader && !can(call, course, "report/progress:view") {
        return Err(Exception::capability("View activity completion reports"));
    }
    call.person(person)
        .ok_or_else(|| Exception::new("invaliduser", "Invalid user"))?;
    if course.facts.tracks_nothing {
        return Ok(json!({"statuses": [], "warnings": []}));
    }
    let is_tracked = course.role(person).is_some() && !course.facts.suspended.contains(&person);
    let all = activities(course);
    let tracked = all
        .iter()
        .filter(|activity| reaches(call, course, activity))
        .filter_map(|activity| Some((activity, activity.tracking?)));
    let statuses: Vec<Value> = tracked
        .map(|(activity, tracking)| {
            let done = activity.done(person).filter(|_| is_tracked);
            let state = done.map_or(0, |done| done.state);
            let is_automatic = tracking == Tracking::Automatic;
            let rule = if activity.column.is_some() { "completionpassgrade" } else { "completionview" };
            let description = if activity.column.is_some() { "Receive a passing grade" } else { "View" };
            let details = if is_automatic {
                json!([{"rulename": rule, "rulevalue": {"status": state, "description": description}}])
            } else {
                json!([])
            };
            json!({
                "cmid": activity.cmid, "modname": activity.module, "instance": activity.instance, "state": state,
                "timecompleted": done.map_or(0, |done| done.at.timestamp()), "tracking": if is_automatic { 2 } else { 1 },
                "overrideby": done.and_then(|done| done.overridden_by), "valueused": false, "hascompletion": true,
                "isautomatic": is_automatic, "istrackeduser": is_tracked, "uservisible": true, "details": details,
                "isoverallcomplete": matches!(state, 1 | 2),
            })
        })
        .collect();
    Ok(json!({"statuses": statuses, "warnings": []}))
}

/// `core_completion_get_course_completion_status`: as of the last run of the task.
pub(super) fn course(call: &Call<'_>) -> Outcome {
    let course = entered(call, "requireloginerror")?;
    let person = call.number("userid").unwrap_or(0);
    let refused = || Exception::new("cannotviewreport", "You can not view this report");
    if person != call.reader && !can(call, course, "report/completion:view") {
        return Err(refused());
    }
    call.person(person)
        .ok_or_else(|| Exception::new("invaliduser", "Invalid user"))?;
    let all = activities(course);
    // Switched off is the same as a missing right; switched on without a criterion is not.
    let is_on = !course.facts.tracks_nothing && all.iter().any(|activity| activity.tracking.is_some());
    let completed = course.facts.completed.as_ref().ok_or_else(|| {
        if is_on {
            Exception::new("nocriteriaset", "No completion criteria set for this course")
        } else {
            refused()
        }
    })?;
    if course.role(person).is_none() || course.facts.suspended.contains(&person) {
        return Err(Exception::new(
            "usernotenroled",
            "The user is not enrolled in this course",
        ));
    }
    let criteria: Vec<Value> = all
        .iter()
        .filter(|activity| activity.tracking.is_some())
        .map(|activity| {
            let done = activity.done(person).filter(|done| matches!(done.state, 1 | 2));
            json!({
                "type": 4, "title": "Activity completion", "status": if done.is_some() { "Yes" } else { "No" },
                "complete": done.is_some(), "timecompleted": done.map(|done| done.at.timestamp()),
                "details": {
                    "type": "Activity completion",
                    "criteria": format!("<a href=\"{}\">{}</a>", call.world.url(&format!("/mod/{}/view.php?id={}", activity.module, activity.cmid)), super::formatted(activity.name)),
                    "requirement": "Completed", "status": "",
                },
            })
        })
        .collect();
    let status =
        json!({"completed": completed.contains_key(&person), "aggregation": 1, "completions": criteria});
    Ok(json!({"completionstatus": status, "warnings": []}))
}
