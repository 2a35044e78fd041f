//! What an administrator of the LMS does to a tool that is installed, and what a test wants to know or to go wrong.

use serde_json::Value;

use super::super::options::Manner;
use super::World;
use super::data::Heard;

/// Scores that are remembered.
const MOST: usize = 500;

impl World {
    /// From now on the tool of that index is granted every scope but these. Tokens given so far are worth nothing.
    pub fn withhold(&self, tool: usize, scopes: &[&str]) {
        let mut data = self.lock();
        if let Some(installed) = data.tools.get_mut(tool) {
            installed.withheld = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        }
        data.grants.clear();
    }

    /// Whether the tool of that index is told addresses of e-mail from now on.
    pub fn share_email(&self, tool: usize, shared: bool) {
        let mut data = self.lock();
        if let Some(tool) = data.tools.get_mut(tool).and_then(|one| one.tool.as_mut()) {
            tool.share_email = shared;
        }
    }

    /// Moodle: the tool is deleted, or there again. Canvas: its key is off, or on again.
    pub fn switch_off(&self, tool: usize, off: bool) {
        if let Some(installed) = self.lock().tools.get_mut(tool) {
            installed.is_off = off;
        }
    }

    /// Canvas: a teacher concludes the course, or opens it again. Nobody's enrolment is current meanwhile.
    pub fn conclude(&self, course: u64, concluded: bool) {
        if let Some(course) = self.lock().courses.get_mut(&course) {
            course.is_concluded = concluded;
        }
    }

    /// The course is deleted, with everything below its addresses.
    pub fn delete_course(&self, course: u64) {
        let mut data = self.lock();
        if let Some(gone) = data.courses.remove(&course) {
            data.deleted.insert(course, gone);
        }
    }

    /// A course that was deleted is restored as it was.
    pub fn restore_course(&self, course: u64) {
        let mut data = self.lock();
        if let Some(back) = data.deleted.remove(&course) {
            data.courses.insert(course, back);
        }
    }

    /// What `$Person.address.timezone` is for that account from now on.
    pub fn set_time_zone(&self, person: u64, zone: &str) {
        if let Some(person) = self.lock().people.get_mut(&person) {
            zone.clone_into(&mut person.time_zone);
        }
    }

    /// What tools asked of addresses with `part` in their path, oldest first.
    #[must_use]
    pub fn heard(&self, part: &str) -> Vec<Heard> {
        let data = self.lock();
        let heard = data.heard.iter().filter(|one| one.path.contains(part));
        heard.cloned().collect()
    }

    /// The access tokens that hold.
    #[must_use]
    pub fn tokens(&self) -> Vec<String> {
        self.lock().grants.keys().cloned().collect()
    }

    /// The scores that tools sent, as they came, oldest first.
    #[must_use]
    pub fn scores_sent(&self) -> Vec<Value> {
        self.lock().scores.iter().cloned().collect()
    }

    /// Remembers a score as it came.
    pub(crate) fn note_score(&self, body: &[u8]) {
        let mut data = self.lock();
        if data.scores.len() >= MOST {
            data.scores.pop_front();
        }
        data.scores.extend(serde_json::from_slice::<Value>(body).ok());
    }

    /// From now on pages answer so when a tool in a frame asks for platform storage.
    pub fn answer_storage(&self, manner: Manner) {
        self.lock().manner = manner;
    }

    /// How pages answer.
    pub(crate) fn manner(&self) -> Manner {
        self.lock().manner
    }
}
