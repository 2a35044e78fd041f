//! The screens in their rarer states, in Chromium as [`crate::tests::screens`] looks at the others: what decides, what rests, what
//! is empty, what is over, and the other LMS.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::badge::Expiry;
use crate::domain::cause::Cause;
use crate::domain::credential::Credential;
use crate::domain::policy::Policy;
use crate::domain::rule::Condition;
use crate::domain::section::SectionKind;
use crate::domain::zone::Zone;
use crate::ids::BadgeId;
use crate::service::course::sync::check_course;
use crate::store::policies;
use crate::store::testing::TestDatabase;
use chrono::TimeDelta;
use practice_lms::{CourseRole, Endpoint, Fault, PracticeLms};
use serde_json::Value;
use thirtyfour::prelude::*;

use crate::tests::chromium::Chromium;
use crate::tests::console::institution_badges;
use crate::tests::dry_run;
use crate::tests::guest::Guest;
use crate::tests::harness::{ForwardClock, Scene};
use crate::tests::screens::{Viewer, launch};
use crate::tests::showing::endorsing;
use crate::tests::showing::print::sheets;
use crate::tests::showing::records::programme;
use crate::tests::showing::stage::{Stage, design};

#[test]
fn every_state_of_a_screen_is_fit_for_everybody() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::start(&[]).await else {
            return;
        };
        let clock = Arc::new(ForwardClock::default());
        let scene = Scene::at(TestDatabase::sqlite(), clock.clone()).await;
        let mut viewer = Viewer {
            chromium: &chromium,
            wrong: Vec::new(),
        };
        empty(&mut viewer, &scene.moodle).await;
        canvas(&mut viewer, &scene).await;
        deciding(&mut viewer, &scene).await;
        of_institution(&mut viewer, &scene).await;
        running(&mut viewer, &scene.moodle).await;
        let mut stage = Stage::set(scene).await;
        approval(&mut viewer, &stage).await;
        endorsed(&mut viewer, &mut stage).await;
        over(&mut viewer, &mut stage, &clock).await;
        many(&mut viewer, &stage).await;
        mine(&mut viewer, &stage).await;
        ended(&mut viewer, &stage, &clock).await;
        let wrong = viewer.wrong;
        assert!(
            wrong.is_empty(),
            "{} things to mend:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
        chromium.end().await;
        stage.scene.end().await;
    });
}

fn teacher_of(lms: &PracticeLms) -> String {
    lms.world().member(2, CourseRole::Teacher).unwrap().name
}

/// A course in which nothing has been made.
async fn empty(viewer: &mut Viewer<'_>, lms: &PracticeLms) {
    let mut teacher = Guest::open(lms, 2, "Teacher", "My badges").await;
    let page = teacher.page.clone();
    teacher.send(&page, "/choose", &[("opens", "my_badges")]).await;
    teacher.until("", "Checked").await;
    launch(viewer.chromium, lms, 2, "My badges", &teacher_of(lms)).await;
    viewer.chromium.reads("No badges yet").await;
    viewer.inspect("course-empty").await;
    let (progress, evidence) = (viewer.link("/progress").await, viewer.link("/evidence").await);
    viewer.goto("progress-empty", &progress).await;
    viewer.goto("evidence-empty", &evidence).await;
    let student = lms.world().students(lms.world().courses()[2].id).remove(0);
    launch(viewer.chromium, lms, 2, "My badges", &student.name).await;
    viewer.chromium.reads("No badges to earn yet").await;
    viewer.inspect("my-badges-empty").await;
    let mine = viewer.link("/mine").await;
    viewer.goto("mine-none", &mine).await;
    viewer.chromium.reads("No badges yet").await;
    viewer.goto("timeline-none", &format!("{mine}/timeline")).await;
    viewer.chromium.reads("No steps yet").await;
}

