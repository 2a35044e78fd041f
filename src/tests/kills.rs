//! Killed again and again, at any moment, while it does what must not be left half done: what was confirmed is there, and the
//! rest is there whole or not at all. `CAIRN_TEST_KILLS` says how often in all (500 before a release); without it a few times.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::clock::SystemClock;
use crate::ids::BadgeId;
use crate::random::{self, SystemRandom};
use crate::store::testing::shortcuts::first_tenant;
use crate::store::testing::{TestDatabase, first_sqlite, leases_run_out, say};
use crate::store::{Store, issuers, tenants};
use futures_util::future::join_all;
use practice_lms::browser::Page;
use practice_lms::{Flavour, Options, PracticeLms};
use rust_decimal::Decimal;

use crate::tests::cli::{add_platform, cairn, done};
use crate::tests::evidence::activity;
use crate::tests::guest::Guest;
use crate::tests::killed::{Program, Running, held};

/// Awards, archives, hand-ins, reviews, migrations, the master key.
const KINDS: usize = 6;

/// How often each of them is killed.
fn kills() -> usize {
    let all = std::env::var("CAIRN_TEST_KILLS").ok();
    let all = all.and_then(|all| all.parse::<usize>().ok());
    all.map_or(2, |all| all.div_ceil(KINDS))
}

/// For whoever reads the outcome of many.
fn tell(what: &str, in_the_middle: usize) {
    if std::env::var("CAIRN_TEST_KILLS").is_ok() {
        say(&format!(
            "killed {} times while {what}, {in_the_middle} of them in the middle: nothing was lost or left half done",
            kills()
        ));
    }
}

/// Some time within `longest`.
fn moment(longest: Duration) -> Duration {
    let [byte] = random::bytes::<1>(&SystemRandom);
    longest * u32::from(byte) / 255
}

/// Runs a command and kills it at some moment within `longest`. Says whether it had not ended by then.
fn kill_within(command: &mut Command, longest: Duration) -> bool {
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut child = Running(child.unwrap());
    std::thread::sleep(moment(longest));
    let runs = child.0.try_wait().unwrap().is_none();
    child.kill();
    runs
}

async fn school(students: usize) -> PracticeLms {
    PracticeLms::start(Options {
        students,
        ..Options::new(Flavour::Moodle, Arc::new(SystemClock), Arc::new(SystemRandom))
    })
    .await
    .unwrap()
}

