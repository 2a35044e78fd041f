//! Pages for those who teach.

mod awards;
mod badge_editor;
mod by_hand;
mod coach;
mod columns;
mod copied;
mod course;
mod decision;
mod dry_run;
mod endorsements;
mod evidence;
mod from_institution;
mod grades;
mod over_time;
mod picture_maker;
mod progress;
mod regrade;
mod replay;
mod rule_builder;
mod students;
mod versions;

pub(crate) use awards::{AwardRow, BadgeAwardsPage, Losing, RevokePage};
pub(crate) use badge_editor::{
    AlignmentRow, BadgeEditorPage, BadgeFields, OfInstitution, OfferSwitch, SkillPicker,
};
pub(crate) use by_hand::{AwardByHandPage, ByHand};
pub(crate) use coach::{CoachList, CoachPage, CoachSection, DismissForm, DismissedLine, sentences};
pub(crate) use columns::{ColumnPanel, ColumnsPage};
pub(crate) use copied::{
    BroughtBadge, CopiedAskPage, CopiedMapPage, CopiedOfferPage, InputLine, MissingRow, OfferLine,
    OfferedBadge, RequestLine,
};
pub(crate) use course::{Attention, BadgeRow, CheckState, CourseBadgesPage};
pub(crate) use decision::{DecisionPage, HistoryLine};
pub(crate) use dry_run::{Activation, ConditionBar, Difference, DryRunPage, NameGroup, PersonLine};
pub(crate) use endorsements::{EndorsementRow, EndorsementsPage};
pub(crate) use evidence::{
    EvidenceQueuePage, GivenReview, QueueRow, ReviewFields, SubmissionReviewPage, UnopenedRow,
};
pub(crate) use from_institution::{InstitutionBadgePage, InstitutionLine, InstitutionPage, PlaceRow};
pub(crate) use grades::{
    AccessPanel, FileLine, GradesPage, GradesReviewPage, OutsidePanel, PickRow, RestColumnLine, RestPanel,
    SamePersonRow,
};
pub(crate) use over_time::{AwardsLine, AwardsPlot, FunnelLine, FunnelPlot, OverTimePage};
pub(crate) use picture_maker::{PictureMaker, WholePicture};
pub(crate) use progress::{MatrixCell, MatrixHead, MatrixRow, NextBadge, ProgressPage};
pub(crate) use regrade::RegradePage;
pub(crate) use replay::{AnswerRow, CohortList, DistancePlot, ReplayPage, ReplayResult, ReplaySetup};
pub(crate) use rule_builder::{
    ChoiceGroup, ColumnFields, ColumnLine, CourseBadges, RuleBuilderPage, RuleOptions, SENTENCE,
};
pub(crate) use students::{AskedLine, StudentsPage, ToldLine};
pub(crate) use versions::{ConcernedLine, ListTab, VersionPanel, VersionsPage};
