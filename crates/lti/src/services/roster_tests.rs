use std::sync::atomic::Ordering;

use proptest::prelude::*;

use super::super::fake::{answer, scripted, url, with};
use super::*;
use crate::registration::Flavour;

const URL: &str = "https://lms.example/mod/lti/services.php/CourseSection/2/bindings/1/memberships";

#[tokio::test]
async fn moodles_members_arrive_with_bare_words_as_roles() {
    let body = r#"{"id":"https://lms.example/x","context":{"id":"2","label":"OB101","title":"Open Badges 101"},
      "members":[{"status":"Active","roles":["Learner"],"user_id":"5","lis_person_sourcedid":"S-001","name":"Ada Student1","given_name":"Ada","family_name":"Student1","email":"student1@example.edu","ext_user_username":"student1"},
      {"status":"Active","roles":["Instructor"],"user_id":"3"}]}"#;
    let world = scripted(Flavour::Moodle, vec![Ok(answer(200, body))]);
    let members = world.platform.members(&url(URL)).await.unwrap();
    assert_eq!(members.len(), 2);
    assert_eq!(members[0].name.as_deref(), Some("Ada Student1"));
    assert_eq!(members[0].lis_person_sourcedid.as_deref(), Some("S-001"));
    assert_eq!(
        (members[1].roles.as_slice(), &members[1].email),
        (["Instructor".to_owned()].as_slice(), &None)
    );
    assert_eq!(world.urls(), [URL], "no limit, no role filter");
    let request = world.requests().remove(0);
    let accept: Vec<_> = request
        .headers
        .iter()
        .filter(|(name, _)| name == "accept")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(
        accept,
        ["application/vnd.ims.lti-nrps.v2.membershipcontainer+json"]
    );
}

#[tokio::test]
async fn canvas_pages_are_followed_fifty_at_a_time() {
    let page = |id: &str| {
        answer(
            200,
            &format!(r#"{{"members":[{{"user_id":"{id}","roles":[]}}]}}"#),
        )
    };
    let world = scripted(
        Flavour::Canvas,
        vec![
            Ok(with(page("a"), "link", &format!(r#"<{URL}?page=x>; rel="next""#))),
            Ok(page("b")),
        ],
    );
    let members = world.platform.members(&url(URL)).await.unwrap();
    assert_eq!(
        members
            .iter()
            .map(|member| member.user_id.as_str())
            .collect::<Vec<_>>(),
        ["a", "b"]
    );
    assert_eq!(world.urls(), [format!("{URL}?limit=50"), format!("{URL}?page=x")]);
    assert_eq!(world.lms.tokens.load(Ordering::SeqCst), 1);
}

fn read(members: &str) -> Result<Vec<Member>, Reason> {
    read_members(format!(r#"{{"members":{members}}}"#).as_bytes())
}

#[test]
fn a_missing_status_is_active_and_an_unknown_one_is_not() {
    let members = read(
        r#"[{"user_id":1},{"user_id":"2","status":"Inactive"},{"user_id":"3","status":"Deleted"},{"user_id":"4","status":"Odd"}]"#,
    )
    .unwrap();
    let all: Vec<_> = members.iter().map(|member| member.status).collect();
    assert_eq!(
        all,
        [Status::Active, Status::Inactive, Status::Deleted, Status::Unknown]
    );
    assert_eq!(members[0].user_id, "1");
}

#[test]
fn one_role_may_come_without_an_array() {
    assert_eq!(
        read(r#"[{"user_id":"1","roles":"Learner"}]"#).unwrap()[0].roles,
        ["Learner"]
    );
    assert!(
        read(r#"[{"user_id":"1","roles":null}]"#).unwrap()[0]
            .roles
            .is_empty()
    );
}

#[test]
fn a_member_without_an_id_or_a_list_without_members_is_an_error_and_not_an_empty_course() {
    assert!(matches!(
        read(r#"[{"roles":["Learner"]}]"#),
        Err(Reason::Malformed(_))
    ));
    assert!(matches!(read_members(b"{}"), Err(Reason::Malformed(_))));
    assert!(matches!(read_members(b"[]"), Err(Reason::Malformed(_))));
    assert!(matches!(
        read_members(br#"{"members":[{"user_id":"#),
        Err(Reason::HalfABody)
    ));
}

#[test]
fn a_person_listed_twice_keeps_all_roles() {
    let rows = read(
        r#"[{"user_id":"1","roles":["Learner"],"status":"Inactive"},{"user_id":"2"},{"user_id":"1","roles":["Instructor"]}]"#,
    )
    .unwrap();
    let members = merge(rows);
    assert_eq!(members.len(), 2);
    assert_eq!(members[0].roles, ["Learner", "Instructor"]);
    assert_eq!(members[0].status, Status::Active);
}

proptest! {
    #[test]
    fn no_body_makes_it_panic(body: Vec<u8>) {
        let _ = read_members(&body);
    }
}
