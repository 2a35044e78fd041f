//! Badges, rules and dry runs as instructors meet them, bad input and other people included.

use practice_lms::browser::{Browser, ThirdPartyCookies};
use reqwest::Method;
use rust_decimal::Decimal;

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

#[test]
fn an_edit_that_came_second_keeps_what_was_typed() {
    on_each_database(|scene| async move {
        let mut teacher = teacher(&scene).await;
        let badge = teacher.make_badge("SQL basics", "knowledge").await;
        let (edit, save) = (format!("/badges/{badge}/edit"), format!("/badges/{badge}/save"));
        let (first, second) = (teacher.get(&edit).await, teacher.get(&edit).await);
        teacher
            .send_files(&first, &save, &[("name", "SQL one"), ("action", "save")], &[])
            .await;
        let mine = [
            ("name", "SQL two"),
            ("description", "My long text"),
            ("action", "save"),
        ];
        let refused = teacher.send_files(&second, &save, &mine, &[]).await;
        assert_eq!(refused.status, 409);
        for said in ["was changed meanwhile", "SQL one", "SQL two", "My long text"] {
            assert!(refused.words().contains(said), "{said}: {}", refused.words());
        }
        let form = refused.form("/save").unwrap();
        assert_eq!(
            (form.value("name"), form.value("description")),
            (Some("SQL two"), Some("My long text"))
        );
        let saved = teacher
            .send_files(&refused, &save, &[("action", "save")], &[])
            .await;
        assert!(saved.words().contains("Edit “SQL two”"), "{}", saved.words());
        scene.end().await;
    });
}

#[test]
fn a_picture_that_cannot_be_is_refused_in_a_sentence_and_nothing_typed_is_lost() {
    on_each_database(|scene| async move {
        let mut teacher = teacher(&scene).await;
        let script = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
        let huge = vec![0_u8; 3_000_000];
        for (content, sentence) in [
            (script.as_slice(), "The SVG contains a script"),
            (
                b"no picture at all".as_slice(),
                "This is not a PNG or SVG picture",
            ),
            (huge.as_slice(), "The picture is larger than 2 MB"),
        ] {
            let editor = teacher.get("/badges/new").await;
            let fields = [("name", "Charts"), ("criteria", "Draw *one*"), ("action", "save")];
            let file = [("picture", "badge.svg", "image/svg+xml", content)];
            let refused = teacher.send_files(&editor, "/badges/save", &fields, &file).await;
            assert_eq!(refused.status, 422);
            assert!(refused.words().contains(sentence), "{}", refused.words());
            assert_eq!(
                refused.form("/save").unwrap().value("criteria"),
                Some("Draw *one*")
            );
        }
        let editor = teacher.get("/badges/new").await;
        let monster = vec![0_u8; 50_000_000];
        let file = [("picture", "badge.png", "image/png", monster.as_slice())];
        let form = editor.form("/badges/save").unwrap();
        let typed = [("name", "Kept"), ("action", "save")];
        let refused = teacher
            .browser
            .submit_files(&editor, &form, &typed, &file)
            .await
            .unwrap();
        assert_eq!(refused.status, 422);
        assert!(
            refused.words().contains("larger than 2 MB"),
            "{}",
            refused.words()
        );
        assert_eq!(refused.form("/save").unwrap().value("name"), Some("Kept"));

        let good = br##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="#205080"/></svg>"##;
        let fields = [
            ("name", "Charts"),
            ("picture_alt", "A blue square"),
            ("action", "save"),
        ];
        let file = [("picture", "badge.svg", "image/svg+xml", good.as_slice())];
        let saved = teacher.send_files(&editor, "/badges/save", &fields, &file).await;
        assert!(saved.words().contains("Saved."), "{}", saved.words());
        let kept = saved
            .form("/save")
            .unwrap()
            .value("picture_kept")
            .unwrap()
            .to_owned();
        let picture = teacher
            .browser
            .get(&format!("{}/p/{kept}", scene.origin))
            .await
            .unwrap();
        assert_eq!(picture.status, 200);
        assert_eq!(picture.header("content-type"), Some("image/svg+xml"));
        assert!(
            picture
                .header("content-security-policy")
                .unwrap()
                .contains("sandbox")
        );
        // Wallets show no SVG: the same picture is there as PNG.
        let drawn = format!("{}/p/{}", scene.origin, kept.replace(".svg", ".png"));
        let drawn = teacher.browser.get(&drawn).await.unwrap();
        assert_eq!(
            (drawn.status, drawn.header("content-type")),
            (200, Some("image/png"))
        );
        assert!(drawn.body.starts_with(b"\x89PNG"));
        for wrong in [kept.replace('.', "/../"), "x.svg".to_owned()] {
            let page = teacher
                .browser
                .get(&format!("{}/p/{wrong}", scene.origin))
                .await
                .unwrap();
            assert_eq!(page.status, 404, "{wrong}");
        }
        scene.end().await;
    });
}

