//! An administrator lets a platform be read beyond LTI: key, consent, test, renewal and giving back, against practice LMSs by HTTP.

mod canvas;
mod consent;
mod moodle;

use chrono::TimeDelta;
use gradebook_rest::Token;

use super::{Bench, benches, benches_of};
use crate::clock::Clock as _;
use crate::domain::administrator::Admin;
use crate::domain::audit::{Action, Logged};
use crate::domain::page::Page;
use crate::domain::rest_access::{Access, Finding, Grant, Interface};
use crate::ids::{AdminId, PlatformId, SessionId, TenantId};
use crate::random::SystemRandom;
use crate::service::Cairn;
use crate::service::base::addresses;
use crate::service::base::error::ServiceError;
use crate::service::base::operator::{Administrator, Operator, Scope};
use crate::service::base::rest_access::{Reader, RestTrouble, course_id, reader};
use crate::service::base::session::{Visitor, digest};
use crate::service::institution::rest_access::{self as access, NewKey, SCOPES};
use crate::store::admin_sessions::AdminSession;
use crate::store::testing::shortcuts::logged;
use crate::store::{admin_sessions, admins, rest_accesses, sessions};
use practice_lms::ApiKey;

/// Alex Admin of the practice Canvas.
const ALEX: u64 = 2;

/// Somebody who is signed in to the console.
struct SignedIn {
    admin: Administrator,
    session: SessionId,
}

impl Bench {
    fn platform(&self) -> PlatformId {
        self.registration.id.as_str().into()
    }

    async fn signed_in(&self, id: &str, tenant: Option<&TenantId>) -> SignedIn {
        let now = self.clock.now();
        let admin = Admin {
            id: AdminId::from(id),
            tenant: tenant.cloned(),
            name: id.to_owned(),
            email: None,
            password_hash: None,
            oidc: None,
            enabled: true,
            created_at: now,
        };
        let session = AdminSession {
            id: SessionId::new(now, &SystemRandom),
            admin: admin.id.clone(),
            created_at: now,
            last_used_at: now,
            expires_at: now + TimeDelta::hours(8),
        };
        let signed_in = SignedIn {
            admin: Administrator {
                actor: admin.id.clone(),
                name: admin.name.clone(),
                scope: Scope::from(tenant.cloned()),
            },
            session: session.id.clone(),
        };
        let token = digest(id);
        let made = self.cairn.store.write(move |db| {
            admins::insert(db, &admin)?;
            admin_sessions::insert(db, &session, &token)
        });
        made.await.unwrap();
        signed_in
    }

    /// An API key as the steps of the console make it.
    fn api_key(&self) -> ApiKey {
        let back = addresses::rest_return(&self.cairn.settings.origin());
        let scopes: Vec<&str> = SCOPES.iter().map(|scope| scope.as_str()).collect();
        let key = self.world.add_api_key(&[&back], &scopes);
        self.world
            .change_api_key(&key.client_id, |key| key.allows_includes = true);
        key
    }

    async fn save(&self, key: &ApiKey, by_teachers: bool) -> Result<(), ServiceError> {
        let new = NewKey::Canvas {
            address: self.world.origin().to_owned(),
            client_id: key.client_id.clone(),
            secret: Some(Token::new(key.secret.clone())),
            by_teachers,
        };
        access::save(&self.cairn, Operator::CommandLine, &self.platform(), new, None).await
    }

    /// What the browser brings back after `person` agreed, and the state that it kept.
    async fn agreed(&self, by: &SignedIn, person: u64) -> (Vec<(String, String)>, String) {
        let leaving = access::begin(&self.cairn, &by.admin, &by.session, &self.platform())
            .await
            .unwrap();
        let to = self.world.consent(&leaving.url, person).unwrap();
        (parameters(&to), leaving.state)
    }

    /// An administrator switches it on and agrees as Alex.
    async fn switched_on(&self) -> (ApiKey, SignedIn) {
        let (key, ada) = (self.api_key(), self.signed_in("ada", None).await);
        self.save(&key, false).await.unwrap();
        let (sent, state) = self.agreed(&ada, ALEX).await;
        let consented = access::come_back(&self.cairn, &sent, Some(&state)).await.unwrap();
        assert_eq!(consented.findings.found, [Finding::Works]);
        (key, ada)
    }

    async fn refused_back(&self, sent: &[(String, String)], state: Option<&str>) -> &'static str {
        access::come_back(&self.cairn, sent, state)
            .await
            .unwrap_err()
            .code()
    }

    async fn stored(&self) -> Option<(Access, Vec<Grant>)> {
        let (tenant, platform) = (self.course.tenant.clone(), self.platform());
        let found = self.cairn.store.read(move |db| {
            let Some(access) = rest_accesses::of_platform(db, &tenant, &platform)? else {
                return Ok(None);
            };
            let grants = rest_accesses::grants(db, &tenant, &access.id)?;
            Ok(Some((access, grants)))
        });
        found.await.unwrap()
    }

    async fn reader_of(&self, cairn: &Cairn) -> Result<Option<Reader>, RestTrouble> {
        reader(
            cairn,
            &self.course.tenant,
            &self.platform(),
            Some(&self.course.id),
        )
        .await
    }

    /// How often that was done, by the audit log.
    async fn times(&self, action: Action) -> usize {
        let tenant = self.course.tenant.clone();
        let log: Vec<Logged> = self
            .cairn
            .store
            .read(move |db| logged(db, &tenant, Page::first(200)))
            .await
            .unwrap();
        log.iter().filter(|entry| entry.known() == Some(action)).count()
    }

    /// A teacher whose visit is open.
    async fn teacher(&self) -> Visitor {
        let mut teacher = self.instructor().await;
        teacher.session.expires_at += TimeDelta::hours(8);
        let session = teacher.session.clone();
        let token = digest(session.id.as_str());
        let made = self
            .cairn
            .store
            .write(move |db| sessions::insert(db, &session, &token));
        made.await.unwrap();
        teacher
    }
}

fn parameters(address: &str) -> Vec<(String, String)> {
    let url = url::Url::parse(address).unwrap();
    url.query_pairs().into_owned().collect()
}

/// Whether the grades of the course answer.
async fn reads(bench: &Bench, found: &Reader) -> Result<(), gradebook_rest::Error> {
    let Reader::Canvas(canvas, _) = found else {
        panic!("it is a Canvas");
    };
    let course = course_id(Interface::Canvas, &bench.course);
    canvas.check(&course, &SCOPES).await.map(|_| ())
}
