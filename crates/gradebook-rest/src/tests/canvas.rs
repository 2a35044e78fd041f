//! A course of Canvas, with the examples of its document.

use std::sync::Arc;

use super::{Asked, Lms, all, cell, dec, ok, points, status, with};
use crate::canvas::scope::Scope;
use crate::canvas::{Canvas, CourseState, Includes, Wanted};
use crate::transport::{NetError, Response};
use crate::{Grade, Grading, ItemKey, Kind, Limits, Part, Sight, Token, Withheld, WorkKind};

pub(super) const HOST: &str = "https://school.instructure.example";

pub(super) const COURSE: &str = r#"{"id":4711,"uuid":"S3vh","name":"Welding 1","course_code":"WELD-1","workflow_state":"available","account_id":3,"root_account_id":1,
 "enrollment_term_id":8,"start_at":null,"end_at":null,"restrict_enrollments_to_course_dates":false,"time_zone":"Europe/Madrid",
 "apply_assignment_group_weights":true,"grading_standard_id":null,"hide_final_grades":false,"default_view":"modules",
 "grade_passback_setting":null,"blueprint":false,"sis_course_id":"W1-2026","integration_id":null,"concluded":false}"#;

const ASSIGNMENT: &str = r#"{"id":90211,"course_id":4711,"name":"Workshop report","description":"<p>x</p>","assignment_group_id":77,"position":2,
 "points_possible":50.0,"grading_type":"points","grading_standard_id":null,"submission_types":["online_upload","online_text_entry"],
 "allowed_extensions":["pdf"],"allowed_attempts":-1,"due_at":"2026-11-20T22:59:59Z","unlock_at":null,"lock_at":null,
 "published":true,"workflow_state":"published","unpublishable":false,"only_visible_to_overrides":false,"has_overrides":true,
 "omit_from_final_grade":false,"hide_in_gradebook":false,"muted":true,"post_manually":false,
 "anonymous_grading":false,"anonymize_students":false,"moderated_grading":false,"final_grader_id":null,"grader_count":0,
 "lti_context_id":"3f0b8f0e-1","secure_params":"eyJ","is_quiz_assignment":false,"is_quiz_lti_assignment":false,"quiz_id":null,
 "external_tool_tag_attributes":{"url":"https://tool.example/launch","new_tab":false,"resource_link_id":"ab81","content_type":"ContextExternalTool","content_id":12},
 "rubric":[{"id":"_8027","points":4.0,"description":"Seam"}],"sis_assignment_id":null,"restrict_quantitative_data":false,
 "created_at":"2026-10-01T08:00:00Z","updated_at":"2026-10-02T08:00:00Z"}"#;

const GROUPS: &str = r#"[{"id":77,"name":"Labs","position":1,"group_weight":40.0,"sis_source_id":null,"integration_data":{},
 "rules":{"drop_lowest":1,"drop_highest":0,"never_drop":[90213,"90214"]}},{"id":78,"name":"Empty","rules":{}},7]"#;

const SUBMISSION: &str = r#"{"id":7493,"assignment_id":90211,"user_id":4101,"attempt":2,"submission_type":"online_upload","workflow_state":"graded",
 "submitted_at":"2026-11-18T09:52:06Z","graded_at":"2026-11-19T11:49:50Z","posted_at":"2026-11-19T11:49:50Z","grader_id":4242,
 "score":44.0,"grade":"44","entered_score":46.0,"entered_grade":"46","grade_matches_current_submission":true,
 "excused":false,"late":true,"missing":false,"seconds_late":3600,"late_policy_status":null,"points_deducted":2.0,
 "cached_due_date":"2026-11-18T08:52:06Z","extra_attempts":null,"grading_period_id":null,"redo_request":false,
 "custom_grade_status_id":null,"sticker":null,"body":null,"url":null,
 "preview_url":"https://school.instructure.example/courses/4711/assignments/90211/submissions/4101?preview=1&version=2",
 "anonymous_id":"NtN8d","attachments":[{"id":555,"folder_id":12,"display_name":"Report final.pdf","filename":"Report+final.pdf","upload_status":"success",
 "content-type":"application/pdf","mime_class":"pdf","size":9,"url":"https://school.instructure.example/files/555/download?download_frd=1&verifier=s3cret",
 "created_at":"2026-11-18T09:52:06Z","updated_at":"2026-11-18T09:52:07Z","modified_at":"2026-11-18T09:52:06Z"}],
 "rubric_assessment":{"_8027":{"rating_id":"blank","comments":"Neat.","points":4.0}}}"#;

