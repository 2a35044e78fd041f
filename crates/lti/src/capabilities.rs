//! What platforms do differently, as named facts: what their results mean, what they refuse, what they can be asked.
//!
//! This file alone knows which kind of platform does what. Everybody else asks the registration:
//! `registration.capabilities().result_scale`. Each fact names its source: `facts` are the collected LTI facts by section,
//! `Moodle` and `Canvas` what was observed of them by section, `AGS` the standard. `OTHER` is a platform of which nothing
//! is known but the standard, so it is asked for nothing beyond it and trusted with nothing that could lose a grade.
//!
//! To add a fact: a field with a type of its own that says what the answers mean, and a value in each of the three tables.
//! What a single platform tells of itself, at its registration or in a launch, belongs into
//! [`Registration::capabilities`], over the value of its kind.

use rust_decimal::Decimal;

use super::registration::{Flavour, Registration};

/// What a platform does its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// What people call it; none where that is not known.
    pub product: Option<&'static str>,
    /// What the points of a result are out of.
    pub result_scale: ResultScale,
    /// By which id results name a person.
    pub result_users: ResultUsers,
    /// Whom the member list calls learners.
    pub roster_learners: RosterLearners,
    /// Whether launches tell teaching assistants from teachers.
    pub assistants: Assistants,
    /// From when on messages from a course name its services.
    pub services_told: ServicesTold,
    /// Whether a page of a size may be asked for.
    pub page_size: PageSize,
    /// Which links lead to further pages.
    pub page_links: PageLinks,
    /// What it demands of the time of a score.
    pub score_times: ScoreTimes,
    /// Which members a score carries.
    pub score_members: ScoreMembers,
    /// What it does with a score that it has already.
    pub repeated_scores: RepeatedScores,
    /// What becomes of a grade that a teacher typed.
    pub typed_grades: TypedGrades,
    /// What it tells of grades that students cannot see yet.
    pub hidden_grades: HiddenGrades,
    /// How it refuses a score for somebody who cannot be graded.
    pub ungradable_person: UngradablePerson,
    /// How it refuses a score for a column that a teacher locked.
    pub locked_columns: LockedColumns,
    /// What becomes of our scores when a teacher changes the points of a column.
    pub changed_points: ChangedPoints,
    /// Where a new gradebook column can go.
    pub new_columns: NewColumns,
    /// What deep linking takes.
    pub content_items: ContentItems,
    /// Whether a link says which address it opens.
    pub item_links: ItemLinks,
    /// Which maximum a column of a link may have.
    pub item_points: ItemPoints,
    /// Which resource link a launch from the course names.
    pub course_launches: CourseLaunches,
    /// Where its endpoints are.
    pub endpoints: Endpoints,
    /// Whether one operator runs many schools under one issuer.
    pub hosting: Hosting,
    /// Where it can show the tool.
    pub placements: Placements,
    /// Which variables custom parameters may name.
    pub variables: Variables,
    /// Whose value of a custom parameter counts, where a link has one of the same name.
    pub custom_values: CustomValues,
    /// What a column tells of how it is graded.
    pub columns: ColumnsTell,
    /// How its grade services refuse in a course that was concluded.
    pub concluded_courses: ConcludedCourses,
    /// Which interface of its own, beside LTI, tells a whole gradebook.
    pub whole_gradebook: WholeGradebook,
}

/// What the points of a result are out of, where its own `resultMaximum` and the column's `scoreMaximum` differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultScale {
    /// The column's maximum as it is now. The row keeps one from before a teacher changed it, and the points are not
    /// rescaled: 30 of a `resultMaximum` of 50 are 30 of 100 in Moodle's own report (Moodle 11.2).
    Column,
    /// Its own maximum (AGS 3.3). Canvas's rows keep the scale in which the score was posted (Canvas: the fifteen things,
    /// 11).
    Row,
}

/// By which id results name a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultUsers {
    /// By the one of launches and the member list.
    AsElsewhere,
    /// By the present one where accounts were merged, while launches and the member list keep the former one (Canvas: the
    /// fifteen things, 8). Results can be asked for by the former one.
    MayBePresent,
}

