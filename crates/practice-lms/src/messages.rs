//! The messages that a person's click sends to a tool, without a browser: what starts one and what answers the tool.

use super::login::{AuthRequest, LoginForm, Start};
use super::options::Flavour;
use super::world::World;
use super::world::model::Shown;
use super::{canvas, moodle};

impl World {
    /// Starts a launch as if `person` had clicked on the link in the course page: the form that the LMS posts to the
    /// tool's login initiation. None when link, person or tool is unknown.
    #[must_use]
    pub fn launch_form(&self, course: u64, person: u64, link: u64) -> Option<LoginForm> {
        self.launch_form_shown(course, person, link, Shown::Frame)
    }

    /// As [`World::launch_form`], shown there.
    #[must_use]
    pub fn launch_form_shown(&self, course: u64, person: u64, link: u64, shown: Shown) -> Option<LoginForm> {
        let start = Start::of_link(self, course, person, link, shown)?;
        match self.flavour() {
            Flavour::Moodle => moodle::login::begin(self, start),
            Flavour::Canvas => canvas::login::begin(self, start),
        }
    }

    /// Answers the tool's authentication request without HTTP: the signed form that would be posted to the tool.
    ///
    /// # Errors
    /// The sentence of the error page that the person would see.
    pub fn authorize(&self, request: &str) -> Result<LoginForm, String> {
        let query = request.split_once('?').map_or(request, |(_, query)| query);
        let request = AuthRequest::read(query, &[]);
        match self.flavour() {
            Flavour::Moodle => moodle::authorize::authorize(self, &request),
            Flavour::Canvas => canvas::authorize::authorize(self, &request),
        }
    }

    /// Starts the choice of content: in Moodle the button of the activity form, in Canvas the place of that name.
    #[must_use]
    pub fn selection_form(
        &self,
        course: u64,
        person: u64,
        tool: usize,
        placement: &str,
    ) -> Option<LoginForm> {
        match self.flavour() {
            Flavour::Moodle => moodle::deep_linking::start(self, course, person, tool),
            Flavour::Canvas => canvas::deep_linking::start(self, course, person, tool, placement),
        }
    }

    /// Starts a submission review: `teacher` looks at what `student` handed in, from that column. Moodle only.
    #[must_use]
    pub fn review_form(&self, course: u64, teacher: u64, column: u64, student: u64) -> Option<LoginForm> {
        match self.flavour() {
            Flavour::Moodle => moodle::deep_linking::review(self, course, teacher, column, student),
            Flavour::Canvas => None,
        }
    }

    /// Opens `student`'s work in `SpeedGrader`: the assignment's link, at the address that the last score brought as
    /// `submission_data`. Canvas only; none where no score brought one.
    #[must_use]
    pub fn speed_grader_form(
        &self,
        course: u64,
        teacher: u64,
        column: u64,
        student: u64,
    ) -> Option<LoginForm> {
        match self.flavour() {
            Flavour::Moodle => None,
            Flavour::Canvas => canvas::login::speed_grader(self, course, teacher, column, student),
        }
    }

    /// Starts the account navigation. Canvas only.
    #[must_use]
    pub fn account_form(&self, person: u64, tool: usize) -> Option<LoginForm> {
        match self.flavour() {
            Flavour::Moodle => None,
            Flavour::Canvas => canvas::deep_linking::start_account(self, person, tool),
        }
    }

    /// Starts the navigation of whoever is signed in. Canvas only.
    #[must_use]
    pub fn personal_form(&self, person: u64, tool: usize) -> Option<LoginForm> {
        match self.flavour() {
            Flavour::Moodle => None,
            Flavour::Canvas => canvas::deep_linking::start_personal(self, person, tool),
        }
    }
}
