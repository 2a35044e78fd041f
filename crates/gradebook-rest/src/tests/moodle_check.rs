//! A token, a service and a role that are too weak or too strong.

use super::moodle::{SITE, item, moodle, report, reports};
use super::{Asked, Lms, ok};
use crate::Reason;
use crate::moodle::{CAPABILITIES, Counts, Expected, Function, List};
use crate::transport::{NetError, Response};

fn site(more: &str, functions: &[Function]) -> String {
    let functions: Vec<String> = functions
        .iter()
        .map(|function| format!(r#"{{"name":"{function}","version":"2025100600"}}"#))
        .collect();
    format!(
        r#"{{"sitename":"School","username":"svc","userid":337,"fullname":"Badge reader","lang":"en",
        "siteurl":"https:\/\/moodle.example","downloadfiles":1,"uploadfiles":0,"release":"5.1+ (Build: 20251017)","version":"2025100600.02","siteid":1,
        "functions":[{}],"userissiteadmin":false,"userprivateaccesskey":"SECRET"{more}}}"#,
        functions.join(",")
    )
}

async fn read(answer: String) -> crate::moodle::Site {
    let lms = Lms::new(move |_: &Asked| ok(answer.clone()));
    moodle(&lms).site_info().await.unwrap()
}

#[tokio::test]
async fn a_token_is_judged_by_site_functions_and_account_and_its_secret_is_not_kept() {
    let whole = read(site("", &Function::NEEDED)).await;
    assert!(whole.is_issuer && whole.missing.is_empty() && !whole.is_administrator);
    assert_eq!(whole.release.as_deref(), Some("5.1+ (Build: 20251017)"));
    assert!(!format!("{whole:?}").contains("SECRET"));

    let most: Vec<Function> = Function::NEEDED.into_iter().skip(2).collect();
    let lacking = read(site(r#","userissiteadmin_":1"#, &most)).await;
    assert_eq!(lacking.missing, [Function::SiteInfo, Function::CourseByField]);

    let mobile = site("", &Function::NEEDED)
        .replace("[{\"name\"", "[{\"name\":\"core_user_update_users\"},{\"name\"")
        .replace("\"userissiteadmin\":false", "\"userissiteadmin\":true");
    let strong = read(mobile).await;
    assert!(strong.is_administrator);
    assert_eq!(strong.superfluous, 1);

    for (other, same) in [
        ("https://moodle.example/", true),
        ("https://moodle.example.evil", false),
        ("http://moodle.example", false),
        ("https://moodle.example/other", false),
    ] {
        let answer = site("", &[]).replace("https:\\/\\/moodle.example", other);
        assert_eq!(read(answer).await.is_issuer, same, "{other}");
    }
}

#[test]
fn the_role_has_eighteen_capabilities_and_none_writes() {
    assert_eq!(CAPABILITIES.len(), 18);
    let names: std::collections::BTreeSet<&str> = CAPABILITIES.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), 18);
    for (name, without) in CAPABILITIES {
        assert!(!without.is_empty());
        let verbs = ["update", "manage", "edit", "delete", "create", "grade:edit"];
        assert!(!verbs.iter().any(|verb| name.contains(verb)), "{name}");
    }
    for function in Function::NEEDED {
        assert!(!function.why().is_empty());
        assert!(
            function.capabilities().iter().all(|name| names.contains(name)),
            "{function}"
        );
    }
}