#[test]
fn a_rule_that_cannot_decide_is_refused_with_its_reason() {
    on_each_database(|scene| async move {
        let mut teacher = teacher(&scene).await;
        let (a, b) = (
            teacher.make_badge("Alpha", "knowledge").await,
            teacher.make_badge("Beta", "knowledge").await,
        );
        let rule = teacher.get(&format!("/badges/{a}/rule")).await;
        let empty = teacher.build(&rule, &[("action", "save")]).await;
        assert_eq!(empty.status, 422);
        assert!(
            empty.words().contains("a rule without one never awards anything"),
            "{}",
            empty.words()
        );

        let rule = teacher.build(&rule, &[("action", "add::approval")]).await;
        let many = teacher
            .build(
                &rule,
                &[("n.need", "at_least"), ("n.count", "3"), ("action", "save")],
            )
            .await;
        assert_eq!(many.status, 422);
        assert!(many.words().contains("3 of 1 cannot be met"), "{}", many.words());
        assert_eq!(
            many.form("/rule/save").unwrap().value("n.count"),
            Some("3"),
            "what was typed stays"
        );

        let gone = [
            ("n.0.kind", "grade"),
            ("n.0.item", "no-such-item"),
            ("n.0.value", "80"),
            ("action", "save"),
        ];
        let missing = teacher.build(&rule, &gone).await;
        assert_eq!(missing.status, 422);
        assert!(
            missing
                .words()
                .contains("the one that the rule names is not in this course"),
            "{}",
            missing.words()
        );
        assert!(
            missing.words().contains("An assignment that is gone"),
            "{}",
            missing.words()
        );

        // Beta builds on Alpha and is active; then Alpha cannot build on Beta.
        teacher.build(&rule, &[("action", "save")]).await;
        teacher.activate(&a).await;
        let above = teacher.get(&format!("/badges/{b}/rule")).await;
        let above = teacher.build(&above, &[("action", "add::badge")]).await;
        let chosen = above
            .form("/rule/save")
            .unwrap()
            .option("n.0.badge", "Alpha")
            .unwrap()
            .to_owned();
        teacher
            .build(&above, &[("n.0.badge", &chosen), ("action", "save")])
            .await;
        teacher.activate(&b).await;
        let below = teacher.get(&format!("/badges/{a}/rule")).await;
        let below = teacher.build(&below, &[("action", "add::badge")]).await;
        let chosen = below
            .form("/rule/save")
            .unwrap()
            .option("n.1.badge", "Beta")
            .unwrap()
            .to_owned();
        let circle = teacher
            .build(&below, &[("n.1.badge", &chosen), ("action", "save")])
            .await;
        assert_eq!(circle.status, 422);
        assert!(
            circle.words().contains("Alpha → Beta → Alpha"),
            "{}",
            circle.words()
        );

        let proof = teacher.make_badge("Proof", "application").await;
        let rule = teacher.get(&format!("/badges/{proof}/rule")).await;
        let rule = teacher.build(&rule, &[("action", "add::approval")]).await;
        let bare = teacher.build(&rule, &[("action", "save")]).await;
        assert_eq!(bare.status, 422);
        assert!(
            bare.words()
                .contains("an Application badge rests on work that somebody assessed"),
            "{}",
            bare.words()
        );
        scene.end().await;
    });
}

#[test]
fn a_badge_that_decides_becomes_no_application_badge_without_evidence_in_its_rule() {
    on_each_database(|scene| async move {
        let mut teacher = teacher(&scene).await;
        let badge = teacher.make_badge("Charts", "knowledge").await;
        let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
        let rule = teacher.build(&rule, &[("action", "add::approval")]).await;
        teacher.build(&rule, &[("action", "save")]).await;
        teacher.activate(&badge).await;

        let editor = teacher.get(&format!("/badges/{badge}/edit")).await;
        let fields = [("kind", "application"), ("action", "save")];
        let refused = teacher.send_files(&editor, "/save", &fields, &[]).await;
        assert_eq!(refused.status, 422);
        let said = "can be met without approved evidence, so this cannot be an Application badge yet";
        assert!(refused.words().contains(said), "{}", refused.words());

        // A digest that never was uploaded is no picture, whatever the form says.
        let never = format!("{}.png", "0a".repeat(32));
        let fields = [
            ("picture_from", "uploaded"),
            ("picture_kept", never.as_str()),
            ("picture_alt", "Nothing"),
            ("action", "save"),
        ];
        let editor = teacher.get(&format!("/badges/{badge}/edit")).await;
        let refused = teacher.send_files(&editor, "/save", &fields, &[]).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.words().contains("Upload the picture again"),
            "{}",
            refused.words()
        );

        // Nor is the description ever empty in what is signed, though nothing was typed (Open Badges 3.0, section B.1).
        let saved = teacher
            .send_files(
                &editor,
                "/save",
                &[("kind", "knowledge"), ("action", "save")],
                &[],
            )
            .await;
        assert!(saved.words().contains("Saved."), "{}", saved.words());
        scene.end().await;
    });
}

