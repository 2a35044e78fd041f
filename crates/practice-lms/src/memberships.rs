//! The member list of a course (NRPS 2.0), as far as both flavours give it the same shape.

use serde::Serialize;

use super::answer::Answer;
use super::world::model::Course;

/// The media type of the list.
pub(super) const MEDIA_TYPE: &str = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json";

#[derive(Serialize)]
struct Container<'a, M> {
    id: &'a str,
    context: Context<'a>,
    members: &'a [M],
}

#[derive(Serialize)]
struct Context<'a> {
    id: &'a str,
    label: &'a str,
    title: &'a str,
}

/// The answer with these of the members; `id` is the address of the list.
pub(super) fn answer<M: Serialize>(id: &str, course: &Course, members: &[M]) -> Answer {
    let context = Context {
        id: &course.context_id,
        label: &course.label,
        title: &course.title,
    };
    Answer::json(
        200,
        &format!("{MEDIA_TYPE}; charset=utf-8"),
        &Container { id, context, members },
    )
}