/// Whom the member list calls a learner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RosterLearners {
    /// Students.
    Students,
    /// Also teachers without editing rights and roles that the school made itself. Only the gradebook tells: it has no
    /// rows for them (Moodle: the twelve things, 5; Moodle 11.9).
    StudentsAndStaff,
}

/// Whether a launch says that somebody assists and does not teach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assistants {
    /// By the sub-role `membership/Instructor#TeachingAssistant`, which Canvas sends beside `#Instructor` (Canvas 1, roles).
    Named,
    /// Never: there is `Instructor` and `Learner`, and a teacher without editing rights launches as either (Moodle: the
    /// twelve things, 5; facts 3.2).
    Unnamed,
    /// Where it wants to: the role is in the vocabulary (LTI 1.3 core, appendix A.2.3).
    MayBeNamed,
}

/// From when on the messages from a course name its services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServicesTold {
    /// From the first on.
    Always,
    /// Once the tool is in use in the course: a deep linking request before that has no member list, and its absence says
    /// nothing of the installation (Moodle 11.1).
    OnceInUse,
}

/// Whether lists may be asked for pages of a size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageSize {
    /// `limit` is understood; without it pages are small (facts 2.6 and 2.7).
    Asked,
    /// No: with a limit Moodle's results are a fatal error, and its members lose their filter (facts 3.3 and 3.4).
    Never,
}

/// Which of the `Link` headers lead to further pages (RFC 8288).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageLinks {
    /// Every one of them.
    All,
    /// The malformed ones lead back to the whole list, which is here already (Moodle: the twelve things, 6).
    WellFormed,
}

/// Which timestamps make a score newer than the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScoreTimes {
    /// Any later one (AGS 3.4.6).
    Later,
    /// One in a later second, and never one ahead of the platform's clock: it would lock out all that come after it
    /// (Moodle: the twelve things, 7).
    LaterSecond,
}

/// What a score may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScoreMembers {
    /// What the standard has (AGS 3.4).
    Standard,
    /// Also Canvas's own extension: what was handed in, whether it is a new attempt, which grade stays (facts 2.6).
    Canvas,
}

/// What a score does that arrives twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepeatedScores {
    /// The second one is refused, with 409 (facts 3.3).
    Refused,
    /// Its comment is shown once more; nothing else is known of it.
    AddComment,
    /// Its comment is shown once more, and it counts as another attempt unless it says that it is none (facts 2.6).
    AddCommentAndAttempt,
}

/// What a score does to a grade that a teacher typed, or that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypedGrades {
    /// Replaces it, and a score without points clears it: whoever wants it to stay has to look first (facts 3.3).
    Overwritten,
    /// Replaces it, unless the score asks for it to stay: `prioritize_non_tool_grade` keeps any grade that is there, our
    /// own too, and `preserve_score` keeps the gradebook's alone, not the result (Canvas: the fifteen things, 3 and 4).
    KeptWhenAsked,
}

/// What results are of grades that students cannot see yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HiddenGrades {
    /// Results like others, at once, and nothing tells which they are (Canvas: the fifteen things, 2; facts 3.3).
    Readable,
    /// Nothing is known of it.
    Unknown,
}

/// How a score is answered of somebody who can have no grade there, such as a teacher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UngradablePerson {
    /// 400; why stands in the reason phrase, which HTTP/2 does not have (Moodle 4).
    BadRequest,
    /// 422 (facts 2.6).
    Unprocessable,
    /// Nothing is known of it.
    Unknown,
}

/// How a score is answered for a column that a teacher locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockedColumns {
    /// 500, as when the platform is out of order; its other services work (Moodle 11.6).
    ServerError,
    /// Nothing is known of it.
    Unknown,
}

/// What becomes of scores when a teacher changes the points of their column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangedPoints {
    /// They stay the points that they were, and the results say what they were out of (Canvas: the fifteen things, 11):
    /// 8 of 10 are shown as 8 of 20 until they are posted anew.
    ScoresStay,
    /// What the teacher chose there, or nothing is known of it.
    OfPlatform,
}

