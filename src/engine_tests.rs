//! From a grade in the practice LMS to a badge that verifies, over HTTP, on each database.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::Value;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::clock::{Clock as _, ManualClock};
use crate::domain::badge::{Badge, BadgeState, Design, Expiry, Kind, Picture, Shape};
use crate::domain::course::{Course, Services};
use crate::domain::decision::Truth;
use crate::domain::rule::{Condition, Group, Need, Node, Threshold};
use crate::ids::{BadgeId, DeploymentId, LineItemId, PersonId, RuleId, SessionId};
use crate::jobs::Worker;
use crate::lti::keys::ToolKey;
use crate::lti::registration::{Flavour, Registration, RegistrationDraft};
use crate::openbadges::status::{Bitstring, StatusListCredential};
use crate::openbadges::verify::{Resolver, verify};
use crate::practice_lms::{self, CourseRole, Options, PracticeLms, Tool, World};
use crate::random::SystemRandom;
use crate::service::session::Visitor;
use crate::service::sync::{Cause, check_course, enqueue_check, progress};
use crate::service::{Cairn, award, decide, institutions, platforms};
use crate::settings::Settings;
use crate::store::courses::CourseSeen;
use crate::store::deployments::{Deployment, DeploymentState};
use crate::store::sessions::Session;
use crate::store::testing::TestDatabase;
use crate::store::{
    awards, badges, courses, credentials, decisions, deployments, enrolments, line_items, people, rules,
    status_lists,
};

struct Bench {
    cairn: Arc<Cairn>,
    clock: Arc<ManualClock>,
    world: World,
    /// The course at the LMS, and its column of ours.
    at: u64,
    column: u64,
    course: Course,
    registration: Registration,
    _lms: PracticeLms,
    _keys: MockServer,
    _folder: tempfile::TempDir,
    _database: TestDatabase,
}

async fn benches() -> Vec<Bench> {
    let mut all = Vec::new();
    for database in TestDatabase::all() {
        all.push(Bench::on(database).await);
    }
    all
}

impl Bench {
    async fn on(database: TestDatabase) -> Self {
        let start: DateTime<Utc> = "2026-11-23T22:06:52Z".parse().unwrap();
        let clock = Arc::new(ManualClock::at(start));
        let folder = tempfile::tempdir().unwrap();
        let environment = HashMap::from([
            ("CAIRN_DATA_DIR".to_owned(), folder.path().display().to_string()),
            ("CAIRN_DATABASE_URL".to_owned(), database.url.clone()),
            (
                "CAIRN_IDENTITY_ORIGIN".to_owned(),
                "https://badges.example".to_owned(),
            ),
            ("CAIRN_ALLOW_HTTP_LOOPBACK".to_owned(), "true".to_owned()),
        ]);
        let settings = Settings::load(None, &environment).unwrap();
        let cairn = Cairn::open(settings, clock.clone(), Arc::new(SystemRandom))
            .await
            .unwrap();
        let keys = MockServer::start().await;
        Mock::given(path("/lti/jwks"))
            .respond_with(ResponseTemplate::new(200).set_body_json(ToolKey::jwk_set([&cairn.tool_key])))
            .mount(&keys)
            .await;
        let options = Options {
            students: 12,
            ..Options::new(
                practice_lms::Flavour::Moodle,
                clock.clone(),
                Arc::new(SystemRandom),
            )
        };
        let lms = PracticeLms::start(options).await.unwrap();
        let at = |tail: &str| format!("{}{tail}", keys.uri());
        let known = lms.install_tool(Tool {
            name: "Cairn".into(),
            initiate_login_uri: at("/lti/login"),
            redirect_uris: vec![at("/lti/launch")],
            target_link_uri: at("/lti/launch"),
            jwks_uri: at("/lti/jwks"),
            share_names: true,
            share_email: false,
        });
        let world = lms.world();
        let at = world.courses()[0].id;
        world.add_link(at, "Final quiz", 0, Some(Decimal::ONE_HUNDRED));
        let columns = world.line_items(at);
        let column = columns.iter().find(|one| one.label == "Final quiz").unwrap().id;
        let draft = RegistrationDraft {
            name: "Practice".into(),
            issuer: known.issuer,
            client_id: known.client_id,
            authorization_url: known.authorization_url,
            token_url: known.token_url,
            token_audience: None,
            jwks_url: known.jwks_url,
            flavour: Flavour::Moodle,
            algorithms: Vec::new(),
            service_hosts: Vec::new(),
            accepts_new_deployments: true,
            allow_http_loopback: true,
            enabled: true,
        };
        let new = platforms::NewPlatform {
            institution: "North Coast".into(),
            draft,
            deployments: Vec::new(),
        };
        let registration = platforms::add(&cairn, new).await.unwrap();
        let course = course(&cairn, &registration, &world, at).await;
        Self {
            cairn: Arc::new(cairn),
            clock,
            world,
            at,
            column,
            course,
            registration,
            _lms: lms,
            _keys: keys,
            _folder: folder,
            _database: database,
        }
    }

