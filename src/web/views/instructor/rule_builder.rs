//! The rule builder: a form that works by round trips, and the sentence that it reads as.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::domain::rule::Amount;
use crate::web::rule_form::{
    AskedUnit, DraftGroup, DraftNode, DraftRow, NeedWord, RowKind, amount_word, child_path,
};
use crate::web::views::shared::{Choice, Page, PictureView, ProblemList};

/// What has the focus after the sentence was asked for anew; paths of nodes are numbers.
pub(crate) const SENTENCE: &str = "sentence";

/// Builds a rule. Posts the flat fields of [`crate::web::rule_form`], `column.label`, `column.points`, and `action`:
/// one of [`crate::web::rule_form::Action`], or `save`, `dry_run`, `create_column`, `refresh`, `scale:<column>`, `points:<column>`.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/rule_builder.html")]
pub(crate) struct RuleBuilderPage {
    pub(crate) page: Page,
    pub(crate) picture: PictureView,
    pub(crate) action: String,
    pub(crate) draft: DraftGroup,
    /// What conditions ask of their columns that cannot be asked so: the path of a row, and a sentence.
    pub(crate) impossible: Vec<(String, String)>,
    pub(crate) options: RuleOptions,
    /// The path of the node that the last action touched, or [`SENTENCE`]: it gets the focus.
    pub(crate) focus: Option<String>,
    /// "A student earns this with …"; none while the rule cannot be read yet.
    pub(crate) sentence: Option<String>,
    /// What the page was filled from that began this.
    pub(crate) seen: String,
    /// What is missing or wrong. The field is a row's path (`n.0.1`), or empty for the whole.
    pub(crate) problems: ProblemList,
    /// The badge for which this copy would count no more outside its course; none where nothing is asked about that.
    pub(crate) leaves: Option<String>,
    /// Whether they are of what was typed.
    pub(crate) typed: bool,
    /// "Draft of version 3. Version 2 is active until you activate this one."
    pub(crate) version_note: String,
    /// Why the badge is paused, and what to do; none for one that is not.
    pub(crate) paused: Option<String>,
    /// That nobody can earn the badge by the rule that decides, and what to do.
    pub(crate) cannot: Option<String>,
    /// What can and cannot be seen of columns, a sentence each.
    pub(crate) columns_tell: &'static [&'static str],
    /// Whether grades of the LMS's own assignments are read too.
    pub(crate) reads_lms: bool,
    /// Columns that are a scale, or of which nobody can tell.
    pub(crate) scales: Vec<ColumnLine>,
    /// Whether that part of the page is open.
    pub(crate) scales_open: bool,
    /// What a new column does to the course total.
    pub(crate) column_total: &'static str,
    /// The form for a new gradebook column; none where the platform does not let us make one.
    pub(crate) column: Option<ColumnFields>,
    /// Whether this person may save.
    pub(crate) may_save: bool,
    pub(crate) edit_href: String,
    pub(crate) columns_href: String,
    /// Where grades from elsewhere are brought.
    pub(crate) elsewhere_href: String,
    /// What cannot be read without that.
    pub(crate) unreadable: String,
    /// How the LMS itself is read or can be; none where it cannot.
    pub(crate) switch: Option<String>,
    /// Columns that are known and not read now, a sentence each.
    pub(crate) unread: Vec<String>,
    /// Its versions side by side, and the rule over an earlier year; none before a rule was saved.
    pub(crate) versions_href: Option<String>,
    pub(crate) replay_href: Option<String>,
    pub(crate) back_href: String,
}

/// What conditions can name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RuleOptions {
    /// Line items: id, and "Cleaning exercise (of 100 points)".
    pub(crate) items: Vec<Choice>,
    /// Line items of a former registration, which are offered to nobody: id, and what a row says that names one still.
    pub(crate) former: Vec<Choice>,
    /// When the grades of a line item count: id, and a sentence.
    pub(crate) counting: Vec<(String, String)>,
    /// Columns that are none of ours and count, by their source: id, and "Weekly quiz (of 10 points)".
    pub(crate) elsewhere: Vec<ChoiceGroup>,
    /// Those of which it is told what was handed in.
    pub(crate) hand_ins: Vec<ChoiceGroup>,
    /// Of these, those without a due date.
    pub(crate) without_due: Vec<String>,
    /// Those of which it is told who completed them.
    pub(crate) completions: Vec<ChoiceGroup>,
    /// Columns of which percent can be made, ours too: as the form names them.
    pub(crate) shares: Vec<ChoiceGroup>,
    /// Letters and words that were seen in a column: its id, and each of them once.
    pub(crate) words: Vec<(String, Vec<String>)>,
    /// Those that do not: id, and what a row says that names one still.
    pub(crate) lost_elsewhere: Vec<Choice>,
    /// Whether the gradebook of the LMS is read here.
    pub(crate) reads_lms: bool,
    /// Evidence activities: id and title.
    pub(crate) activities: Vec<Choice>,
    /// Other badges of this course: id and name.
    pub(crate) badges: Vec<Choice>,
    /// Why no badge of another issuer counts; none where one can.
    pub(crate) external: Option<&'static str>,
    /// Whether a condition that asks for one is not offered.
    pub(crate) hides_external: bool,
    /// Badges that other courses offer, by their course.
    pub(crate) offered: Vec<CourseBadges>,
    /// Badges of other courses that the rule names, whether they are offered still: id and name.
    pub(crate) named: Vec<Choice>,
}