/// Where a column can go that is made through the line item service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewColumns {
    /// To a link of ours that is there (AGS 3.2.8).
    OfLinks,
    /// A link without an assignment can have none: the column is a new assignment, which opens the tool when the line item
    /// says so in Canvas's own extension (facts 2.6: 412, `submission_type`).
    OfNewAssignments,
}

/// Which items deep linking may return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentItems {
    /// Those of the types that the request names.
    AsOffered,
    /// Links that open the tool alone: an activity is made of whatever arrives (Moodle 5).
    ToolLinks,
}

/// Whether such a link says which address it opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemLinks {
    /// It does (facts 5).
    Addressed,
    /// Without an address: one with it is tied to a tool by domain, not to the tool that placed it (facts 5).
    Bare,
}

/// Which maximum the column of such a link may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemPoints {
    /// Any above zero.
    Any,
    /// A whole number from 1 to 100: the activity's form refuses others (Moodle: the twelve things, 9).
    WholeTo100,
}

impl ItemPoints {
    /// Whether these points above zero may be the maximum.
    #[must_use]
    pub fn take(self, points: Decimal) -> bool {
        let from_1_to_100 = points > Decimal::ZERO && points <= Decimal::ONE_HUNDRED;
        self == Self::Any || (from_1_to_100 && points.normalize().scale() == 0)
    }
}

/// Which resource link a launch names that came from the course and from no link in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CourseLaunches {
    /// There are none.
    None,
    /// The course's own id (facts 2.5).
    NameTheCourse,
}

/// Where a platform's endpoints are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoints {
    /// All on its own host, or on those of its hosting (facts 2.1 and 3.1).
    Together,
    /// On any hosts; only the registration is on the host of its configuration.
    Anywhere,
}

/// Whether one operator runs the platforms of many schools under one issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hosting {
    /// Each site stands for itself.
    None,
    /// Instructure may run it: people sign in at a common host, and each school's services are below another one
    /// (facts 2.1 and 2.5).
    Instructure,
}

/// What the places are called in which a platform shows a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placements {
    /// By the standard's names (DR 1.0, section 3.5.2).
    Standard,
    /// By Canvas's, with its own settings for each and for the tool (facts 2.2 and 6).
    Canvas,
}

/// Which variables custom parameters may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variables {
    /// The standard's (facts 3.2).
    Standard,
    /// Canvas's own too (facts 2.3).
    Canvas,
    /// Those that its configuration lists.
    Listed,
}

/// Whose value of a custom parameter arrives: the administrator's, who configures the tool, or that of a link, which whoever
/// teaches a course may type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomValues {
    /// The administrator's (Moodle 5: admin-level custom parameters win over the link's on equal names).
    Administrators,
    /// The link's. Only a message without a link has the tool's own for certain.
    Links,
    /// Nothing is known of it: anybody may have typed anything.
    Unknown,
}

/// What the service says of a column that is not graded in plain points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnsTell {
    /// Nothing: a scale's maximum is the number of its items and a result one of them (Moodle 11.5). Late work and groups
    /// belong to the platform's own assignments, which no tool sees.
    NothingOfScales,
    /// Points, whatever they are shown as: of complete/incomplete the gradebook takes any score above zero for full points, and a
    /// tool's own is told as it was posted; of letters and percent the points beneath. A tool's score is shown before a late policy, a teacher's after it; a group's grade is in the
    /// row of the student who was named (Canvas 4).
    PointsOnly,
    /// What the standard has (AGS 3.2).
    Unknown,
}

/// How grade services refuse in a course that was concluded, apart from saying that it is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConcludedCourses {
    /// With 422 and a text that begins so. Older versions answer 404, and the member list is empty (Canvas: the fifteen
    /// things, 7).
    Said(&'static str),
    /// It has none, or nothing is known of it: a course that ends is deleted, and answers 404 (Moodle 11.15).
    Unknown,
}

