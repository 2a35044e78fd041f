//! Grades of whole courses by the interface of their LMS: what students can see counts, says where it is from, and is never
//! counted twice; what is out of reach leaves what is known, and is said.

mod asked;
mod bad_input;
mod canvas;
mod copied;
mod moodle;
mod reread;
mod sections;
mod trouble;
mod work;

use std::sync::Arc;

use rust_decimal::Decimal;

use super::{Bench, benches_of};
use crate::clock::Clock as _;
use crate::domain::facts::{Facts, GradeSource};
use crate::domain::outside::{OutsideColumn, OutsideGrade, OutsideValue};
use crate::domain::reading::Readings;
use crate::domain::rest_access::{Access, Giver, Grant, GrantState, Interface, SealedTokens};
use crate::domain::rule::{Condition, Needed, Threshold};
use crate::domain::stage::Search;
use crate::ids::{BadgeId, PersonId};
use crate::service::Cairn;
use crate::service::award::{learning, over_time, progress};
use crate::service::badge::design;
use crate::service::course::rest_grades;
use crate::service::institution::rest_access::SCOPES;
use crate::store::{facts, outside, people, platforms, readings, rest_accesses};
use gradebook_rest::canvas::scope::Scope;
use lti::registration::Flavour;
use practice_lms::CourseRole;
use practice_lms::world::MemberView;

/// A bench whose course is read by the interface of its LMS, with a quiz of the LMS's own, worth ten points.
struct Reading<'a> {
    bench: &'a Bench,
    /// A node that waits for nothing.
    node: Arc<Cairn>,
    /// The LMS's own quiz.
    quiz: u64,
    /// Whose token it is: a teacher (Canvas), or an account that only reads (Moodle).
    account: u64,
    /// The token that is kept to begin with.
    token: String,
    access: Access,
}

const QUIZ: &str = "Unit test";

impl<'a> Reading<'a> {
    async fn on(bench: &'a Bench) -> Self {
        Self::with_scopes(bench, &SCOPES).await
    }

    /// Canvas: of a key with these scopes.
    async fn with_scopes(bench: &'a Bench, scopes: &[Scope]) -> Self {
        let quiz = bench.world.add_native(bench.at, QUIZ, "quiz", Decimal::TEN);
        let is_canvas = bench.registration.flavour == Flavour::Canvas;
        let (account, token, refresh, key) = if is_canvas {
            bench.world.set_admin_custom("canvas_user_id", "$Canvas.user.id");
            let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
            let key = bench.world.add_api_key(&["https://badges.example/back"], &scopes);
            bench
                .world
                .change_api_key(&key.client_id, |key| key.allows_includes = true);
            let teacher = bench.world.member(bench.at, CourseRole::Teacher).unwrap().id;
            let (token, refresh) = bench.world.api_token(&key.client_id, teacher).unwrap();
            (teacher, token, Some(refresh), Some((key.client_id, key.secret)))
        } else {
            let (account, token) = bench.world.add_service_account();
            bench
                .world
                .serve_function(&token, "core_grades_get_gradeitems", true);
            (account, token, None, None)
        };
        let (tenant, course) = (bench.course.tenant.clone(), bench.course.id.clone());
        let home = bench
            .cairn
            .store
            .read(move |db| platforms::home_of_course(db, &tenant, &course));
        let now = bench.clock.now();
        let seal = |purpose: &str, text: &str| {
            let (vault, random) = (&bench.cairn.vault, bench.cairn.random.as_ref());
            vault.seal(purpose, text.as_bytes(), random)
        };
        let access = Access {
            id: "access".into(),
            tenant: bench.course.tenant.clone(),
            platform: home.await.unwrap().platform,
            interface: if is_canvas {
                Interface::Canvas
            } else {
                Interface::Moodle
            },
            address: bench.world.origin().to_owned(),
            client_id: key.as_ref().map(|(id, _)| id.clone()),
            sealed_secret: key.as_ref().map(|(_, secret)| seal("rest secret", secret)),
            by_teachers: false,
            is_on: true,
            changed_by: None,
            changed_at: now,
        };
        let grant = Grant {
            id: "grant".into(),
            tenant: bench.course.tenant.clone(),
            access: access.id.clone(),
            course: None,
            tokens: SealedTokens {
                token: seal("rest token", &token),
                refresh: refresh.map(|refresh| seal("rest refresh", &refresh)),
                expires_at: None,
            },
            version: 0,
            state: GrantState::On,
            fault: None,
            state_at: now,
            given_by: Giver::Nobody,
            given_at: now,
            tested: None,
        };
        let reading = Self {
            node: bench.hurried().await,
            bench,
            quiz,
            account,
            token,
            access: access.clone(),
        };
        let kept = bench.cairn.store.write(move |db| {
            rest_accesses::save(db, &access)?;
            rest_accesses::give(db, &grant)
        });
        kept.await.unwrap();
        reading
    }

