//! What was handed in in the LMS: kept while a rule names its column, told to whom it is of, and gone with them.

use super::rest_grades::{begun, cell, points, take};
use super::*;
use crate::domain::lms_work::{Work, WorkFile};
use crate::ids::OutsideColumnId;
use crate::store::cells::{CellSeen, HandInTold};

#[test]
fn what_was_handed_in_stays_as_long_as_a_rule_names_its_column_and_it_is_the_same() {
    on_both_databases(|database| {
        let (school, quiz, people) = begun(database, "north");
        let (tenant, ada) = (&school.tenant, &people[0]);
        let work = Work {
            files: vec![WorkFile {
                name: Some("Report.pdf".to_owned()),
                size: Some(9),
                ..WorkFile::default()
            }],
            ..Work::default()
        };
        let seen = CellSeen {
            hand_in: Some(HandInTold {
                at: Some(at(5)),
                late: None,
                missing: false,
            }),
            work: Some(work.clone()),
            ..cell(&quiz.id, ada, points("9"))
        };
        take(database, &school, std::slice::from_ref(&seen), 10);
        let named = std::slice::from_ref(&quiz.id);
        let kept = || read(database, |db| cells::work_of(db, tenant, ada, named));
        let forget = |named: &[OutsideColumnId]| {
            let course = &school.course.id;
            write(database, |db| cells::forget_other_work(db, tenant, course, named));
        };
        forget(named);
        assert_eq!((kept()[0].at, &kept()[0].work), (Some(at(5)), &work));
        let told = read(database, |db| cells::of_person(db, tenant, ada));
        assert_eq!(told[0].work, Some(work), "their archive tells it");
        forget(&[]);
        assert_eq!(kept(), []);

        take(database, &school, std::slice::from_ref(&seen), 30);
        let seen_again = seen.clone();
        let mut anew = CellSeen { work: None, ..seen };
        take(database, &school, std::slice::from_ref(&anew), 40);
        assert_eq!(kept().len(), 1, "it was not asked");
        let forgotten = |before| write(database, |db| retention::forget_lms_work(db, tenant, at(before)));
        assert_eq!((forgotten(40), kept().len()), (0, 1), "it was looked at then");
        assert_eq!((forgotten(41), kept().len()), (1, 0), "nobody has looked since");
        take(database, &school, std::slice::from_ref(&seen_again), 40);
        anew.hand_in = Some(HandInTold::default());
        take(database, &school, &[anew], 50);
        assert_eq!(kept(), [], "it was of another one");
    });
}