/// Which interface of its own tells the grades of every column, to whoever has a token for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WholeGradebook {
    /// Canvas's REST API, with the token of a person who teaches or administers (Canvas REST: what decides the design, 1).
    CanvasApi,
    /// Moodle's web services, at the address of the site, which is the issuer (Moodle web services, 1 and 12).
    MoodleServices,
    /// None that is known.
    Unknown,
}

const MOODLE: Capabilities = Capabilities {
    product: Some("Moodle"),
    result_scale: ResultScale::Column,
    result_users: ResultUsers::AsElsewhere,
    roster_learners: RosterLearners::StudentsAndStaff,
    assistants: Assistants::Unnamed,
    services_told: ServicesTold::OnceInUse,
    page_size: PageSize::Never,
    page_links: PageLinks::WellFormed,
    score_times: ScoreTimes::LaterSecond,
    score_members: ScoreMembers::Standard,
    repeated_scores: RepeatedScores::Refused,
    typed_grades: TypedGrades::Overwritten,
    hidden_grades: HiddenGrades::Readable,
    ungradable_person: UngradablePerson::BadRequest,
    locked_columns: LockedColumns::ServerError,
    changed_points: ChangedPoints::OfPlatform,
    new_columns: NewColumns::OfLinks,
    content_items: ContentItems::ToolLinks,
    item_links: ItemLinks::Bare,
    item_points: ItemPoints::WholeTo100,
    course_launches: CourseLaunches::None,
    endpoints: Endpoints::Together,
    hosting: Hosting::None,
    placements: Placements::Standard,
    variables: Variables::Standard,
    custom_values: CustomValues::Administrators,
    columns: ColumnsTell::NothingOfScales,
    concluded_courses: ConcludedCourses::Unknown,
    whole_gradebook: WholeGradebook::MoodleServices,
};

const CANVAS: Capabilities = Capabilities {
    product: Some("Canvas"),
    result_scale: ResultScale::Row,
    result_users: ResultUsers::MayBePresent,
    roster_learners: RosterLearners::Students,
    assistants: Assistants::Named,
    services_told: ServicesTold::Always,
    page_size: PageSize::Asked,
    page_links: PageLinks::All,
    score_times: ScoreTimes::Later,
    score_members: ScoreMembers::Canvas,
    repeated_scores: RepeatedScores::AddCommentAndAttempt,
    typed_grades: TypedGrades::KeptWhenAsked,
    hidden_grades: HiddenGrades::Readable,
    ungradable_person: UngradablePerson::Unprocessable,
    locked_columns: LockedColumns::Unknown,
    changed_points: ChangedPoints::ScoresStay,
    new_columns: NewColumns::OfNewAssignments,
    content_items: ContentItems::AsOffered,
    item_links: ItemLinks::Addressed,
    item_points: ItemPoints::Any,
    course_launches: CourseLaunches::NameTheCourse,
    endpoints: Endpoints::Together,
    hosting: Hosting::Instructure,
    placements: Placements::Canvas,
    variables: Variables::Canvas,
    custom_values: CustomValues::Links,
    columns: ColumnsTell::PointsOnly,
    concluded_courses: ConcludedCourses::Said("This course has concluded"),
    whole_gradebook: WholeGradebook::CanvasApi,
};

const OTHER: Capabilities = Capabilities {
    product: None,
    result_scale: ResultScale::Row,
    result_users: ResultUsers::AsElsewhere,
    roster_learners: RosterLearners::Students,
    assistants: Assistants::MayBeNamed,
    services_told: ServicesTold::Always,
    page_size: PageSize::Never,
    page_links: PageLinks::All,
    score_times: ScoreTimes::Later,
    score_members: ScoreMembers::Standard,
    repeated_scores: RepeatedScores::AddComment,
    typed_grades: TypedGrades::Overwritten,
    hidden_grades: HiddenGrades::Unknown,
    ungradable_person: UngradablePerson::Unknown,
    locked_columns: LockedColumns::Unknown,
    changed_points: ChangedPoints::OfPlatform,
    new_columns: NewColumns::OfLinks,
    content_items: ContentItems::AsOffered,
    item_links: ItemLinks::Addressed,
    item_points: ItemPoints::Any,
    course_launches: CourseLaunches::None,
    endpoints: Endpoints::Anywhere,
    hosting: Hosting::None,
    placements: Placements::Standard,
    variables: Variables::Listed,
    custom_values: CustomValues::Unknown,
    columns: ColumnsTell::Unknown,
    concluded_courses: ConcludedCourses::Unknown,
    whole_gradebook: WholeGradebook::Unknown,
};