const ENROLLMENT: &str = r#"{"id":901,"user_id":4101,"course_id":4711,"course_section_id":31,"root_account_id":1,"type":"StudentEnrollment","role":"StudentEnrollment","role_id":3,
 "enrollment_state":"active","limit_privileges_to_course_section":false,"associated_user_id":null,
 "sis_user_id":"S-20311","grades":{"html_url":"https://x/grades/4101","current_score":89.17,"current_grade":"B+","final_score":71.54,"final_grade":"C-",
 "override_score":92.0,"override_grade":"A-","unposted_current_score":93.0,"unposted_current_grade":"A","unposted_final_score":71.54,"unposted_final_grade":"C-"},
 "user":{"id":4101,"name":"Rosa Almeida","created_at":"x","sortable_name":"Almeida, Rosa","login_id":"ralmeida"},"html_url":"https://x"}"#;

pub(super) fn canvas(lms: &Arc<Lms>) -> Canvas {
    let base = HOST.parse().unwrap();
    Canvas::new(
        lms.clone(),
        &base,
        Token::new("7~Jr3"),
        "Cairn/1.2 (+https://op.example)",
        Limits::default(),
    )
    .unwrap()
}

/// What differs from [`ASSIGNMENT`].
pub(super) fn assignment(id: u32, more: &str) -> String {
    let published = if more.contains("published") {
        ""
    } else {
        r#","published":true"#
    };
    format!(
        r#"{{"id":"{id}","name":"A{id}","assignment_group_id":"77","points_possible":10,"grading_type":"points"{published}{more}}}"#
    )
}

pub(super) fn submission(person: u32, assignment: u32, more: &str) -> String {
    format!(
        r#"{{"id":"{person}{assignment}","user_id":"{person}","assignment_id":"{assignment}","workflow_state":"graded"{more}}}"#
    )
}

const POSTED: &str =
    r#","posted_at":"2026-11-19T12:00:00Z","graded_at":"2026-11-19T11:00:00Z","grade":"8","score":8.25"#;

