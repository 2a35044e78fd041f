//! A course, its line items, what its links open and what it was copied from.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::ids::{
    ActivityId, BadgeId, CopyId, CopyRequestId, CourseId, DeploymentId, LineItemId, LinkId, PersonId,
    RegistrationId, TenantId,
};

/// An LTI context as we know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Course {
    pub(crate) id: CourseId,
    pub(crate) tenant: TenantId,
    pub(crate) registration: RegistrationId,
    pub(crate) deployment: DeploymentId,
    /// The platform's own identifier; a small integer in Moodle.
    pub(crate) context_id: String,
    pub(crate) label: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) services: Services,
    pub(crate) checks: Checks,
    pub(crate) life: CourseLife,
}

impl Course {
    /// The title, else the label, else a neutral word.
    #[must_use]
    pub(crate) fn name(&self) -> &str {
        self.title
            .as_deref()
            .or(self.label.as_deref())
            .unwrap_or("this course")
    }
}

/// What the platform offers in this course, as the last launch said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Services {
    /// Assignment and Grade Services 2.0: the line item container.
    pub(crate) line_items_url: Option<String>,
    /// The scopes that the launch offered.
    pub(crate) ags_scopes: Vec<String>,
    /// Names and Role Provisioning Services 2.0.
    pub(crate) memberships_url: Option<String>,
}

/// When the course was read and will be read again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Checks {
    pub(crate) last_at: Option<DateTime<Utc>>,
    pub(crate) next_at: Option<DateTime<Utc>>,
    /// Why the last check failed, as it is stored.
    pub(crate) problem: Option<String>,
}

/// How far apart two looks are, at the least, that both find a course over before it counts as ended.
pub(crate) const CERTAIN_AFTER: TimeDelta = TimeDelta::hours(1);
/// How often a course is looked at that has ended: it may have been opened again.
pub(crate) const LOOK_AGAIN: TimeDelta = TimeDelta::days(1);

/// Whether a course goes on, as its services tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum CourseLife {
    #[default]
    Open,
    /// Member list and gradebook both refuse; what that means is not certain yet.
    Refuses {
        since: DateTime<Utc>,
    },
    Ended {
        how: End,
        at: DateTime<Utc>,
    },
}

/// How a course ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The platform says that it was concluded.
    Concluded,
    /// The platform knows it no more.
    Gone,
}

impl End {
    /// The word that is stored.
    #[must_use]
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Concluded => "concluded",
            Self::Gone => "gone",
        }
    }
}

/// What one look at a course's services told of its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignOfLife {
    /// At least one of them answers.
    Answers,
    /// All of them refuse as those of a course do that is over.
    Refuses(End),
    /// Neither: the platform is away, or refuses for another reason.
    Unknown,
}

impl CourseLife {
    /// How it stands after a look.
    #[must_use]
    pub(crate) fn after(self, sign: SignOfLife, now: DateTime<Utc>) -> Self {
        match (sign, self) {
            (SignOfLife::Unknown, known) => known,
            (SignOfLife::Answers, _) => Self::Open,
            (SignOfLife::Refuses(_), Self::Open) => Self::Refuses { since: now },
            (SignOfLife::Refuses(how), Self::Refuses { since }) if now - since >= CERTAIN_AFTER => {
                Self::Ended { how, at: now }
            }
            // It was not refused in the future: the clock was ahead then.
            (SignOfLife::Refuses(_), Self::Refuses { since }) if since > now => Self::Refuses { since: now },
            (SignOfLife::Refuses(_), known) => known,
        }
    }

    /// How it ended, if it did.
    #[must_use]
    pub(crate) fn end(self) -> Option<End> {
        match self {
            Self::Ended { how, .. } => Some(how),
            Self::Open | Self::Refuses { .. } => None,
        }
    }

    /// Until when what its gradebook should get waits: once the course has ended, until it is looked at again.
    #[must_use]
    pub(crate) fn rests_until(
        self,
        now: DateTime<Utc>,
        next_look: Option<DateTime<Utc>>,
    ) -> Option<DateTime<Utc>> {
        self.end()?;
        let at_the_latest = now.checked_add_signed(LOOK_AGAIN)?;
        let next = next_look.filter(|next| *next > now);
        Some(next.map_or(at_the_latest, |next| next.min(at_the_latest)))
    }

    /// When the course is read again that was read just now; none while the schedule is off.
    #[must_use]
    pub(crate) fn next_look(self, now: DateTime<Utc>, interval: Option<TimeDelta>) -> Option<DateTime<Utc>> {
        let usual = now.checked_add_signed(interval?)?;
        match self {
            Self::Open => Some(usual),
            Self::Refuses { since } => {
                let certain = since.checked_add_signed(CERTAIN_AFTER)?;
                Some(if certain > now { usual.min(certain) } else { usual })
            }
            Self::Ended { .. } => now.checked_add_signed(LOOK_AGAIN),
        }
    }
}

