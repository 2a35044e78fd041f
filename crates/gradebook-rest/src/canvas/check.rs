//! What a key and a token can do, tried out before anything relies on it.

use url::Url;

use super::course::Course;
use super::scope::Scope;
use super::{Canvas, answer};
use crate::course::Sight;
use crate::error::{Error, Reason, Wait};

/// Whether the key lets requests ask for more (`include[]`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Includes {
    /// It does.
    Allowed,
    /// It cuts them in silence: the box "Allow Include Parameters" is not ticked. Grades can be read all the same, but not
    /// whether a course is over by its dates.
    Cut,
    /// The course could not be read.
    Unknown,
}

/// What is missing, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Scopes that the key or the token lacks.
    pub missing: Vec<Scope>,
    /// What was refused for another reason.
    pub refused: Vec<(Scope, Reason)>,
    /// Whether include parameters pass.
    pub includes: Includes,
    /// The course, where it could be read.
    pub course: Option<Course>,
    /// Whom the token's person sees.
    pub sight: Sight,
    /// How long to pause before the next call.
    pub pause: Option<Wait>,
}

impl Check {
    /// Whether grades of the course can be read.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        self.missing.is_empty() && self.refused.is_empty()
    }

    /// Whether the course is over.
    #[must_use]
    pub fn is_concluded(&self) -> bool {
        self.course.as_ref().and_then(Course::is_concluded) == Some(true)
    }
}

impl Canvas {
    /// Tries each of `scopes` on a course, with answers as small as can be.
    ///
    /// # Errors
    /// What may pass, or a token that is not accepted: nothing is known then.
    pub async fn check(&self, course: &str, scopes: &[Scope]) -> Result<Check, Error> {
        let tried = self.try_out(course, scopes).await;
        tried.map_err(|reason| reason.doing("Checking the access"))
    }

    async fn try_out(&self, course: &str, scopes: &[Scope]) -> Result<Check, Reason> {
        let mut check = Check {
            missing: Vec::new(),
            refused: Vec::new(),
            includes: Includes::Unknown,
            course: None,
            sight: Sight::Unknown,
            pause: None,
        };
        for &one in scopes {
            let tried = match one {
                Scope::Course => self.read_course(course).await.map(|course| {
                    check.includes = if course.knows_dates {
                        Includes::Allowed
                    } else {
                        Includes::Cut
                    };
                    check.course = Some(course);
                }),
                Scope::Enrollments => self.try_enrollments(course, &mut check).await,
                other => self.try_one(course, other, &mut check).await,
            };
            match tried {
                Ok(()) => {}
                Err(Reason::ScopeMissing(lacking)) => check.missing.push(lacking),
                Err(reason) if reason.is_passing() => return Err(reason),
                Err(reason) => check.refused.push((one, reason)),
            }
        }
        Ok(check)
    }

    async fn try_enrollments(&self, course: &str, check: &mut Check) -> Result<(), Reason> {
        check.sight = self.read_sight(course).await?;
        let url = self.students_url(course, "1")?;
        let response = self.get(url, Scope::Enrollments).await?;
        check.pause = answer::pause(&response);
        Ok(())
    }

    async fn try_one(&self, course: &str, one: Scope, check: &mut Check) -> Result<(), Reason> {
        let url = self.probe(course, one)?;
        match self.get(url, one).await {
            Ok(response) => {
                check.pause = answer::pause(&response);
                Ok(())
            }
            // The scope is looked at before the thing that is not there.
            Err(Reason::Gone | Reason::NotAllowed)
                if matches!(one, Scope::Submission | Scope::FileAddress) =>
            {
                Ok(())
            }
            Err(reason) => Err(reason),
        }
    }

    fn probe(&self, course: &str, one: Scope) -> Result<Url, Reason> {
        let few = [("per_page", "1")];
        let all = [("per_page", "1"), ("student_ids[]", "all")];
        match one {
            Scope::Course => self.url(&["courses", course], &[]),
            Scope::Assignments => self.url(&["courses", course, "assignments"], &few),
            Scope::AssignmentGroups => self.url(&["courses", course, "assignment_groups"], &few),
            Scope::Submissions => self.url(&["courses", course, "students", "submissions"], &all),
            Scope::Submission => self.url(
                &["courses", course, "assignments", "0", "submissions", "self"],
                &[],
            ),
            Scope::Enrollments => self.url(&["courses", course, "enrollments"], &few),
            Scope::Sections => self.url(&["courses", course, "sections"], &few),
            Scope::GradingStandards => self.url(&["courses", course, "grading_standards"], &few),
            Scope::FileAddress => self.url(&["files", "0", "public_url"], &[]),
            Scope::Profile => self.url(&["users", "self", "profile"], &[]),
        }
    }
}
