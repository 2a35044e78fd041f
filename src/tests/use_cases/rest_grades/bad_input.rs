//! What comes and should not. Of each: a sentence, nothing lost, nothing counted twice, nothing shown that is not released.
//!
//! | what comes | where it is shown |
//! |---|---|
//! | a file of another course | `outside`: a_file_of_another_course_is_not_taken; here, where the LMS lists the course |
//! | of 200,000 lines | `outside`: what_is_no_gradebook_is_refused_and_changes_nothing; the crate's `hostile` |
//! | with formulas | the same; the crate's `resaved`; `showing::teaching` for what is written |
//! | cut in the middle | the same, and `outside::odd_files` |
//! | in a language that nobody expected | `outside::odd_files` |
//! | a token that was revoked, or is over | `trouble`; here of Moodle |
//! | a scope that was withdrawn | here; `beyond::canvas` for who is asked |
//! | a right that is lost while changes are read | here |
//! | a role that became weaker | `moodle`; here groups, lists of people, sections, and a course that was lost |
//! | REST that answers HTML, an empty 403, 20 s for a page | `trouble`; here of Moodle |
//! | a column that is renamed, deleted, made a scale | `moodle`; here letters of Canvas |
//! | a grade that is released and hidden again | `canvas`, `moodle`; `outside::odd_files` |
//! | two sources that disagree | two_sources_that_disagree_are_both_kept_and_a_rule_reads_its_own |

use std::time::Duration;

use super::*;
use crate::domain::outside::Measure;
use crate::domain::reading::{Lack, Part, Passing, Why};
use crate::domain::rest_access::Fault as Refused;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::{GradesRefusal, Refusal};
use crate::service::course::outside::Took;
use practice_lms::{Endpoint, Fault, GroupMode, Resource, SERVICE_FUNCTIONS, Section, Team};

const REPORT: Endpoint = Endpoint::Function("gradereport_user_get_grade_items");

impl Reading<'_> {
    /// Somebody gives another token in the place of the one that is kept.
    async fn give(&self, token: &str, refresh: Option<&str>) {
        let seal = |purpose: &str, text: &str| {
            let (vault, random) = (&self.bench.cairn.vault, self.bench.cairn.random.as_ref());
            vault.seal(purpose, text.as_bytes(), random)
        };
        let now = self.bench.clock.now();
        let grant = Grant {
            id: format!("grant-{}", now.timestamp()).as_str().into(),
            tenant: self.access.tenant.clone(),
            access: self.access.id.clone(),
            course: None,
            tokens: SealedTokens {
                token: seal("rest token", token),
                refresh: refresh.map(|refresh| seal("rest refresh", refresh)),
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
        let kept = self
            .bench
            .cairn
            .store
            .write(move |db| rest_accesses::give(db, &grant));
        kept.await.unwrap();
    }

    /// What was known is there still, and what is amiss is said.
    async fn keeps(&self, student: &MemberView, points: u32) {
        assert!(self.column(self.quiz).await.counts());
        assert_eq!(self.points(student).await, Some(Decimal::from(points)));
        let readings = self.readings().await;
        let whole = readings.coverage.is_some_and(|coverage| coverage.is_whole);
        assert!(readings.trouble.is_some() || !whole, "it is said");
    }
}

#[tokio::test]
async fn a_scope_that_is_withdrawn_leaves_what_is_known_and_is_named_where_it_stays_away() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        reading.grade(ada, Some("9"));
        reading.read().await;
        let (key, lost) = (
            reading.access.client_id.clone().unwrap(),
            Scope::Enrollments.as_str(),
        );
        bench.world.change_api_key(&key, |key| {
            key.scopes.remove(lost);
        });
        reading.grade(ben, Some("8"));
        reading.read_all().await;
        assert_eq!(reading.readings().await.trouble, Some(Why::Consent));
        reading.keeps(ada, 9).await;

        // Somebody agrees again, to what is left: grades need no more than that, totals do.
        let (token, refresh) = bench.world.api_token(&key, reading.account).unwrap();
        reading.give(&token, Some(&refresh)).await;
        reading.read_all().await;
        assert_eq!(reading.readings().await.trouble, None);
        assert_eq!(reading.points(ben).await, Some(Decimal::from(8)));
        let lack = Lack {
            part: Part::Totals,
            why: Why::Refused(Refused::Scope(lost.to_owned())),
        };
        let lacks = reading.readings().await.coverage.unwrap().lacks;
        assert!(lacks.contains(&lack), "{lacks:?}");
    }
}

