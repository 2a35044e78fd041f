//! Two versions of a rule side by side, and a rule over the gradebook of an earlier year, as a teacher meets them.

use practice_lms::PracticeLms;
use practice_lms::browser::{Browser, Page};

use crate::tests::dry_run::{first_version, second_version};
use crate::tests::guest::Guest;
use crate::tests::harness::on_each_database;
use crate::tests::log::Log;

#[track_caller]
fn reads(page: &Page, text: &str) {
    assert!(page.words().contains(text), "{text}\nis not in\n{}", page.words());
}

#[test]
fn two_versions_say_what_differs_whom_it_concerns_and_that_holders_keep_the_badge() {
    on_each_database(|scene| async move {
        let (mut teacher, badge) = first_version(&scene).await;
        let world = scene.moodle.world();
        let students = world.students(world.courses()[0].id);
        let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
        let one = teacher
            .browser
            .get(&rule.link("Versions side by side").unwrap())
            .await
            .unwrap();
        reads(&one, "There is one version only.");
        assert_eq!(
            one.words().matches("Version 1, active").count(),
            1,
            "{}",
            one.words()
        );

        let trial = second_version(&mut teacher, &badge).await;
        let here = trial.link("See both versions side by side").unwrap();
        let page = teacher.browser.get(&here).await.unwrap();
        for text in [
            "Version 1, active",
            "Version 2, the draft",
            "“A student earns this with at least 80 percent in Quiz.”",
            "Needed of the whole rule: 2 of 3, the only one before.",
            "A new group: “either at least 60 percent in Essay or an instructor's approval”.",
            "New: “Lab ≥ 40 of 50”.",
            "New: “Essay ≥ 60 %”, in the group “either at least 60 percent in Essay or an instructor's approval”.",
            "1 student meets version 2 and not version 1.",
            "1 student meets version 1 and not version 2; for 1 of them something is missing yet, which never counts as zero.",
            "1 student meets both, 29 neither.",
            "Nobody loses the badge because its rule changes",
            "2 students hold it now. 1 of them does not meet version 2 and keeps it all the same.",
            "the badge stays, and a teacher is told, as your institution has it.",
            "Meet only the later one (1)",
            "Who is awarded when the draft is activated is told by “Who would earn it”.",
        ] {
            reads(&page, text);
        }
        let (gains, loses) = (&students[2].name, &students[1].name);
        let is_read = |page: &Page, name: &String| page.words().contains(name.as_str());
        assert!(
            is_read(&page, gains) && !is_read(&page, loses),
            "{}",
            page.words()
        );
        let keep = page
            .link("Hold the badge without meeting the later one (1)")
            .unwrap();
        let keep = teacher.browser.get(&keep).await.unwrap();
        assert!(
            is_read(&keep, loses) && !is_read(&keep, gains),
            "{}",
            keep.words()
        );
        reads(&keep, "holds the badge");
        reads(&keep, "1 to 1 of 1");

        // The other way round, by the form of the page.
        let form = page.form("/rule/versions").unwrap();
        let turned = [("from", "2"), ("to", "1")];
        let back = teacher.browser.submit(&page, &form, &turned).await.unwrap();
        reads(
            &back,
            "1 student meets version 1 and not version 2; 1 of them holds the badge already.",
        );
        reads(&back, "Not asked any more: “Lab ≥ 40 of 50”.");
        assert!(is_read(&back, loses), "{}", back.words());
        let odd = teacher
            .get(&format!(
                "/badges/{badge}/rule/versions?from=none&to=-7&who=none&page=x"
            ))
            .await;
        reads(&odd, "Version 2, the draft");

        // The same visit in forms, as where no cookies are kept.
        let cookies = teacher.browser.cookies("127.0.0.1");
        let session = cookies
            .iter()
            .find(|(name, _)| name.len() > 20 && name.starts_with("cairn_"));
        let session = session.unwrap().1.as_str();
        let mut forms = Browser::new().unwrap();
        let page = forms.post(&here, &[("session", session)]).await.unwrap();
        let form = page.form("/rule/versions").unwrap();
        let same = forms
            .submit(&page, &form, &[("from", "1"), ("to", "1")])
            .await
            .unwrap();
        reads(&same, "These are one and the same version.");

        let done = teacher.send(&trial, "/activate", &[]).await;
        reads(&done, "Activated.");
        let after = teacher.get(&format!("/badges/{badge}/rule/versions")).await;
        reads(&after, "Version 1, earlier");
        reads(&after, "Version 2, active");
        let words = after.words();
        assert!(!words.contains("when the draft is activated"), "{words}");
        scene.end().await;
    });
}

