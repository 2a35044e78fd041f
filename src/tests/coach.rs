//! What the coach says of badges: while they are written, before they are activated, as a report; and what of it is dismissed.

use practice_lms::browser::Form;

use crate::tests::guest::Guest;
use crate::tests::harness::{Scene, on_each_database};

/// A teacher whose course was read once.
async fn teacher(scene: &Scene) -> Guest {
    let mut teacher = Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
    let page = teacher.page.clone();
    teacher.send(&page, "/choose", &[("opens", "my_badges")]).await;
    teacher.until("", "Checked").await;
    teacher
}

/// The form that dismisses the finding whose sentence is this.
fn dismissing(page: &practice_lms::browser::Page, sentence: &str) -> Form {
    let html = page.text();
    let (_, after) = html.split_once(sentence).expect("it is said");
    let (_, about) = after
        .split_once("name=\"about\" value=\"")
        .expect("it may be dismissed");
    let about = about.split('"').next().unwrap();
    let mut forms = page.forms().into_iter();
    forms
        .find(|form| form.action.ends_with("/coach/dismiss") && form.value("about") == Some(about))
        .unwrap()
}

#[test]
fn a_hint_is_dismissed_with_a_reason_and_comes_back_when_its_badge_changes() {
    on_each_database(|scene| async move {
        let mut teacher = teacher(&scene).await;
        let badge = teacher.make_badge("SQL basics", "knowledge").await;
        let edit = format!("/badges/{badge}/edit");
        let editor = teacher.get(&edit).await;
        let vague = [("outcome", "Knows SQL."), ("action", "save")];
        let save = format!("/badges/{badge}/save");
        let editor = teacher.send_files(&editor, &save, &vague, &[]).await;
        let hint = "Nobody can see whether somebody “knows”.";
        assert!(editor.words().contains(hint), "{}", editor.words());

        let report = teacher.get("/coach").await;
        for said in [
            "Design report",
            hint,
            "It has no criteria.",
            "It has no rule yet.",
            "Blocks activation",
            "Your institution does not say who accredits it",
        ] {
            assert!(report.words().contains(said), "{said}: {}", report.words());
        }
        let form = dismissing(&report, hint);
        let refused = teacher
            .browser
            .submit(&report, &form, &[("reason", "  ")])
            .await
            .unwrap();
        assert_eq!(refused.status, 422);
        assert!(
            refused.words().contains("Say in 1 to 500 characters why"),
            "{}",
            refused.words()
        );
        let why = "The department’s wording";
        // A second click does no harm.
        for _ in 0..2 {
            let done = teacher
                .browser
                .submit(&report, &form, &[("reason", why)])
                .await
                .unwrap();
            assert_eq!(done.status, 200, "{}", done.words());
            let words = done.words();
            let (open, at_rest) = words.split_once("Dismissed, with a reason").unwrap();
            assert!(!open.contains(hint) && at_rest.contains(hint), "{words}");
            assert!(at_rest.contains(why), "{words}");
        }
        assert!(!teacher.get(&edit).await.words().contains(hint));

        // It comes back when what it is about changes.
        let editor = teacher.get(&edit).await;
        let other = [("outcome", "Knows SQL and joins."), ("action", "save")];
        let editor = teacher.send_files(&editor, &save, &other, &[]).await;
        assert!(editor.words().contains(hint), "{}", editor.words());
        let report = teacher.get("/coach").await;
        assert!(!report.words().contains(why), "{}", report.words());
        scene.end().await;
    });
}

#[test]
fn what_was_dismissed_is_shown_again_and_nobody_else_dismisses() {
    on_each_database(|scene| async move {
        let mut teacher = teacher(&scene).await;
        teacher.make_badge("SQL basics", "recognition").await;
        let report = teacher.get("/coach").await;
        let hint = "It has no criteria.";
        let form = dismissing(&report, hint);
        let reason = [("reason", "Everybody here knows")];
        let done = teacher.browser.submit(&report, &form, &reason).await.unwrap();
        let again = teacher.send(&done, "/coach/show", &[]).await;
        let words = again.words();
        assert!(
            words.contains("It is shown again.") && words.contains(hint),
            "{words}"
        );
        assert!(!words.contains("Everybody here knows"), "{words}");

        let mut student = Guest::open(&scene.moodle, 0, "Student", "My badges").await;
        let refused = student.get("/coach").await;
        assert_eq!(refused.status, 403, "{}", refused.words());
        scene.end().await;
    });
}

#[test]
fn hints_stand_on_the_dry_run_again_and_keep_nobody_from_activating() {
    on_each_database(|scene| async move {
        let mut teacher = teacher(&scene).await;
        let badge = teacher.make_badge("Thanks", "recognition").await;
        let page = teacher.get(&format!("/badges/{badge}/rule")).await;
        let page = teacher.build(&page, &[("action", "add::approval")]).await;
        teacher.build(&page, &[("action", "dry_run")]).await;
        let words = teacher.preview(&badge).await.words();
        for said in ["Worth a thought before you activate", "It has no criteria."] {
            assert!(words.contains(said), "{said}: {words}");
        }
        assert!(!words.contains("It has no rule yet."), "{words}");
        teacher.activate(&badge).await;
        scene.end().await;
    });
}

#[test]
fn a_badge_begins_as_an_example_with_its_rule_and_its_duplicate_is_a_draft_of_its_own() {
    on_each_database(|scene| async move {
        let mut teacher = teacher(&scene).await;
        let editor = teacher.get("/badges/new").await;
        let begun = [("action", "start:taking-part")];
        let begun = teacher.send_files(&editor, "/badges/save", &begun, &[]).await;
        let form = begun.form("/badges/save").unwrap();
        assert_eq!(form.value("name"), Some("Mentor of new students"));
        assert_eq!(form.value("starter"), Some("taking-part"));
        let saved = [("name", "Mentor"), ("kind", "recognition"), ("action", "save")];
        let saved = teacher.send_files(&begun, "/badges/save", &saved, &[]).await;
        assert!(saved.words().contains("Saved."), "{}", saved.words());
        let badge = saved.url.path().split('/').nth(4).unwrap().to_owned();
        let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
        assert!(rule.words().contains("instructor"), "{}", rule.words());
        assert_eq!(teacher.preview(&badge).await.status, 200);

        let copy = teacher
            .send(&saved, &format!("/badges/{badge}/duplicate"), &[])
            .await;
        let words = copy.words();
        for said in [
            "Duplicated, with its rule.",
            "Mentor (duplicate)",
            "It seems to say the same as “Mentor”",
        ] {
            assert!(words.contains(said), "{said}: {words}");
        }
        let other = copy.url.path().split('/').nth(4).unwrap().to_owned();
        assert_ne!(other, badge);
        let report = teacher.get("/coach").await.words();
        assert!(!report.contains("It has no rule yet."), "{report}");
        scene.end().await;
    });
}