#[tokio::test]
async fn a_right_that_is_lost_while_changes_are_read_is_said_and_they_are_read_once_it_is_back() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        reading.grade(ada, Some("9"));
        reading.read().await;
        let badge = reading.badge().await;
        let before = reading.readings().await.done.changes;
        let faults = bench.world.faults();
        faults.inject(Endpoint::Api(Resource::Submissions), &Fault::BareForbidden, 50);
        reading.grade(ben, Some("9"));
        reading.read_after(10).await;
        let readings = reading.readings().await;
        let lost = Why::Refused(Refused::NotAllowed);
        assert_eq!(readings.trouble.as_ref(), Some(&lost));
        assert_eq!(readings.done.changes, before, "nothing was looked at");
        let lack = Lack {
            part: Part::Grades,
            why: lost,
        };
        assert!(readings.coverage.unwrap().lacks.contains(&lack));
        reading.keeps(ada, 9).await;
        assert!(!reading.has(&badge, ben).await);

        faults.clear();
        reading.read_after(10).await;
        let readings = reading.readings().await;
        assert_eq!(
            (readings.trouble, readings.coverage.unwrap().lacks),
            (None, vec![])
        );
        assert!(reading.has(&badge, ben).await);
    }
}

#[tokio::test]
async fn whoever_sees_less_of_a_course_gets_shorter_lists_and_nothing_is_taken_away() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        reading.grade(ada, Some("9"));
        reading.grade(ben, Some("8"));
        reading.read().await;
        // The teacher has one section now, and Canvas does not say that there are others.
        let section = Section {
            id: 900,
            name: "Evening".to_owned(),
            people: [reading.account, ada.id].into(),
        };
        bench
            .world
            .change_course(bench.at, |course| course.sections.push(section));
        bench.world.limit_to_sections(bench.at, reading.account, true);
        reading.grade(ada, Some("10"));
        reading.read_all().await;
        assert_eq!(reading.points(ada).await, Some(Decimal::from(10)));
        reading.keeps(ben, 8).await;
        assert!(reading.readings().await.coverage.unwrap().sections_only);

        // And now no course at all.
        bench.world.set_role(bench.at, reading.account, None);
        // No rule needs its grades: it is read once a week.
        reading.read_after(8 * 24 * 60).await;
        reading.keeps(ben, 8).await;
        let trouble = reading.readings().await.trouble;
        let said = matches!(trouble, Some(Why::Refused(Refused::NotAllowed) | Why::Gone));
        assert!(said, "{trouble:?}");
    }
}

#[tokio::test]
async fn a_role_of_moodle_that_lost_the_groups_or_the_people_takes_nothing_away() {
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        reading.grade(ada, Some("9"));
        reading.grade(ben, Some("8"));
        reading.read().await;
        let may = |right: &str, allowed| bench.world.allow_capability(reading.account, right, allowed);
        // One row in place of all people, and no error: who is who is known through LTI.
        may("moodle/user:viewdetails", false);
        reading.grade(ben, Some("7"));
        reading.read_all().await;
        assert_eq!(reading.points(ben).await, Some(Decimal::from(7)));
        may("moodle/user:viewdetails", true);

        let team = |id: u64, person: u64| Team {
            id,
            name: format!("Group {id}"),
            people: [person].into(),
            ..Team::default()
        };
        let teams = vec![team(700, ada.id), team(701, ben.id)];
        bench.world.change_course(bench.at, |course| {
            (course.group_mode, course.teams) = (GroupMode::Separate, teams);
        });
        may("moodle/site:accessallgroups", false);
        reading.grade(ben, Some("6"));
        reading.read_all().await;
        reading.keeps(ada, 9).await;
        reading.keeps(ben, 7).await;
        // An hour later it is asked again.
        may("moodle/site:accessallgroups", true);
        reading.read_after(90).await;
        assert_eq!(reading.readings().await.trouble, None);
        assert_eq!(reading.points(ben).await, Some(Decimal::from(6)));
    }
}

