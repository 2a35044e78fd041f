//! Programmes: stacks that an institution owns.

use askama::Template;

use super::AdminPage;
use crate::web::graph::Drawing;
use crate::web::views::instructor::{BadgeFields, CoachList, DismissedLine, PictureMaker, SkillPicker};
use crate::web::views::shared::{
    Choice, LinkTo, Paging, PictureView, ProblemList, SafeHtml, StatusChip, When,
};

/// The programmes of an institution.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/programmes.html")]
pub(crate) struct ProgrammesPage {
    pub(crate) page: AdminPage,
    pub(crate) programmes: Vec<ProgrammeLine>,
    pub(crate) new_href: String,
    pub(crate) map_href: String,
    /// Who makes programmes; for administrators.
    pub(crate) makers_href: Option<String>,
}

/// One of them.
#[derive(Debug, Clone)]
pub(crate) struct ProgrammeLine {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) state: StatusChip,
    /// "5 parts · 214 hold it".
    pub(crate) has: String,
    /// What waits: for a second person, or to be activated.
    pub(crate) waits: Option<&'static str>,
}

/// Makes or changes one. Posts the fields of [`BadgeFields`] that it shows, `part.<badge>` with the place of each badge (`prerequisite`,
/// `required`, `choice.<i>`, or nothing), `needed.<i>` for each choice, `sought`, `parts_end`, the box `finish_begun` and `action`
/// (`refresh`, `search_icons`, `search_skills`, `take_skill:<id>`, `remove_alignment:<i>` or `save`).
#[derive(Debug, Clone, Template)]
#[template(path = "admin/programme_editor.html")]
pub(crate) struct ProgrammeEditorPage {
    pub(crate) page: AdminPage,
    pub(crate) action: String,
    pub(crate) fields: BadgeFields,
    pub(crate) maker: PictureMaker,
    pub(crate) picker: SkillPicker,
    pub(crate) problems: ProblemList,
    /// What was looked for among the badges.
    pub(crate) sought: String,
    pub(crate) groups: Vec<OfferedGroup>,
    /// How many more badges there are than are shown.
    pub(crate) more: usize,
    /// Value and words of the places that a part can have.
    pub(crate) places: Vec<Choice>,
    pub(crate) choices: Vec<ChoiceLine>,
    /// Value, words, and whether it is chosen.
    pub(crate) parts_end: Vec<(&'static str, &'static str, bool)>,
    pub(crate) finish_begun: bool,
    /// Whether its texts and terms stay while it awards, because a second person approves them.
    pub(crate) texts_stay: bool,
    pub(crate) back_href: String,
}

/// The badges of one course.
#[derive(Debug, Clone)]
pub(crate) struct OfferedGroup {
    pub(crate) course: String,
    pub(crate) badges: Vec<OfferedRow>,
}

/// One of them.
#[derive(Debug, Clone)]
pub(crate) struct OfferedRow {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The value of its place.
    pub(crate) place: String,
}

/// How many of a choice are needed.
#[derive(Debug, Clone)]
pub(crate) struct ChoiceLine {
    pub(crate) number: usize,
    /// As typed.
    pub(crate) needed: String,
}

impl ChoiceLine {
    fn field(&self) -> String {
        format!("needed.{}", self.number)
    }
}

/// One programme.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/programme.html")]
pub(crate) struct ProgrammePage {
    pub(crate) page: AdminPage,
    /// What is worth a thought about its design.
    pub(crate) hints: CoachList,
    /// What of it was dismissed.
    pub(crate) dismissed: Vec<DismissedLine>,
    /// Where that is shown again; posts `about` and `again`.
    pub(crate) hints_action: String,
    pub(crate) state: StatusChip,
    pub(crate) picture: PictureView,
    /// "214 people hold it".
    pub(crate) holders: String,
    /// The rule in words; none before there is one.
    pub(crate) sentence: Option<String>,
    /// Whether that one waits while another decides.
    pub(crate) waits: bool,
    /// The first ones come before it.
    pub(crate) prerequisites: Vec<PartLine>,
    pub(crate) parts: Vec<PartLine>,
    pub(crate) terms: Vec<String>,
    pub(crate) hindrances: Vec<String>,
    /// Copies of its parts that do not count for it yet.
    pub(crate) copies: Vec<CopyLine>,
    /// Where one of them is counted all the same, by an administrator; posts `copy` and `digest`.
    pub(crate) accept_action: Option<String>,
    pub(crate) drawing: Option<Drawing>,
    pub(crate) edit_href: Option<String>,
    pub(crate) try_href: Option<String>,
    /// For administrators.
    pub(crate) waivers_href: Option<String>,
    pub(crate) public: Option<LinkTo>,
    /// Where it is paused or retired, and which of both it can be.
    pub(crate) turn_action: String,
    pub(crate) can_pause: bool,
    pub(crate) can_retire: bool,
    pub(crate) back_href: String,
}