    async fn check(&self) -> crate::service::sync::CheckOutcome {
        check_course(&self.cairn, &self.course.tenant, &self.course.id, "check-now")
            .await
            .unwrap()
    }

    fn grade(&self, person: u64, points: Option<&str>) {
        let points = points.map(|text| text.parse().unwrap());
        assert!(self.world.set_grade(self.at, self.column, person, points));
    }

    async fn person(&self, sub: &str) -> PersonId {
        let (tenant, registration, sub) = (
            self.course.tenant.clone(),
            self.registration.id.clone(),
            sub.to_owned(),
        );
        let found = self
            .cairn
            .store
            .read(move |db| people::by_sub(db, &tenant, &registration, &sub));
        found.await.unwrap().unwrap().id
    }

    async fn item(&self) -> LineItemId {
        let course = self.course.clone();
        let items = self
            .cairn
            .store
            .read(move |db| line_items::for_course(db, &course.tenant, &course.id));
        let items = items.await.unwrap();
        items
            .into_iter()
            .find(|one| one.label == "Final quiz")
            .unwrap()
            .id
    }

    /// An active badge for 80 percent of the quiz.
    async fn badge(&self) -> BadgeId {
        let item = self.item().await;
        let percent = Threshold::Percent(Decimal::from(80));
        self.badge_when(
            "Quiz master",
            Condition::Grade {
                item,
                at_least: percent,
            },
        )
        .await
    }

    async fn badge_when(&self, name: &str, condition: Condition) -> BadgeId {
        let now = self.clock.now();
        let badge = Badge {
            id: BadgeId::new(now, &SystemRandom),
            tenant: self.course.tenant.clone(),
            course: self.course.id.clone(),
            state: BadgeState::Draft,
            design: design(name),
            active_rule: None,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        let root = Group {
            need: Need::All,
            nodes: vec![Node::Condition(condition)],
        };
        let id = badge.id.clone();
        let done = self.cairn.store.write(move |db| {
            badges::insert(db, &badge)?;
            let new = RuleId::new(now, &SystemRandom);
            let rule = rules::save_draft(db, &badge.tenant, &badge.id, &root, new, now)?;
            rules::activate(db, &badge.tenant, &rule.id, now)?;
            decide::enqueue_badge(db, &badge.tenant, &badge.id, now, &SystemRandom)
        });
        done.await.unwrap();
        id
    }

    async fn holders(&self, badge: &BadgeId) -> HashMap<PersonId, crate::domain::award::Award> {
        let (tenant, badge) = (self.course.tenant.clone(), badge.clone());
        let all = self
            .cairn
            .store
            .read(move |db| awards::latest_for_badge(db, &tenant, &badge));
        all.await.unwrap()
    }

    async fn credential(&self, award: &crate::domain::award::Award) -> credentials::Credential {
        let award = award.clone();
        let found = self
            .cairn
            .store
            .read(move |db| credentials::by_award(db, &award.tenant, &award.id));
        found.await.unwrap().unwrap()
    }

    /// What a verifier on the web would be served.
    async fn web(&self, credential: &credentials::Credential) -> Web {
        let credential = credential.clone();
        let (list, slug) = self
            .cairn
            .store
            .read(move |db| {
                let list = status_lists::get(db, &credential.tenant, &credential.status_list)?.unwrap();
                let issuer = crate::store::issuers::get(db, &credential.tenant, &credential.issuer)?;
                Ok((list, issuer.unwrap().slug))
            })
            .await
            .unwrap();
        Web {
            document: institutions::did_document(&self.cairn, &slug).await.unwrap(),
            address: format!("https://badges.example/issuers/{slug}/status/{}", list.slug),
            list: list.document,
        }
    }

    async fn instructor(&self) -> Visitor {
        let (teacher, now) = (
            self.world.member(self.at, CourseRole::Teacher).unwrap(),
            self.clock.now(),
        );
        let (tenant, id) = (self.course.tenant.clone(), self.person(&teacher.sub).await);
        let person = self.cairn.store.read(move |db| people::get(db, &tenant, &id));
        let person = person.await.unwrap().unwrap();
        Visitor {
            session: Session {
                id: SessionId::new(now, &SystemRandom),
                tenant: self.course.tenant.clone(),
                registration: self.registration.id.clone(),
                deployment: self.course.deployment.clone(),
                course: Some(self.course.id.clone()),
                link: None,
                person: person.id.clone(),
                learner: false,
                instructor: true,
                administrator: false,
                test_user: false,
                message_type: "LtiResourceLinkRequest".into(),
                locale: None,
                created_at: now,
                last_used_at: now,
                expires_at: now,
            },
            course: self.course.clone(),
            person,
            registration: self.registration.clone(),
        }
    }
}

struct Web {
    document: Value,
    address: String,
    list: String,
}

impl Resolver for Web {
    fn did_document(&self, did: &str) -> Option<Value> {
        (self.document["id"] == did).then(|| self.document.clone())
    }