#[tokio::test]
async fn a_token_of_moodle_that_was_deleted_or_is_over_leaves_what_is_known_and_a_new_one_goes_on() {
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        reading.grade(ada, Some("9"));
        reading.read().await;
        bench.world.delete_ws_token(&reading.token);
        reading.grade(ben, Some("8"));
        reading.read_all().await;
        let trouble = reading.readings().await.trouble;
        assert_eq!(trouble, Some(Why::Refused(Refused::TokenUnknown)));
        reading.keeps(ada, 9).await;

        let token = bench.world.add_ws_token(reading.account, &SERVICE_FUNCTIONS);
        reading.give(&token, None).await;
        reading.read_all().await;
        assert_eq!(reading.points(ben).await, Some(Decimal::from(8)));

        // Its date is over: one call is refused as if a function were missing, and with it the token is gone.
        bench.world.limit_ws_token(&token, Some(bench.clock.now()));
        reading.grade(ben, Some("7"));
        reading.read_all().await;
        let trouble = reading.readings().await.trouble;
        assert!(matches!(trouble, Some(Why::Refused(_))), "{trouble:?}");
        reading.keeps(ada, 9).await;
        reading.keeps(ben, 8).await;
    }
}

#[tokio::test]
async fn pages_for_people_maintenance_and_silence_of_moodle_pass_and_leave_what_is_known() {
    for (fault, passing) in [
        (Fault::Html, Passing::WebPage),
        (Fault::Exception("sitemaintenance"), Passing::Maintenance),
        (Fault::Unavailable, Passing::Down),
        (Fault::Delay(Duration::from_secs(20)), Passing::Silent),
    ] {
        for bench in benches_of(Flavour::Moodle, |_| {}).await {
            let reading = Reading::on(&bench).await;
            let students = bench.world.students(bench.at);
            reading.grade(&students[0], Some("9"));
            reading.read().await;
            let faults = bench.world.faults();
            if passing == Passing::Silent {
                *bench.patience.lock().unwrap() = Duration::from_secs(1);
            }
            faults.inject(REPORT, &fault, 4);
            reading.read_all().await;
            let trouble = reading.readings().await.trouble;
            assert_eq!(trouble, Some(Why::Passing(passing)), "{fault:?}");
            reading.keeps(&students[0], 9).await;
            faults.clear();
            *bench.patience.lock().unwrap() = Duration::from_secs(20);
            reading.grade(&students[1], Some("8"));
            reading.read_after(10).await;
            assert_eq!(reading.readings().await.trouble, None, "{fault:?}");
            let read = reading.points(&students[1]).await;
            assert_eq!(read, Some(Decimal::from(8)), "{fault:?}");
        }
    }
}

#[tokio::test]
async fn a_column_that_is_made_letters_has_words_with_the_points_behind_them_and_is_the_same_column() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        reading.grade(ada, Some("9"));
        reading.read().await;
        let badge = reading.badge().await;
        assert!(reading.has(&badge, ada).await);
        bench.world.change_column(bench.at, reading.quiz, |column| {
            column.grading = Some("letter_grade");
        });
        reading.grade(ben, Some("9"));
        reading.read_all().await;
        assert_eq!(reading.column(reading.quiz).await.measure, Measure::Words);
        for student in [ada, ben] {
            let known = reading.known(student).await.unwrap();
            let told = (known.value, known.points);
            let expected = (OutsideValue::Word("A-".to_owned()), Some(Decimal::from(9)));
            assert_eq!(told, expected, "{}", student.name);
            assert!(reading.has(&badge, student).await, "students see the points too");
        }
        assert_eq!(bench.holders(&badge).await.len(), 2, "nobody twice");
    }
}

#[tokio::test]
async fn a_file_of_assignments_that_the_lms_does_not_list_is_asked_about_before_it_counts() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        reading.grade(&students[0], Some("9"));
        reading.read().await;
        let teacher = bench.instructor().await;
        let file = |id: u64| {
            let mut text =
                format!("Student,ID,SIS Login ID,Section,{QUIZ} ({id})\n    Points Possible,,,,10\n");
            for student in students.iter().take(2) {
                let (name, number, address) = (&student.name, student.id, &student.email);
                text.push_str(&format!("{name},{number},{address},A,7\n"));
            }
            text
        };
        let other = bench.use_file(&teacher, &file(77_001), &[]).await;
        assert!(
            matches!(
                other,
                Err(ServiceError::Refused(Refusal::Grades(
                    GradesRefusal::NotConfirmed
                )))
            ),
            "{other:?}"
        );
        let own = bench.use_file(&teacher, &file(reading.quiz), &[]).await;
        assert!(matches!(own, Ok(Took::Done(_))), "{own:?}");
        // Both tell of the quiz now, each on its own.
        assert_eq!(reading.points(&students[0]).await, Some(Decimal::from(9)));
    }
}
