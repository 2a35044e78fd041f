//! Pages for those who teach.

mod awards;
mod badge_editor;
mod by_hand;
mod copied;
mod course;
mod decision;
mod dry_run;
mod evidence;
mod progress;
mod regrade;
mod rule_builder;

pub use awards::{AwardRow, BadgeAwardsPage, Losing, RevokePage};
pub use badge_editor::{AlignmentRow, BadgeEditorPage, BadgeFields};
pub use by_hand::{AwardByHandPage, ByHand};
pub use copied::{
    BroughtBadge, CopiedMapPage, CopiedOfferPage, InputLine, MissingRow, OfferLine, OfferedBadge,
};
pub use course::{Attention, BadgeRow, CheckState, CourseBadgesPage};
pub use decision::{DecisionPage, HistoryLine};
pub use dry_run::{Activation, ConditionBar, Difference, DryRunPage, NameGroup, PersonLine};
pub use evidence::{EvidenceQueuePage, QueueRow, ReviewFields, SubmissionReviewPage};
pub use progress::{MatrixCell, MatrixHead, MatrixRow, ProgressPage};
pub use regrade::RegradePage;
pub use rule_builder::{ColumnFields, RuleBuilderPage, RuleGroupView, RuleOptions};
