//! What a course is made of.

use serde_json::{Value, json};

use super::super::super::world::model::Course;
use super::access::{activities, can, enters, reaches, sees};
use super::{Call, Exception, Outcome, assign, entered};

/// `core_course_get_contents`: one section with everything.
pub(super) fn list(call: &Call<'_>) -> Outcome {
    let course = entered(call, "errorcoursecontextnotvalid")?;
    let only = call.option("modname");
    let cmid = call.option("cmid").and_then(|text| text.parse::<u64>().ok());
    let all = activities(course);
    let modules: Vec<Value> = all
        .iter()
        .filter(|activity| sees(call, course, activity))
        .filter(|activity| only.is_none_or(|only| only == activity.module) && cmid.is_none_or(|cmid| cmid == activity.cmid))
        .map(|activity| {
            let due = activity.column.and_then(|column| column.facts.due);
            let dates: Vec<Value> = due
                .iter()
                .map(|due| json!({"label": "Due:", "timestamp": due.timestamp(), "dataid": "duedate"}))
                .collect();
            let restriction = "{\"op\":\"&\",\"c\":[{\"type\":\"group\",\"id\":1}],\"showc\":[true]}";
            let tracking = activity.tracking.map_or(0, |tracking| match tracking {
                super::super::super::world::native::Tracking::ByHand => 1,
                super::super::super::world::native::Tracking::Automatic => 2,
            });
            json!({
                "id": activity.cmid, "instance": activity.instance, "contextid": activity.cmid + 390,
                "modname": activity.module, "name": call.name(activity.name),
                "url": call.world.url(&format!("/mod/{}/view.php?id={}", activity.module, activity.cmid)),
                "visible": i32::from(!activity.is_hidden), "uservisible": reaches(call, course, activity), "visibleoncoursepage": 1,
                "availability": activity.is_restricted.then_some(restriction), "completion": tracking, "dates": dates,
                "noviewlink": false, "indent": 0,
            })
        })
        .collect();
    Ok(json!([{
        "id": course.id * 100 + 1, "name": "General", "visible": 1, "summary": "", "summaryformat": 1, "section": 0,
        "hiddenbynumsections": 0, "uservisible": true, "modules": modules,
    }]))
}

/// `core_course_get_courses_by_field`: it wants no right, and a course that is gone is none.
pub(super) fn by_field(call: &Call<'_>) -> Outcome {
    let (field, value) = (
        call.text("field").unwrap_or_default(),
        call.text("value").unwrap_or_default(),
    );
    let is_meant = |course: &&Course| match field {
        "" => true,
        "id" => course.id.to_string() == value,
        "shortname" => course.label == value,
        "idnumber" => course.sis_id == value,
        _ => false,
    };
    if !matches!(field, "" | "id" | "ids" | "shortname" | "idnumber" | "category") {
        return Err(Exception::new("invalidparameter", "Invalid field name"));
    }
    let found = call
        .data
        .courses
        .values()
        .filter(is_meant)
        .filter(|course| !course.facts.is_hidden || can(call, course, "moodle/course:viewhiddencourses"));
    let found: Vec<Value> = found
        .map(|course| {
            let mut all = json!({
                "id": course.id, "fullname": call.name(&course.title), "displayname": call.name(&course.title),
                "shortname": call.name(&course.label), "categoryid": 1, "categoryname": "Category 1", "summary": "",
                "summaryformat": 1, "summaryfiles": [], "overviewfiles": [], "visible": i32::from(!course.facts.is_hidden),
            });
            if can(call, course, "moodle/course:update")
                && let Some(all) = all.as_object_mut()
            {
                all.insert("idnumber".into(), json!(course.sis_id));
            }
            all
        })
        .collect();
    Ok(json!({"courses": found, "warnings": []}))
}

/// `core_course_get_courses`, which refuses whoever may not enter each of them.
pub(super) fn all(call: &Call<'_>) -> Outcome {
    let mut courses = Vec::new();
    for course in call.data.courses.values() {
        enters(call, course).map_err(|_| Exception::capability("View courses without participation"))?;
        courses.push(json!({"id": course.id, "shortname": call.name(&course.label), "fullname": call.name(&course.title)}));
    }
    Ok(Value::Array(courses))
}

/// `mod_lti_get_ltis_by_courses`: more for whoever may change them.
pub(super) fn tools(call: &Call<'_>) -> Outcome {
    let (courses, warnings) = assign::courses(call, true);
    let mut all = Vec::new();
    for course in courses {
        let activities = activities(course);
        for activity in activities
            .iter()
            .filter(|one| one.module == "lti" && sees(call, course, one))
        {
            let mut one = json!({
                "id": activity.instance, "coursemodule": activity.cmid, "course": course.id,
                "name": call.name(activity.name), "icon": "",
            });
            let link = course
                .link(activity.instance)
                .filter(|_| can(call, course, "moodle/course:manageactivities"));
            if let (Some(link), Some(one)) = (link, one.as_object_mut()) {
                one.insert("toolurl".into(), json!(link.url.clone().unwrap_or_default()));
                one.insert("servicesalt".into(), json!("practice-salt"));
            }
            all.push(one);
        }
    }
    Ok(json!({"ltis": all, "warnings": warnings}))
}