/// A line item that the platform lets us see: a gradebook column of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LineItem {
    pub(crate) id: LineItemId,
    pub(crate) tenant: TenantId,
    pub(crate) course: CourseId,
    /// Its identifier at the platform, query string included.
    pub(crate) url: String,
    pub(crate) label: String,
    pub(crate) maximum: Decimal,
    /// While [`LineItemState::MaximumChanged`], or since before it was gone: the maximum that the rules were made for.
    /// None where it is the same, and where an earlier version did not keep it.
    pub(crate) ruled_maximum: Option<Decimal>,
    /// Whether a teacher said that it is graded by a scale: the maximum is the number of steps, a grade one of them.
    pub(crate) is_scale: bool,
    /// Identifiers that we gave it, by which it is found again.
    pub(crate) resource_id: Option<String>,
    pub(crate) tag: Option<String>,
    pub(crate) resource_link_id: Option<String>,
    pub(crate) state: LineItemState,
}

/// Steps of the longest scale that is asked about.
const MOST_STEPS: u32 = 20;

/// Whether a column with that maximum may be graded by a scale, of which it would be the number of steps.
#[must_use]
pub(crate) fn may_be_steps(maximum: Decimal) -> bool {
    maximum.fract().is_zero() && maximum > Decimal::ONE && maximum <= Decimal::from(MOST_STEPS)
}

/// Whether a line item can still be read as the rules understood it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LineItemState {
    Present,
    /// The platform no longer lists it.
    Gone,
    /// Its maximum is not what it was when a rule was activated; an instructor must look.
    MaximumChanged,
}

/// A resource link and what it opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) id: LinkId,
    pub(crate) tenant: TenantId,
    pub(crate) course: CourseId,
    /// The platform's identifier, or a name of ours that begins as one of [`UNNAMED`].
    pub(crate) resource_link_id: String,
    pub(crate) title: Option<String>,
    pub(crate) opens: Opens,
    /// The link's own line item, when the launch named one.
    pub(crate) line_item_url: Option<String>,
    /// The registration that launched it last; none where that is not known.
    pub(crate) launched_by: Option<RegistrationId>,
}

/// What the link of a placed activity is called until it is launched: this, and the id of what was placed.
pub(crate) const PLACED: &str = "placed:";
/// How the name begins of what stands in for something that was copied, until it is found.
pub(crate) const STAND_IN: &str = "urn:cairn:copied:";
/// How the names of links begin that no platform gave.
pub(crate) const UNNAMED: [&str; 2] = [PLACED, STAND_IN];

impl Link {
    /// Whether the platform knows the link by this name. One that was placed or copied has none of the platform's until
    /// somebody opens it, and perhaps was never put into the course.
    #[must_use]
    pub(crate) fn is_the_platforms(&self) -> bool {
        !UNNAMED.iter().any(|ours| self.resource_link_id.starts_with(ours))
    }

    /// Whether another registration launches it than the one through which its course is read: the platform lists the column of
    /// such a link to that one alone.
    #[must_use]
    pub(crate) fn is_of_former(&self, course: &Course) -> bool {
        self.launched_by
            .as_ref()
            .is_some_and(|by| *by != course.registration)
    }
}

/// What a link opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "opens", rename_all = "snake_case")]
pub(crate) enum Opens {
    /// Nobody has chosen yet.
    Unchosen,
    MyBadges,
    /// One badge.
    Badge {
        badge: BadgeId,
    },
    /// A badge that is earned by badges.
    Stack {
        badge: BadgeId,
    },
    Activity {
        activity: ActivityId,
    },
    /// Nothing yet: the platform made a second link of one that opens this activity, which has its own hand-ins.
    CopyOf {
        activity: ActivityId,
    },
}

/// That a course was copied from another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CourseCopy {
    pub(crate) id: CopyId,
    pub(crate) tenant: TenantId,
    /// The new course.
    pub(crate) course: CourseId,
    /// The one it came from.
    pub(crate) source: CourseId,
    pub(crate) found_by: CopyFoundBy,
    /// What the platform itself proves of it; none where a teacher may have typed what it was found by.
    pub(crate) proof: Option<CopyProof>,
    pub(crate) state: CopyState,
    pub(crate) created_at: DateTime<Utc>,
    /// When an instructor took or declined it.
    pub(crate) settled_at: Option<DateTime<Utc>>,
}

/// How a copy became known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CopyFoundBy {
    /// `$Context.id.history` of a launch.
    History,
    /// Canvas's `LtiContextCopyNotice`.
    Notice,
    /// A link of the new course carries an id of ours that belongs to the old one.
    Item,
}

/// What of a copy nobody in a course can type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CopyProof {
    /// The history that the platform's own configuration of the tool sends.
    History,
    /// A notice that the platform signed.
    Notice,
}

/// That teachers of a copy ask those of the course it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CopyRequest {
    pub(crate) id: CopyRequestId,
    pub(crate) tenant: TenantId,
    pub(crate) copy: CopyId,
    /// The course that is asked.
    pub(crate) source: CourseId,
    /// None once they are erased.
    pub(crate) asked_by: Option<PersonId>,
    pub(crate) asked_at: DateTime<Utc>,
    pub(crate) state: CopyRequestState,
    pub(crate) answered_at: Option<DateTime<Utc>>,
}