/// A course as a role sees it: so many people and columns.
fn course(people: usize, columns: usize) -> impl Fn(&Asked) -> Result<Response, NetError> {
    move |asked| {
        let named = |count: usize| (1..=count).map(|at| at.to_string()).collect::<Vec<_>>();
        match asked.function() {
            "core_enrol_get_enrolled_users" if asked.field("options[2][value]") != Some("0") => ok("[]"),
            "core_enrol_get_enrolled_users" => {
                let teacher =
                    r#"{"id":900,"fullname":"T","roles":[{"roleid":3,"shortname":"editingteacher"}]}"#;
                let rows = named(people)
                    .into_iter()
                    .map(|id| format!(r#"{{"id":{id},"fullname":"N","roles":[{{"shortname":"student"}}],"groups":[{{"id":3,"name":"A"}}]}}"#));
                ok(format!(
                    "[{}]",
                    rows.chain([teacher.to_owned()]).collect::<Vec<_>>().join(",")
                ))
            }
            "gradereport_user_get_grade_items" => {
                let assign = r#","itemmodule":"assign","iteminstance":1,"cmid":1,"graderaw":null"#;
                let items: Vec<String> = (1..=columns)
                    .map(|id| item(u32::try_from(id).unwrap(), assign).replace("manual", "mod"))
                    .chain([item(99, "").replace("manual", "course")])
                    .collect();
                ok(reports(&[report("1", &items)]))
            }
            "core_course_get_contents" => {
                let modules: Vec<String> = named(columns)
                    .into_iter()
                    .map(|id| format!(r#"{{"id":{id},"instance":{id},"modname":"assign"}}"#))
                    .collect();
                ok(format!(
                    r#"[{{"id":1,"name":"S","modules":[{}]}},{{"id":2,"modules":[{{"modname":"page"}}]}}]"#,
                    modules.join(",")
                ))
            }
            "mod_assign_get_assignments" => {
                let rows: Vec<String> = named(columns)
                    .into_iter()
                    .map(|id| format!(r#"{{"id":{id}}}"#))
                    .collect();
                ok(format!(
                    r#"{{"courses":[{{"assignments":[{}]}}],"warnings":[]}}"#,
                    rows.join(",")
                ))
            }
            "mod_quiz_get_quizzes_by_courses" => ok(r#"{"quizzes":[],"warnings":[]}"#),
            "core_grades_get_gradeitems" => {
                let rows: Vec<String> = named(29)
                    .into_iter()
                    .map(|id| format!(r#"{{"id":"{id}","category":""}}"#))
                    .collect();
                ok(format!(r#"{{"gradeItems":[{}]}}"#, rows.join(",")))
            }
            other => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn a_role_that_became_weaker_gives_shorter_lists_and_they_are_named() {
    let strong = Lms::new(course(15, 29));
    let expected = Expected {
        people: Some(16),
        earlier: None,
    };
    let check = moodle(&strong).check("8", &expected).await.unwrap();
    assert!(check.is_enough(), "{check:?}");
    let before = check.counts;
    assert_eq!((before.people, before.groups, before.columns), (16, 1, 29));
    assert_eq!((before.activities, before.assignments), (30, 29));

    let weak = Lms::new(course(4, 14));
    let expected = Expected {
        people: Some(16),
        earlier: Some(before),
    };
    let check = moodle(&weak).check("8", &expected).await.unwrap();
    let short: Vec<(List, usize, usize)> = check
        .short
        .iter()
        .map(|short| (short.list, short.found, short.expected))
        .collect();
    for expected in [
        (List::Columns, 14, 29),
        (List::People, 5, 16),
        (List::Activities, 15, 30),
        (List::Assignments, 14, 29),
    ] {
        assert!(short.contains(&expected), "{expected:?} of {short:?}");
    }
    let people = check
        .short
        .iter()
        .find(|short| short.list == List::People)
        .unwrap();
    assert!(people.capabilities.contains(&"moodle/user:viewdetails"));
    assert_eq!(Counts::default().shorter_than(&before).len(), 5);
}

#[tokio::test]
async fn warnings_are_where_a_missing_right_appears() {
    let inner = course(3, 2);
    let lms = Lms::new(move |asked: &Asked| match asked.function() {
        "mod_assign_get_assignments" => ok(
            r#"{"courses":[{"assignments":[{"id":1}]}],"warnings":[{"item":"module","itemid":2,"warningcode":"1","message":"No access rights in module context"}]}"#,
        ),
        "mod_quiz_get_quizzes_by_courses" => ok(
            r#"{"quizzes":[],"warnings":[{"item":"course","itemid":8,"warningcode":"1","message":"No access rights in course context"}]}"#,
        ),
        _ => inner(asked),
    });
    let check = moodle(&lms).check("8", &Expected::default()).await.unwrap();
    assert!(
        check
            .short
            .iter()
            .any(|short| short.list == List::Assignments && (short.found, short.expected) == (1, 2))
    );
    let [(Function::Quizzes, Reason::CapabilityMissing { capabilities, .. })] = check.refused.as_slice()
    else {
        panic!("{:?}", check.refused)
    };
    assert!(capabilities.contains(&"moodle/course:view"));
}

/// A course with completion, work that a group alone gets at, and a quiz, as a role sees it that may or may not look closer.
fn closer(may: bool) -> impl Fn(&Asked) -> Result<Response, NetError> {
    let inner = course(3, 2);
    move |asked| match asked.function() {
        "core_course_get_contents" => ok(format!(
            r#"[{{"modules":[{{"id":1,"modname":"assign","visible":1,"uservisible":{may},"availability":"{{}}"}},
            {{"id":7,"modname":"quiz","visible":1,"uservisible":true,"availability":null}},
            {{"id":8,"modname":"assign","visible":0,"uservisible":true}}]}}]"#
        )),
        "gradereport_user_get_grade_items" => {
            let quiz = item(
                1,
                r#","itemmodule":"quiz","iteminstance":1,"cmid":7,"graderaw":8"#,
            );
            ok(reports(&[report("1", &[quiz.replace("manual", "mod")])]))
        }
        "mod_quiz_get_quizzes_by_courses" => ok(r#"{"quizzes":[{"id":1}],"warnings":[]}"#),
        "mod_assign_get_grades" => ok(format!(
            r#"{{"assignments":[],"warnings":[{{"item":"assignment","itemid":1,"warningcode":"{}"}}]}}"#,
            if may { 3 } else { 1 }
        )),
        "core_course_get_updates_since" => ok(if may {
            r#"{"instances":[{"id":7,"updates":[{"name":"userattempts","itemids":[1]}]}]}"#
        } else {
            r#"{"instances":[]}"#
        }),
        "core_completion_get_activities_completion_status" => ok(r#"{"statuses":[{"cmid":1}]}"#),
        "core_completion_get_course_completion_status" => ok(format!(
            r#"{{"exception":"x","errorcode":"{}"}}"#,
            if may { "nocriteriaset" } else { "cannotviewreport" }
        )),
        _ => inner(asked),
    }
}

#[tokio::test]
async fn rights_that_no_list_shows_are_tried_and_what_nothing_shows_is_named() {
    let tries = async |may| {
        let lms = Lms::new(closer(may));
        let check = moodle(&lms).check("8", &Expected::default()).await.unwrap();
        moodle(&lms).tries("8", &check).await.unwrap()
    };
    let strong = tries(true).await;
    assert_eq!(strong.lacking, [] as [&str; 0]);
    assert!(
        strong.untried.contains(&"moodle/course:viewhiddencourses"),
        "{strong:?}"
    );
    for shown in [
        "moodle/course:viewhiddenactivities",
        "mod/quiz:view",
        "mod/assign:viewgrades",
    ] {
        assert!(!strong.untried.contains(&shown), "{shown}: {strong:?}");
    }
    let weak = tries(false).await;
    assert_eq!(
        weak.lacking,
        [
            "moodle/course:ignoreavailabilityrestrictions",
            "mod/assign:viewgrades",
            "mod/quiz:viewreports",
            "report/completion:view",
        ]
    );
}

#[tokio::test]
async fn what_was_refused_is_not_short_and_columns_that_nobody_counted_are_not_whole() {
    let before = {
        let lms = Lms::new(course(15, 29));
        moodle(&lms)
            .check("8", &Expected::default())
            .await
            .unwrap()
            .counts
    };
    let inner = course(15, 29);
    let lms = Lms::new(move |asked: &Asked| match asked.function() {
        "core_enrol_get_enrolled_users" => ok(r#"{"exception":"x","errorcode":"nopermissions"}"#),
        _ => inner(asked),
    });
    let expected = Expected {
        people: Some(16),
        earlier: Some(before),
    };
    let check = moodle(&lms).check("8", &expected).await.unwrap();
    assert_eq!(check.short, []);
    assert!(check.refused.len() == 1 && !check.is_enough());
    assert!(!check.measured.contains(&List::People) && !check.measured.contains(&List::Columns));
}

#[test]
fn a_site_below_a_path_is_called_below_it() {
    assert!(SITE.parse::<url::Url>().is_ok());
    let lms = Lms::new(|_: &Asked| ok(site("", &[])));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for site in ["https://school.example/moodle", "https://school.example/moodle/"] {
        let moodle = crate::moodle::Moodle::new(
            lms.clone(),
            &site.parse().unwrap(),
            crate::Token::new("t"),
            "Cairn",
            crate::Limits::default(),
        );
        let info = runtime.block_on(moodle.unwrap().site_info()).unwrap();
        assert!(!info.is_issuer);
        assert_eq!(
            lms.asked().last().unwrap().path,
            "/moodle/webservice/rest/server.php"
        );
    }
}
