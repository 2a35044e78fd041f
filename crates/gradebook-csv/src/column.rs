//! What a column of a gradebook file holds.

use rust_decimal::Decimal;

use crate::grade::Reading;

/// One column, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its place in the file, from 0.
    pub index: usize,
    /// What stands in the first row, without what protects it from being taken for a formula.
    pub title: String,
    /// What it holds.
    pub kind: Kind,
    /// The maximum, where the file says one: Canvas's row "Points Possible". Moodle's files have none.
    pub points_possible: Option<Decimal>,
    /// Whether its grades count.
    pub releases: Releases,
    /// Another column is named exactly so: what tells them apart is their order alone.
    pub shares_name: bool,
    pub(crate) reading: Option<Reading>,
}

impl Column {
    /// The id of the assignment in Canvas's API.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match &self.kind {
            Kind::Assignment { lms_id, .. } => Some(lms_id),
            _ => None,
        }
    }

    /// Whether there are grades in it.
    #[must_use]
    pub fn has_grades(&self) -> bool {
        self.reading.is_some()
    }

    /// Whether its grades count, given that the teacher ticked it or did not.
    #[must_use]
    pub fn counts(&self, ticked: bool) -> bool {
        match self.releases {
            Releases::Released => true,
            Releases::NeedsTick(_) | Releases::NotTold => ticked,
            Releases::Never | Releases::NoGrades => false,
        }
    }
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Something by which a person is known.
    Person(Field),
    /// The sections of a person in Canvas, as a sentence; [`Sections`](crate::Sections) takes them apart where the file says how.
    Section,
    /// Moodle's column for people whose enrolment is suspended.
    Suspended,
    /// An assignment of Canvas: `Workshop report (90212)`.
    Assignment {
        /// Its id in Canvas's API.
        lms_id: String,
        /// Its title, which is only for people.
        name: String,
    },
    /// A grade item of Moodle in one display type: `Quiz: Safety (Real)`. Files of Moodle hold no ids of items.
    Item {
        /// Its name without the display type.
        name: String,
        /// Whether it is a total, as far as the language of the file is known.
        scope: Scope,
        /// The display type.
        display: Display,
    },
    /// A total of Canvas, which is read only there.
    Total(Total),
    /// What teachers wrote about an item of Moodle.
    Feedback {
        /// The name of the item.
        item: String,
    },
    /// Moodle's "Last downloaded from this course", in Unix seconds.
    Exported,
    /// A column of the school's own, or one that is not known.
    Other,
}

/// By what a person is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// Canvas's `ID`, the id of its API.
    LmsId,
    /// `SIS User ID` of Canvas, `ID number` of Moodle.
    SisId,
    /// `SIS Login ID` of Canvas, `Username` of Moodle.
    Login,
    /// `Integration ID` of Canvas.
    IntegrationId,
    /// `Email address` of Moodle.
    Email,
    /// The whole name.
    Name,
    /// The given name.
    FirstName,
    /// The family name.
    LastName,
}

/// What a grade item of Moodle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// An activity or a manual item; totals too where the language of the file is not known.
    Item,
    /// The total of a category.
    Category,
    /// The total of the course.
    Course,
}

/// How a column of Moodle shows grades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Display {
    /// Points, or the words of a scale.
    Real,
    /// `88.00 %`
    Percentage,
    /// `B+`
    Letter,
}

/// A total of Canvas.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Total {
    /// The assignment group that it is of; nothing for the course.
    pub group: Option<String>,
    /// What it is made of.
    pub basis: Basis,
    /// What it is measured in.
    pub measure: Measure,
    /// It includes grades that students do not see yet.
    pub unposted: bool,
    /// The grading period that it is of, in the school's own words.
    pub period: Option<String>,
}

/// What a total of Canvas is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// What is graded.
    Current,
    /// Everything, where what is not graded is nought.
    Final,
    /// What the teacher put in the place of the total.
    Override,
}

/// What a total of Canvas is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Points.
    Points,
    /// A percentage.
    Score,
    /// A letter of the course's grading scheme.
    Grade,
}

/// Whether the grades of a column count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Releases {
    /// They do: the file holds nothing against it.
    Released,
    /// The file says that they may not be seen yet: they count after an explicit tick of the teacher, and only then.
    NeedsTick(HeldBack),
    /// The file cannot say whether they are hidden (Moodle): the teacher has to.
    NotTold,
    /// They include what is not released, whatever anybody ticks.
    Never,
    /// There are no grades in it.
    NoGrades,
}

/// What a file says of a column that may not be seen yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeldBack {
    /// `Manual Posting`: grades that are posted and grades that are not stand there alike.
    ManualPosting,
    /// The same, of work that is graded anonymously: its grades are not in the file.
    Anonymous,
    /// `Muted`, of an older Canvas.
    Muted,
    /// Another remark above the points, as it stands there.
    Other(String),
}

impl Column {
    /// One without grades.
    pub(crate) fn plain(index: usize, title: &str, kind: Kind) -> Self {
        Self {
            index,
            title: title.to_owned(),
            kind,
            points_possible: None,
            releases: Releases::NoGrades,
            shares_name: false,
            reading: None,
        }
    }

    pub(crate) fn graded(
        index: usize,
        title: &str,
        kind: Kind,
        reading: Reading,
        releases: Releases,
    ) -> Self {
        Self {
            releases,
            reading: Some(reading),
            ..Self::plain(index, title, kind)
        }
    }
}