impl CopyRequest {
    /// So long nobody asks again who was refused.
    const PEACE: TimeDelta = TimeDelta::days(7);

    /// From when on it may be asked again; none while it waits, and once it was agreed to.
    pub(crate) fn again_from(&self) -> Option<DateTime<Utc>> {
        let answered = self.answered_at.unwrap_or(self.asked_at);
        (self.state == CopyRequestState::Refused).then(|| answered + Self::PEACE)
    }
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CopyRequestState {
    Waiting,
    Agreed,
    Refused,
}

/// What an instructor said to a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CopyState {
    Offered,
    Taken,
    Declined,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::now;

    #[test]
    fn who_was_refused_asks_again_a_week_later() {
        let request = CopyRequest {
            id: "r".into(),
            tenant: "t".into(),
            copy: "c".into(),
            source: "s".into(),
            asked_by: None,
            asked_at: now(),
            state: CopyRequestState::Waiting,
            answered_at: None,
        };
        assert_eq!(request.again_from(), None);
        let refused = CopyRequest {
            state: CopyRequestState::Refused,
            answered_at: Some(later(60)),
            ..request
        };
        assert_eq!(refused.again_from(), Some(later(60) + TimeDelta::days(7)));
        let agreed = CopyRequest {
            state: CopyRequestState::Agreed,
            ..refused
        };
        assert_eq!(agreed.again_from(), None);
    }

    const REFUSES: SignOfLife = SignOfLife::Refuses(End::Concluded);

    fn later(minutes: i64) -> DateTime<Utc> {
        now() + TimeDelta::minutes(minutes)
    }

    #[test]
    fn what_an_ended_course_should_get_waits_for_its_next_look() {
        let ended = CourseLife::Ended {
            how: End::Gone,
            at: now(),
        };
        let refuses = CourseLife::Refuses { since: now() };
        assert_eq!(CourseLife::Open.rests_until(now(), Some(later(5))), None);
        assert_eq!(refuses.rests_until(now(), Some(later(5))), None);
        assert_eq!(ended.rests_until(now(), Some(later(5))), Some(later(5)));
        let a_day = Some(now() + LOOK_AGAIN);
        for next in [None, Some(later(-5)), Some(later(60 * 48))] {
            assert_eq!(ended.rests_until(now(), next), a_day);
        }
    }

    #[test]
    fn a_course_ends_when_it_refuses_twice_an_hour_apart() {
        let first = CourseLife::Open.after(REFUSES, now());
        assert_eq!(first, CourseLife::Refuses { since: now() });
        let second = first.after(REFUSES, later(59));
        assert_eq!(second, first, "too soon");
        let ended = second.after(REFUSES, later(60));
        assert_eq!(ended.end(), Some(End::Concluded));
        assert_eq!(ended.after(SignOfLife::Refuses(End::Gone), later(90)), ended);
    }

    #[test]
    fn a_refusal_of_a_clock_that_was_ahead_counts_from_now() {
        let ahead = CourseLife::Open.after(REFUSES, later(2 * 24 * 60));
        let right = ahead.after(REFUSES, now());
        assert_eq!(right, CourseLife::Refuses { since: now() });
        assert_eq!(right.after(REFUSES, later(60)).end(), Some(End::Concluded));
    }

    #[test]
    fn what_answers_between_begins_anew_and_what_is_away_says_nothing() {
        let first = CourseLife::Open.after(REFUSES, now());
        assert_eq!(first.after(SignOfLife::Unknown, later(30)), first);
        let answered = first.after(SignOfLife::Answers, later(30));
        assert_eq!(answered, CourseLife::Open);
        assert_eq!(answered.after(REFUSES, later(90)).end(), None);
        let ended = first.after(REFUSES, later(60));
        assert_eq!(ended.after(SignOfLife::Unknown, later(90)), ended);
        assert_eq!(ended.after(SignOfLife::Answers, later(90)), CourseLife::Open);
    }

    #[test]
    fn the_second_look_comes_after_an_hour_and_those_after_the_end_once_a_day() {
        let day = Some(TimeDelta::days(1));
        let quarter = Some(TimeDelta::minutes(15));
        let refuses = CourseLife::Refuses { since: now() };
        assert_eq!(CourseLife::Open.next_look(now(), quarter), Some(later(15)));
        assert_eq!(refuses.next_look(now(), day), Some(later(60)));
        assert_eq!(refuses.next_look(later(50), quarter), Some(later(60)));
        assert_eq!(refuses.next_look(later(70), quarter), Some(later(85)));
        let ended = CourseLife::Ended {
            how: End::Gone,
            at: now(),
        };
        assert_eq!(ended.next_look(now(), quarter), Some(now() + TimeDelta::days(1)));
        assert_eq!(ended.next_look(now(), None), None);
    }
}