/// A course of Canvas.
async fn canvas(viewer: &mut Viewer<'_>, scene: &Scene) {
    let lms = &scene.canvas;
    let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
    teacher.until("", "Checked").await;
    let badge = teacher.make_badge("Query with SQL", "knowledge").await;
    teacher.rule_on_column(&badge, "Quiz").await;
    launch(viewer.chromium, lms, 0, "My badges", &teacher_of(lms)).await;
    viewer.inspect("canvas-course").await;
    let (rule, preview) = (viewer.link("/rule").await, viewer.link("/preview").await);
    viewer.goto("canvas-rule", &rule).await;
    viewer.goto("canvas-dry-run", &preview).await;
    viewer.chromium.reads("no grade yet").await;
    teacher.activate(&badge).await;
    launch(viewer.chromium, lms, 0, "My badges", "Ada Adeyemi").await;
    viewer.chromium.reads("Query with SQL").await;
    viewer.inspect("canvas-my-badges").await;
}

/// A badge of the institution that a course may take.
async fn of_institution(viewer: &mut Viewer<'_>, scene: &Scene) {
    let (_, badge) = institution_badges::published(scene).await;
    launch(
        viewer.chromium,
        &scene.moodle,
        0,
        "My badges",
        &teacher_of(&scene.moodle),
    )
    .await;
    let list = viewer.link("/institution").await;
    viewer.goto("institution", &list).await;
    viewer.chromium.reads("Not taken yet").await;
    let form = viewer.link(&format!("/institution/{badge}")).await;
    viewer.goto("institution-badge", &form).await;
    viewer
        .chromium
        .reads("What each of these is in this course")
        .await;
}

/// A second version with groups in groups: tried, with problems, and blocked by a column that is gone.
async fn deciding(viewer: &mut Viewer<'_>, scene: &Scene) {
    let lms = &scene.moodle;
    let (mut teacher, badge) = dry_run::first_version(scene).await;
    dry_run::second_version(&mut teacher, &badge).await;
    launch(viewer.chromium, lms, 0, "My badges", &teacher_of(lms)).await;
    let (rule, preview) = (viewer.link("/rule").await, viewer.link("/preview").await);
    viewer.goto("decides", &preview).await;
    viewer.chromium.reads("Compared with version 1").await;
    viewer.chromium.reads("Activate and award 1").await;
    viewer.goto("rule-nested", &rule).await;
    for path in ["", "2"] {
        let folded = format!("[name=action][value='add:{path}:grade']");
        unfold(viewer, &folded).await;
        click(viewer, &folded).await;
    }
    unfold(viewer, "[name=action][value='group:2']").await;
    click(viewer, "[name=action][value='group:2']").await;
    viewer.press("Save the draft").await;
    viewer.chromium.reads("Choose an assignment").await;
    viewer.inspect("rule-problems").await;

    let world = lms.world();
    let at = world.courses()[0].id;
    let quiz = world.line_items(at).into_iter().find(|one| one.label == "Quiz");
    assert!(world.delete_line_item(at, quiz.unwrap().id));
    let home = teacher.get("").await;
    teacher.send(&home, "/check", &[]).await;
    teacher.until("", "Paused").await;
    viewer.goto("course-paused", &teacher.course).await;
    viewer.chromium.reads("is paused and awards nothing").await;
    viewer.goto("blocked", &preview).await;
    viewer.chromium.reads("This rule cannot be activated yet").await;
    viewer.goto("rule-gone", &rule).await;

    // A box of what is not known any more says so, and makes no page wider.
    let best = "[name=action][value='add::best_of']";
    unfold(viewer, best).await;
    click(viewer, best).await;
    let lose = "const box = document.querySelector(\"[name$='.of']\"); box.value = 'elsewhere:nowhere'; box.checked = true";
    viewer.chromium.driver.execute(lose, Vec::new()).await.unwrap();
    viewer.press("Save the draft").await;
    viewer.chromium.reads("A grade that is not known here").await;
    viewer.inspect("rule-box-lost").await;
}

/// A check that takes its time.
async fn running(viewer: &mut Viewer<'_>, lms: &PracticeLms) {
    launch(viewer.chromium, lms, 0, "My badges", &teacher_of(lms)).await;
    let (world, hour) = (lms.world(), Fault::Delay(Duration::from_hours(1)));
    world.faults().inject(Endpoint::Members, &hour, 9);
    viewer.press("Check now").await;
    viewer.chromium.reads("Reading members and grades").await;
    viewer.inspect("course-checking").await;
    world.faults().clear();
}