impl Flavour {
    /// The kind of platform that calls itself so (`product_family_code`).
    #[must_use]
    pub fn of_product(code: &str) -> Self {
        match code.to_ascii_lowercase().as_str() {
            "moodle" => Self::Moodle,
            "canvas" => Self::Canvas,
            _ => Self::Other,
        }
    }

    /// What platforms of this kind do.
    #[must_use]
    pub fn capabilities(self) -> Capabilities {
        match self {
            Self::Moodle => MOODLE,
            Self::Canvas => CANVAS,
            Self::Other => OTHER,
        }
    }
}

impl Registration {
    /// What this platform does.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities {
        self.flavour.capabilities()
    }
}

impl Capabilities {
    /// Those of a kind of platform.
    #[must_use]
    pub fn of(flavour: Flavour) -> Self {
        flavour.capabilities()
    }

    /// What a platform does that calls itself so in a launch.
    #[must_use]
    pub fn of_product(code: &str) -> Self {
        Flavour::of_product(code).capabilities()
    }

    /// The host below which services may be, too, where the endpoints are on those hosts.
    #[must_use]
    pub fn further_service_host(&self, endpoints: &[String]) -> Option<&'static str> {
        let hosted = || endpoints.iter().any(|host| instructure(host).is_some());
        (self.hosting == Hosting::Instructure && hosted()).then_some("instructure.com")
    }
}

/// Which of Instructure's environments a host belongs to: production, beta or test (facts 2.1).
pub(super) fn instructure(host: &str) -> Option<&'static str> {
    let known = ["instructure.com", "canvaslms.com"]
        .iter()
        .any(|domain| host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')));
    if !known {
        None
    } else if host.contains(".beta.") {
        Some("beta")
    } else if host.contains(".test.") {
        Some("test")
    } else {
        Some("production")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_is_known_by_what_it_calls_itself() {
        for (code, flavour) in [
            ("moodle", Flavour::Moodle),
            ("Canvas", Flavour::Canvas),
            ("canvas-like", Flavour::Other),
            ("", Flavour::Other),
        ] {
            assert_eq!(Flavour::of_product(code), flavour, "{code}");
        }
    }

    #[test]
    fn an_unknown_platform_is_asked_for_nothing_beyond_the_standard() {
        let other = Flavour::Other.capabilities();
        assert_eq!(other.page_size, PageSize::Never);
        assert_eq!(other.typed_grades, TypedGrades::Overwritten);
        assert_eq!(other.new_columns, NewColumns::OfLinks);
        assert_eq!(other.placements, Placements::Standard);
        assert_eq!(other.variables, Variables::Listed);
        assert_eq!(other.custom_values, CustomValues::Unknown);
    }

    #[test]
    fn only_a_hosted_canvas_has_its_services_below_another_host() {
        let host =
            |flavour: Flavour, host: &str| flavour.capabilities().further_service_host(&[host.to_owned()]);
        assert_eq!(
            host(Flavour::Canvas, "sso.canvaslms.com"),
            Some("instructure.com")
        );
        assert_eq!(
            host(Flavour::Canvas, "school.beta.instructure.com"),
            Some("instructure.com")
        );
        assert_eq!(host(Flavour::Canvas, "canvas.school.example"), None);
        assert_eq!(host(Flavour::Canvas, "evilinstructure.com"), None);
        assert_eq!(host(Flavour::Moodle, "school.instructure.com"), None);
    }
}
