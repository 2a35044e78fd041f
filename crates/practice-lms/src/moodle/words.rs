//! How Moodle puts what it knows into words for a tool.

use super::super::world::model::CourseRole;

/// `Instructor` or `Learner`: there is nothing else.
pub(super) fn short_role(role: Option<CourseRole>) -> &'static str {
    match role {
        Some(CourseRole::Teacher | CourseRole::Assistant) => "Instructor",
        _ => "Learner",
    }
}

/// HTML as Moodle makes it text: bold becomes capitals.
pub(super) fn plain_text(html: &str) -> String {
    let (mut text, mut tag, mut bold) = (String::new(), None::<String>, false);
    for char in html.chars() {
        match (&mut tag, char) {
            (None, '<') => tag = Some(String::new()),
            (None, _) if bold => text.extend(char.to_uppercase()),
            (None, _) => text.push(char),
            (Some(name), '>') => {
                match name.as_str() {
                    "b" | "strong" => bold = true,
                    "/b" | "/strong" => bold = false,
                    _ => {}
                }
                tag = None;
            }
            (Some(name), _) => name.push(char),
        }
    }
    text.trim().to_owned()
}