    fn status_list(&self, url: &str) -> Option<Vec<u8>> {
        (self.address == url).then(|| self.list.clone().into_bytes())
    }
}

async fn course(cairn: &Cairn, registration: &Registration, world: &World, at: u64) -> Course {
    let now = cairn.clock.now();
    let deployment = Deployment {
        id: DeploymentId::new(now, &SystemRandom),
        tenant: registration.tenant.clone(),
        registration: registration.id.clone(),
        deployment_id: "1".into(),
        state: DeploymentState::Accepted,
    };
    let scopes = ["lineitem", "lineitem.readonly", "result.readonly", "score"];
    let services = Services {
        line_items_url: Some(world.url(&format!("/mod/lti/services.php/{at}/lineitems?type_id=1"))),
        ags_scopes: scopes
            .map(|scope| format!("https://purl.imsglobal.org/spec/lti-ags/scope/{scope}"))
            .to_vec(),
        memberships_url: Some(world.url(&format!(
            "/mod/lti/services.php/CourseSection/{at}/bindings/1/memberships"
        ))),
    };
    let seen = CourseSeen {
        tenant: registration.tenant.clone(),
        registration: registration.id.clone(),
        deployment: deployment.id.clone(),
        context_id: at.to_string(),
        label: None,
        title: Some("Data".into()),
        services,
    };
    let made = cairn.store.write(move |db| {
        deployments::find_or_insert(db, &deployment, now)?;
        courses::upsert_from_launch(db, &seen, now, &SystemRandom)
    });
    made.await.unwrap()
}

fn design(name: &str) -> Design {
    Design {
        name: name.into(),
        outcome: "Reads a table of data without help.".into(),
        description: String::new(),
        criteria: "Reach **80 %** in the final quiz.".into(),
        picture: Picture::Drawn {
            initials: "QM".into(),
            shape: Shape::Hexagon,
            colour: "#205080".into(),
        },
        picture_alt: "A hexagon".into(),
        kind: Kind::Knowledge,
        hours: None,
        credits: None,
        level: None,
        alignments: Vec::new(),
        expiry: Expiry::AfterMonths { months: 12 },
        show_score: true,
    }
}

#[tokio::test]
async fn a_grade_at_exactly_the_threshold_becomes_one_award_that_verifies_and_can_be_revoked() {
    for bench in benches().await {
        let outcome = bench.check().await;
        assert_eq!(outcome.problem, None);
        let badge = bench.badge().await;
        let students = bench.world.students(bench.at);
        bench.grade(students[0].id, Some("80"));
        bench.grade(students[1].id, Some("79.99"));
        bench.grade(students[2].id, None);
        let outcome = bench.check().await;
        assert_eq!((outcome.results, outcome.problem), (3, None));
        for _ in 0..2 {
            decide::decide_badge(&bench.cairn, &bench.course.tenant, &badge, "schedule")
                .await
                .unwrap();
        }
        let holders = bench.holders(&badge).await;
        let winner = bench.person(&students[0].sub).await;
        assert_eq!(holders.keys().collect::<Vec<_>>(), [&winner]);
        let award = &holders[&winner];

        let credential = bench.credential(award).await;
        let now = bench.clock.now();
        let verdict = verify(credential.document.as_bytes(), &bench.web(&credential).await, now);
        assert!(verdict.is_valid(), "{:?}", verdict.first_failure());
        let document: Value = serde_json::from_str(&credential.document).unwrap();
        assert_eq!(
            document["id"],
            format!("https://badges.example/b/{}", credential.slug)
        );
        assert_eq!(document["credentialSubject"]["result"][0]["value"], "80");
        assert!(document["validUntil"].as_str().unwrap().starts_with("2027-11-23"));
        assert!(!credential.document.contains(&students[0].name));

        let missing = bench.person(&students[2].sub).await;
        let (tenant, id) = (bench.course.tenant.clone(), badge.clone());
        let found = bench
            .cairn
            .store
            .read(move |db| decisions::current(db, &tenant, &id, &missing));
        let (decision, _) = found.await.unwrap().unwrap();
        assert_eq!(decision.decision.outcome, Truth::Unknown);

        let visitor = bench.instructor().await;
        let which = [award.id.clone()];
        for expected in [1, 0] {
            let revoked = award::revoke(&bench.cairn, &visitor, &badge, &which, "Wrong quiz").await;
            assert_eq!(revoked.unwrap(), expected);
        }
        let web = bench.web(&credential).await;
        let list: StatusListCredential = serde_json::from_str(&web.list).unwrap();
        let bits = Bitstring::decode(&list.credential_subject.encoded_list).unwrap();
        let set = (0..bits.entries()).filter(|index| bits.get(*index).unwrap());
        let position = u32::try_from(credential.status_position).unwrap();
        assert_eq!(set.collect::<Vec<_>>(), [position]);
        let verdict = verify(credential.document.as_bytes(), &web, now);
        assert!(verdict.is_revoked() && !verdict.is_valid());
        decide::decide_badge(&bench.cairn, &bench.course.tenant, &badge, "schedule")
            .await
            .unwrap();
        let holders = bench.holders(&badge).await;
        assert!(
            holders[&winner].revocation.is_some(),
            "revocation opens no new cycle"
        );
    }
}

#[tokio::test]
async fn who_teaches_is_not_awarded_although_the_platform_lists_a_learner() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let always = Condition::NotBefore {
            at: DateTime::UNIX_EPOCH,
        };
        let attendance = bench.badge_when("Here", always).await;
        let assistant = bench.world.member(bench.at, CourseRole::Assistant).unwrap();
        let teacher = bench.world.member(bench.at, CourseRole::Teacher).unwrap();
        // A launch showed the assistant's other role; the member list goes on saying "Learner".
        let person = bench.person(&assistant.sub).await;
        let (course, now, id) = (bench.course.clone(), bench.clock.now(), person.clone());
        let launched = bench.cairn.store.write(move |db| {
            enrolments::set_from_launch(db, &course.tenant, &course.id, &id, true, true, now)
        });
        launched.await.unwrap();
        bench.grade(assistant.id, Some("100"));
        bench.grade(teacher.id, Some("100"));
        bench.check().await;
        for badge in [&badge, &attendance] {
            decide::decide_badge(&bench.cairn, &bench.course.tenant, badge, "schedule")
                .await
                .unwrap();
        }
        assert_eq!(bench.holders(&badge).await.len(), 0);
        let here = bench.holders(&attendance).await;
        assert!(!here.is_empty() && !here.contains_key(&person));
        assert!(!here.contains_key(&bench.person(&teacher.sub).await));
    }
}

