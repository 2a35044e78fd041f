//! A course with a column of ours, badges that need no editor, and grades that become awards through the engine.

use std::future::Future;
use std::time::Duration;

use crate::domain::award::Award;
use crate::domain::badge::{Alignment, Badge, BadgeState, Design, Expiry, Kind, Picture, Shape};
use crate::domain::cause::Cause;
use crate::domain::course::Course;
use crate::domain::credential::Credential;
use crate::domain::issuer::{Issuer, LinkedInId, Marks, Ror};
use crate::domain::policy::Policy;
use crate::domain::rule::{Condition, Group, Need, Node, Threshold};
use crate::domain::section::{NamedSection, SectionKind, SectionSource};
use crate::ids::{BadgeId, CourseId, LineItemId, PersonId, RuleId};
use crate::random::SystemRandom;
use crate::service::badge::pictures::{self, Drawing};
use crate::service::base::queue::{self, DecideBadge};
use crate::service::course::sync::enqueue_check;
use crate::store::testing::shortcuts::first_tenant;
use crate::store::{
    awards, badges, courses, credentials, issuers, line_items, people, policies, rules, sections,
};
use openbadges::verify::{Resolver, Verdict, verify};
use openbadges::{did, jwt};
use practice_lms::browser::{Browser, Page};
use practice_lms::{CourseRole, World};
use reqwest::Method;
use rust_decimal::Decimal;
use serde_json::Value;

use crate::tests::harness::{Scene, framed};

pub(crate) struct Stage {
    pub(crate) scene: Scene,
    pub(crate) world: World,
    /// The course at the LMS, and its column of ours.
    pub(crate) at: u64,
    column: u64,
    pub(crate) course: Course,
    pub(crate) item: LineItemId,
    pub(crate) teacher: Browser,
}

/// Asks again until there is an answer, 30 seconds at most.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(what: &str, ask: impl Fn() -> F) -> T {
    for _ in 0..600 {
        if let Some(found) = ask().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what}: not within 30 seconds");
}

impl Stage {
    pub(crate) async fn set(scene: Scene) -> Self {
        let world = scene.moodle.world();
        let at = world.courses()[0].id;
        world.add_link(at, "Final quiz", 0, Some(Decimal::ONE_HUNDRED));
        let columns = world.line_items(at);
        let column = columns.iter().find(|one| one.label == "Final quiz").unwrap().id;
        let mut teacher = framed(&scene.moodle);
        let member = world.member(at, CourseRole::Teacher).unwrap().id;
        let page = launch(&world, at, member, &mut teacher).await;
        let path = page.url.path().strip_prefix("/c/").unwrap();
        let id = CourseId::from(path.split('/').next().unwrap());
        let found = scene.cairn.store.read(move |db| {
            let tenant = first_tenant(db)?.unwrap();
            courses::get(db, &tenant.id, &id)
        });
        let course = found.await.unwrap().unwrap();
        let (tenant, id) = (&course.tenant, &course.id);
        enqueue_check(&scene.cairn, tenant, id, Cause::CheckNow)
            .await
            .unwrap();
        let item = until("the column is known", || async {
            let (tenant, id) = (tenant.clone(), id.clone());
            let items = scene
                .cairn
                .store
                .read(move |db| line_items::for_course(db, &tenant, &id));
            let items = items.await.unwrap();
            items
                .into_iter()
                .find(|one| one.label == "Final quiz")
                .map(|one| one.id)
        });
        let item = item.await;
        Self {
            world,
            at,
            column,
            item,
            teacher,
            course,
            scene,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.scene.origin)
    }

    /// An address of a page of the course.
    pub(crate) fn inside(&self, rest: &str) -> String {
        self.url(&format!("/c/{}{rest}", self.course.id))
    }

    /// The number of the course's column at the LMS.
    pub(crate) fn column(&self) -> u64 {
        self.column
    }

    pub(crate) fn quiz(&self) -> Condition {
        Condition::Grade {
            item: self.item.clone(),
            at_least: Threshold::Percent(Decimal::from(80)),
        }
    }

