//! Each thing that may be wrong at a platform, in both flavours: the self-test names the step that fails, says which
//! grades Cairn sees and which not, and names the setting of that LMS.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;

use crate::clock::{Clock as _, ManualClock, SystemClock};
use crate::domain::platform::LastSeen;
use crate::ids::RegistrationId;
use crate::service::institution::administrators::Scope;
use crate::store::registrations;
use crate::store::testing::TestDatabase;
use lti::services::media::scope;
use practice_lms::{CourseRole, Endpoint, Fault, PracticeLms};

use super::way::tenant;
use crate::tests::console::admin_browser::AdminBrowser;
use crate::tests::guest::Guest;
use crate::tests::harness::{ManualTimer, Scene, framed, launch_as};

const HOUR: Fault = Fault::Delay(Duration::from_secs(3_600));
const OWN: &str = "Cairn can see the grades in its own activities";
const ALONE: &str = "It cannot see the grades of LMS's own assignments and quizzes";
const NO_COURSE: &str = "Cairn can see no grades in “Data Literacy 101” now";
const NO_TOKEN: &str = "Cairn can see no grades here now: LMS tells nothing without an access token.";
/// Where services are switched on: in Moodle's words and in Canvas's.
const MEMBERS: [&str; 2] = [
    "“IMS LTI Names and Role Provisioning” on “Use this service to retrieve members' information as per privacy settings”",
    "“Can retrieve user data associated with the context the tool is installed in”",
];
const GRADES: [&str; 2] = [
    "“IMS LTI Assignment and Grade Services” on “Use this service for grade sync and column management”",
    "switch on the four about assignment data and submissions",
];
const SCOPES: [&str; 2] = [
    GRADES[0],
    "switch on everything about assignments, grades, submissions",
];
const KEYS: [&str; 2] = [
    "“Public keyset URL” under Manage tools",
    "https://sso.canvaslms.com/api/lti/security/jwks",
];
const CLIENT: [&str; 2] = [
    "“Client ID” under Manage tools, the list icon on Cairn",
    "the state of Cairn's key must be On",
];
const OUT_OF_ORDER: [&str; 2] = [
    "Site administration, Server, Maintenance mode",
    "status.instructure.com",
];