/// A body endorses a badge: who is asked, what they see, and what is left to them.
async fn endorsed(viewer: &mut Viewer<'_>, stage: &mut Stage) {
    let badge = stage
        .badge(design("Asked for by a firm"), Some(vec![stage.quiz()]))
        .await;
    let teacher = teacher_of(&stage.scene.moodle);
    launch(viewer.chromium, &stage.scene.moodle, 0, "My badges", &teacher).await;
    let place = stage.inside(&format!("/badges/{badge}/endorsements"));
    viewer.goto("endorsements-none", &place).await;
    viewer.press("Make the link").await;
    viewer.chromium.reads("what the body is called").await;
    viewer.inspect("endorsements-problem").await;
    let link = endorsing::invited(stage, &badge, "Example Works", "anna@firm.example").await;
    viewer.goto("endorse", &link).await;
    let own = endorsing::endorsed(&link, "We hire for **this**.").await;
    viewer.goto("endorse-used", &link).await;
    viewer.goto("endorser", &own).await;
    let shown = viewer
        .chromium
        .driver
        .find(By::LinkText("What everybody sees"))
        .await
        .unwrap();
    let shown = shown.prop("href").await.unwrap().unwrap();
    viewer.goto("endorsement", &shown).await;
    viewer.goto("endorsements", &place).await;
}