    /// A badge; active with that rule, or a draft without one.
    pub(crate) async fn badge(&self, design: Design, rule: Option<Vec<Condition>>) -> BadgeId {
        let now = self.scene.cairn.clock.now();
        let badge = Badge {
            id: BadgeId::new(now, &SystemRandom),
            tenant: self.course.tenant.clone(),
            course: self.course.id.clone(),
            state: BadgeState::Draft,
            design,
            active_rule: None,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        let id = badge.id.clone();
        let done = self.scene.cairn.store.write(move |db| {
            badges::insert(db, &badge)?;
            let Some(conditions) = rule else {
                return Ok(());
            };
            let root = Group {
                need: Need::All,
                nodes: conditions.into_iter().map(Node::Condition).collect(),
            };
            let new = RuleId::new(now, &SystemRandom);
            let rule = rules::save_draft(db, &badge.tenant, &badge.id, &root, new, now)?;
            rules::activate(db, &badge.tenant, &rule.id, now)?;
            let job = DecideBadge {
                badge: badge.id.clone(),
                cause: Cause::Activation,
            };
            queue::enqueue(db, &badge.tenant, &job, now, now, &SystemRandom)
        });
        done.await.unwrap();
        id
    }

    /// The `n`th student of the course: number at the LMS, and name.
    pub(crate) fn student(&self, n: usize) -> (u64, String) {
        let one = &self.world.students(self.at)[n];
        (one.id, one.name.clone())
    }

    pub(crate) async fn person(&self, n: usize) -> PersonId {
        let sub = self.world.students(self.at)[n].sub.clone();
        let (tenant, registration) = (self.course.tenant.clone(), self.course.registration.clone());
        let cairn = &self.scene.cairn;
        let found = until("the student is known", || async {
            let (tenant, registration, sub) = (tenant.clone(), registration.clone(), sub.clone());
            let found = cairn
                .store
                .read(move |db| people::by_sub(db, &tenant, &registration, &sub));
            found.await.unwrap()
        });
        found.await.id
    }

    pub(crate) fn grade(&self, n: usize, points: u32) {
        let student = self.student(n).0;
        let points = Some(Decimal::from(points));
        assert!(self.world.set_grade(self.at, self.column, student, points));
    }

    pub(crate) async fn check(&self) {
        let (tenant, id) = (&self.course.tenant, &self.course.id);
        enqueue_check(&self.scene.cairn, tenant, id, Cause::CheckNow)
            .await
            .unwrap();
    }

    /// The latest award, if there is one.
    pub(crate) async fn latest(&self, badge: &BadgeId, person: &PersonId) -> Option<Award> {
        let (tenant, badge, person) = (self.course.tenant.clone(), badge.clone(), person.clone());
        let found = self
            .scene
            .cairn
            .store
            .read(move |db| awards::latest(db, &tenant, &badge, &person));
        found.await.unwrap()
    }

    /// The award as soon as it is made, with its credential.
    pub(crate) async fn awarded(&self, badge: &BadgeId, n: usize) -> (Award, Credential) {
        let person = self.person(n).await;
        let award = until("the award", || self.latest(badge, &person)).await;
        let (tenant, id) = (self.course.tenant.clone(), award.id.clone());
        let found = self
            .scene
            .cairn
            .store
            .read(move |db| credentials::by_award(db, &tenant, &id));
        (award, found.await.unwrap().unwrap())
    }

    /// A quiz badge that the first student earned through the gradebook.
    pub(crate) async fn earned(&self) -> (BadgeId, Award, Credential) {
        let badge = self.badge(design("Quiz master"), Some(vec![self.quiz()])).await;
        self.grade(0, 80);
        self.check().await;
        let (award, credential) = self.awarded(&badge, 0).await;
        (badge, award, credential)
    }

    /// Puts the `n`th student into a section or a group.
    pub(crate) async fn divide(&self, n: usize, kind: SectionKind, name: &str) {
        let (tenant, course) = (self.course.tenant.clone(), self.course.id.clone());
        let said: Vec<sections::Said> = vec![(
            self.person(n).await,
            NamedSection::of(None, name).into_iter().collect(),
        )];
        let now = self.scene.cairn.clock.now();
        let done = self.scene.cairn.store.write(move |db| {
            let told = sections::Told {
                tenant: &tenant,
                course: &course,
                source: SectionSource::Rest,
                kind,
            };
            sections::tell(db, told, &said, now, &SystemRandom)
        });
        done.await.unwrap();
    }

    /// The browser of the `n`th student, launched into the course.
    pub(crate) async fn student_browser(&self, n: usize) -> Browser {
        let mut browser = framed(&self.scene.moodle);
        launch(&self.world, self.at, self.student(n).0, &mut browser).await;
        browser
    }

    /// The holder in a browser of their own, the address of their page of an award, and that page.
    pub(crate) async fn holding(&self, n: usize, award: &Award) -> (Browser, String, Page) {
        let mine = self.inside(&format!("/credentials/{}", award.id));
        let mut holder = self.student_browser(n).await;
        let page = holder.get(&mine).await.unwrap();
        (holder, mine, page)
    }

    /// Gives the institution's issuer a logo, a ROR identifier and a number at LinkedIn. Says the digest of the logo.
    pub(crate) async fn mark(&self, ror: &str, linkedin: &str) -> String {
        let (cairn, tenant) = (&self.scene.cairn, self.course.tenant.clone());
        let svg = Drawing::new("NC", "circle", "#205080").svg();
        let kept = pictures::clean_and_keep(cairn, svg.into()).await;
        let Picture::Uploaded { digest, .. } = kept.unwrap().unwrap() else {
            panic!("a logo is kept")
        };
        let marks = Marks {
            logo: Some(digest.clone()),
            ror: Ror::parse(ror),
            linkedin: LinkedInId::parse(linkedin),
            ..Marks::default()
        };
        let marked = cairn.store.write(move |db| {
            let issuer = issuers::for_tenant(db, &tenant)?.unwrap();
            issuers::update(db, &Issuer { marks, ..issuer })
        });
        marked.await.unwrap();
        digest
    }

    /// The institution takes its students for minors from now on.
    pub(crate) async fn with_minors(&self) {
        let (tenant, now) = (self.course.tenant.clone(), self.scene.cairn.clock.now());
        let minors = Policy {
            minors: true,
            ..Policy::default()
        };
        let set = self
            .scene
            .cairn
            .store
            .write(move |db| policies::set(db, &tenant, &minors, now));
        set.await.unwrap();
    }

    /// Waits until what was set going has come to its end.
    pub(crate) async fn settled(&self) {
        let mut last = self.scene.database.rows();
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let now = self.scene.database.rows();
            if now == last {
                return;
            }
            last = now;
        }
    }