#[test]
fn activation_confirms_the_number_that_was_shown() {
    on_each_database(|scene| async move {
        let mut teacher = teacher(&scene).await;
        let badge = teacher.make_badge("SQL basics", "knowledge").await;
        teacher.rule_on_column(&badge, "Quiz").await;
        let shown = teacher.get(&format!("/badges/{badge}/preview")).await;
        assert!(shown.words().contains("0 of 3"), "{}", shown.words());

        let world = scene.moodle.world();
        let at = world.courses()[0].id;
        let column = world
            .line_items(at)
            .into_iter()
            .find(|one| one.label == "Quiz")
            .unwrap()
            .id;
        let ada = world.students(at)[0].clone();
        world.set_grade(at, column, ada.id, Some(Decimal::from(80)));
        let home = teacher.get("").await;
        teacher.send(&home, "/check", &[]).await;
        let now = teacher.until(&format!("/badges/{badge}/preview"), "1 of 3").await;
        assert!(now.words().contains(&ada.name), "{}", now.words());

        let refused = teacher.send(&shown, "/activate", &[]).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.words().contains("The number has changed from 0 to 1"),
            "{}",
            refused.words()
        );
        assert!(teacher.get("").await.words().contains("Draft"));

        let csv = teacher.get(&format!("/badges/{badge}/preview.csv")).await;
        assert!(
            csv.text().contains(&format!("{},Would earn it now", ada.name)),
            "{}",
            csv.text()
        );

        teacher.send(&now, "/activate", &[]).await;
        // A second click asks for what is done already.
        let again = teacher.send(&now, "/activate", &[]).await;
        assert!(again.words().contains("Activated."), "{}", again.words());
        teacher.until("", "1 of 3").await;
        scene.end().await;
    });
}

#[test]
fn a_changed_maximum_rests_the_badge_until_its_rule_is_saved_and_activated_again() {
    on_each_database(|scene| async move {
        let mut teacher = teacher(&scene).await;
        let badge = teacher.make_badge("SQL basics", "knowledge").await;
        teacher.rule_on_column(&badge, "Quiz").await;
        teacher.activate(&badge).await;
        let world = scene.moodle.world();
        let at = world.courses()[0].id;
        let column = world
            .line_items(at)
            .into_iter()
            .find(|one| one.label == "Quiz")
            .unwrap()
            .id;
        world.change_maximum(at, column, Decimal::from(50));
        let home = teacher.get("").await;
        teacher.send(&home, "/check", &[]).await;
        let paused = teacher.until("", "Paused").await;
        assert!(
            paused.words().contains("is paused and awards nothing"),
            "{}",
            paused.words()
        );

        let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
        assert!(rule.words().contains("50 points, changed"), "{}", rule.words());
        for said in [
            "This badge is paused and awards nothing. The maximum of the gradebook column “Quiz” was changed.",
            "Version 1 is paused.",
        ] {
            assert!(rule.words().contains(said), "{said}: {}", rule.words());
        }
        teacher.build(&rule, &[("action", "save")]).await;
        teacher.activate(&badge).await;
        let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
        assert!(!rule.words().contains("paused"), "{}", rule.words());
        let home = teacher.get("").await;
        assert!(!home.words().contains("Paused"), "{}", home.words());
        scene.end().await;
    });
}

#[test]
fn retiring_leaves_what_was_awarded_and_a_draft_can_go() {
    on_each_database(|scene| async move {
        let mut teacher = teacher(&scene).await;
        let badge = teacher.make_badge("SQL basics", "knowledge").await;
        let review = teacher.get(&format!("/badges/{badge}/retire")).await;
        assert!(
            review.words().contains("Delete the draft “SQL basics”?"),
            "{}",
            review.words()
        );
        let gone = teacher.send(&review, "/retire/confirm", &[]).await;
        assert!(
            gone.words().contains("The draft was deleted."),
            "{}",
            gone.words()
        );

        let badge = teacher.make_badge("Charts", "knowledge").await;
        let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
        let rule = teacher.build(&rule, &[("action", "add::approval")]).await;
        teacher.build(&rule, &[("action", "save")]).await;
        teacher.activate(&badge).await;
        let review = teacher.get(&format!("/badges/{badge}/retire")).await;
        let retired = teacher.send(&review, "/retire/confirm", &[]).await;
        assert!(
            retired.words().contains("Retired. Nobody is awarded it any more"),
            "{}",
            retired.words()
        );
        let preview = teacher.get(&format!("/badges/{badge}/preview")).await;
        assert!(
            preview.form("/activate").is_err(),
            "a retired badge cannot be activated"
        );
        scene.end().await;
    });
}