    /// The course is checked, and everything is done that this calls for.
    async fn read(&self) {
        self.bench.check().await;
        self.bench.work(&self.node).await;
    }

    /// So long later, the same.
    async fn read_after(&self, minutes: i64) {
        self.bench.clock.advance(chrono::TimeDelta::minutes(minutes));
        self.read().await;
    }

    /// A teacher has all of it read, a little later.
    async fn read_all(&self) {
        self.bench.clock.advance(chrono::TimeDelta::minutes(1));
        let teacher = self.bench.instructor().await;
        rest_grades::ask(&self.node, &teacher).await.unwrap();
        self.bench.work(&self.node).await;
    }

    async fn switch(&self, is_on: bool) {
        let access = Access {
            is_on,
            ..self.access.clone()
        };
        let kept = self
            .bench
            .cairn
            .store
            .write(move |db| rest_accesses::save(db, &access));
        kept.await.unwrap();
    }

    fn grade(&self, student: &MemberView, points: Option<&str>) {
        let points = points.map(|text| text.parse().unwrap());
        let world = &self.bench.world;
        assert!(world.set_grade(self.bench.at, self.quiz, student.id, points));
    }

    /// The column that is kept for one of the LMS.
    async fn column(&self, id: u64) -> OutsideColumn {
        let course = self.bench.course.clone();
        let columns = self
            .bench
            .cairn
            .store
            .read(move |db| outside::columns(db, &course.tenant, &course.id));
        let is_canvas = self.access.interface == Interface::Canvas;
        let label = self.bench.world.line_items(self.bench.at);
        let label = label.into_iter().find(|one| one.id == id).map(|one| one.label);
        let columns = columns.await.unwrap();
        let mut of_rest = columns.into_iter().filter(|column| column.rest.is_some());
        let is_it = |column: &OutsideColumn| {
            if is_canvas {
                column.key == format!("id:{id}")
            } else {
                Some(&column.label) == label.as_ref()
            }
        };
        of_rest.find(is_it).unwrap()
    }

    async fn facts(&self, student: &MemberView) -> Facts {
        let (course, person) = (self.bench.course.clone(), self.bench.person(&student.sub).await);
        let found = self
            .bench
            .cairn
            .store
            .read(move |db| facts::for_person(db, &course.tenant, &course.id, &"none".into(), &person));
        found.await.unwrap()
    }

    /// What is known of somebody's quiz.
    async fn known(&self, student: &MemberView) -> Option<OutsideGrade> {
        let column = self.column(self.quiz).await.id;
        self.facts(student).await.elsewhere.remove(&column)
    }

    async fn points(&self, student: &MemberView) -> Option<Decimal> {
        match self.known(student).await?.value {
            OutsideValue::Points(points) => Some(points),
            other => panic!("{other:?}"),
        }
    }

    async fn readings(&self) -> Readings {
        let course = self.bench.course.clone();
        let found = self
            .bench
            .cairn
            .store
            .read(move |db| readings::of_course(db, &course.tenant, &course.id));
        found.await.unwrap().unwrap()
    }

    /// A badge for 80 percent of the quiz.
    async fn badge(&self) -> BadgeId {
        let column = self.column(self.quiz).await.id;
        let needs = Needed::AtLeast(Threshold::Percent(Decimal::from(80)));
        let badge = self
            .bench
            .badge_when("Unit", Condition::Elsewhere { column, needs })
            .await;
        self.bench.decide(&badge).await;
        badge
    }

