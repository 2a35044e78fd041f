//! Visits: what a verified launch opened, found again by a token that only the browser holds.

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::course::{Course, CourseLife};
use crate::domain::people::Person;
use crate::domain::policy::Sections;
use crate::domain::session::Session;
use crate::domain::theme::Colour;
use crate::domain::zone::Zone;
use crate::ids::{CourseId, SessionId, TenantId};
use crate::random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::{CourseRefusal, Forbidden};
use crate::store::{Db, StoreError, courses, nonces, policies, sessions, waiting_answers};
use lti::registration::Registration;

/// A visit ends when it was not used for so long.
pub(crate) const IDLE: TimeDelta = TimeDelta::hours(2);
/// A visit ends at the latest so long after its launch.
pub(crate) const LONGEST: TimeDelta = TimeDelta::hours(10);
/// The last use is written down at most so often, so that reading a page seldom writes.
const TOUCH: TimeDelta = TimeDelta::minutes(5);

/// A visit with what every page needs to know about it.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(crate) session: Session,
    pub(crate) course: Course,
    pub(crate) person: Person,
    pub(crate) registration: Registration,
    /// The colour of the institution's pages; none is Cairn's own.
    pub(crate) accent: Option<Colour>,
    /// Where the institution is, if anybody has said so.
    pub(crate) known_zone: Option<Zone>,
}

impl Visitor {
    /// The tenant that owns everything this visit may see.
    #[must_use]
    pub(crate) fn tenant(&self) -> &TenantId {
        &self.session.tenant
    }

    /// The zone in which the institution's days begin and end.
    #[must_use]
    pub(crate) fn zone(&self) -> Zone {
        self.known_zone.unwrap_or_default()
    }

    /// How the audit log names whoever visits.
    #[must_use]
    pub(crate) fn actor(&self) -> Actor {
        let person = self.person.id.clone();
        match (self.session.administrator, self.session.instructor) {
            (true, _) => Actor::LmsAdministrator(person),
            (false, true) => Actor::Instructor(person),
            (false, false) => Actor::Learner(person),
        }
    }

    /// An entry for the audit log about what this visitor does.
    #[must_use]
    pub(crate) fn entry(&self, action: Action, subject: &str, at: DateTime<Utc>) -> Entry {
        Entry::new(self.tenant(), self.actor(), action, subject, at)
    }

    /// Whether this visit may configure and decide.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`] for everybody but instructors of this course; [`ServiceError::Refused`] for those who
    /// only look, because it has ended.
    pub(crate) fn teach(&self) -> Result<(), ServiceError> {
        self.look()?;
        if self.session.reading {
            Err(CourseRefusal::Ended.into())
        } else {
            Ok(())
        }
    }

    /// Whether this visit may see what those see who teach.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`] for everybody but instructors of this course.
    pub(crate) fn look(&self) -> Result<(), ServiceError> {
        if self.session.instructor {
            Ok(())
        } else if self.session.sections_only {
            Err(ServiceError::Forbidden(Forbidden::OtherSections))
        } else {
            Err(ServiceError::Forbidden(Forbidden::Instructors))
        }
    }

    /// Whether this visit may take badges back, as far as the institution lets it: instructors, and administrators in a
    /// course that has ended.
    ///
    /// # Errors
    /// As [`Self::teach`].
    pub(crate) fn take_back(&self) -> Result<(), ServiceError> {
        if self.session.reading && self.session.administrator {
            self.look()
        } else {
            self.teach()
        }
    }

    /// Whether this is the person and nobody who acts as them: for what is theirs alone to do.
    ///
    /// # Errors
    /// [`ServiceError::Masquerade`].
    pub(crate) fn act_for_oneself(&self) -> Result<(), ServiceError> {
        if self.session.masquerade {
            Err(ServiceError::Masquerade)
        } else {
            Ok(())
        }
    }

    /// The origins that may frame a page of this visit: the platform's.
    #[must_use]
    pub(crate) fn ancestors(&self) -> Vec<String> {
        frame_ancestors(&self.registration)
    }
}

