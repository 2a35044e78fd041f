//! The server is killed while it awards a class, and started again: nothing is lost, nothing is awarded twice.

use std::collections::HashSet;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::clock::SystemClock;
use crate::ids::{AwardId, BadgeId};
use crate::random::SystemRandom;
use crate::store::testing::shortcuts::first_tenant;
use crate::store::testing::{TestDatabase, leases_run_out, postgres};
use crate::store::{Store, StoreError, awards, credentials};
use openbadges::did::IssuerIdentity;
use practice_lms::{Flavour, Options, PracticeLms, Tool};
use rust_decimal::Decimal;

use crate::tests::guest::Guest;

/// So many that the killing falls into the middle.
const STUDENTS: usize = 400;

/// The built program on a database and a folder.
pub(crate) struct Program<'a> {
    folder: &'a Path,
    database: &'a str,
    address: String,
}

/// A server that runs, and not longer than its test.
pub(crate) struct Running(pub(crate) Child);

impl Running {
    pub(crate) fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl<'a> Program<'a> {
    /// One that will listen on a port that is free now.
    pub(crate) fn on(folder: &'a Path, database: &'a str) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        Self {
            folder,
            database,
            address: free.to_string(),
        }
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(crate::tests::program::path());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CAIRN_")) {
            command.env_remove(name);
        }
        command
            .env("CAIRN_DATA_DIR", self.folder)
            .env("CAIRN_DATABASE_URL", self.database)
            .env("CAIRN_LISTEN", &self.address)
            .env("CAIRN_METRICS_LISTEN", "127.0.0.1:0")
            .env("CAIRN_ALLOW_HTTP_LOOPBACK", "true")
            // Whoever is killed hundreds of times hands in as often.
            .env("CAIRN_HAND_IN_VERSIONS", "1000")
            .env("CAIRN_LOG", "error")
            .stdout(Stdio::null());
        command
    }

    /// The DID of an issuer of its.
    pub(crate) fn did(&self, slug: &str) -> String {
        let origin = format!("http://{}", self.address);
        let identity = IssuerIdentity::new(&origin, slug).unwrap();
        identity.did().to_owned()
    }

    pub(crate) async fn start(&self) -> Running {
        let mut process = Running(self.command().arg("serve").spawn().unwrap());
        let start = Instant::now();
        while reqwest::get(format!("http://{}/readyz", self.address))
            .await
            .is_err()
        {
            assert!(process.0.try_wait().unwrap().is_none(), "it ended by itself");
            assert!(
                start.elapsed() < Duration::from_mins(1),
                "it does not become ready"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        process
    }

    /// Installs it in the LMS, and the LMS in it.
    pub(crate) fn connect(&self, lms: &PracticeLms) {
        let at = |path: &str| format!("http://{}{path}", self.address);
        let known = lms.install_tool(Tool {
            name: "Cairn".into(),
            initiate_login_uri: at("/lti/login"),
            redirect_uris: vec![at("/lti/launch")],
            target_link_uri: at("/lti/launch"),
            jwks_uri: at("/lti/jwks"),
            share_names: true,
            share_email: false,
        });
        let added = self
            .command()
            .args(["platform", "add", "--name", "Moodle", "--flavour", "moodle"])
            .args(["--issuer", &known.issuer, "--client-id", &known.client_id])
            .args(["--authorization-url", &known.authorization_url])
            .args(["--token-url", &known.token_url, "--jwks-url", &known.jwks_url])
            .args(["--deployment", &known.deployment_id])
            .status();
        assert!(added.unwrap().success());
    }
}

/// The awards of the badge, and how many of them have no credential.
pub(crate) async fn held(store: &Store, badge: &BadgeId) -> (usize, usize) {
    let badge = badge.clone();
    let found = store.read(move |db| {
        let Some(tenant) = first_tenant(db)? else {
            return Err(StoreError::Missing("tenant"));
        };
        let awards = awards::latest_for_badge(db, &tenant.id, &badge)?;
        let ids: Vec<AwardId> = awards.into_values().map(|award| award.id).collect();
        let signed = credentials::slugs(db, &tenant.id, &ids)?;
        Ok((ids.len(), ids.len() - signed.len()))
    });
    found.await.unwrap()
}

async fn killed_in_the_middle(database: &TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::on(folder.path(), &database.url);
    let lms = PracticeLms::start(Options {
        students: STUDENTS,
        ..Options::new(Flavour::Moodle, Arc::new(SystemClock), Arc::new(SystemRandom))
    })
    .await
    .unwrap();
    let mut process = program.start().await;
    program.connect(&lms);
    let mut teacher = Guest::open(&lms, 0, "Teacher", "My badges").await;
    if teacher.page.words().contains("This link is new") {
        let page = teacher.page.clone();
        teacher.send(&page, "/choose", &[("opens", "my_badges")]).await;
    }
    let badge = teacher.make_badge("Quiz master", "knowledge").await;
    teacher.rule_on_column(&badge, "Final quiz").await;
    // The grades come after, so that no check changes the number between the dry run and its confirmation.
    teacher.activate(&badge).await;
    let world = lms.world();
    let course = world.courses()[0].id;
    let column = world
        .line_items(course)
        .into_iter()
        .find(|item| item.label == "Final quiz")
        .unwrap();
    world.fill_column(course, column.id, |_| Some(Decimal::from(90)));
    let home = teacher.get("").await;
    teacher.send(&home, "/check", &[]).await;

    let badge = BadgeId::from(badge);
    let store = &database.store;
    let start = Instant::now();
    let before = loop {
        let (awards, _) = held(store, &badge).await;
        if awards > 0 {
            break awards;
        }
        assert!(start.elapsed() < Duration::from_mins(2), "it awards nobody");
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    process.kill();
    let (at_death, _) = held(store, &badge).await;
    assert!(before <= at_death, "an award is never lost");
    let students = world.students(course).len();
    assert!(at_death < students, "it was killed too late to show anything");

    leases_run_out(store).await;
    let mut process = program.start().await;
    let start = Instant::now();
    loop {
        let now = held(store, &badge).await;
        if now == (students, 0) {
            break;
        }
        assert!(now.0 >= at_death, "an award is never lost");
        assert!(
            start.elapsed() < Duration::from_mins(4),
            "{now:?} of {students} after its restart"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let tenant = store.read(first_tenant).await.unwrap().unwrap().id;
    let signed = store.read(move |db| {
        let mut signed = Vec::new();
        for award in awards::latest_for_badge(db, &tenant, &badge)?.into_values() {
            signed.extend(credentials::by_award(db, &tenant, &award.id)?);
        }
        Ok(signed)
    });
    let signed = signed.await.unwrap();
    let places: HashSet<_> = signed
        .iter()
        .map(|one| (one.status_list.clone(), one.status_position))
        .collect();
    assert_eq!(
        places.len(),
        students,
        "each badge has a place of its own in the list"
    );
    let page = reqwest::get(format!("http://{}/b/{}", program.address, signed[0].slug))
        .await
        .unwrap();
    let text = page.text().await.unwrap();
    assert!(text.contains("nothing was changed since it was signed"), "{text}");
    process.kill();
    lms.stop().await;
}

#[test]
fn a_server_that_is_killed_while_it_awards_a_class_loses_nothing_on_sqlite() {
    crate::app::block_on(killed_in_the_middle(&TestDatabase::sqlite()));
}

#[test]
fn a_server_that_is_killed_while_it_awards_a_class_loses_nothing_on_postgres() {
    if let Some(server) = postgres() {
        crate::app::block_on(killed_in_the_middle(&TestDatabase::postgres(&server)));
    }
}