/// What goes wrong.
#[derive(Clone, Copy)]
enum Wrong {
    Answer(Endpoint, &'static Fault),
    Withheld(&'static [&'static str]),
    SwitchedOff,
    /// Launches are signed with a key of this id.
    SignedWith(&'static str),
}

/// A fault: what is wrong, the step that must be named, what must be said of grades, and the setting in both LMSs.
type Row = (
    &'static str,
    Wrong,
    &'static str,
    &'static [&'static str],
    [&'static str; 2],
);

const ROWS: [Row; 20] = [
    (
        "the key set cannot be reached",
        Wrong::Answer(Endpoint::Jwks, &Fault::Closed),
        "Its public keys cannot be read from",
        &[OWN, ALONE],
        KEYS,
    ),
    (
        "the key set is out of order",
        Wrong::Answer(Endpoint::Jwks, &Fault::ServerError),
        "answered with status 500",
        &[OWN, ALONE],
        KEYS,
    ),
    (
        "the key set is a web page",
        Wrong::Answer(Endpoint::Jwks, &Fault::Html),
        "the answer is not a JSON Web Key Set",
        &[OWN, ALONE],
        KEYS,
    ),
    (
        "the key set does not answer",
        Wrong::Answer(Endpoint::Jwks, &HOUR),
        "Its public keys cannot be read from",
        &[OWN, ALONE],
        KEYS,
    ),
    (
        "the key set lacks the key",
        Wrong::SignedWith("key-of-tomorrow"),
        "a message named the signing key “key-of-tomorrow”, which the key set at",
        &[OWN, ALONE],
        KEYS,
    ),
    (
        "our client id is not known",
        Wrong::SwitchedOff,
        "It gives no access token: The platform does not know our client id",
        &[NO_TOKEN],
        CLIENT,
    ),
    (
        "the token is a web page",
        Wrong::Answer(Endpoint::Token, &Fault::Html),
        "It gives no access token: The platform's token service did not answer with a token",
        &[NO_TOKEN],
        OUT_OF_ORDER,
    ),
    (
        "tokens are not answered",
        Wrong::Answer(Endpoint::Token, &HOUR),
        "It gives no access token: there was no answer within 8 seconds",
        &[NO_TOKEN],
        OUT_OF_ORDER,
    ),
    (
        "members are withheld",
        Wrong::Withheld(&[scope::MEMBERS_READ]),
        "Cairn may not: read who is in a course that uses it.",
        &[OWN, ALONE, "Of students who never opened Cairn it sees no grade"],
        MEMBERS,
    ),
    (
        "columns may only be read",
        Wrong::Withheld(&[scope::LINE_ITEM]),
        "Cairn may not: make gradebook columns, and change its own.",
        &[OWN, "but it may make no columns of its own", ALONE],
        SCOPES,
    ),
    (
        "columns are withheld",
        Wrong::Withheld(&[scope::LINE_ITEM, scope::LINE_ITEM_READ]),
        "cannot be read: Cairn is not allowed to read its own gradebook columns.",
        &["Cairn can see no grades here: LMS does not let it find its own gradebook columns."],
        GRADES,
    ),
    (
        "results are withheld",
        Wrong::Withheld(&[scope::RESULT_READ]),
        "Cairn may not: read the grades in its own columns.",
        &["Cairn can see no grades here: LMS does not let it read any."],
        GRADES,
    ),
    (
        "scores are withheld",
        Wrong::Withheld(&[scope::SCORE]),
        "Cairn may not: write grades into its own columns.",
        &[OWN, ALONE, "the points of a review stay in Cairn"],
        SCOPES,
    ),
    (
        "the member list is forbidden",
        Wrong::Answer(Endpoint::Members, &Fault::Forbidden),
        "The members of “Data Literacy 101” cannot be read: the platform does not allow it (403)",
        &[OWN, ALONE],
        MEMBERS,
    ),
    (
        "columns are forbidden",
        Wrong::Answer(Endpoint::LineItems, &Fault::Forbidden),
        "The gradebook columns of Cairn in “Data Literacy 101” cannot be read: the platform does not allow it (403)",
        &[NO_COURSE],
        GRADES,
    ),
    (
        "columns are not found",
        Wrong::Answer(Endpoint::LineItems, &Fault::NotFound),
        "cannot be read: it is no longer there",
        &[NO_COURSE],
        GRADES,
    ),
    (
        "columns are out of order",
        Wrong::Answer(Endpoint::LineItems, &Fault::ServerError),
        "cannot be read: the platform is out of order (status 500)",
        &[NO_COURSE],
        OUT_OF_ORDER,
    ),
    (
        "columns are a web page",
        Wrong::Answer(Endpoint::LineItems, &Fault::Html),
        "cannot be read: the platform answered with a web page instead of data",
        &[NO_COURSE],
        OUT_OF_ORDER,
    ),
    (
        "columns are not answered",
        Wrong::Answer(Endpoint::LineItems, &HOUR),
        "cannot be read: there was no answer within 8 seconds",
        &[NO_COURSE],
        OUT_OF_ORDER,
    ),
    (
        "results are out of order",
        Wrong::Answer(Endpoint::Results, &Fault::ServerError),
        "The grades in “Project report” cannot be read: the platform is out of order (status 500)",
        &[NO_COURSE],
        OUT_OF_ORDER,
    ),
];

impl Wrong {
    async fn begin(self, lms: &PracticeLms) {
        let world = lms.world();
        match self {
            Self::Answer(endpoint, fault) => world.faults().inject(endpoint, fault, 60),
            Self::Withheld(scopes) => world.withhold(0, scopes),
            Self::SwitchedOff => world.switch_off(0, true),
            Self::SignedWith(kid) => {
                world.tamper(move |header, _| drop(header.insert("kid".into(), kid.into())));
                let page = launch_as(lms, &mut framed(lms), CourseRole::Teacher).await;
                assert!(page.text().contains("launch.kid-unknown"), "{}", page.words());
            }
        }
    }

    fn end(lms: &PracticeLms) {
        let world = lms.world();
        world.faults().clear();
        world.withhold(0, &[]);
        world.switch_off(0, false);
        world.stop_tampering();
    }
}

/// Runs the self-test of a platform from its page: what an administrator reads then.
async fn tested(admin: &mut AdminBrowser, platform: &RegistrationId) -> String {
    let page = admin.get(&format!("/admin/platforms/p/{platform}")).await;
    let begun = Instant::now();
    let tested = admin.send(&page, "/test", &[]).await;
    assert_eq!(tested.status, 200, "{}", tested.words());
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(30), "somebody waits for it: {took:?}");
    tested.words()
}

/// The same while something hangs: whenever nobody asks the LMS for anything any more, the time of one step passes.
async fn tested_in_vain(
    admin: &mut AdminBrowser,
    platform: &RegistrationId,
    lms: &PracticeLms,
    timer: &ManualTimer,
) -> String {
    let mut testing = std::pin::pin!(tested(admin, platform));
    let (mut last, mut since) = (asked(lms), Instant::now());
    loop {
        tokio::select! {
            words = &mut testing => return words,
            () = tokio::time::sleep(Duration::from_millis(20)) => {}
        }
        if asked(lms) != last {
            (last, since) = (asked(lms), Instant::now());
        } else if since.elapsed() > Duration::from_secs(1) {
            timer.forward(Duration::from_secs(8));
            since = Instant::now();
        }
    }
}

