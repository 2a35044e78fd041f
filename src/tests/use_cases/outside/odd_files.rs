//! Files that are not as anybody would expect: in another language, cut, with grades that are held back later.

use super::*;
use crate::domain::outside::Dialect;

/// A gradebook of Moodle in German, as a spreadsheet saved it.
fn in_german(students: &[MemberView]) -> String {
    let mut text =
        "Vorname;Nachname;ID-Nummer;E-Mail-Adresse;Test: Sicherheit (Punkte);Test: Sicherheit (Prozentsatz);\
        Test: Sicherheit (Note);Test: Sicherheit (Kommentar);Zuletzt geladen\n"
            .to_owned();
    let cells = [
        "9,50;95,00 %;sehr gut;Eine gute Naht, weiter so.",
        "-;-;-;",
        "1,25;12,50 %;F;",
    ];
    for (student, cells) in students.iter().zip(cells) {
        let (given, family) = student.name.split_once(' ').unwrap();
        text.push_str(&format!(
            "{given};{family};;{};{cells};1795953600\n",
            student.email
        ));
    }
    text
}

#[tokio::test]
async fn a_file_in_a_language_that_nobody_expected_is_read_and_one_that_was_cut_is_not() {
    for bench in benches().await {
        bench.run().await;
        let teacher = bench.instructor().await;
        let students = bench.world.students(bench.at);
        let text = in_german(&students);
        let review = bench.bring(&teacher, &text).await.unwrap();
        assert_eq!((review.dialect, review.rows), (Dialect::Moodle, 3));
        assert!(
            review.columns.iter().all(|column| !column.ticked),
            "no file of Moodle says what students see"
        );
        let share = review.columns.iter().find(|column| column.index == 5).unwrap();
        assert_eq!((share.grades, share.unread), (2, 0));
        let label = share.label.clone();
        let took = changes(bench.use_file(&teacher, &text, &[5]).await);
        assert_eq!((took.new, took.came), (vec![label.clone()], 2));
        let badge = bench.badge_for(bench.column_of(&teacher, &label).await).await;
        bench.decide(&badge).await;
        assert!(bench.earned(&badge, &students[0]).await);
        assert!(!bench.earned(&badge, &students[2]).await);

        let cut = text.trim_end().strip_suffix("953600").unwrap();
        assert!(matches!(
            refused(bench.bring(&teacher, cut).await),
            GradesRefusal::Cut(_)
        ));
        let found = outside::sources(&bench.cairn, &teacher).await.unwrap();
        assert_eq!(found.files.len(), 1, "nothing of it was used");
    }
}

#[tokio::test]
async fn grades_that_a_newer_file_holds_back_are_not_taken_over_and_that_is_said() {
    for bench in benches().await {
        bench.run().await;
        let teacher = bench.instructor().await;
        let ada = &bench.world.students(bench.at)[0];
        let file = |held: &str, quiz: &str| {
            format!(
                "Student,ID,SIS Login ID,Section,Quiz (1),Lab (2)\n{held}    Points Possible,,,,10,10\n{},41,{},A,{quiz},8\n",
                ada.name, ada.email
            )
        };
        changes(bench.use_file(&teacher, &file("", "7"), &[]).await);
        let quiz = bench.column_of(&teacher, "Quiz").await;
        let badge = bench.badge_for(quiz.clone()).await;
        let hidden = file(",,,,Manual Posting,\n", "9");
        let review = bench.bring(&teacher, &hidden).await.unwrap();
        let ticked: Vec<bool> = review.columns.iter().map(|column| column.ticked).collect();
        assert_eq!(ticked, [false, true]);
        assert_eq!(review.changes.kept, ["Quiz"]);
        let took = changes(bench.use_file(&teacher, &hidden, &[]).await);
        assert_eq!((took.kept, took.missing), (vec!["Quiz".to_owned()], Vec::new()));
        bench.decide(&badge).await;
        assert!(
            !bench.earned(&badge, ada).await,
            "perhaps she cannot see the 9 yet"
        );
        // Whoever does not want the 7 to count either stops it, and what is posted is ticked.
        changes(bench.use_file(&teacher, &hidden, &[4]).await);
        bench.decide(&badge).await;
        assert!(bench.earned(&badge, ada).await);
        outside::stop(&bench.cairn, &teacher, &quiz).await.unwrap();
        bench.work(&bench.cairn).await;
        assert!(bench.earned(&badge, ada).await, "what was awarded stays");
        let again = bench.bring(&teacher, &hidden).await.unwrap();
        assert_eq!(again.changes.kept, [""; 0], "it counts no more");
    }
}