    async fn has(&self, badge: &BadgeId, student: &MemberView) -> bool {
        let person: PersonId = self.bench.person(&student.sub).await;
        self.bench.holders(badge).await.contains_key(&person)
    }
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Each flavour on each database.
async fn all_benches() -> Vec<Bench> {
    let mut all = benches_of(Flavour::Moodle, |_| {}).await;
    all.extend(benches_of(Flavour::Canvas, |_| {}).await);
    all
}

#[tokio::test]
async fn a_quiz_of_the_lms_is_read_and_awards_and_says_where_it_was_read() {
    for bench in all_benches().await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        reading.grade(ada, Some("8"));
        reading.grade(ben, Some("7.99"));
        reading.read().await;
        let column = reading.column(reading.quiz).await;
        assert!(column.counts(), "{column:?}");
        assert_eq!(column.maximum, Some(Decimal::TEN));
        let grade = reading.known(ada).await.unwrap();
        let source = match reading.access.interface {
            Interface::Canvas => GradeSource::RestCanvas,
            Interface::Moodle => GradeSource::RestMoodle,
        };
        assert_eq!((grade.source, grade.read_at), (source, bench.clock.now()));
        let badge = reading.badge().await;
        assert!(reading.has(&badge, ada).await, "exactly 80 percent counts");
        assert!(!reading.has(&badge, ben).await);
        let teacher = bench.instructor().await;
        let seen = over_time::seen(&bench.cairn, &teacher, Some(badge.clone())).await;
        assert_eq!(seen.unwrap().sources, [source], "the funnel names it");
        let all = over_time::seen(&bench.cairn, &teacher, None).await.unwrap();
        assert_eq!((all.sources, all.not_earnable.len()), (vec![source], 0));
        let part = progress::part(&bench.cairn, &teacher, Search::default(), None).await;
        let (part, person) = (part.unwrap().unwrap(), bench.person(&ada.sub).await);
        let place = part.badges.iter().position(|one| one.id == badge).unwrap();
        let row = part.rows.iter().find(|row| row.person.id == person).unwrap();
        let decision = row.cells[place].decision.as_ref().unwrap();
        assert_eq!(decision.sources(), [source], "and so does the file of the class");
        let held = bench.holders(&badge).await;
        let award = &held[&bench.person(&ada.sub).await];
        let document = bench.credential(award).await.document;
        assert!(document.contains(QUIZ), "{document}");
        let readings = reading.readings().await;
        let coverage = readings.coverage.unwrap();
        assert!(coverage.is_whole && coverage.lacks.is_empty(), "{coverage:?}");
        assert_eq!((coverage.unjoined, readings.trouble), (0, None));

        // A better grade is found by itself, and decided.
        reading.grade(ben, Some("9"));
        reading.read_after(24 * 60).await;
        assert!(reading.has(&badge, ben).await);
        // Reading the same again changes no moment of a grade.
        let before = reading.known(ada).await.unwrap();
        reading.read_all().await;
        let after = reading.known(ada).await.unwrap();
        assert_eq!(after.changed_at, before.changed_at);
        assert!(after.read_at > before.read_at);
    }
}

#[tokio::test]
async fn a_column_of_ours_is_one_and_what_is_released_there_is_the_word_of_the_lms() {
    for bench in all_benches().await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        bench.grade(ada.id, Some("90"));
        assert!(bench.world.hide_grades(bench.at, bench.column, true));
        reading.read().await;
        let column = reading.column(bench.column).await;
        assert_eq!(column.rest.as_ref().unwrap().ours, Some(bench.item().await));
        assert!(!column.counts(), "rules name it as one of ours");
        // Through LTI the grade is there, and by the setting of the column it would count.
        let badge = bench.badge().await;
        bench.decide(&badge).await;
        assert!(!reading.has(&badge, ada).await, "students do not see it yet");
        let teacher = bench.instructor().await;
        let trial = design::trial(&bench.cairn, &teacher, &badge).await.unwrap();
        assert_eq!((trial.counting.len(), trial.told_by_lms.len()), (0, 1));
        assert_eq!(trial.unseen.len(), 1, "that it is there: {:?}", trial.unseen);
        let item = bench.item().await;
        let facts = reading.facts(ada).await;
        assert!(!facts.grades.contains_key(&item) && !facts.withheld.contains_key(&item));
        assert!(!facts.elsewhere.contains_key(&column.id));
        let teacher = bench.instructor().await;
        let trial = crate::service::badge::design::trial(&bench.cairn, &teacher, &badge).await;
        let trial = trial.unwrap();
        assert!(trial.counting.is_empty(), "its setting says nothing");
        assert_eq!(trial.told_by_lms.len(), 1);

        assert!(bench.world.hide_grades(bench.at, bench.column, false));
        bench.world.post_grades(bench.at, bench.column);
        reading.read_all().await;
        assert!(reading.has(&badge, ada).await);
        let facts = reading.facts(ada).await;
        assert!(facts.grades.contains_key(&item) && !facts.elsewhere.contains_key(&column.id));
        assert!(!reading.has(&badge, ben).await);
    }
}