/// Badges that one other course offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CourseBadges {
    /// What the course is called.
    pub(crate) label: String,
    pub(crate) choices: Vec<Choice>,
}

/// Choices of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChoiceGroup {
    pub(crate) label: &'static str,
    pub(crate) choices: Vec<Choice>,
}

/// How a column is graded, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ColumnLine {
    pub(crate) label: String,
    /// "a scale of 4 steps".
    pub(crate) says: String,
    /// The value of the button: `scale:<id>` or `points:<id>`.
    pub(crate) action: String,
    /// "It is a scale".
    pub(crate) button: &'static str,
}

/// A column to be made in the gradebook, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ColumnFields {
    /// Sent as `column.label`.
    pub(crate) label: String,
    /// Sent as `column.points`.
    pub(crate) points: String,
    /// Whether its part of the page is open.
    pub(crate) open: bool,
}

impl RuleBuilderPage {
    fn sentence_has_focus(&self) -> bool {
        self.focus.as_deref() == Some(SENTENCE)
    }

    /// What to show on top: everything that is wrong, each with a way to its row.
    fn general_problems(&self) -> &ProblemList {
        &self.problems
    }

    fn root(&self) -> RuleGroupView<'_> {
        RuleGroupView {
            page: self,
            group: &self.draft,
            path: String::new(),
            position: 0,
            siblings: 1,
        }
    }
}

/// A group with its members, drawn within its group.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/rule_group.html")]
pub(crate) struct RuleGroupView<'a> {
    page: &'a RuleBuilderPage,
    group: &'a DraftGroup,
    path: String,
    position: usize,
    siblings: usize,
}

impl HtmlSafe for RuleGroupView<'_> {}

/// A condition in its group.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/rule_row.html")]
pub(crate) struct RuleRowView<'a> {
    page: &'a RuleBuilderPage,
    row: &'a DraftRow,
    path: String,
    position: usize,
    siblings: usize,
}

impl HtmlSafe for RuleRowView<'_> {}

impl<'a> RuleGroupView<'a> {
    fn is_root(&self) -> bool {
        self.path.is_empty()
    }

    fn field(&self, name: &str) -> String {
        crate::web::rule_form::field(&self.path, name)
    }

    fn is(&self, word: &str) -> bool {
        self.group.need.word() == word
    }

    fn counts(&self) -> bool {
        self.group.need == NeedWord::AtLeast
    }

    fn has_focus(&self) -> bool {
        self.page.focus.as_deref() == Some(self.path.as_str())
    }

    fn problem(&self) -> Option<&str> {
        problem_at(self.page, &self.path)
    }

    fn may_nest(&self) -> bool {
        crate::web::rule_form::depth(&self.path) + 1 < crate::web::rule_form::MAX_DEPTH
    }

    fn name(&self) -> String {
        format!("group {}", crate::web::rule_form::place(&self.path))
    }

    fn kinds(&self) -> Vec<RowKind> {
        let is_hidden = |kind: &RowKind| self.page.options.hides_external && *kind == RowKind::External;
        let mut kinds = RowKind::ALL.to_vec();
        kinds.retain(|kind| !is_hidden(kind));
        kinds
    }

    fn members(&self) -> Vec<Member<'a>> {
        let siblings = self.group.nodes.len();
        self.group
            .nodes
            .iter()
            .enumerate()
            .map(|(position, node)| {
                let path = child_path(&self.path, position);
                match node {
                    DraftNode::Group(group) => Member::Group(RuleGroupView {
                        page: self.page,
                        group,
                        path,
                        position,
                        siblings,
                    }),
                    DraftNode::Row(row) => Member::Row(RuleRowView {
                        page: self.page,
                        row,
                        path,
                        position,
                        siblings,
                    }),
                }
            })
            .collect()
    }
}