/// A part of a programme.
#[derive(Debug, Clone)]
pub(crate) struct PartLine {
    pub(crate) name: String,
    /// The course that it is of.
    pub(crate) course: String,
    /// Its public page.
    pub(crate) href: String,
    pub(crate) retired: bool,
}

/// A copy of a part that asks something else.
#[derive(Debug, Clone)]
pub(crate) struct CopyLine {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The course that it is of.
    pub(crate) course: String,
    /// Its public page.
    pub(crate) href: String,
    /// What it asks, in words.
    pub(crate) asks: String,
    pub(crate) digest: String,
}

/// What a programme would do, and its activation. Posts `number` and `digest`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/programme_trial.html")]
pub(crate) struct ProgrammeTrialPage {
    pub(crate) page: AdminPage,
    pub(crate) sentence: String,
    pub(crate) before: Option<String>,
    /// "214 of 3,120 students would earn it now."
    pub(crate) result: String,
    /// That it awards by this already.
    pub(crate) idle: Option<&'static str>,
    /// Whom else it concerns, in numbers, a sentence each.
    pub(crate) others: Vec<String>,
    /// Whose number is told of each part: its name and how many hold it.
    pub(crate) funnel: Vec<(String, String)>,
    /// Names, where the policy lets administrators see them.
    pub(crate) names: Option<Vec<String>>,
    /// Why there are none.
    pub(crate) no_names: &'static str,
    pub(crate) paging: Option<Paging>,
    pub(crate) hindrances: Vec<String>,
    /// That what was confirmed is not what would happen any more.
    pub(crate) changed: Option<String>,
    pub(crate) review: Option<ReviewPanel>,
    /// Where it is activated; none where it cannot be now.
    pub(crate) action: Option<String>,
    pub(crate) number: usize,
    pub(crate) digest: String,
    /// The words of the button: the verb and the number.
    pub(crate) confirm: String,
    pub(crate) back_href: String,
}

/// The second person. Posts `answer` (`ask`, `approve` or `change`) with `digest`, and `note`.
#[derive(Debug, Clone)]
pub(crate) struct ReviewPanel {
    pub(crate) action: String,
    /// How it stands, in words.
    pub(crate) told: String,
    pub(crate) can_ask: bool,
    /// What is approved with the rule.
    pub(crate) outcome: String,
    pub(crate) criteria: SafeHtml,
    /// Whether these texts stay as they are while it awards.
    pub(crate) stays: bool,
    pub(crate) can_answer: bool,
    pub(crate) digest: String,
}

/// What is waived in a programme. Sends `name` to `action` by GET; posts `person`, `part` and `reason` to it.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/programme_waivers.html")]
pub(crate) struct WaiversPage {
    pub(crate) page: AdminPage,
    pub(crate) action: String,
    pub(crate) sought: String,
    /// Id and name.
    pub(crate) found: Vec<Choice>,
    pub(crate) parts: Vec<Choice>,
    pub(crate) waivers: Vec<WaiverLine>,
    pub(crate) reason: String,
    pub(crate) problems: ProblemList,
    pub(crate) back_href: String,
}

/// One waiver.
#[derive(Debug, Clone)]
pub(crate) struct WaiverLine {
    pub(crate) who: String,
    pub(crate) part: String,
    pub(crate) reason: String,
    pub(crate) when: When,
    pub(crate) end_action: String,
}

/// All badges of an institution that build on badges.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/programmes_map.html")]
pub(crate) struct ProgrammeMapPage {
    pub(crate) page: AdminPage,
    pub(crate) drawing: Option<Drawing>,
    /// Each badge with what it builds on, the same as the drawing says.
    pub(crate) lines: Vec<MapLine>,
    pub(crate) back_href: String,
}

/// One of them.
#[derive(Debug, Clone)]
pub(crate) struct MapLine {
    /// What the drawing leads to.
    pub(crate) id: String,
    pub(crate) name: String,
    /// Where a programme is worked on.
    pub(crate) own_href: Option<String>,
    pub(crate) public_href: String,
    /// Its course, and what it builds on.
    pub(crate) says: String,
}

/// Who makes programmes. Sends `sought` to `action` by GET; posts `person` and `turn` (`give` or `take`) to it.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/programme_makers.html")]
pub(crate) struct MakersPage {
    pub(crate) page: AdminPage,
    pub(crate) action: String,
    pub(crate) sought: String,
    pub(crate) named: Vec<MakerLine>,
    pub(crate) found: Vec<MakerLine>,
    pub(crate) back_href: String,
}

/// A teacher.
#[derive(Debug, Clone)]
pub(crate) struct MakerLine {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    /// "Teaches Biology 1, Chemistry and 3 more."
    pub(crate) teaches: String,
    /// Since when they have the power.
    pub(crate) since: Option<When>,
}