/// How often the LMS was asked for anything of what the self-test asks for.
fn asked(lms: &PracticeLms) -> u64 {
    let all = [
        Endpoint::Jwks,
        Endpoint::Token,
        Endpoint::Members,
        Endpoint::LineItems,
        Endpoint::Results,
    ];
    all.map(|endpoint| lms.world().faults().requests(endpoint))
        .iter()
        .sum()
}

/// What Cairn calls that platform.
async fn registered(scene: &Scene, lms: &PracticeLms) -> RegistrationId {
    let (tenant, client) = (tenant(scene).await, lms.registration().client_id);
    let all = scene
        .cairn
        .store
        .read(move |db| registrations::list(db, &tenant))
        .await;
    let found = all.unwrap().into_iter().find(|one| one.client_id == client);
    found.unwrap().id
}

/// Nothing of it is stored, so one database is enough.
fn each(flavour: usize) {
    crate::app::block_on(async {
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let timer = Arc::new(ManualTimer::default());
        let scene = Scene::timed(TestDatabase::sqlite(), clock.clone(), timer.clone()).await;
        let mut admin = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
        let (name, lms) = scene.platforms()[flavour];
        let word = ["Moodle", "Canvas"][flavour];
        let platform = &registered(&scene, lms).await;

        // Before anybody opened Cairn there.
        let words = tested(&mut admin, platform).await;
        let first = ["press Activate on Cairn's card", "“By Client ID”"][flavour];
        for said in ["Nobody has opened Cairn from this platform yet.", first, OWN] {
            assert!(words.contains(said), "{name} lacks {said:?}: {words}");
        }

        let mut teacher = Guest::open(lms, 0, "Teacher", "Project report").await;
        teacher.takes_work().await;
        teacher.until("", "1 column").await;
        for (what, wrong, step, grades, settings) in ROWS {
            // Right before, everything is well: nothing of that may be taken for how it is now.
            let words = tested(&mut admin, platform).await;
            assert!(
                words.contains("Nothing is broken."),
                "{name}, before {what}: {words}"
            );
            assert!(words.contains("Project report"), "{name}, before {what}: {words}");
            // What is seen from now on is newer than the last good launch.
            clock.advance(TimeDelta::seconds(1));
            wrong.begin(lms).await;
            let words = if matches!(wrong, Wrong::Answer(_, Fault::Delay(_))) {
                tested_in_vain(&mut admin, platform, lms, &timer).await
            } else {
                tested(&mut admin, platform).await
            };
            Wrong::end(lms);
            assert!(
                words.contains("Something does not work."),
                "{name}, {what}: {words}"
            );
            assert!(
                grades.contains(&OWN) || !words.contains(OWN),
                "{name}, {what}: it cannot see what it cannot read: {words}"
            );
            let grades = grades.iter().map(|said| said.replace("LMS", word));
            let said = [step.to_owned(), settings[flavour].to_owned()]
                .into_iter()
                .chain(grades);
            for said in said {
                assert!(words.contains(&said), "{name}, {what}, lacks {said:?}: {words}");
            }
            let other = settings[1 - flavour];
            assert!(
                !words.contains(other),
                "{name}, {what}: the words of the other LMS, {other:?}: {words}"
            );
            if let Wrong::SignedWith(_) = wrong {
                // A launch that is let in shows that the key is there by now.
                clock.advance(TimeDelta::seconds(1));
                launch_as(lms, &mut framed(lms), CourseRole::Student).await;
                scene_moves_on(&scene, platform).await;
            }
        }

        // Slow, but it answers: that is said, and nothing is called broken.
        let faults = lms.world().faults();
        faults.reset_counters();
        faults.inject(Endpoint::Members, &HOUR, 60);
        let four_seconds_later = async {
            while faults.requests(Endpoint::Members) == 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            clock.advance(TimeDelta::seconds(4));
            faults.clear();
        };
        let (words, ()) = tokio::join!(tested(&mut admin, platform), four_seconds_later);
        for said in [
            "Nothing is broken.",
            "It answers slowly: reading the members took 4 seconds.",
            OUT_OF_ORDER[flavour],
            OWN,
        ] {
            assert!(words.contains(said), "{name}, slow, lacks {said:?}: {words}");
        }
        scene.end().await;
    });
}

/// The time of a launch is written down at most once a minute; here it is written down at once.
async fn scene_moves_on(scene: &Scene, platform: &RegistrationId) {
    let (tenant, id, now) = (tenant(scene).await, platform.clone(), scene.cairn.clock.now());
    let written = scene.cairn.store.write(move |db| {
        let seen = crate::store::last_seen::get(db, &tenant, &id)?.unwrap();
        let seen = LastSeen {
            launched_at: now,
            ..seen
        };
        crate::store::last_seen::put(db, &seen)
    });
    written.await.unwrap();
}

#[test]
fn moodle_each_fault_names_its_step_its_setting_and_the_grades_that_are_seen() {
    each(0);
}

#[test]
fn canvas_each_fault_names_its_step_its_setting_and_the_grades_that_are_seen() {
    each(1);
}