/// A page of the course, also from a server that was started a moment ago.
async fn look(guest: &mut Guest, rest: &str) -> Page {
    let url = format!("{}{rest}", guest.course);
    for _ in 0..50 {
        match guest.browser.get(&url).await {
            Ok(page) if page.status == 200 => return page,
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    panic!("{url} is not there")
}

#[test]
fn awards_and_archives_survive_being_killed_at_any_moment() {
    for database in TestDatabase::dealt() {
        crate::app::block_on(awards_and_archives(&database));
    }
}

/// Students whose grades are new in each round.
const ROUND: usize = 12;

async fn awards_and_archives(database: &TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::on(folder.path(), &database.url);
    let lms = school(ROUND * (kills() + 1)).await;
    let mut process = program.start().await;
    program.connect(&lms);
    let mut teacher = Guest::open(&lms, 0, "Teacher", "My badges").await;
    if teacher.page.words().contains("This link is new") {
        let page = teacher.page.clone();
        teacher.send(&page, "/choose", &[("opens", "my_badges")]).await;
    }
    let badge = teacher.make_badge("Quiz master", "knowledge").await;
    teacher.rule_on_column(&badge, "Final quiz").await;
    teacher.activate(&badge).await;
    let badge = BadgeId::from(badge);
    let (world, store) = (lms.world(), &database.store);
    let course = world.courses()[0].id;
    let items = world.line_items(course);
    let column = items.iter().find(|item| item.label == "Final quiz").unwrap().id;
    let grade = |round: usize| {
        world.fill_column(course, column, |n| {
            (n < ROUND * (round + 1)).then(|| Decimal::from(90))
        });
    };
    let mut in_the_middle = 0;
    let mut before = 0;
    for round in 0..kills() {
        grade(round);
        let home = look(&mut teacher, "").await;
        teacher.send(&home, "/check", &[]).await;
        tokio::time::sleep(moment(Duration::from_millis(900))).await;
        process.kill();
        let (awards, unsigned) = held(store, &badge).await;
        assert_eq!(unsigned, 0, "an award has its credential, round {round}");
        assert!(
            (before..=ROUND * (round + 1)).contains(&awards),
            "{awards} in round {round}"
        );
        in_the_middle += usize::from(awards < ROUND * (round + 1));
        before = awards;
        leases_run_out(store).await;
        process = program.start().await;
    }
    grade(kills());
    let home = look(&mut teacher, "").await;
    teacher.send(&home, "/check", &[]).await;
    let all = (world.students(course).len(), 0);
    let begun = Instant::now();
    while held(store, &badge).await != all {
        assert!(
            begun.elapsed() < Duration::from_mins(2),
            "{:?}",
            held(store, &badge).await
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    process.kill();
    tell("it awarded", in_the_middle);
    archives(&program, store, folder.path()).await;
    lms.stop().await;
}

async fn archives(program: &Program<'_>, store: &Store, folder: &Path) {
    let institution = store.read(first_tenant).await.unwrap().unwrap();
    let of = institution.id.clone();
    let issuer = store
        .read(move |db| issuers::for_tenant(db, &of))
        .await
        .unwrap()
        .unwrap();
    let (institution, did) = (institution.name, program.did(&issuer.slug));
    let archive = folder.join("everything.zip");
    let export = || {
        let mut command = program.command();
        command.args(["export", "--institution", &institution, "--out"]);
        command.arg(&archive);
        command
    };
    let begun = Instant::now();
    let written = export().stdout(Stdio::piped()).output().unwrap();
    let whole = begun.elapsed();
    let printed = String::from_utf8_lossy(&written.stdout).into_owned();
    assert!(written.status.success(), "{printed}");
    let key = printed
        .split("--issuer ")
        .nth(1)
        .and_then(|rest| rest.lines().next());
    let key = key.unwrap();
    assert!(key.starts_with(&format!("{did}#")), "{key}");
    let proven = || {
        let mut command = program.command();
        command.arg("verify-archive").arg(&archive);
        let proven = command.args(["--issuer", key]).status();
        assert!(proven.unwrap().success());
    };
    proven();
    let mut in_the_middle = 0;
    for _ in 0..kills() {
        std::fs::remove_file(&archive).unwrap();
        in_the_middle += usize::from(kill_within(&mut export(), whole));
        if !archive.exists() {
            // What it left is in nobody's way.
            assert!(export().status().unwrap().success());
        }
        proven();
    }
    tell("it packed an archive", in_the_middle);
}

#[test]
fn hand_ins_and_reviews_survive_being_killed_at_any_moment() {
    for database in TestDatabase::dealt() {
        crate::app::block_on(hand_ins_and_reviews(&database));
    }
}

/// Those who hand in at one time.
const AT_ONCE: usize = 5;

async fn hand_ins_and_reviews(database: &TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::on(folder.path(), &database.url);
    let lms = school(AT_ONCE).await;
    let mut process = program.start().await;
    program.connect(&lms);
    let (mut teacher, place) = activity(&lms).await;
    let world = lms.world();
    let course = world.courses()[0].id;
    let students = world.students(course);
    let mut guests = Vec::new();
    for student in students.iter().take(AT_ONCE) {
        guests.push(Guest::open(&lms, 0, &student.name, "Project report").await);
    }
    let (mut handing_in, mut reviewing) = (0, 0);
    for round in 0..kills() {
        let sent = join_all(guests.iter_mut().enumerate().map(|(n, guest)| {
            let place = place.clone();
            async move { hand_in(guest, &place, &work(round, n)).await }
        }));
        let (confirmed, ()) = tokio::join!(sent, async {
            tokio::time::sleep(moment(Duration::from_millis(600))).await;
            process.kill();
        });
        handing_in += usize::from(confirmed.contains(&false));
        leases_run_out(&database.store).await;
        process = program.start().await;
        for (n, guest) in guests.iter_mut().enumerate() {
            if !is_there(guest, &place, &work(round, n)).await {
                assert!(!confirmed[n], "{} was confirmed", work(round, n));
                assert!(hand_in(guest, &place, &work(round, n)).await);
                assert!(is_there(guest, &place, &work(round, n)).await);
            }
        }
        let (said, ()) = tokio::join!(review_all(&mut teacher, round), async {
            tokio::time::sleep(moment(Duration::from_millis(900))).await;
            process.kill();
        });
        reviewing += usize::from(said.len() < AT_ONCE);
        leases_run_out(&database.store).await;
        process = program.start().await;
        let mut told = Vec::new();
        for guest in &mut guests {
            told.push(look(guest, &place).await.words());
        }
        for message in &said {
            let to = told.iter().filter(|words| words.contains(message.as_str()));
            assert_eq!(to.count(), 1, "{message} was confirmed: {told:?}");
        }
        // Whoever was not reviewed is now, and nobody twice.
        look(&mut teacher, "/evidence").await;
        review_all(&mut teacher, round).await;
        let queue = look(&mut teacher, "/evidence").await;
        assert!(waiting(&queue).is_empty(), "{}", queue.words());
    }
    process.kill();
    tell("work was handed in", handing_in);
    tell("work was reviewed", reviewing);
    lms.stop().await;
}

fn work(round: usize, n: usize) -> String {
    format!("report {round} of guest {n}.")
}

/// Hands a text and a file in. Says whether that was confirmed.
async fn hand_in(guest: &mut Guest, place: &str, text: &str) -> bool {
    let Ok(page) = guest.browser.get(&format!("{}{place}", guest.course)).await else {
        return false;
    };
    let Ok(form) = page.form("/hand-in") else {
        return false;
    };
    let file = [("file", "report.txt", "text/plain", text.as_bytes())];
    let fields = [("text", text)];
    let sent = guest.browser.submit_files(&page, &form, &fields, &file);
    sent.await.is_ok_and(|page| page.words().contains("Handed in."))
}

/// Whether the work is there: then its file is, byte for byte.
async fn is_there(guest: &mut Guest, place: &str, text: &str) -> bool {
    let page = look(guest, place).await;
    if !page.words().contains(text) {
        return false;
    }
    let mut files = Vec::new();
    for link in page.links("/f/") {
        files.push(guest.browser.get(&link).await.unwrap().body.to_vec());
    }
    assert!(
        files.iter().any(|file| file == text.as_bytes()),
        "{text} has no file"
    );
    true
}

/// Links to what waits for a review, on the page that shows it.
fn waiting(queue: &Page) -> Vec<String> {
    let mut links = queue.links("/evidence/");
    links.sort_unstable();
    links.dedup();
    links
}

/// Reviews whatever waits, as long as there is an answer: the messages that were confirmed.
async fn review_all(teacher: &mut Guest, round: usize) -> Vec<String> {
    let mut said = Vec::new();
    let queue = format!("{}/evidence", teacher.course);
    let Ok(queue) = teacher.browser.get(&queue).await else {
        return said;
    };
    for link in waiting(&queue) {
        let Ok(page) = teacher.browser.get(&link).await else {
            break;
        };
        let Ok(form) = page.form("/review") else {
            break;
        };
        let unique = hex::encode(random::bytes::<4>(&SystemRandom));
        let message = format!("say more in round {round}, {unique}.");
        let answer = [("message", message.as_str()), ("verdict", "changes")];
        let sent = teacher.browser.submit(&page, &form, &answer).await;
        if !sent.is_ok_and(|page| page.status == 200) {
            break;
        }
        said.push(message);
    }
    said
}

#[test]
fn migrations_survive_being_killed_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let database = data.join("cairn.db");
    let mut whole = Duration::from_secs(1);
    let mut in_the_middle = 0;
    for round in 0..=kills() {
        let _ = std::fs::remove_dir_all(&data);
        std::fs::create_dir(&data).unwrap();
        first_sqlite(&database);
        if round == 0 {
            let begun = Instant::now();
            done(folder.path(), &["keys", "list"]);
            whole = begun.elapsed();
        } else {
            in_the_middle += usize::from(kill_within(cairn(folder.path()).args(["keys", "list"]), whole));
        }
        done(folder.path(), &["keys", "list"]);
        let store = Store::open(&format!("sqlite://{}", database.display()), 1).unwrap();
        let known = store.read_blocking(tenants::list).unwrap();
        assert_eq!(known.len(), 1, "round {round}");
        let copies = std::fs::read_dir(&data).unwrap().filter(|entry| {
            let name = entry.as_ref().unwrap().file_name();
            let name = name.to_string_lossy();
            name.contains(".before-") && !name.contains(".draft")
        });
        assert_eq!(copies.count(), 1, "the old one was copied, round {round}");
    }
    tell("it brought a database up to date", in_the_middle);
}

#[test]
fn another_master_key_survives_being_killed_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    add_platform(folder);
    let keys = done(folder, &["keys", "list"]);
    let begun = Instant::now();
    done(folder, &["keys", "rotate-master"]);
    let whole = begun.elapsed();
    let mut in_the_middle = 0;
    for round in 0..kills() {
        let killed = kill_within(cairn(folder).args(["keys", "rotate-master"]), whole);
        in_the_middle += usize::from(killed);
        assert_eq!(
            done(folder, &["keys", "list"]),
            keys,
            "the same keys, round {round}"
        );
        // The platform is away, so the check as a whole fails.
        let checked = cairn(folder).arg("check").output().unwrap();
        let told = String::from_utf8_lossy(&checked.stdout).into_owned();
        assert!(told.contains("ok      master key: "), "{told}");
        assert!(
            told.contains(" can be used") && !told.contains("FAILED  signing keys"),
            "{told}"
        );
    }
    tell("it changed the master key", in_the_middle);
}
