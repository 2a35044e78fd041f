//! Copying a course, as a teacher does before a new term.

use std::collections::HashMap;

use super::model::{Column, CourseRole, Link};
use super::{Flavour, World};
use crate::canvas::notices;
use ambient::random;

impl World {
    /// Copies a course: new ids for course, links and columns; names, custom parameters, resource ids and tags stay;
    /// staff comes along, students and grades do not. In Canvas a notice for each tool that asked waits to be sent by
    /// [`World::deliver_notices`]. Gives the new course's number.
    pub fn copy_course(&self, course: u64, title: &str) -> Option<u64> {
        let mut data = self.lock();
        let mut copy = data.courses.get(&course)?.clone();
        let old_context = copy.context_id.clone();
        copy.id = data.new_id();
        copy.context_id = match self.flavour() {
            Flavour::Moodle => copy.id.to_string(),
            Flavour::Canvas => hex::encode(random::bytes::<20>(self.random())),
        };
        copy.history.insert(0, old_context.clone());
        title.clone_into(&mut copy.title);
        copy.label = format!("{}-{}", copy.label, copy.id);
        copy.sis_id = String::new();
        copy.members.retain(|(_, role)| {
            matches!(
                role,
                CourseRole::Teacher | CourseRole::Assistant | CourseRole::Designer
            )
        });
        let mut links = HashMap::new();
        for link in &mut copy.links {
            let old = link.id;
            *link = Link {
                id: data.new_id(),
                cmid: data.new_id(),
                ..link.clone()
            };
            link.resource_link_id = link
                .placement
                .resource_link_id(link.id, &copy.context_id, self.random());
            links.insert(old, link.id);
        }
        for column in &mut copy.columns {
            *column = Column {
                id: data.new_id(),
                link: column.link.and_then(|link| links.get(&link).copied()),
                cells: HashMap::new(),
                ..column.clone()
            };
        }
        let id = copy.id;
        data.courses.insert(id, copy);
        drop(data);
        if self.flavour() == Flavour::Canvas {
            notices::course_copied(self, id, &old_context);
        }
        Some(id)
    }

    /// Canvas: lets the first tool ask for notices, or no longer.
    pub fn grant_notices(&self, granted: bool) {
        if let Some(tool) = self.lock().tools.first_mut() {
            tool.may_be_notified = granted;
        }
    }

    /// Canvas: where the first tool's notices of that type go.
    #[must_use]
    pub fn notice_handler(&self, notice_type: &str) -> Option<String> {
        let data = self.lock();
        data.tools.first()?.notice_handlers.get(notice_type).cloned()
    }

    /// Canvas: sends what waits, each notice once, whatever the answer.
    pub async fn deliver_notices(&self) {
        let letters = std::mem::take(&mut self.lock().outbox);
        for letter in letters {
            let body = serde_json::json!({"notices": [{"jwt": letter.jwt}]});
            let sent = self.http().post(&letter.address).json(&body).send().await;
            let status = sent.ok().map(|answer| answer.status().as_u16());
            self.lock().delivered.push((letter.notice_type, status));
        }
    }

    /// Canvas: the tokens of the notices that wait to be sent.
    #[must_use]
    pub fn waiting_notices(&self) -> Vec<String> {
        let data = self.lock();
        data.outbox.iter().map(|letter| letter.jwt.clone()).collect()
    }

    /// Canvas: type and status of each notice that was sent; no status where nobody answered.
    #[must_use]
    pub fn delivered_notices(&self) -> Vec<(String, Option<u16>)> {
        self.lock().delivered.clone()
    }

    /// A teacher renames a column.
    pub fn rename_line_item(&self, course: u64, line_item: u64, label: &str) -> bool {
        let mut data = self.lock();
        let column = data.column_mut(course, line_item);
        column.map(|column| label.clone_into(&mut column.label)).is_some()
    }
}
