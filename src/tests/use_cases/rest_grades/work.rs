//! What was handed in in Canvas: told by name beside a decision, of columns that a rule names alone, and opened there.

use super::*;
use crate::domain::lms_work::WorkKind;
use crate::service::award::lms_work::{self, LmsWork};
use crate::store::cells;
use practice_lms::{Oddity, Work};

impl Reading<'_> {
    /// What a teacher is shown of somebody's work beside a badge.
    async fn shown(&self, badge: &BadgeId, student: &MemberView) -> Vec<LmsWork> {
        let teacher = self.bench.instructor().await;
        let person = self.bench.person(&student.sub).await;
        lms_work::of_badge(&self.bench.cairn, &teacher, badge, &person)
            .await
            .unwrap()
    }

    /// What is kept of somebody's work in a column.
    async fn kept(&self, column: u64, student: &MemberView) -> usize {
        let column = self.column(column).await.id;
        let (tenant, person) = (
            self.bench.course.tenant.clone(),
            self.bench.person(&student.sub).await,
        );
        let kept = self
            .bench
            .cairn
            .store
            .read(move |db| cells::work_of(db, &tenant, &person, &[column]));
        kept.await.unwrap().len()
    }
}

fn upload(name: &str) -> Work {
    Work {
        kind: "online_upload",
        files: vec![(
            name.to_owned(),
            "application/pdf".to_owned(),
            b"%PDF-1.7".to_vec(),
        )],
        ..Work::default()
    }
}

#[tokio::test]
async fn what_was_handed_in_is_told_by_name_of_columns_that_a_rule_names_and_opened_in_canvas() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        bench.world.be_odd(Oddity::FileVerifiers, true);
        let add = |label| {
            bench
                .world
                .add_native(bench.at, label, "assignment", Decimal::TEN)
        };
        let (essay, diary) = (add("Essay on grades"), add("Diary"));
        for column in [essay, diary] {
            let work = upload("Report.pdf");
            assert!(bench.world.hand_in(bench.at, column, ada.id, work));
        }
        bench.world.change_cell(bench.at, essay, ada.id, |cell| {
            for file in &mut cell.files {
                file.has_no_size = true;
            }
        });
        let page = Work {
            kind: "online_url",
            url: Some("https://ben.example/essay".to_owned()),
            ..Work::default()
        };
        assert!(bench.world.hand_in(bench.at, essay, ben.id, page));
        reading.read().await;
        let column = reading.column(essay).await.id;
        let on_time = false;
        let badge = bench
            .badge_when("Essayist", Condition::HandedIn { column, on_time })
            .await;
        assert_eq!(reading.kept(essay, ada).await, 0, "not before a rule names it");
        reading.read_after(10).await;

        let shown = reading.shown(&badge, ada).await;
        assert_eq!(shown.len(), 1, "{shown:?}");
        let (one, file) = (&shown[0], &shown[0].work.files[0]);
        assert_eq!(
            (one.label.as_str(), one.work.kind, one.at.is_some()),
            ("Essay on grades", Some(WorkKind::Files), true)
        );
        assert_eq!((file.name.as_deref(), file.size), (Some("Report.pdf"), None));
        let (origin, at) = (bench.world.origin(), bench.at);
        let place = format!("{origin}/courses/{at}/assignments/{essay}/submissions/{}", ada.id);
        assert_eq!(one.page.as_deref(), Some(place.as_str()));
        let of_ben = reading.shown(&badge, ben).await;
        assert_eq!(
            (of_ben[0].work.kind, of_ben[0].work.files.len()),
            (Some(WorkKind::Address), 0)
        );
        let all = format!("{shown:?}{of_ben:?}");
        assert!(!all.contains("verifier") && !all.contains("ben.example"), "{all}");
        assert_eq!(reading.kept(diary, ada).await, 0, "no rule names it");

        // Everybody sees their own, and nobody else's.
        let person = bench.person(&ada.sub).await;
        let own = lms_work::of_badge(&bench.cairn, &bench.learner(ada).await, &badge, &person).await;
        assert_eq!(own.unwrap(), shown);
        let other = lms_work::of_badge(&bench.cairn, &bench.learner(ben).await, &badge, &person).await;
        assert!(other.is_err(), "{other:?}");
        // No credential names it either.
        let held = bench.holders(&badge).await;
        let document = bench.credential(&held[&person]).await.document;
        assert!(!document.contains("Report.pdf"), "{document}");

        assert!(bench.world.hand_in(bench.at, essay, ada.id, upload("Second.pdf")));
        reading.read_after(10).await;
        let again = reading.shown(&badge, ada).await.remove(0).work;
        let names: Vec<_> = again
            .files
            .iter()
            .filter_map(|file| file.name.as_deref())
            .collect();
        assert_eq!((again.attempt, names), (Some(2), vec!["Second.pdf"]));

        // The whole of the course tells the same, and of what is anonymous nobody is told whose it is.
        reading.read_all().await;
        assert_eq!(reading.shown(&badge, ada).await.len(), 1);
        bench
            .world
            .change_column(bench.at, essay, |column| column.is_anonymous = true);
        reading.read_all().await;
        assert!(reading.shown(&badge, ada).await.is_empty());
        assert_eq!(reading.kept(essay, ada).await, 0);
        bench
            .world
            .change_column(bench.at, essay, |column| column.is_anonymous = false);
        reading.read_all().await;
        assert_eq!(reading.shown(&badge, ada).await.len(), 1);
        reading.switch(false).await;
        assert!(reading.shown(&badge, ada).await.is_empty(), "off, at once");
    }
}
