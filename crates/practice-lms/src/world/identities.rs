//! Accounts that become another one: merged in Canvas, or known by a new name.

use super::World;

impl World {
    /// Canvas: merges an account into another one. Results name the present account; launches and members of the courses
    /// that the person was in keep the former name.
    pub fn merge_user(&self, person: u64, present: &str) {
        self.lock().present.insert(person, present.to_owned());
    }

    /// Gives an account another name in every message, as where a site imports its accounts anew.
    pub fn rename_user(&self, person: u64, sub: &str) {
        if let Some(person) = self.lock().people.get_mut(&person) {
            sub.clone_into(&mut person.sub);
        }
    }

    /// Somebody's address of e-mail is another one from now on.
    pub fn change_email(&self, person: u64, address: &str) {
        if let Some(person) = self.lock().people.get_mut(&person) {
            address.clone_into(&mut person.email);
        }
    }

    /// The client id of a tool is another one from now on, and so is its deployment: the tool was removed and added again.
    /// Its links open the new one, and its columns are new.
    pub fn register_anew(&self, tool: usize) -> super::super::options::Registration {
        self.prepare_registration();
        let moodle = self.flavour() == super::super::options::Flavour::Moodle;
        let mut data = self.lock();
        let type_id = data.new_id();
        let fresh = data.tools.pop();
        if let (Some(fresh), Some(known)) = (fresh, data.tools.get_mut(tool)) {
            known.registration = fresh.registration;
            known.type_id = type_id;
            if moodle {
                known.registration.deployment_id = type_id.to_string();
            }
        }
        data.grants.clear();
        let mut remade = Vec::new();
        for (id, course) in &data.courses {
            let own = course
                .columns
                .iter()
                .filter(|column| column.source == super::model::Source::Tool(tool));
            remade.extend(own.map(|column| (*id, column.id)));
        }
        for (course, column) in remade {
            let id = data.new_id();
            if let Some(column) = data.column_mut(course, column) {
                column.id = id;
            }
        }
        drop(data);
        self.registration(tool)
    }

    /// The tool is installed once more under its client id: its launches name a new deployment from now on.
    pub fn redeploy(&self, tool: usize) {
        let moodle = self.flavour() == super::super::options::Flavour::Moodle;
        let letters = hex::encode(ambient::random::bytes::<20>(self.random()));
        let mut data = self.lock();
        let number = data.new_id();
        if let Some(known) = data.tools.get_mut(tool) {
            known.registration.deployment_id = if moodle {
                number.to_string()
            } else {
                format!("{number}:{letters}")
            };
        }
    }
}