#[tokio::test]
async fn two_workers_make_one_award_and_the_badge_above_follows() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let above = bench
            .badge_when("Above", Condition::HoldsBadge { badge: badge.clone() })
            .await;
        let students = bench.world.students(bench.at);
        bench.grade(students[0].id, Some("95"));
        let workers = [
            Worker::start(Arc::clone(&bench.cairn)),
            Worker::start(Arc::clone(&bench.cairn)),
        ];
        let (tenant, course) = (&bench.course.tenant, &bench.course.id);
        enqueue_check(&bench.cairn, tenant, course, Cause::CheckNow)
            .await
            .unwrap();
        let race = || decide::decide_badge(&bench.cairn, tenant, &badge, "race");
        let mut waited = 0;
        while bench.holders(&above).await.is_empty() {
            // A transaction that loses a race on PostgreSQL is rolled back; the queue would try it again.
            let _ = tokio::join!(race(), race());
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            waited += 1;
            assert!(waited < 400, "no award within 20 seconds");
        }
        for worker in workers {
            worker.stop().await;
        }
        let person = bench.person(&students[0].sub).await;
        let (tenant, id) = (bench.course.tenant.clone(), person.clone());
        let all = bench
            .cairn
            .store
            .read(move |db| awards::for_person(db, &tenant, &id));
        assert_eq!(all.await.unwrap().len(), 2, "one of each badge");
        let shown = progress(&bench.cairn, &bench.course.tenant, &bench.course.id).await;
        assert_eq!(shown.unwrap().total, 2);
    }
}

#[tokio::test]
async fn a_deleted_column_pauses_the_badge_that_reads_it_and_says_why() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        assert!(bench.world.delete_line_item(bench.at, bench.column));
        bench.check().await;
        let (tenant, id) = (bench.course.tenant.clone(), badge.clone());
        let found = bench.cairn.store.read(move |db| badges::get(db, &tenant, &id));
        let BadgeState::Paused { reason } = found.await.unwrap().unwrap().state else {
            panic!("the badge goes on deciding");
        };
        assert!(reason.contains("Final quiz"), "{reason}");
    }
}