#[test]
fn students_other_courses_and_forms_of_strangers_reach_none_of_it() {
    on_each_database(|scene| async move {
        let mut teacher = teacher(&scene).await;
        let badge = teacher.make_badge("SQL basics", "knowledge").await;
        let editor = teacher.get(&format!("/badges/{badge}/edit")).await;
        let mut student = Guest::open(&scene.moodle, 0, "Student", "My badges").await;
        let mut elsewhere = Guest::open(&scene.moodle, 1, "Teacher", "My badges").await;
        for rest in ["/badges/new", "/evidence", "/progress", "/check/status"] {
            assert_eq!(student.get(rest).await.status, 403, "{rest}");
        }
        for rest in [
            "edit",
            "rule",
            "rule/versions",
            "rule/replay",
            "preview",
            "preview.csv",
            "retire",
            "awards",
        ] {
            let rest = format!("/badges/{badge}/{rest}");
            assert_eq!(student.get(&rest).await.status, 403, "{rest}");
            assert_eq!(elsewhere.get(&rest).await.status, 404, "{rest}");
        }
        assert_eq!(
            student.get(&format!("/badges/{badge}")).await.status,
            404,
            "a draft is not shown to students"
        );

        // The student's own proof does not open a teacher's action.
        let csrf = student
            .page
            .text()
            .split("name=\"csrf\" value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned();
        for action in [
            "/check".to_owned(),
            format!("/badges/{badge}/save"),
            format!("/badges/{badge}/retire/confirm"),
        ] {
            let url = format!("{}{action}", student.course);
            assert_eq!(
                student
                    .browser
                    .post(&url, &[("csrf", &csrf)])
                    .await
                    .unwrap()
                    .status,
                403,
                "{action}"
            );
        }
        // Without a proof, or with another visit's, nothing changes.
        let form = editor.form("/save").unwrap();
        for proof in ["", csrf.as_str()] {
            let refused = teacher
                .browser
                .submit_files(&editor, &form, &[("csrf", proof), ("name", "Stolen")], &[])
                .await
                .unwrap();
            assert_eq!(refused.status, 403);
        }
        assert!(!teacher.get("").await.words().contains("Stolen"));
        let url = format!("{}/badges/{badge}/retire/confirm", teacher.course);
        assert_eq!(
            teacher
                .browser
                .fetch(Method::GET, &url, &[], Vec::new())
                .await
                .unwrap()
                .status,
            404
        );
        scene.end().await;
    });
}

#[test]
fn without_cookies_every_way_is_a_form_that_carries_the_visit() {
    on_each_database(|scene| async move {
        let teacher = teacher(&scene).await;
        // What a page of its own is given when no cookie comes back: the token, in the form alone.
        let url = url::Url::parse(&teacher.course).unwrap();
        let host = url.host_str().unwrap();
        let cookies = teacher.browser.cookies(host);
        let token = cookies
            .iter()
            .find(|(name, _)| name.starts_with("cairn_") && name != "cairn_probe")
            .unwrap()
            .1
            .clone();
        let mut bare = Browser::new()
            .unwrap()
            .framed_by(scene.moodle.origin(), ThirdPartyCookies::None);
        let home = bare.post(&teacher.course, &[("session", &token)]).await.unwrap();
        assert_eq!(home.status, 200, "{}", home.words());
        assert!(
            home.links("/badges/new").is_empty(),
            "a link would lose the visit"
        );
        let editor = bare
            .submit(&home, &home.form("/badges/new").unwrap(), &[])
            .await
            .unwrap();
        assert!(editor.words().contains("What it proves"), "{}", editor.words());
        let form = editor.form("/badges/save").unwrap();
        let fields = [
            ("name", "Without cookies"),
            ("initials", "WC"),
            ("action", "save_and_rule"),
        ];
        // The answer repeats the form at the next address (307), which this browser is asked to do by hand.
        let saved = bare.submit_files(&editor, &form, &fields, &[]).await.unwrap();
        assert!(
            !saved.url.query().unwrap_or_default().contains(&token),
            "no session in an address"
        );
        let home = bare.post(&teacher.course, &[("session", &token)]).await.unwrap();
        assert!(home.words().contains("Without cookies"), "{}", home.words());
        scene.end().await;
    });
}