/// The rule of a course with these lists.
pub(super) fn rule(
    assignments: String,
    students: String,
    submissions: String,
) -> impl Fn(&Asked) -> Result<Response, NetError> {
    move |asked| match asked.path.as_str() {
        "/api/v1/courses/4711" => ok(COURSE),
        "/api/v1/courses/4711/assignments" => ok(assignments.clone()),
        "/api/v1/courses/4711/assignment_groups" => ok(GROUPS),
        "/api/v1/courses/4711/enrollments" if asked.query.contains("user_id=self") => {
            ok(r#"[{"type":"TeacherEnrollment","limit_privileges_to_course_section":false}]"#)
        }
        "/api/v1/courses/4711/enrollments" => ok(students.clone()),
        "/api/v1/courses/4711/students/submissions" => ok(submissions.clone()),
        _ => status(
            404,
            r#"{"errors":[{"message":"The specified resource does not exist."}]}"#,
        ),
    }
}

pub(super) fn list(rows: &[String]) -> String {
    format!("[{}]", rows.join(","))
}

pub(super) fn student(id: u32, more: &str) -> String {
    format!(r#"{{"user_id":"{id}","type":"StudentEnrollment","enrollment_state":"active"{more}}}"#)
}

#[tokio::test]
async fn the_examples_of_the_document_are_read() {
    let lms = Lms::new(rule(
        format!("[{ASSIGNMENT}]"),
        format!("[{ENROLLMENT}]"),
        format!("[{SUBMISSION}]"),
    ));
    let mut grades = canvas(&lms).grades("4711", &Wanted::default()).await.unwrap();
    let item = &grades.items[0];
    assert_eq!((item.key.as_str(), item.kind), ("90211", Kind::Assignment));
    assert_eq!(item.title.as_deref(), Some("Workshop report"));
    assert_eq!(item.maximum, Some(dec("50")));
    assert_eq!(item.counts_in_total, Some(true));
    assert_eq!(item.lti.resource_link.as_deref(), Some("ab81"));
    assert_eq!(item.lti.assignment.as_deref(), Some("3f0b8f0e-1"));
    assert_eq!(item.due_at.unwrap().to_rfc3339(), "2026-11-20T22:59:59+00:00");
    assert_eq!(grades.items[1].kind, Kind::CourseTotal);
    assert_eq!(grades.categories.len(), 2);
    assert_eq!(grades.categories[0].never_drop.len(), 2);
    assert_eq!(grades.categories[0].weight, Some(dec("40")));

    let rows = all(&mut grades).await;
    assert_eq!(rows.len(), 2);
    assert_eq!(grades.is_concluded, Some(false));
    assert_eq!(
        grades.coverage().graded_until.unwrap().to_rfc3339(),
        "2026-11-19T11:49:50+00:00"
    );
    let total = cell(&rows, "4101", ItemKey::TOTAL);
    assert_eq!(total.grade, Grade::Percent(dec("89.17")));
    let graded = cell(&rows, "4101", "90211");
    assert_eq!(graded.grade, points("44"));
    assert_eq!(graded.at.unwrap().to_rfc3339(), "2026-11-19T11:49:50+00:00");
    let hand_in = graded.hand_in.as_ref().unwrap();
    assert_eq!((hand_in.attempt, hand_in.late), (Some(2), Some(true)));
    assert_eq!(
        (hand_in.kind, &hand_in.files),
        (Some(WorkKind::Files), &None),
        "nobody asked for files"
    );
    assert!(!format!("{grades:?} {rows:?}").contains("s3cret"));

    let coverage = grades.coverage();
    assert_eq!(coverage.sight, Sight::Everybody);
    for part in [Part::People, Part::Totals, Part::Grades] {
        assert!(coverage.is_whole(part), "{part:?}");
    }
}

#[tokio::test]
async fn what_is_asked_for_is_light_and_says_who_asks() {
    let lms = Lms::new(rule(
        list(&[assignment(1, ""), assignment(2, r#","published":false"#)]),
        "[]".into(),
        "[]".into(),
    ));
    let wanted = Wanted {
        items: Some(vec![ItemKey::new("1"), ItemKey::new("2"), ItemKey::new("9")]),
        graded_since: Some("2026-11-19T12:00:00.5Z".parse().unwrap()),
        files: Vec::new(),
    };
    let mut grades = canvas(&lms).grades("4711", &wanted).await.unwrap();
    all(&mut grades).await;
    assert!(!grades.coverage().is_whole(Part::Grades), "only what is new");
    let asked = lms.asked();
    let submissions = asked.last().unwrap();
    for part in [
        "student_ids[]=all",
        "per_page=100",
        "exclude_response_fields[]=body",
        "exclude_response_fields[]=attachments",
        "graded_since=2026-11-19T12:00:00Z",
        "assignment_ids[]=1",
    ] {
        assert!(submissions.query.contains(part), "{part}");
    }
    // One unpublished or unknown id would refuse them all.
    assert!(!submissions.query.contains("assignment_ids[]=2"));
    assert!(!submissions.query.contains("assignment_ids[]=9"));
    for one in &asked {
        assert!(one.header("user-agent").unwrap().starts_with("Cairn"));
        assert_eq!(one.header("authorization"), Some("Bearer 7~Jr3"));
        assert_eq!(one.header("accept"), Some("application/json+canvas-string-ids"));
        assert!(!one.query.contains("unposted"));
    }
    assert!(!format!("{:?} {:?}", asked[0].request, canvas(&lms)).contains("Jr3"));
}

#[tokio::test]
async fn a_grade_counts_from_its_posting_and_nothing_of_it_is_told_before() {
    let cells = [
        (1, POSTED, points("8.25")),
        (
            2,
            r#","posted_at":null,"graded_at":"2026-11-19T11:00:00Z","grade":"8","score":8"#,
            Grade::None,
        ),
        (3, r#","grade":"8","score":8"#, Grade::None),
        (4, r#","posted_at":null,"excused":true"#, Grade::None),
        (5, r#","posted_at":null,"score":0,"missing":true"#, Grade::None),
        (
            6,
            r#","posted_at":null,"score":null,"missing":true"#,
            Grade::Missing,
        ),
        (
            7,
            r#","posted_at":"2026-11-19T12:00:00Z","excused":true,"missing":true"#,
            Grade::Excused,
        ),
        (
            8,
            r#","posted_at":"2026-11-19T12:00:00Z","score":null"#,
            Grade::None,
        ),
        (
            9,
            r#","posted_at":"2026-11-19T12:00:00Z","score":5,"grade_matches_current_submission":false"#,
            Grade::Pending,
        ),
        (
            10,
            r#","posted_at":"2026-11-19T12:00:00Z","score":"-3.25""#,
            points("-3.25"),
        ),
    ];
    let submissions: Vec<String> = cells
        .iter()
        .map(|(person, more, _)| submission(*person, 1, more))
        .chain([r#"{"user_id":"11","assignment_id":"1","workflow_state":"submitted","score":5,"grade":"5","posted_at":"2026-11-19T12:00:00Z"}"#.to_owned()])
        .collect();
    let students: Vec<String> = (1..=11).map(|id| student(id, "")).collect();
    let lms = Lms::new(rule(
        list(&[assignment(1, "")]),
        list(&students),
        list(&submissions),
    ));
    let mut grades = canvas(&lms).grades("4711", &Wanted::default()).await.unwrap();
    let rows = all(&mut grades).await;
    for (person, more, expected) in cells {
        let row = cell(&rows, &person.to_string(), "1");
        assert_eq!(row.grade, expected, "{more}");
        let shows = !matches!(expected, Grade::None | Grade::Missing | Grade::Pending);
        assert_eq!(row.at.is_some(), shows, "{more}");
    }
    assert_eq!(cell(&rows, "11", "1").grade, Grade::Pending);
    assert_eq!(grades.coverage().dropped.unposted, 4);
    assert_eq!(grades.coverage().unseen.get(&ItemKey::new("1")), Some(&4));
    assert_eq!(
        cell(&rows, "1", "1").at.unwrap().to_rfc3339(),
        "2026-11-19T12:00:00+00:00"
    );
}

#[tokio::test]
async fn letters_and_complete_are_what_they_are() {
    let assignments = list(&[
        assignment(1, "").replace("\"points\"", "\"letter_grade\""),
        assignment(2, "").replace("\"points\"", "\"pass_fail\""),
        assignment(3, "").replace("\"points\"", "\"percent\""),
        assignment(4, "").replace("\"points\"", "\"gpa_scale\""),
        assignment(
            5,
            r#","submission_types":["online_quiz"],"restrict_quantitative_data":true"#,
        ),
        assignment(
            6,
            r#","submission_types":["external_tool"],"is_quiz_lti_assignment":true"#,
        ),
        assignment(7, r#","submission_types":["discussion_topic"]"#),
        assignment(
            8,
            r#","submission_types":["external_tool"],"points_possible_x":null"#,
        ),
        assignment(9, "").replace("\"points\"", "\"not_graded\""),
    ]);
    let posted = |grade: &str| format!(r#","posted_at":"2026-11-19T12:00:00Z","score":8,"grade":"{grade}""#);
    let submissions = list(&[
        submission(1, 1, &posted("B+")),
        submission(1, 2, &posted("complete")),
        submission(2, 2, &posted("incomplete")),
        submission(1, 3, &posted("80%")),
        submission(1, 4, &posted("3.3")),
    ]);
    let lms = Lms::new(rule(
        assignments,
        list(&[student(1, ""), student(2, "")]),
        submissions,
    ));
    let mut grades = canvas(&lms).grades("4711", &Wanted::default()).await.unwrap();
    let kinds: Vec<Kind> = grades.items.iter().map(|item| item.kind).collect();
    assert_eq!(
        kinds[4..8],
        [Kind::Quiz, Kind::Quiz, Kind::Discussion, Kind::Tool]
    );
    assert_eq!(grades.items[8].grading, Grading::None);
    assert!(grades.items[4].hides_points && !grades.items[5].hides_points);
    let rows = all(&mut grades).await;
    let points_8 = Some(dec("8"));
    let letter = |letter: &str| Grade::Letter {
        letter: letter.into(),
        points: points_8,
    };
    assert_eq!(cell(&rows, "1", "1").grade, letter("B+"));
    assert_eq!(cell(&rows, "1", "4").grade, letter("3.3"));
    assert_eq!(cell(&rows, "1", "3").grade, points("8"));
    for (person, passed) in [("1", true), ("2", false)] {
        let expected = Grade::PassFail {
            passed,
            points: points_8,
        };
        assert_eq!(cell(&rows, person, "2").grade, expected);
    }
}

#[tokio::test]
async fn anonymous_unpublished_and_strangers_rows_are_dropped_and_an_odd_one_spoils_itself() {
    let assignments = list(&[
        assignment(1, ""),
        assignment(2, r#","anonymous_grading":true,"anonymize_students":true"#),
        assignment(3, r#","published":false"#),
        assignment(4, r#","anonymous_grading":true,"anonymize_students":false"#),
        "{}".into(),
    ]);
    let students = list(&[
        student(1, ""),
        student(1, r#","course_section_id":"32""#),
        student(2, "").replace("StudentEnrollment", "StudentViewEnrollment"),
        student(3, "").replace("active", "inactive"),
        student(4, r#","grades":{"current_score":"lots"}"#),
        "null".into(),
    ]);
    let submissions = list(&[
        submission(1, 1, POSTED),
        submission(1, 2, POSTED),
        submission(1, 3, POSTED),
        submission(1, 4, POSTED),
        submission(1, 77, POSTED),
        submission(2, 1, POSTED),
        submission(3, 1, POSTED),
        submission(4, 1, r#","posted_at":"2026-11-19T12:00:00Z","score":"lots""#),
        submission(4, 4, r#","posted_at":"soon","score":5"#),
        "17".into(),
        r#"{"user_id":null,"assignment_id":1}"#.into(),
    ]);
    let lms = Lms::new(rule(assignments, students, submissions));
    let mut grades = canvas(&lms).grades("4711", &Wanted::default()).await.unwrap();
    assert_eq!(grades.items[1].withheld, Some(Withheld::Anonymous));
    assert_eq!(grades.items[2].withheld, Some(Withheld::Unpublished));
    assert_eq!(grades.items[3].withheld, None);
    let rows = all(&mut grades).await;
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert_eq!(cell(&rows, "1", ItemKey::TOTAL).grade, Grade::None);
    assert_eq!(cell(&rows, "1", "1").grade, points("8.25"));
    assert_eq!(cell(&rows, "1", "4").grade, points("8.25"));
    let dropped = grades.coverage().dropped;
    assert_eq!((dropped.anonymous, dropped.unknown_items), (1, 2));
    assert_eq!(dropped.strangers, 4);
    assert_eq!(dropped.unreadable, 7);
    assert!(
        !grades.coverage().is_whole(Part::Grades),
        "somebody's grade is unknown"
    );
}

#[tokio::test]
async fn totals_that_students_do_not_see_are_not_read() {
    let inner = rule(list(&[assignment(1, "")]), format!("[{ENROLLMENT}]"), "[]".into());
    let lms = Lms::new(move |asked| match asked.path.as_str() {
        "/api/v1/courses/4711" => {
            ok(COURSE.replace(r#""hide_final_grades":false"#, r#""hide_final_grades":true"#))
        }
        _ => inner(asked),
    });
    let mut grades = canvas(&lms).grades("4711", &Wanted::default()).await.unwrap();
    assert_eq!(grades.items[1].withheld, Some(Withheld::HiddenTotals));
    assert_eq!(all(&mut grades).await, []);
    assert_eq!(grades.coverage().dropped.hidden, 1);
    assert!(!grades.coverage().is_whole(Part::Totals));
}

#[tokio::test]
async fn a_reader_of_some_sections_says_so() {
    let inner = rule(list(&[assignment(1, "")]), "[]".into(), "[]".into());
    let lms = Lms::new(move |asked| match asked.path.as_str() {
        "/api/v1/courses/4711/enrollments" if asked.query.contains("self") => ok(
            r#"[{"limit_privileges_to_course_section":true,"course_section_id":32},{"limit_privileges_to_course_section":true,"course_section_id":31}]"#,
        ),
        _ => inner(asked),
    });
    let mut grades = canvas(&lms).grades("4711", &Wanted::default()).await.unwrap();
    all(&mut grades).await;
    assert_eq!(
        grades.coverage().sight,
        Sight::Sections(vec!["31".into(), "32".into()])
    );
    assert!(!grades.coverage().is_whole(Part::Grades));
}

#[tokio::test]
async fn the_check_names_scopes_includes_and_the_end_of_the_course() {
    let inner = rule(list(&[assignment(1, "")]), "[]".into(), "[]".into());
    let lms = Lms::new(move |asked| match asked.path.as_str() {
        "/api/v1/courses/4711" => ok(COURSE
            .replace(r#","concluded":false"#, "")
            .replace("\"available\"", "\"completed\"")),
        "/api/v1/courses/4711/assignment_groups" | "/api/v1/files/0/public_url" => status(
            401,
            r#"{"errors":[{"message":"Insufficient scopes on access token."}],"error_report_id":1272}"#,
        ),
        "/api/v1/courses/4711/grading_standards" => status(
            403,
            r#"{"status":"unauthorized","errors":[{"message":"Sie dürfen das nicht"}]}"#,
        ),
        _ => inner(asked),
    });
    let scopes = [Scope::GRADES.as_slice(), &Scope::FILES].concat();
    let check = canvas(&lms).check("4711", &scopes).await.unwrap();
    assert_eq!(check.missing, [Scope::AssignmentGroups, Scope::FileAddress]);
    assert_eq!(check.refused.len(), 1);
    assert_eq!(check.includes, Includes::Cut);
    assert!(check.is_concluded() && !check.is_enough());

    let lms = Lms::new(|asked: &Asked| match asked.path.as_str() {
        "/api/v1/courses/4711" => ok(COURSE.replace(r#""concluded":false"#, r#""concluded":true,"term":{}"#)),
        path if path.contains("/0/") => status(404, "{}"),
        _ => ok("[]"),
    });
    let check = canvas(&lms).check("4711", &scopes).await.unwrap();
    assert_eq!(check.includes, Includes::Allowed);
    assert_eq!(check.course.as_ref().unwrap().state, CourseState::Concluded);
    assert!(check.is_enough());
}

#[tokio::test]
async fn a_file_is_fetched_at_its_signed_address_without_the_token() {
    let submission = SUBMISSION.to_owned();
    let assignments = format!("[{ASSIGNMENT}]");
    let lms = Lms::new(move |asked: &Asked| {
        let host = asked.request.url.host_str().unwrap();
        match (host, asked.path.as_str()) {
            (_, "/api/v1/courses/4711/assignments") => ok(assignments.clone()),
            (_, "/api/v1/courses/4711/assignments/90211/submissions/lti_1_3_id:8a1c") => {
                ok(submission.clone())
            }
            (_, "/api/v1/files/555/public_url") => {
                ok(r#"{"public_url":"https://files.example/signed?sig=s3cret"}"#)
            }
            ("files.example", "/signed") => with(status(302, ""), "Location", "https://store.example/x"),
            ("store.example", "/x") => with(ok("%PDF-1.7\n"), "content-type", "application/pdf"),
            _ => status(404, ""),
        }
    });
    let canvas = canvas(&lms);
    let item = canvas.assignments("4711").await.unwrap().rows.remove(0);
    let person = crate::canvas::join::by_sub("8a1c");
    let row = canvas.submission("4711", &item, &person).await.unwrap().unwrap();
    let hand_in = row.hand_in.unwrap();
    let file = canvas
        .download(&hand_in, &hand_in.files.as_ref().unwrap()[0], 1 << 20)
        .await
        .unwrap();
    assert_eq!(&file[..], b"%PDF-1.7\n");
    for asked in lms.asked() {
        let ours = asked.request.url.as_str().starts_with(HOST);
        assert_eq!(asked.header("authorization").is_some(), ours);
        assert!(!format!("{:?}", asked.request).contains("s3cret"));
    }
    let other = crate::canvas::join::by_sub("nobody");
    assert_eq!(canvas.submission("4711", &item, &other).await.unwrap(), None);
}

#[tokio::test]
async fn a_scheme_without_one_of_its_letters_is_no_scheme() {
    let lms = Lms::new(|_: &Asked| {
        ok(
            r#"[{"id":5,"title":"Letters","grading_scheme":[{"name":"A","value":0.94,"calculated_value":94.0},{"name":"F","value":0.0}]},
            {"id":6,"grading_scheme":[{"name":"A","value":"?"}]}]"#,
        )
    });
    let schemes = canvas(&lms).schemes("4711").await.unwrap();
    assert_eq!(schemes.unreadable, 1);
    assert_eq!(schemes.rows[0].letters[0], ("A".to_owned(), dec("0.94")));
}