    /// Verifies bytes as anybody on the web would: identity and status list are fetched from the server.
    pub(crate) async fn verify(&self, bytes: &[u8]) -> Verdict {
        let document: Value = if jwt::looks_like(bytes) {
            jwt::read(bytes).unwrap().credential()
        } else {
            serde_json::from_slice(bytes).unwrap()
        };
        let did = document["issuer"]["id"].as_str().unwrap().to_owned();
        let list = document["credentialStatus"]["statusListCredential"]
            .as_str()
            .unwrap()
            .to_owned();
        let at = did::document_url(&did).unwrap().replace("https://", "http://");
        let identity = get(&at, "application/json").await;
        let status = get(&list, "application/vc").await;
        assert_eq!((identity.status, status.status), (200, 200), "{at} {list}");
        for answer in [&identity, &status] {
            assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        }
        assert_eq!(status.header("content-type"), Some("application/vc"));
        let web = Web {
            did,
            document: serde_json::from_slice(&identity.body).unwrap(),
            list,
            bytes: status.body,
        };
        verify(bytes, &web, self.scene.cairn.clock.now())
    }
}

struct Web {
    did: String,
    document: Value,
    list: String,
    bytes: Vec<u8>,
}

impl Resolver for Web {
    fn did_document(&self, did: &str) -> Option<Value> {
        (self.did == did).then(|| self.document.clone())
    }

    fn status_list(&self, url: &str) -> Option<Vec<u8>> {
        (self.list == url).then(|| self.bytes.clone())
    }
}

pub(crate) async fn launch(world: &World, at: u64, person: u64, browser: &mut Browser) -> Page {
    let link = world.links(at)[0].id;
    let form = world.launch_form(at, person, link).unwrap();
    browser.launch(&form).await.unwrap()
}

/// What a stranger gets who accepts that.
pub(crate) async fn get(url: &str, accept: &str) -> Page {
    let mut stranger = Browser::new().unwrap();
    let page = stranger
        .fetch(Method::GET, url, &[("accept", accept)], Vec::new())
        .await;
    let page = page.unwrap();
    assert_eq!(page.header("set-cookie"), None, "{url} sets a cookie");
    page
}

pub(crate) fn design(name: &str) -> Design {
    Design {
        name: name.into(),
        outcome: "Reads a table of data without help.".into(),
        description: "A test of thirty questions.".into(),
        criteria: "Reach **80 %** in the final quiz.".into(),
        picture: Picture::Drawn {
            initials: "QM".into(),
            shape: Shape::Hexagon,
            colour: "#205080".into(),
        },
        picture_alt: "A hexagon with the letters QM".into(),
        kind: Kind::Knowledge,
        hours: Some(Decimal::from(12)),
        credits: Some(Decimal::new(15, 1)),
        level: Some("EQF 4".into()),
        alignments: vec![Alignment {
            name: "analyse data".into(),
            url: "http://data.europa.eu/esco/skill/1".into(),
            code: None,
            framework: Some("ESCO".into()),
        }],
        expiry: Expiry::AfterMonths { months: 12 },
        renewal: crate::domain::badge::Renewal::default(),
        show_score: true,
        chosen_type: None,
        language: crate::domain::achievement::Language::parse("en"),
        details: crate::domain::achievement::Details::default(),
    }
}