#[tokio::test]
async fn while_it_is_off_its_columns_wait_awards_stay_and_on_again_it_goes_on() {
    for bench in all_benches().await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        reading.grade(ada, Some("9"));
        reading.read().await;
        let badge = reading.badge().await;
        assert!(reading.has(&badge, ada).await);

        reading.switch(false).await;
        assert!(!reading.column(reading.quiz).await.counts(), "at once");
        assert_eq!(reading.known(ada).await, None);
        let teacher = bench.instructor().await;
        let seen = over_time::seen(&bench.cairn, &teacher, None).await.unwrap();
        assert_eq!(seen.not_earnable.len(), 1, "nobody can earn it now");
        let student = bench.learner(ben).await;
        let mine = learning::of_visitor(&bench.cairn, &student).await.unwrap();
        assert!(mine.badges[0].is_blocked, "its student reads so too");
        reading.grade(ben, Some("9"));
        bench.world.forget_asked();
        reading.read_after(10).await;
        assert_eq!(bench.world.asked("").len(), 0, "nothing is asked of it");
        assert!(!reading.readings().await.was_on);
        assert!(reading.has(&badge, ada).await, "what was awarded stays");
        assert!(!reading.has(&badge, ben).await);

        reading.switch(true).await;
        reading.read_after(10).await;
        assert!(reading.readings().await.was_on && reading.column(reading.quiz).await.counts());
        assert!(reading.has(&badge, ben).await);
        assert_eq!(bench.holders(&badge).await.len(), 2);
    }
}

#[tokio::test]
async fn two_sources_that_disagree_are_both_kept_and_a_rule_reads_its_own() {
    use crate::domain::outside::{Counting, Dialect, GradeFile, Measure, Scope};
    for bench in all_benches().await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let ada = &students[0];
        reading.grade(ada, Some("8.5"));
        reading.read().await;
        let of_rest = reading.column(reading.quiz).await;
        let (tenant, course) = (bench.course.tenant.clone(), bench.course.id.clone());
        let (now, person) = (bench.clock.now(), bench.person(&ada.sub).await);
        let file = GradeFile {
            id: "file".into(),
            tenant: tenant.clone(),
            course: course.clone(),
            brought_by: None,
            brought_at: now,
            name: "grades.csv".to_owned(),
            digest: "d1".to_owned(),
            dialect: Dialect::Canvas,
            matched: 1,
            unmatched: 0,
        };
        let of_file = OutsideColumn {
            id: "of-file".into(),
            tenant: tenant.clone(),
            course,
            source: GradeSource::Csv,
            key: of_rest.key.clone(),
            label: of_rest.label.clone(),
            maximum: Some(Decimal::TEN),
            measure: Measure::Points,
            scope: Scope::Item,
            counting: Counting::Released,
            file: Some(file.id.clone()),
            rest: None,
        };
        let kept = of_file.clone();
        let written = bench.cairn.store.write(move |db| {
            outside::save_file(db, &file)?;
            outside::save_column(db, &kept, None, now)?;
            let seven = [(person, Some(OutsideValue::Points(Decimal::from(7))))];
            outside::take(db, &tenant, &kept.id, &file.id, &seven, now)
        });
        written.await.unwrap();
        let badge = reading.badge().await;
        assert!(reading.has(&badge, ada).await, "85 percent are read");
        let needs = Needed::AtLeast(Threshold::Percent(Decimal::from(80)));
        let column = of_file.id.clone();
        let other = bench
            .badge_when("By file", Condition::Elsewhere { column, needs })
            .await;
        bench.decide(&other).await;
        assert!(!reading.has(&other, ada).await, "the file says 70 percent");
        let facts = reading.facts(ada).await;
        let said = |id| {
            facts
                .elsewhere
                .get(id)
                .map(|grade| (grade.source, grade.value.clone()))
        };
        assert_eq!(
            said(&of_file.id),
            Some((GradeSource::Csv, OutsideValue::Points(Decimal::from(7))))
        );
        assert_eq!(said(&of_rest.id).unwrap().1, OutsideValue::Points(decimal("8.5")));
        let teacher = bench.instructor().await;
        let told = rest_grades::told(&bench.cairn, &teacher).await.unwrap();
        assert_eq!(told.disagree, [(QUIZ.to_owned(), 1)], "and the page says so");
        // Another reading leaves what the file said alone.
        reading.read_all().await;
        assert!(reading.facts(ada).await.elsewhere.contains_key(&of_file.id));
    }
}