/// A member of a group, ready to be drawn.
#[derive(Debug, Clone)]
enum Member<'a> {
    Group(RuleGroupView<'a>),
    Row(RuleRowView<'a>),
}

impl RuleRowView<'_> {
    fn units(&self) -> [AskedUnit; 4] {
        AskedUnit::ALL
    }

    /// Whether what a row names is among the choices of no source.
    fn is_lost_among(&self, groups: &[ChoiceGroup], chosen: &str) -> bool {
        !chosen.is_empty() && groups.iter().all(|group| self.is_lost(&group.choices, chosen))
    }

    /// Whether the box of that column is ticked.
    fn is_ticked(&self, column: &str) -> bool {
        self.ticked().iter().any(|one| one == column)
    }

    fn is_on_time(&self) -> bool {
        matches!(self.row, DraftRow::HandedIn { on_time: true, .. })
    }

    /// Whether **on time** says anything: nothing is late where there is no due date. What was chosen stays on offer.
    fn may_be_on_time(&self) -> bool {
        let DraftRow::HandedIn { column, on_time } = self.row else {
            return false;
        };
        *on_time || !self.page.options.without_due.contains(column)
    }

    fn ticked(&self) -> &[String] {
        match self.row {
            DraftRow::BestOf { of, .. } | DraftRow::BadgeTotal { of, .. } => of,
            _ => &[],
        }
    }

    /// What is ticked and is none of the choices: the box stays, so that nothing goes in silence.
    fn lost_boxes(&self) -> Vec<Choice> {
        let ticked = self.ticked().iter();
        let lost = ticked.filter(|word| self.is_lost_among(&self.page.options.shares, word));
        let named = lost.map(|word| {
            let label = match word.split_once(':') {
                Some(("elsewhere", id)) => self.lost_elsewhere(id),
                Some((_, id)) => self.lost_item(id),
                None => "A grade that is not known here",
            };
            Choice::new(word.as_str(), label)
        });
        named.collect()
    }

    /// "3 grades chosen"
    fn chosen(&self) -> String {
        match self.ticked().len() {
            0 => "Choose grades".to_owned(),
            1 => "1 grade chosen".to_owned(),
            many => format!("{many} grades chosen"),
        }
    }

    /// "3 badges chosen"
    fn chosen_badges(&self) -> String {
        match self.ticked().len() {
            0 => "Choose badges".to_owned(),
            1 => "1 badge chosen".to_owned(),
            many => format!("{many} badges chosen"),
        }
    }

    /// Hours and credits, and which of them is chosen.
    fn amounts(&self) -> [(&'static str, bool); 2] {
        let is_chosen =
            |one: Amount| matches!(self.row, DraftRow::BadgeTotal { amount, .. } if *amount == one);
        [Amount::Hours, Amount::Credits].map(|amount| (amount_word(amount), is_chosen(amount)))
    }

    /// Whether a badge is neither of this course nor offered by another.
    fn is_lost_badge(&self, chosen: &str) -> bool {
        let options = &self.page.options;
        let mut offered = options.offered.iter();
        self.is_lost(&options.badges, chosen) && offered.all(|group| self.is_lost(&group.choices, chosen))
    }

    /// What stands for it.
    fn lost_badge(&self, chosen: &str) -> &str {
        let mut named = self.page.options.named.iter();
        named
            .find(|one| one.value == chosen)
            .map_or("A badge that is gone", |one| one.label.as_str())
    }

    /// What is ticked of such badges.
    fn lost_badges(&self) -> Vec<Choice> {
        let lost = self.ticked().iter().filter(|id| self.is_lost_badge(id));
        lost.map(|id| Choice::new(id.as_str(), self.lost_badge(id)))
            .collect()
    }

    /// Whether the numbers of a row are what is wrong with it, and none of its boxes.
    fn has_wrong_numbers(&self) -> bool {
        self.problem().is_some() && self.lost_boxes().is_empty()
    }

    /// The letters and words that were seen in the column of a row.
    fn words(&self) -> &[String] {
        let DraftRow::Elsewhere { column, .. } = self.row else {
            return &[];
        };
        let mut known = self.page.options.words.iter();
        known
            .find(|(id, _)| id == column)
            .map_or(&[][..], |(_, words)| words.as_slice())
    }

    fn offers_words(&self) -> bool {
        let asks = matches!(
            self.row,
            DraftRow::Elsewhere {
                unit: AskedUnit::Words | AskedUnit::Passed,
                ..
            }
        );
        asks && !self.words().is_empty()
    }

    /// Which letters and words were seen in the column, and which of those that were typed nobody has there.
    fn words_note(&self) -> Option<String> {
        match self.row {
            DraftRow::Elsewhere { value, .. } if self.offers_words() => {
                Some(crate::web::words::outside::seen(self.words(), value))
            }
            _ => None,
        }
    }

    /// What is said below a row that asks of the LMS what nothing here tells, or that the LMS may say by itself.
    fn note(&self) -> Option<&'static str> {
        let options = &self.page.options;
        match self.row {
            DraftRow::Elsewhere { .. } if options.elsewhere.is_empty() && options.reads_lms => Some(
                "No grade of the course site is known here yet. Cairn reads its gradebook by itself; “What Cairn cannot read” below the rule leads to what came of it.",
            ),
            DraftRow::Elsewhere { .. } if options.elsewhere.is_empty() => Some(
                "No grade from elsewhere is known here yet. Save the draft, then bring a gradebook file: “What Cairn cannot read” below the rule leads there.",
            ),
            DraftRow::Elsewhere {
                unit: AskedUnit::Passed,
                ..
            } => Some(
                "Where the course site says who passes, that counts. Where it says nothing, type the grades or words that pass, with commas between them.",
            ),
            DraftRow::HandedIn {
                column,
                on_time: true,
            } if options.without_due.contains(column) => Some(
                "It has no due date in the course site, so nothing there tells whether work is on time. Choose “at any time”, or give it a due date there.",
            ),
            DraftRow::HandedIn { on_time: true, .. } if !options.hand_ins.is_empty() => Some(
                "The course site says who was on time. Where it cannot say it, for instance because the due date was moved after the work came, nothing is awarded for it: choose “at any time” then.",
            ),
            DraftRow::Grade { .. } if !options.elsewhere.is_empty() => Some(
                "Only columns that Cairn placed are here. The course site’s own assignments and quizzes, and gradebook files, are under “Grade in the course site or a file”.",
            ),
            DraftRow::HandedIn { .. } if options.hand_ins.is_empty() => Some(
                "Nothing tells here what is handed in: a gradebook file does not. “What Cairn cannot read” below the rule says how it can be read; an evidence activity collects work by itself.",
            ),
            DraftRow::Completed { .. } if options.completions.is_empty() => Some(
                "Nothing tells here who completed an activity: a gradebook file does not. “What Cairn cannot read” below the rule says how it can be read.",
            ),
            DraftRow::External { .. } => Some(options.external.unwrap_or(
                "Students bring such badges under “My badges”. One counts while its issuer vouches for it, it is valid and it names the student’s e-mail address.",
            )),
            DraftRow::Badge { .. } | DraftRow::BadgeTotal { .. } if !options.offered.is_empty() => Some(
                "A badge of another course counts as its own and as that of other terms. You learn of your own students whether they have one that counts, and nothing else of that course.",
            ),
            DraftRow::BestOf { .. } if options.shares.is_empty() => Some(
                "No grade is known here yet of which percent can be made. “What Cairn cannot read” below the rule says how grades can be read.",
            ),
            DraftRow::BestOf { .. } => Some(
                "Each counts in percent of its own points. Who has no grade, or is excused, has none to choose there: it never counts as nought.",
            ),
            _ => None,
        }
    }

    /// What stands for a grade from elsewhere that is none of the options.
    fn lost_elsewhere(&self, chosen: &str) -> &str {
        let mut lost = self.page.options.lost_elsewhere.iter();
        lost.find(|one| one.value == chosen)
            .map_or("A grade that is not known here", |one| one.label.as_str())
    }

    /// As the list of problems counts it.
    fn place(&self) -> String {
        crate::web::rule_form::place(&self.path)
    }

    /// Whether the chosen value is none of the options: what it named is gone, and the row must still say so.
    fn is_lost(&self, options: &[Choice], chosen: &str) -> bool {
        !chosen.is_empty() && options.iter().all(|option| option.value != chosen)
    }

    /// What stands for a line item that is none of the options.
    fn lost_item(&self, chosen: &str) -> &str {
        let mut former = self.page.options.former.iter();
        former
            .find(|one| one.value == chosen)
            .map_or("An assignment that is gone", |one| one.label.as_str())
    }

    fn field(&self, name: &str) -> String {
        crate::web::rule_form::field(&self.path, name)
    }

    fn has_focus(&self) -> bool {
        self.page.focus.as_deref() == Some(self.path.as_str())
    }

    /// When the grades count that the row reads.
    fn counting(&self) -> Option<&str> {
        let DraftRow::Grade { item, .. } = self.row else {
            return None;
        };
        let mut known = self.page.options.counting.iter();
        known
            .find(|(id, _)| id == item)
            .map(|(_, sentence)| sentence.as_str())
    }

    fn problem(&self) -> Option<&str> {
        let mut impossible = self.page.impossible.iter();
        problem_at(self.page, &self.path).or_else(|| {
            impossible
                .find(|(path, _)| *path == self.path)
                .map(|(_, sentence)| sentence.as_str())
        })
    }

    fn name(&self) -> String {
        format!("condition {}", self.place())
    }
}

fn problem_at<'a>(page: &'a RuleBuilderPage, path: &str) -> Option<&'a str> {
    let field = format!("n.{path}");
    page.problems
        .0
        .iter()
        .find(|problem| problem.field == field)
        .map(|problem| problem.text.as_str())
}
