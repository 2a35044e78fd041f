//! Copying a course, as a teacher does before a new term.

use std::collections::HashMap;

use super::canvas::notices;
use super::options::Flavour;
use super::world::World;
use super::world::model::{Column, CourseRole, Link};
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
        copy.deleted.clear();
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
}
