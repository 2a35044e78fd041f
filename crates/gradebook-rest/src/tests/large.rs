//! Courses of many people: calls, and what is held at a time.

use super::canvas::{canvas, list, rule};
use super::moodle;
use super::{Asked, Lms, ok, with};
use crate::canvas::Wanted;
use crate::{ItemKey, Part};

const PEOPLE: usize = 1_000;
const ITEMS: usize = 40;
const PAGE: usize = 100;

#[tokio::test]
async fn a_whole_course_of_canvas_is_read_by_pages_and_held_page_by_page() {
    let assignments: Vec<String> = (0..ITEMS)
        .map(|id| format!(r#"{{"id":"{id}","published":true,"grading_type":"points"}}"#))
        .collect();
    let rest = rule(list(&assignments), String::new(), String::new());
    let lms = Lms::new(move |asked: &Asked| {
        let page: usize = asked
            .query
            .split('&')
            .find_map(|pair| pair.strip_prefix("page=bookmark:"))
            .map_or(0, |page| page.parse().unwrap());
        let range = page * PAGE..(page + 1) * PAGE;
        let (rows, count): (Vec<String>, usize) = match asked.path.rsplit('/').next() {
            Some("enrollments") if !asked.query.contains("self") => (
                range
                    .map(|id| format!(r#"{{"user_id":"{id}","type":"StudentEnrollment","enrollment_state":"active","grades":{{"current_score":50}}}}"#))
                    .collect(),
                PEOPLE,
            ),
            Some("submissions") => (
                range
                    .map(|at| {
                        let (person, item) = (at / ITEMS, at % ITEMS);
                        format!(r#"{{"user_id":"{person}","assignment_id":"{item}","workflow_state":"graded","score":7.5,"posted_at":"2026-11-19T12:00:00Z"}}"#)
                    })
                    .collect(),
                PEOPLE * ITEMS,
            ),
            _ => return rest(asked),
        };
        let next = page + 1;
        if next * PAGE >= count {
            return ok(list(&rows));
        }
        let mut url = asked.request.url.clone();
        url.set_query(Some(&format!("page=bookmark:{next}")));
        with(ok(list(&rows)), "link", format!("<{url}>; rel=\"next\""))
    });
    let mut grades = canvas(&lms).grades("4711", &Wanted::default()).await.unwrap();
    let (mut rows, mut totals) = (0, 0);
    while let Some(batch) = grades.next().await.unwrap() {
        assert!(batch.rows.len() <= PAGE);
        rows += batch.rows.len();
        totals += batch
            .rows
            .iter()
            .filter(|row| row.item.as_str() == ItemKey::TOTAL)
            .count();
    }
    assert_eq!((rows, totals), (PEOPLE * ITEMS + PEOPLE, PEOPLE));
    // Course, assignments, groups, own enrolments, and a call for each page: none for each student.
    assert_eq!(lms.count(), 4 + PEOPLE / PAGE + PEOPLE * ITEMS / PAGE);
    assert!(grades.coverage().is_whole(Part::Grades));
}

#[tokio::test]
async fn a_whole_course_of_moodle_is_a_call_for_each_group() {
    let items: Vec<String> = (0..20)
        .map(|id| moodle::item(id, r#","graderaw":7.5,"rangeformatted":"0&ndash;10""#))
        .collect();
    let rest = moodle::rule(items.clone());
    let lms = Lms::new(
        move |asked: &Asked| match (asked.field("userid"), asked.field("groupid")) {
            (Some("0"), Some(group)) if group != "0" => {
                let group: usize = group.parse().unwrap();
                let people =
                    (group * 50..(group + 1) * 50).map(|id| moodle::report(&(id + 1).to_string(), &items));
                ok(moodle::reports(&people.collect::<Vec<_>>()))
            }
            _ => rest(asked),
        },
    );
    let ids: Vec<String> = (1..=PEOPLE).map(|id| id.to_string()).collect();
    let mut people = moodle::people(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    for (at, person) in people.iter_mut().enumerate() {
        // Group 0 would be everybody.
        person.groups = (at >= 50).then(|| (at / 50).to_string()).into_iter().collect();
    }
    let mut grades = moodle::moodle(&lms).grades("8", &people).await.unwrap();
    let mut rows = 0;
    while let Some(batch) = grades.next().await.unwrap() {
        assert!(batch.rows.len() <= 1_000);
        rows += batch.rows.len();
    }
    assert_eq!(rows, PEOPLE * 20);
    assert_eq!(lms.count(), 3 + 50 + 19);
}
