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
    let members = world.platform.members(&url(URL)).await.unwrap().members;
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
    let members = world.platform.members(&url(URL)).await.unwrap().members;
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

fn read_all(members: &str) -> Roster {
    roster(read_members(format!(r#"{{"members":{members}}}"#).as_bytes()).unwrap())
}

/// The members of a list in which every row can be read.
fn read(members: &str) -> Vec<Member> {
    let roster = read_all(members);
    assert_eq!(roster.left_out, []);
    roster.members
}

#[test]
fn a_missing_status_is_active_and_an_unknown_one_is_not() {
    let all = read(
        r#"[{"user_id":1},{"user_id":"2","status":"Inactive"},{"user_id":"3","status":"Deleted"},{"user_id":"4","status":"Odd"},
            {"user_id":"5","status":"active"},{"user_id":"6","status":"INACTIVE "},{"user_id":"7","status":"deleted"},{"user_id":"8","status":""}]"#,
    );
    let status: Vec<_> = all.iter().map(|member| member.status).collect();
    let three = [Status::Active, Status::Inactive, Status::Deleted];
    assert_eq!(status[..4], [&three[..], &[Status::Unknown]].concat());
    assert_eq!(status[4..], [&three[..], &[Status::Unknown]].concat());
    assert_eq!(all[0].user_id, "1");
}

#[test]
fn one_role_may_come_without_an_array() {
    assert_eq!(
        read(r#"[{"user_id":"1","roles":"Learner"}]"#)[0].roles,
        ["Learner"]
    );
    assert!(read(r#"[{"user_id":"1","roles":null}]"#)[0].roles.is_empty());
}

#[test]
fn a_role_that_is_no_text_spoils_no_other() {
    for roles in [r#"[null,"Learner"]"#, r#"["Learner",7,{"a":1},[],""]"#] {
        let member = read(&format!(
            r#"[{{"user_id":"10","status":"Active","roles":{roles}}}]"#
        ))
        .remove(0);
        let parsed = crate::roles::Roles::parse(member.roles.iter().map(String::as_str));
        assert!(parsed.may_learn(), "{roles}");
    }
}

#[test]
fn a_row_that_cannot_be_read_is_left_out_alone_and_named() {
    let roster = read_all(
        r#"[{"user_id":"1"}, null, {"roles":["Learner"],"given_name":"Rosa","family_name":"Fern"}, 7,
            {"user_id":""}, {"user_id":"9\u0000","name":"Ada\u0000 Fern"}, {"user_id":{"id":1}},
            {"user_id":"11","roles":{"a":1}}, {"user_id":"12","user_id":"13"}, {"user_id":1e999}, {"user_id":"2"}]"#,
    );
    let ids: Vec<_> = roster
        .members
        .iter()
        .map(|member| member.user_id.as_str())
        .collect();
    assert_eq!(ids, ["1", "1e999", "2"]);
    let said: Vec<String> = roster.left_out.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "row 2 is no member at all",
            "row 3 (“Rosa Fern”) has no usable id (user_id)",
            "row 4 is no member at all",
            "row 5 has no usable id (user_id)",
            "row 6 (“Ada Fern”) has no usable id (user_id)",
            "row 7 has no usable id (user_id)",
            "row 8 has no readable roles",
            "row 9 is no member at all",
        ]
    );
}

#[test]
fn names_hold_no_control_characters_and_are_made_of_their_parts_where_there_is_no_whole_one() {
    let members = read(
        r#"[{"user_id":"1","name":"Ada\u0000Fern","email":"ada@example.edu\u0000"},
            {"user_id":"2","given_name":"Rosa","family_name":"Fern\n"}, {"user_id":"3","name":" ","roles":[]}]"#,
    );
    let names: Vec<_> = members.iter().map(|member| member.name.as_deref()).collect();
    assert_eq!(names, [Some("AdaFern"), Some("Rosa Fern"), None]);
    assert_eq!(members[0].email.as_deref(), Some("ada@example.edu"));
}

#[test]
fn a_list_without_members_is_an_error_and_not_an_empty_course() {
    assert!(matches!(read_members(b"{}"), Err(Reason::Malformed(_))));
    assert!(matches!(read_members(b"[]"), Err(Reason::Malformed(_))));
    assert!(matches!(
        read_members(br#"{"members":[{"user_id":"#),
        Err(Reason::HalfABody)
    ));
}

#[test]
fn a_person_listed_twice_keeps_all_roles() {
    let members = read(
        r#"[{"user_id":"1","roles":["Learner"],"status":"Inactive"},{"user_id":"2"},{"user_id":"1","roles":["Instructor"]}]"#,
    );
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

#[tokio::test]
async fn a_list_of_a_link_has_the_custom_parameters_of_each_member() {
    let body = r#"{"members":[
      {"user_id":"a","roles":[],"message":[{"https://purl.imsglobal.org/spec/lti/claim/custom":{"canvas_user_id":4101,"x":"y","odd":[1]}}]},
      {"user_id":"b","roles":[],"message":{"no":"list"}},{"user_id":"c","roles":[],"message":[7,{"custom":1}]}]}"#;
    let world = scripted(Flavour::Canvas, vec![Ok(answer(200, body))]);
    let roster = world
        .platform
        .members_of_link(&url(URL), "course-1")
        .await
        .unwrap();
    assert_eq!(roster.left_out, []);
    let of = |at: usize| &roster.members[at].custom;
    assert_eq!(of(0).get("canvas_user_id").map(String::as_str), Some("4101"));
    assert_eq!(of(0).get("x").map(String::as_str), Some("y"));
    assert_eq!(of(0).len(), 2);
    assert!(of(1).is_empty() && of(2).is_empty());
    assert!(world.urls()[0].contains("rlid=course-1"), "{:?}", world.urls());
}
