//! What was handed in to a column: its files by name, and never by an address.

use super::Lms;
use super::canvas::{assignment, canvas, list, rule, student, submission};
use crate::canvas::Wanted;
use crate::{Grade, ItemKey, Part, WorkKind};

#[tokio::test]
async fn files_are_told_of_the_columns_that_are_named_once_more_and_without_their_secrets() {
    let handed_in = |person: u32, column: u32, more: &str| {
        let more = format!(r#","submitted_at":"2026-11-18T09:52:06Z"{more}"#);
        submission(person, column, &more)
    };
    let pdf = r#"{"id":555,"display_name":"Report\nfinal.pdf","content-type":"application/pdf","size":null,"url":"https://x/files/555/download?verifier=s3cret"}"#;
    let upload = format!(
        r#","submission_type":"online_upload","attachments":[{pdf},null,7,{{"display_name":"no id"}}]"#
    );
    let unposted = r#","submission_type":"online_text_entry","score":5,"grade":"5","posted_at":null"#;
    let rows = [handed_in(1, 1, &upload), handed_in(2, 1, unposted)];
    let lms = Lms::new(rule(
        list(&[assignment(1, ""), assignment(2, "")]),
        list(&[student(1, ""), student(2, "")]),
        list(&rows),
    ));
    let wanted = Wanted {
        files: vec![ItemKey::new("1")],
        ..Wanted::default()
    };
    let mut grades = canvas(&lms).grades("4711", &wanted).await.unwrap();
    let (mut first, mut again) = (Vec::new(), Vec::new());
    while let Some(batch) = grades.next().await.unwrap() {
        let into = if batch.is_again { &mut again } else { &mut first };
        into.extend(batch.rows.into_iter().filter(|row| row.item.as_str() == "1"));
    }
    let untold = first.iter().filter_map(|row| row.hand_in.as_ref());
    assert!(untold.clone().count() == 2 && untold.clone().all(|work| work.files.is_none()));
    let told: Vec<_> = again.iter().map(|row| row.hand_in.as_ref().unwrap()).collect();
    let files = told[0].files.as_ref().unwrap();
    assert_eq!(files.len(), 1, "what names no file is none: {files:?}");
    assert_eq!(files[0].name.as_deref(), Some("Report final.pdf"));
    assert_eq!((files[0].size, told[0].kind), (None, Some(WorkKind::Files)));
    assert_eq!(
        (told[1].kind, told[1].files.as_deref()),
        (Some(WorkKind::Text), Some(&[][..]))
    );
    assert_eq!(again[1].grade, Grade::None, "it is not posted");
    let coverage = grades.coverage();
    assert_eq!(coverage.dropped.unposted, 1, "counted once");
    assert!(coverage.is_whole(Part::Grades));
    assert!(!format!("{again:?}").contains("s3cret"));
    let asked = lms.asked();
    let lists: Vec<_> = asked
        .iter()
        .filter(|one| one.path.ends_with("/students/submissions"))
        .collect();
    let light = "exclude_response_fields[]=attachments";
    assert!(lists[0].query.contains(light) && !lists[0].query.contains("assignment_ids"));
    assert!(!lists[1].query.contains(light) && lists[1].query.contains("assignment_ids[]=1"));
    assert_eq!(lists.len(), 2);
}
