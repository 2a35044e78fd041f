//! What the first page of a visit shows, read together with the visit: every launch ends on it.

use chrono::{DateTime, Utc};

use crate::domain::course::CopyRequestState;
use crate::domain::policy::{Power, Powers};
use crate::ids::{CopyId, CourseId};
use crate::service::Cairn;
use crate::service::award::learning::{self, Learning};
use crate::service::award::regrades::{self, FallenGrade};
use crate::service::badge::design::{self, Overview};
use crate::service::base::error::ServiceError;
use crate::service::base::policies;
use crate::service::base::session::Visitor;
use crate::service::course::copying::{self, Offer, Requested};
use crate::service::course::from_institution::{self, Waiting};
use crate::service::course::releases;
use crate::service::course::scores::{self, Late, Told};
use crate::service::course::students::{self, Asked};
use crate::service::course::sync::{self, CheckProgress};
use crate::service::credential::endorsing::{self, Outgrown};
use crate::store::Db;
use crate::store::programmes::makers;

/// The first page, by who opens it.
#[derive(Debug)]
pub(crate) enum Home {
    Teaching(Box<Teaching>),
    Learning(Box<Learning>),
}

/// The course's badges for those who teach it.
#[derive(Debug)]
pub(crate) struct Teaching {
    pub(crate) overview: Overview,
    pub(crate) progress: CheckProgress,
    /// What has not reached the gradebook.
    pub(crate) late: Late,
    /// What the gradebook refuses, and what was sent to it anew.
    pub(crate) scores: Told,
    pub(crate) powers: Powers,
    /// Courses whose badges may be brought along; none for whoever may not make badges.
    pub(crate) offers: Vec<Offer>,
    /// Badges of the institution that the course may take, or has.
    pub(crate) of_institution: Waiting,
    /// What teachers of copies of this course ask.
    pub(crate) requests: Vec<Requested>,
    /// Of these, what was refused: it can be opened again.
    pub(crate) refused: Vec<Requested>,
    /// The copy of another course that was taken last.
    pub(crate) copied: Option<CopyId>,
    /// Holders who no longer meet a rule: the first of them, and how many more there are.
    pub(crate) fallen: (Vec<FallenGrade>, i64),
    /// Whether somebody should say when grades count here.
    pub(crate) ask_when_grades_count: bool,
    /// Of whom a teacher has to say whether they are students.
    pub(crate) asked: Asked,
    /// Badges that were changed since somebody endorsed them; none for whoever may ask nobody again.
    pub(crate) endorsed_before: Vec<Outgrown>,
    /// Whether they were given the power to make programmes of the institution.
    pub(crate) makes_programmes: bool,
}

impl Cairn {
    /// The visit behind `token` in `course`, with its first page.
    ///
    /// # Errors
    /// As [`Cairn::visitor`], and what the store reports.
    #[tracing::instrument(name = "home.visitor_at_home", level = "debug", skip_all)]
    pub(crate) async fn visitor_at_home(
        &self,
        token: &str,
        course: &CourseId,
    ) -> Result<(Visitor, Home), ServiceError> {
        self.visitor_with(token, course, read).await
    }
}

fn read(db: &mut Db, visitor: &Visitor, now: DateTime<Utc>) -> Result<Home, ServiceError> {
    if !visitor.session.instructor {
        return Ok(Home::Learning(Box::new(learning::read(db, visitor, now)?)));
    }
    let powers = policies::powers_of(db, visitor)?;
    // Who may not make badges is not asked to bring any.
    let (offers, copied, of_institution) = if powers.create {
        (
            copying::offers(db, visitor)?,
            copying::taken(db, visitor)?,
            from_institution::waiting(db, visitor)?,
        )
    } else {
        (Vec::new(), None, Waiting::default())
    };
    // Whoever may put nothing into the course shares nothing out of it either.
    let (mut requests, mut refused) = (Vec::new(), Vec::new());
    if policies::may(db, visitor, Power::Place)? {
        let (tenant, here) = (visitor.tenant(), Some(&visitor.course.id));
        requests = copying::requests_in(db, tenant, here, CopyRequestState::Waiting)?;
        refused = copying::requests_in(db, tenant, here, CopyRequestState::Refused)?;
    }
    Ok(Home::Teaching(Box::new(Teaching {
        overview: design::overview(db, visitor, now)?,
        progress: sync::progress_of(db, &visitor.course, None, now)?,
        late: scores::late_of(db, visitor)?,
        scores: scores::told_of(db, visitor, now)?,
        powers,
        offers,
        of_institution,
        requests,
        refused,
        copied,
        fallen: regrades::waiting_of(db, visitor, now)?,
        ask_when_grades_count: releases::is_to_be_asked(db, visitor)?,
        asked: students::asked_of(db, visitor)?,
        endorsed_before: if powers.endorse {
            endorsing::outgrown(db, visitor, now)?
        } else {
            Vec::new()
        },
        makes_programmes: visitor.teach().is_ok()
            && visitor.act_for_oneself().is_ok()
            && makers::holds(db, visitor.tenant(), &visitor.person.id)?,
    })))
}