/// Made-up people of an earlier year.
const CANVAS: &str = "Student,ID,SIS User ID,SIS Login ID,Section,Quiz (7001),Quiz one (7002)\n\
    \x20   Points Possible,,,,,50.00,20.00\n\
    \"Earlier, Una\",701,U-1,una,A,40.00,18.00\n\
    \"<b>Earlier, Dov\",702,U-2,dov,A,38.00,=1+1\n\
    \"Earlier, Ida\",703,U-3,ida,A,,20.00\n";
const MOODLE: &str = "Vorname,Nachname,E-Mail-Adresse,External tool: Quiz (Punkte),Zuletzt aus diesem Kurs geladen\n\
    Una,Earlier,una@example.test,\"80,00\",1764000000\n\
    Dov,Earlier,dov@example.test,\"76,00\",1764000000\n\
    Ida,Earlier,ida@example.test,-,1764000000\n";

/// A teacher of a course that has been read.
async fn teacher_of(lms: &PracticeLms) -> Guest {
    let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
    let page = teacher.page.clone();
    if page.form("/choose").is_ok() {
        teacher.send(&page, "/choose", &[("opens", "my_badges")]).await;
    }
    teacher.until("", "Checked").await;
    teacher
}

/// A badge whose draft asks for 80 percent of the quiz and an instructor's word.
async fn draft(teacher: &mut Guest) -> String {
    let badge = teacher.make_badge("Safe worker", "knowledge").await;
    let rule = teacher.rule_on_column(&badge, "Quiz").await;
    let rule = teacher.build(&rule, &[("action", "add::approval")]).await;
    let saved = teacher.build(&rule, &[("action", "save")]).await;
    reads(&saved, "Saved.");
    badge
}

async fn bring(teacher: &mut Guest, page: &Page, content: &[u8]) -> Page {
    let file = [("file", "earlier.csv", "text/csv", content)];
    teacher.send_files(page, "/replay/try", &[], &file).await
}

/// The name of the first field of that form that begins so.
fn field(page: &Page, begins: &str) -> String {
    let form = page.form("/replay/try").unwrap();
    let found = form.fields.iter().find(|field| field.name.starts_with(begins));
    found.unwrap_or_else(|| panic!("{}", page.words())).name.clone()
}