/// The page on which a teacher approves a student.
async fn approval(viewer: &mut Viewer<'_>, stage: &Stage) {
    let rule = vec![stage.quiz(), Condition::InstructorApproves];
    let badge = stage.badge(design("Speak in public"), Some(rule)).await;
    stage.grade(3, 91);
    stage.check().await;
    let here = stage.inside(&format!("/badges/{badge}/people/{}", stage.person(3).await));
    launch(
        viewer.chromium,
        &stage.scene.moodle,
        0,
        "My badges",
        &teacher_of(&stage.scene.moodle),
    )
    .await;
    for _ in 0..100 {
        viewer.chromium.driver.goto(&here).await.unwrap();
        if viewer
            .chromium
            .driver
            .source()
            .await
            .unwrap()
            .contains("91 of 100")
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    viewer.chromium.reads("91 of 100").await;
    viewer.inspect("decision-waiting").await;
    viewer.goto("approve", &format!("{here}/approve")).await;
    viewer.chromium.reads("Approve 1 student").await;
    viewer.press("Approve 1 student").await;
    viewer.inspect("approve-problem").await;
}

/// Awards by hand, as no gradebook is needed for what these pages show.
async fn awarded(stage: &mut Stage, badge: &BadgeId) -> Credential {
    let person = stage.person(0).await;
    let ask = stage.inside(&format!("/badges/{badge}/people/{person}/award"));
    let ask = stage.teacher.get(&ask).await.unwrap();
    let form = ask.form("/award/confirm").unwrap();
    let reason = [("reason", "Took part")];
    stage.teacher.submit(&ask, &form, &reason).await.unwrap();
    stage.awarded(badge, 0).await.1
}

/// A badge that has expired, and one that was revoked, as everybody sees them.
async fn over(viewer: &mut Viewer<'_>, stage: &mut Stage, clock: &ForwardClock) {
    let mut brief = design("Fire drill");
    let end = stage.scene.cairn.clock.now() + TimeDelta::hours(1);
    brief.expiry = Expiry::On {
        at: end,
        zone: Zone::UTC,
    };
    let expired = stage.badge(brief, Some(vec![stage.quiz()])).await;
    let expired = awarded(stage, &expired).await;
    let badge = stage
        .badge(design("Read a table of data"), Some(vec![stage.quiz()]))
        .await;
    let revoked = awarded(stage, &badge).await;
    let holders = stage.inside(&format!("/badges/{badge}/awards"));
    let page = stage.teacher.get(&holders).await.unwrap();
    let chosen = [("award", revoked.award.as_str())];
    let review = page.form("/revoke").unwrap();
    let review = stage.teacher.submit(&page, &review, &chosen).await.unwrap();
    let confirm = review.form("/revoke/confirm").unwrap();
    let reason = [("reason", "The wrong quiz was graded.")];
    stage.teacher.submit(&review, &confirm, &reason).await.unwrap();
    clock.forward(TimeDelta::hours(1));

    viewer
        .goto("credential-expired", &stage.url(&format!("/b/{}", expired.slug)))
        .await;
    viewer.chromium.reads("Expired.").await;
    viewer
        .goto("credential-revoked", &stage.url(&format!("/b/{}", revoked.slug)))
        .await;
    viewer.chromium.reads("Revoked").await;
    let document: Value = serde_json::from_str(&revoked.document).unwrap();
    let achievement = document["credentialSubject"]["achievement"]["id"]
        .as_str()
        .unwrap();
    viewer.goto("achievement", achievement).await;
    viewer.chromium.reads("What it stands for").await;

    let moodle = &stage.scene.moodle;
    launch(viewer.chromium, moodle, 0, "My badges", &teacher_of(moodle)).await;
    viewer.goto("awards-revoked", &holders).await;
    let nowhere = stage.inside("/badges/none/edit");
    viewer.goto("refused-in-a-visit", &nowhere).await;
    viewer.chromium.reads("To the badges of this course").await;
    launch(viewer.chromium, moodle, 0, "My badges", &stage.student(0).1).await;
    viewer.inspect("my-badges-over").await;
    for (credential, name) in [(&expired, "expired"), (&revoked, "revoked")] {
        let mine = stage.inside(&format!("/credentials/{}", credential.award));
        viewer.goto(&format!("my-credential-{name}"), &mine).await;
    }
}

/// More badges than have room for words: at 1,280 px thirty of them side by side, the head stays while the page scrolls, and
/// nothing scrolls within it.
async fn many(viewer: &mut Viewer<'_>, stage: &Stage) {
    for n in 1..=30 {
        let badge = design(&format!("Step {n} of a long way"));
        stage.badge(badge, Some(vec![stage.quiz()])).await;
    }
    let moodle = &stage.scene.moodle;
    launch(viewer.chromium, moodle, 0, "My badges", &teacher_of(moodle)).await;
    let here = stage.inside("/progress");
    viewer.goto("progress-many", &here).await;
    let look = "window.scrollTo(0, 600); \
        const scrolls = (one) => /auto|scroll/.test(getComputedStyle(one).overflow) \
            && (one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1); \
        const heads = [...document.querySelectorAll('.matrix thead .of-badge')]; \
        const top = Math.round(heads[0].getBoundingClientRect().top); \
        return [heads.length, [...document.querySelectorAll('main *')].filter(scrolls).length, top];";
    let seen = viewer.chromium.driver.execute(look, Vec::new()).await.unwrap();
    assert_eq!(*seen.json(), serde_json::json!([30, 0, 0]));
    unfold(viewer, ".legend ol").await;
    viewer.inspect("progress-legend").await;
    viewer
        .goto("progress-columns", &format!("{here}?columns=2"))
        .await;
    viewer
        .goto(
            "progress-found",
            &format!("{here}?standing=not-earned&order=next"),
        )
        .await;
    viewer.chromium.reads("Show everybody").await;
    viewer
        .goto("progress-nobody-there", &format!("{here}?standing=met&q=a"))
        .await;
    viewer.goto("over-time-many", &format!("{here}/over-time")).await;
    // Names as long as people make them, of both kinds.
    let long = "Section with a very long name ".repeat(6);
    stage.divide(0, SectionKind::Section, &long).await;
    stage.divide(1, SectionKind::Group, "Team").await;
    viewer.goto("progress-sections", &here).await;
    viewer.chromium.reads("Section or group").await;
}

/// All badges of a student, few and forty, and how they came to them.
async fn mine(viewer: &mut Viewer<'_>, stage: &Stage) {
    for n in 31..=40 {
        let badge = design(&format!(
            "Step {n} of a long way, with a name that takes two lines on a telephone"
        ));
        stage.badge(badge, Some(vec![stage.quiz()])).await;
    }
    let first = stage.badge(design("First step"), Some(vec![stage.quiz()])).await;
    let speak = design("Speak for five minutes");
    let speak = stage
        .badge(speak, Some(vec![Condition::InstructorApproves]))
        .await;
    let tower = programme(stage, "Tower", &[&first, &speak]).await;
    stage.scene.at_rest().await;
    let moodle = &stage.scene.moodle;
    launch(viewer.chromium, moodle, 0, "My badges", &stage.student(0).1).await;
    viewer.goto("mine-few", &stage.inside("/mine")).await;
    viewer.chromium.reads("All my badges").await;
    let whole = stage.inside(&format!("/badges/{tower}"));
    viewer.goto("programme-of-student", &whole).await;
    viewer.chromium.reads("Speak for five minutes").await;
    launch(viewer.chromium, moodle, 0, "My badges", &stage.student(3).1).await;
    let here = stage.inside("/mine");
    viewer.goto("mine-many", &here).await;
    viewer.chromium.reads("1 to 20 of").await;
    viewer.goto("mine-page", &format!("{here}?page=2")).await;
    viewer.goto("mine-found", &format!("{here}?q=telephone")).await;
    viewer.chromium.reads("10 earned").await;
    viewer
        .goto("mine-not-found", &format!("{here}?q=nothing-is-called-so"))
        .await;
    let (tenant, now) = (stage.course.tenant.clone(), stage.scene.cairn.clock.now());
    let policy = Policy {
        account_joins: true,
        ..Policy::default()
    };
    let set = stage
        .scene
        .cairn
        .store
        .write(move |db| policies::set(db, &tenant, &policy, now));
    set.await.unwrap();
    viewer.goto("accounts", &format!("{here}/accounts")).await;
    viewer.press("Get a code").await;
    viewer.chromium.reads("It is not shown again.").await;
    viewer.inspect("accounts-code").await;
    viewer.goto("timeline", &format!("{here}/timeline")).await;
    viewer.chromium.reads("Awarded by").await;
    // Forty badges with their steps, and neither buttons nor forms, on paper.
    let (pages, _) = sheets(viewer.chromium, "timeline").await;
    assert!((3..=25).contains(&pages), "{pages} sheets");
    viewer.press("Show it to anybody").await;
    viewer.chromium.reads("Save what it shows").await;
    viewer.inspect("timeline-shown").await;
    let address = viewer.chromium.driver.find(By::Id("public-url")).await.unwrap();
    let address = address.prop("value").await.unwrap().unwrap_or_default();
    viewer.goto("timeline-public", &address).await;
    viewer.chromium.reads("Nobody is told").await;
}

/// A course that was deleted, for whoever taught it and has it open.
async fn ended(viewer: &mut Viewer<'_>, stage: &Stage, clock: &ForwardClock) {
    let moodle = &stage.scene.moodle;
    launch(viewer.chromium, moodle, 0, "My badges", &teacher_of(moodle)).await;
    stage.world.delete_course(stage.at);
    let (cairn, course) = (&stage.scene.cairn, &stage.course);
    for _ in 0..2 {
        stage.scene.at_rest().await;
        check_course(cairn, &course.tenant, &course.id, Cause::CheckNow)
            .await
            .unwrap();
        clock.forward(TimeDelta::minutes(61));
        // So that the visit is not over for want of use.
        viewer.chromium.driver.goto(&stage.inside("")).await.unwrap();
    }
    viewer.chromium.reads("This course has ended.").await;
    viewer.inspect("course-ended").await;
    for (name, rest) in [("progress-ended", "/progress"), ("evidence-ended", "/evidence")] {
        viewer.goto(name, &stage.inside(rest)).await;
        viewer.chromium.reads("This course has ended.").await;
    }
}

/// Opens the fold that this element stands in.
async fn unfold(viewer: &Viewer<'_>, selector: &str) {
    let script = format!("document.querySelector(\"{selector}\").closest('details').open = true");
    viewer.chromium.driver.execute(&script, Vec::new()).await.unwrap();
}

/// Presses a button that leads to another page, and waits for that page.
async fn click(viewer: &Viewer<'_>, selector: &str) {
    let button = viewer.chromium.driver.find(By::Css(selector)).await.unwrap();
    viewer
        .chromium
        .leaving(async { button.click().await.unwrap() })
        .await;
}