#[tokio::test]
async fn whoever_was_erased_comes_back_by_no_reading_and_is_named_nowhere() {
    use crate::service::institution::administrators::{Administrator, Scope};
    use crate::service::privacy::erasing;
    use crate::store::cells;
    use practice_lms::{Endpoint, Fault};
    for bench in all_benches().await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        reading.grade(ada, Some("9"));
        reading.grade(ben, Some("9"));
        reading.read().await;
        let id = bench.person(&ada.sub).await;
        let (tenant, who) = (bench.course.tenant.clone(), id.clone());
        let kept = bench
            .cairn
            .store
            .read(move |db| cells::of_person(db, &tenant, &who));
        assert!(!kept.await.unwrap().is_empty());
        let visitor = bench.learner(ada).await;
        erasing::ask(&bench.cairn, &visitor, erasing::WORD).await.unwrap();
        let tenant = &bench.course.tenant;
        let admin = Administrator {
            actor: "ada".into(),
            name: "Ada".into(),
            scope: Scope::Tenant(tenant.clone()),
        };
        let (_, waiting, _) = erasing::waiting(&bench.cairn, &admin, tenant).await.unwrap();
        erasing::erase(&bench.cairn, &admin, tenant, &waiting[0].id)
            .await
            .unwrap();

        reading.grade(ada, Some("10"));
        reading.read_all().await;
        reading.read_after(24 * 60).await;
        let (owner, sub, home) = (tenant.clone(), ada.sub.clone(), bench.registration.id.clone());
        let found = bench
            .cairn
            .store
            .read(move |db| people::by_sub(db, &owner, &home, &sub));
        assert!(found.await.unwrap().is_none());
        let owner = tenant.clone();
        let kept = bench
            .cairn
            .store
            .read(move |db| cells::of_person(db, &owner, &id));
        assert_eq!(kept.await.unwrap(), []);
        let coverage = reading.readings().await.coverage.unwrap();
        assert_eq!((coverage.strangers, coverage.named.len()), (0, 0), "{coverage:?}");
        assert!(reading.points(ben).await.is_some(), "everybody else stays");
        // Nor while the member list is out of reach, by which they are known there.
        let faults = bench.world.faults();
        faults.inject(Endpoint::Members, &Fault::ServerError, 50);
        reading.read_all().await;
        faults.clear();
        let coverage = reading.readings().await.coverage.unwrap();
        assert!(coverage.named.is_empty(), "{coverage:?}");
    }
}

#[tokio::test]
async fn somebody_whom_the_member_list_does_not_name_is_counted_and_never_made() {
    for bench in all_benches().await {
        let reading = Reading::on(&bench).await;
        let stranger = bench.world.students(bench.at).remove(3);
        bench.world.set_role(bench.at, stranger.id, None);
        reading.read().await;
        assert_eq!(reading.readings().await.coverage.unwrap().strangers, 0);

        // They come, and the course is not checked before its grades are read.
        let student = Some(CourseRole::Student);
        bench.world.set_role(bench.at, stranger.id, student);
        reading.grade(&stranger, Some("9"));
        reading.read_all().await;
        let coverage = reading.readings().await.coverage.unwrap();
        let name = match reading.access.interface {
            Interface::Moodle => stranger.sub.clone(),
            Interface::Canvas => stranger.id.to_string(),
        };
        assert_eq!((coverage.strangers, coverage.named), (1, vec![name]));
        let (tenant, home) = (bench.course.tenant.clone(), bench.registration.id.clone());
        let sub = stranger.sub.clone();
        let found = bench
            .cairn
            .store
            .read(move |db| people::by_sub(db, &tenant, &home, &sub));
        assert!(found.await.unwrap().is_none(), "a reading makes nobody");

        // A check names them: what was left out is read again, although no rule needs it yet.
        reading.read_after(2).await;
        assert_eq!(reading.points(&stranger).await, Some(Decimal::from(9)));
        assert_eq!(reading.readings().await.coverage.unwrap().strangers, 0);
    }
}