#[test]
fn an_earlier_year_is_read_for_its_page_alone_and_says_how_many_would_have_earned_it() {
    let log = Log::of_everything();
    on_each_database(|scene| async move {
        for (at, (_, lms)) in scene.platforms().into_iter().enumerate() {
            let file = [CANVAS, MOODLE][at % 2].as_bytes();
            let mut teacher = teacher_of(lms).await;
            let badge = draft(&mut teacher).await;
            let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
            let start = rule.link("Try it on an earlier year").unwrap();
            let start = teacher.browser.get(&start).await.unwrap();
            reads(&start, "Choose the gradebook of an earlier year");
            let none = bring(&mut teacher, &start, b"").await;
            assert_eq!(none.status, 422, "{}", none.words());
            reads(&none, "Choose a file first");
            let before = scene.database.rows();
            let setup = bring(&mut teacher, &start, file).await;
            assert_eq!(setup.status, 200, "{}", setup.words());
            reads(&setup, "The file has 3 people and");
            reads(&setup, "Proposed because it has the same name.");
            reads(
                &setup,
                "A gradebook file does not say whom an instructor approved.",
            );
            let named = ["Earlier, Una", "Una Earlier"].map(|name| setup.words().contains(name));
            assert_eq!(named, [false, false], "nobody is named before the result");

            // Nothing is assumed in silence, and what was chosen stays.
            let silent = teacher.send_files(&setup, "/replay/try", &[], &[]).await;
            assert_eq!(silent.status, 422);
            reads(&silent, "Say for one more condition below what stands for it");
            let approval = [("q.approval", "met")];
            let points = field(&setup, "of.");
            let wrong = [("q.approval", "met"), (points.as_str(), "many")];
            let wrong = teacher.send_files(&silent, "/replay/try", &wrong, &[]).await;
            assert_eq!(wrong.status, 422);
            reads(&wrong, "Type the points that the column is out of");
            let form = wrong.form("/replay/try").unwrap();
            assert_eq!(
                (form.value("q.approval"), form.value(&points)),
                (Some("met"), Some("many"))
            );

            let done = teacher.send_files(&silent, "/replay/try", &approval, &[]).await;
            assert_eq!(done.status, 200, "{}", done.words());
            assert_eq!(done.header("cache-control"), Some("no-store"));
            for text in [
                "1 of 3 people of the file would have earned “Safe worker”.",
                "For 1 other not enough is known to say no",
                "“Quiz ≥ 80 %” was in the way most often: 1 of the 2 others did not meet it, and of 1 it is not known; for 2 nothing else was \
                 in the way.",
                "Maximum points in that year, if different",
                "Of 1 person whose grades tell how far they were, 1 lacked at most 5 percent",
                "4 % more in each grade that lacks",
                "up to 5 % 1",
                "cannot be said in percent 1",
                "Would have earned it (1)",
            ] {
                reads(&done, text);
            }
            assert!(
                done.text()
                    .contains("<path class=\"band band-met\" d=\"M0 300V0H90V300Z")
            );
            let una = ["Una Earlier", "Earlier, Una"].map(|name| done.words().contains(name));
            assert!(una.contains(&true) && !done.text().contains("<b>Earlier"));
            // The same file once more asks nothing anew.
            let same = teacher
                .send_files(
                    &done,
                    "/replay/try",
                    &[],
                    &[("file", "earlier.csv", "text/csv", file)],
                )
                .await;
            reads(&same, "1 of 3 people of the file would have earned");
            if at % 2 == 0 {
                reads(
                    &done,
                    "Out of 50 points, as the file says: grades of the file are brought to the 100 points of the rule.",
                );
                reads(&done, "1 cell without a grade that can be read");
            } else {
                reads(
                    &done,
                    "The file does not say out of how many points: taken as out of 100, as in the rule.",
                );
            }
            // The teacher says that it was out of more: then nobody would have reached it.
            let more = [("q.approval", "met"), (points.as_str(), "200")];
            let more = teacher.send_files(&done, "/replay/try", &more, &[]).await;
            reads(&more, "0 of 3 people of the file would have earned");
            reads(&more, "Taken as out of 200 points, as you say");
            let open = [("q.approval", "open")];
            let open = teacher.send_files(&done, "/replay/try", &open, &[]).await;
            reads(&open, "0 of 3 people of the file would have earned");

            // Another file that is none leaves the first one there.
            let kept = bring(&mut teacher, &done, b"a,b\n1,2\n").await;
            assert_eq!(kept.status, 422);
            reads(&kept, "This is not a gradebook file");
            let form = kept.form("/replay/try").unwrap();
            assert_eq!(form.value("q.approval"), Some("met"));
            let again = teacher.send_files(&kept, "/replay/try", &[], &[]).await;
            reads(&again, "1 of 3 people of the file would have earned");
            let damaged = teacher
                .send_files(&done, "/replay/try", &[("kept", "AAAA")], &[])
                .await;
            assert_eq!(damaged.status, 422);
            reads(&damaged, "Choose the file again");
            assert_eq!(
                damaged.form("/replay/try").unwrap().value("q.approval"),
                Some("met")
            );

            let large = vec![b'x'; (4 << 20) + 1];
            let large = bring(&mut teacher, &start, &large).await;
            reads(&large, "The file is larger than 4.2 MB.");
            let lines = format!("{CANVAS}{}", "x,1\n".repeat(200_000));
            let lines = bring(&mut teacher, &start, lines.as_bytes()).await;
            assert_eq!(lines.status, 422);
            reads(&lines, "The file has more than 50,000 lines.");
            let cut = bring(
                &mut teacher,
                &start,
                CANVAS.trim_end().strip_suffix(",20.00").unwrap().as_bytes(),
            )
            .await;
            reads(&cut, "The file ends in the middle of line 5");

            // Nothing of it is kept: no person, no column, no grade, no file.
            let after = scene.database.rows();
            for table in [
                "people",
                "enrolments",
                "outside_columns",
                "outside_grades",
                "grade_files",
                "awards",
            ] {
                assert_eq!(before.get(table), after.get(table), "{table}");
            }
        }
        scene.end().await;
    });
    log.holds_none(&[
        ("a name of the file", "Earlier, Una"),
        ("an address of it", "una@example.test"),
    ]);
}
