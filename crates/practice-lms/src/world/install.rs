//! Tools: installing one, and links that open it.

use rust_decimal::Decimal;

use super::super::options::{Flavour, Registration, Tool};
use super::model::{CourseRole, Installed, Placement};
use super::{World, seed};
use ambient::random;

impl World {
    /// Makes the ids of the next tool.
    pub(super) fn prepare_registration(&self) {
        let mut data = self.lock();
        let number = data.tools.len().saturating_add(1);
        let type_id = u64::try_from(number).unwrap_or(u64::MAX);
        let (client_id, deployment_id, authorization, token, jwks) = match self.flavour() {
            Flavour::Moodle => (
                self.letters(15),
                type_id.to_string(),
                "/mod/lti/auth.php",
                "/mod/lti/token.php",
                "/mod/lti/certs.php",
            ),
            Flavour::Canvas => (
                format!("{}", 10_000_000_000_000_u64 + type_id),
                format!(
                    "{}:{}",
                    1_233 + type_id,
                    hex::encode(random::bytes::<20>(self.random()))
                ),
                "/api/lti/authorize_redirect",
                "/login/oauth2/token",
                "/api/lti/security/jwks",
            ),
        };
        let registration = Registration {
            issuer: self.issuer().to_owned(),
            client_id,
            deployment_id,
            authorization_url: format!("{}{authorization}", self.sso()),
            token_url: self.url(token),
            jwks_url: self.url(jwks),
        };
        data.tools.push(Installed {
            tool: None,
            registration,
            type_id,
            custom: std::collections::BTreeMap::new(),
            in_courses: std::collections::BTreeMap::new(),
            may_be_notified: false,
            notice_handlers: std::collections::BTreeMap::new(),
            withheld: std::collections::BTreeSet::new(),
            is_off: false,
        });
    }

    /// What to enter in the tool of that index. The last one is always of a tool that is not installed yet.
    #[must_use]
    pub fn registration(&self, tool: usize) -> Registration {
        let data = self.lock();
        data.tools.get(tool).or(data.tools.last()).map_or_else(
            || Registration {
                issuer: String::new(),
                client_id: String::new(),
                deployment_id: String::new(),
                authorization_url: String::new(),
                token_url: String::new(),
                jwks_url: String::new(),
            },
            |installed| installed.registration.clone(),
        )
    }

    /// As [`super::super::PracticeLms::install_tool`].
    pub fn install_tool(&self, tool: Tool) -> Registration {
        let mut data = self.lock();
        data.key_sets.clear();
        let same = |installed: &&mut Installed| {
            installed
                .tool
                .as_ref()
                .is_some_and(|known| known.name == tool.name)
        };
        if let Some(installed) = data.tools.iter_mut().find(same) {
            installed.tool = Some(tool);
            return installed.registration.clone();
        }
        let index = data.tools.len().saturating_sub(1);
        if let Some(free) = data.tools.last_mut() {
            free.tool = Some(tool);
        }
        drop(data);
        self.prepare_registration();
        self.registration(index)
    }

    /// How many tools are installed.
    #[must_use]
    pub fn tools(&self) -> usize {
        self.lock()
            .tools
            .iter()
            .filter(|installed| installed.tool.is_some())
            .count()
    }

    /// Adds a link to the tool of that index. With `maximum` it brings a gradebook column along: in Canvas it is then an
    /// assignment, otherwise a module item. Gives the link's number.
    pub fn add_link(&self, course: u64, title: &str, tool: usize, maximum: Option<Decimal>) -> u64 {
        let placement = match (self.flavour(), maximum) {
            (Flavour::Moodle, _) => Placement::Activity,
            (Flavour::Canvas, Some(_)) => Placement::Assignment,
            (Flavour::Canvas, None) => Placement::ModuleItem,
        };
        let mut data = self.lock();
        let link = data.add_link(self.random(), course, title, placement, tool);
        if let Some(maximum) = maximum {
            data.couple(course, link, title, maximum, tool);
        }
        link
    }

    /// Takes a link out of a course; its gradebook column stays, as in Moodle for as long as the bin is not emptied.
    pub fn remove_link(&self, course: u64, link: u64) {
        if let Some(course) = self.lock().courses.get_mut(&course) {
            course.links.retain(|known| known.id != link);
        }
    }

    /// Sets a custom parameter of a link.
    pub fn set_link_custom(&self, course: u64, link: u64, name: &str, value: &str) {
        if let Some(link) = self.lock().link_mut(course, link) {
            link.custom.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Enrols a person, or changes the role; None takes them out of the course.
    pub fn set_role(&self, course: u64, person: u64, role: Option<CourseRole>) {
        let mut data = self.lock();
        let Some(course) = data.courses.get_mut(&course) else {
            return;
        };
        course.members.retain(|(id, _)| *id != person);
        course.members.extend(role.map(|role| (person, role)));
    }

    /// Canvas: enrols a member once more, in another section and another role.
    pub fn add_role(&self, course: u64, person: u64, role: CourseRole) {
        let mut data = self.lock();
        if let Some(course) = data.courses.get_mut(&course) {
            course.members.push((person, role));
        }
    }

    /// Canvas: whether a member may see people of their own sections only.
    pub fn limit_to_sections(&self, course: u64, person: u64, limited: bool) {
        let mut data = self.lock();
        let Some(course) = data.courses.get_mut(&course) else {
            return;
        };
        if limited {
            course.limited_to_sections.insert(person);
        } else {
            course.limited_to_sections.remove(&person);
        }
    }

    /// Students are added until the course has `count` of them.
    pub fn grow(&self, course: u64, count: usize) {
        let mut data = self.lock();
        let Some(known) = data.courses.get(&course) else {
            return;
        };
        let students = known
            .members
            .iter()
            .filter(|(_, role)| *role == CourseRole::Student)
            .count();
        let first = data
            .people
            .values()
            .filter(|person| person.username.starts_with("student"))
            .count();
        for n in (first..).take(count.saturating_sub(students)) {
            let person = seed::add_student(&mut data, self.flavour(), self.random(), n);
            if let Some(course) = data.courses.get_mut(&course) {
                course.members.push((person, CourseRole::Student));
            }
        }
    }
}