/// The origins from which a platform shows us in a frame: where it signs people in, and where its services are. A name
/// stands for those below it too: hosted Canvas allows `instructure.com` and shows us on `school.instructure.com`.
#[must_use]
pub(crate) fn frame_ancestors(registration: &Registration) -> Vec<String> {
    let url = &registration.authorization_url;
    let mut origins = vec![url.origin().ascii_serialization()];
    let mut add = |origin: String| {
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    };
    for url in [&registration.token_url, &registration.jwks_url] {
        add(url.origin().ascii_serialization());
    }
    if let Ok(issuer) = url::Url::parse(&registration.issuer) {
        add(issuer.origin().ascii_serialization());
    }
    for host in &registration.service_hosts {
        add(format!("https://{host}"));
        if matches!(url::Host::parse(host), Ok(url::Host::Domain(name)) if name.contains('.')) {
            add(format!("https://*.{host}"));
        }
    }
    origins
}

/// The visit with what the institution's policy leaves of it to whom the platform limits to their own sections: the member
/// list does not say who is in which, so pages for teachers show everybody or are not theirs.
fn within_sections(db: &mut Db, session: Session) -> Result<Session, StoreError> {
    let limited = session.sections_only && !session.administrator;
    let kept = limited && policies::get(db, &session.tenant)?.sections == Sections::NoTeaching;
    Ok(Session {
        instructor: session.instructor && !kept,
        ..session
    })
}

/// The visit with what is left of it in a course that ended after it began: those who teach look on. A launch after that
/// says itself what it may.
fn while_it_goes_on(session: Session, course: &Course) -> Session {
    let ended = matches!(course.life, CourseLife::Ended { at, .. } if session.created_at <= at);
    Session {
        reading: session.reading || ended && session.instructor,
        ..session
    }
}

/// Whether a visit is over: its time has come, or it was not used for too long.
fn is_over(session: &Session, now: DateTime<Utc>) -> bool {
    session.expires_at <= now || session.last_used_at + IDLE <= now
}

/// What the database keeps of a token.
#[must_use]
pub(crate) fn digest(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

impl Cairn {
    /// The visit behind `token` in `course`.
    ///
    /// # Errors
    /// [`ServiceError::SessionOver`] when there is none, it is over, or it belongs to another course.
    pub(crate) async fn visitor(&self, token: &str, course: &CourseId) -> Result<Visitor, ServiceError> {
        let (found, ()) = self.visitor_with(token, course, |_, _, _| Ok(())).await?;
        Ok(found)
    }

    /// The same with `more` about it, which is read together with it.
    ///
    /// # Errors
    /// As [`Self::visitor`], and what `more` says.
    pub(in crate::service) async fn visitor_with<T, F>(
        &self,
        token: &str,
        course: &CourseId,
        more: F,
    ) -> Result<(Visitor, T), ServiceError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Db, &Visitor, DateTime<Utc>) -> Result<T, ServiceError> + Send + 'static,
    {
        let now = self.clock.now();
        let (digest, course) = (digest(token), course.clone());
        let read = self.store.read_with(move |db| -> Result<_, ServiceError> {
            let found = sessions::in_course(db, &digest, now)?
                .filter(|found| {
                    found.session.last_used_at + IDLE > now
                        && found.course.id == course
                        && found.registration.enabled
                })
                .ok_or(ServiceError::SessionOver)?;
            let session = while_it_goes_on(within_sections(db, found.session)?, &found.course);
            let found = Visitor {
                session,
                course: found.course,
                person: found.person,
                registration: found.registration,
                accent: found.accent,
                known_zone: found.zone,
            };
            let more = more(db, &found, now)?;
            Ok((found, more))
        });
        let (found, more) = read.await?;
        if found.session.last_used_at + TOUCH <= now {
            let session = found.session.clone();
            let touched =
                move |db: &mut Db| sessions::touch(db, &session.tenant, &session.id, now, session.expires_at);
            // A page that only reads must open although the database cannot be written to at the moment.
            if let Err(error) = self.store.write(touched).await {
                tracing::warn!(%error, "the use of a visit could not be noted");
            }
        }
        Ok((found, more))
    }

    /// The proof that a form came from one of our own pages of this visit: every changing form carries it. It names the
    /// visit, so that a new window, to which no cookie comes along, can be opened from it.
    #[must_use]
    pub(crate) fn form_proof(&self, session: &Session) -> String {
        format!("{}.{}", session.id, self.form_seal(session.id.as_str()))
    }

    fn form_seal(&self, id: &str) -> String {
        hex::encode(self.vault.derive(&format!("form proof {id}")))
            .chars()
            .take(32)
            .collect()
    }

    /// Whether `proof` is of another visit of the same person to the same course: a second launch takes the place of the first
    /// one's cookie, and a form of its pages still waits in another tab. It proves nothing once that visit is over, nor where one of
    /// both is of somebody who acts as that person, or is a test user's.
    ///
    /// # Errors
    /// What the store reports.
    pub(crate) async fn proves_same_person(
        &self,
        proof: &str,
        session: &Session,
    ) -> Result<bool, ServiceError> {
        let Some((id, seal)) = proof.split_once('.') else {
            return Ok(false);
        };
        if !bool::from(seal.as_bytes().ct_eq(self.form_seal(id).as_bytes())) {
            return Ok(false);
        }
        let (id, now) = (SessionId::from(id), self.clock.now());
        let other = self.store.read(move |db| sessions::by_id(db, &id)).await?;
        Ok(other.is_some_and(|other| {
            let is_same_person = other.tenant == session.tenant
                && other.person == session.person
                && other.masquerade == session.masquerade
                && other.test_user == session.test_user;
            is_same_person && other.course == session.course && !is_over(&other, now)
        }))
    }

    /// A second visit with the powers of the one that `proof` names, for a window of its own.
    ///
    /// # Errors
    /// [`ServiceError::SessionOver`] when the proof is none of ours, or that visit is over.
    pub(crate) async fn second_visit(&self, proof: &str, course: &CourseId) -> Result<String, ServiceError> {
        let (id, seal) = proof.split_once('.').ok_or(ServiceError::SessionOver)?;
        if !bool::from(seal.as_bytes().ct_eq(self.form_seal(id).as_bytes())) {
            return Err(ServiceError::SessionOver);
        }
        let now = self.clock.now();
        let token = random::token::<32>(self.random.as_ref());
        let (id, course) = (SessionId::from(id), course.clone());
        let (new, token_digest) = (SessionId::new(now, self.random.as_ref()), digest(&token));
        let opened = self.store.write_with(move |db| {
            let first = sessions::by_id(db, &id)?.ok_or(ServiceError::SessionOver)?;
            if is_over(&first, now) || first.course.as_ref() != Some(&course) {
                return Err(ServiceError::SessionOver);
            }
            let at = courses::get(db, &first.tenant, &course)?.ok_or(ServiceError::SessionOver)?;
            let second = Session {
                id: new,
                created_at: now,
                last_used_at: now,
                ..while_it_goes_on(first, &at)
            };
            sessions::insert(db, &second, &token_digest)?;
            Ok(())
        });
        opened.await?;
        Ok(token)
    }
}

/// Forgets visits that are over and launch nonces whose login state is refused for its age by now.
pub(crate) async fn forget_what_is_over(cairn: &Cairn) -> Result<(), ServiceError> {
    let now = cairn.clock.now();
    let swept = cairn.store.write(move |db| {
        waiting_answers::purge(db, now)?;
        Ok((sessions::purge(db, now)?, nonces::purge(db, now)?))
    });
    let (visits, launches) = swept.await?;
    if visits + launches > 0 {
        tracing::debug!(visits, launches, "forgot what is over");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use lti::registration::{Flavour, RegistrationDraft};

    fn ancestors(flavour: Flavour, issuer: &str, base: &str, hosts: &[&str]) -> Vec<String> {
        let draft = RegistrationDraft {
            name: "Example College".into(),
            issuer: issuer.into(),
            client_id: "1".into(),
            authorization_url: format!("{base}/authorize"),
            token_url: format!("{base}/token"),
            token_audience: None,
            jwks_url: format!("{base}/keys"),
            flavour,
            algorithms: Vec::new(),
            service_hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            accepts_new_deployments: false,
            allow_http_loopback: true,
            enabled: true,
        };
        frame_ancestors(&draft.check("r".into(), "t".into()).unwrap())
    }

    #[test]
    fn hosted_canvas_may_show_us_on_the_host_of_each_school() {
        let hosted = ancestors(
            Flavour::Canvas,
            "https://canvas.instructure.com",
            "https://sso.canvaslms.com",
            &[],
        );
        assert_eq!(
            hosted,
            [
                "https://sso.canvaslms.com",
                "https://canvas.instructure.com",
                "https://*.sso.canvaslms.com",
                "https://instructure.com",
                "https://*.instructure.com",
            ]
        );
    }

    #[test]
    fn addresses_and_localhost_have_nothing_below_them() {
        let local = ancestors(
            Flavour::Moodle,
            "http://localhost:8090",
            "http://localhost:8090",
            &["localhost", "10.0.0.1", "[::1]"],
        );
        assert_eq!(
            local,
            [
                "http://localhost:8090",
                "https://localhost",
                "https://10.0.0.1",
                "https://[::1]",
            ]
        );
    }
}
