use super::{case, people, read};
use crate::PersonKey;
use crate::matching::{Ambiguous, By, Doubt, Guess, Pair, Roster, confirmed};

fn person(lms: &str, sis: &str, email: &str, name: &str) -> PersonKey {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    PersonKey {
        lms_id: some(lms),
        sis_id: some(sis),
        login: None,
        email: some(email),
        name: some(name),
    }
}

fn by<B: Copy>(pairs: &[Pair<B>]) -> Vec<(usize, usize, B)> {
    pairs
        .iter()
        .map(|pair| (pair.row, pair.member, pair.by))
        .collect()
}

#[test]
fn rows_are_matched_by_id_then_sis_id_then_address() {
    let roster = Roster::new(&[
        person("", "", "ADA.Chukwu@school.example", "Ada Chukwu"),
        person("", "S-20312", "", "Somebody Else"),
        person("4101", "", "", "Rosa Almeida"),
    ]);
    let pairing = roster.pair(people(&read(case!("01-canvas-plain"))));
    assert_eq!(by(&pairing.certain), [(0, 2, By::LmsId), (1, 1, By::SisId)]);
    assert_eq!(by(&pairing.proposed), [(2, 0, Guess::Name)]);
    let moodle = read(case!("08-moodle-comma-real-percentage-letter"));
    let pairing = roster.pair(people(&moodle));
    assert_eq!(by(&pairing.certain), [(2, 0, By::Email)]);
    assert_eq!(by(&pairing.proposed), [(0, 2, Guess::Name)]);
    assert_eq!(pairing.unmatched, [1]);
}

#[test]
fn a_login_decides_where_nothing_better_is_known() {
    let kim = PersonKey {
        login: Some("jkim@school.example".into()),
        ..PersonKey::default()
    };
    let export = read(case!("07-canvas-two-sections-no-sis-first-last"));
    let pairing = Roster::new([&kim]).pair(people(&export));
    assert_eq!(by(&pairing.certain), [(2, 0, By::Login)]);
    assert_eq!(pairing.unmatched, [0, 1]);
}

#[test]
fn a_name_is_a_proposal_that_somebody_confirms() {
    let rows = [
        person("", "", "", "ALMEIDA,  rosa"),
        person("", "", "", "Byrne, Tom"),
    ];
    let roster = Roster::new(&[
        person("1", "", "", "Rosa Almeida"),
        person("2", "", "", "Tom Byrne"),
    ]);
    let pairing = roster.pair(&rows);
    assert!(pairing.certain.is_empty());
    assert_eq!(by(&pairing.proposed), [(0, 0, Guess::Name), (1, 1, Guess::Name)]);
    assert!(confirmed(&pairing, |_| false).is_empty());
    let one = confirmed(&pairing, |pair| pair.row == 1);
    assert_eq!(one.into_iter().collect::<Vec<_>>(), [(1, 1)]);
}

#[test]
fn noughts_that_a_spreadsheet_dropped_are_a_proposal() {
    let rows = [person("", "417", "", "Z. Nowak"), person("", "0", "", "Y")];
    let roster = Roster::new(&[
        person("1", "000417", "", "Zofia Nowak"),
        person("2", "00", "", "X"),
    ]);
    let pairing = roster.pair(&rows);
    assert_eq!(by(&pairing.proposed), [(0, 0, Guess::SisIdWithoutNoughts)]);
    assert_eq!(pairing.unmatched, [1]);
}

#[test]
fn who_could_be_two_people_is_nobody_until_somebody_says() {
    let roster = Roster::new(&[
        person("1", "s1", "one@x.example", "Ann Lee"),
        person("2", "s2", "both@x.example", "Ann Lee"),
        person("3", "s3", "both@x.example", "Bo"),
    ]);
    let rows = [
        person("1", "s2", "", "keys of two"),
        person("", "", "both@x.example", "address of two"),
        person("", "", "", "Lee, Ann"),
        person("9", "", "", "Bo"),
        person("", "", "", "Bo"),
    ];
    let pairing = roster.pair(&rows);
    let doubt = |row, members: &[usize], why| Ambiguous {
        row,
        members: members.to_vec(),
        why,
    };
    assert!(pairing.certain.is_empty() && pairing.proposed.is_empty() && pairing.unmatched.is_empty());
    assert_eq!(
        pairing.ambiguous,
        [
            doubt(0, &[0, 1], Doubt::KeysDisagree),
            doubt(1, &[1, 2], Doubt::SeveralMembers),
            doubt(2, &[0, 1], Doubt::SeveralOfThisName),
            doubt(3, &[2], Doubt::SeveralOfThisName),
            doubt(4, &[2], Doubt::SeveralOfThisName),
        ]
    );
}

#[test]
fn two_rows_of_one_person_both_wait() {
    let roster = Roster::new(&[person("1", "s1", "", "Ann")]);
    let rows = [
        person("1", "", "", "Ann"),
        person("", "s1", "", "Ann"),
        person("", "", "", "Ann"),
    ];
    let pairing = roster.pair(&rows);
    assert!(pairing.certain.is_empty());
    let doubts: Vec<_> = pairing.ambiguous.iter().map(|one| (one.row, one.why)).collect();
    assert_eq!(doubts, [(0, Doubt::SeveralRows), (1, Doubt::SeveralRows)]);
    assert_eq!(
        pairing.unmatched,
        [2],
        "the one who has that name has rows already"
    );
}

#[test]
fn several_of_one_key_do_not_undo_a_better_one() {
    let roster = Roster::new(&[
        person("1", "", "both@x.example", ""),
        person("2", "", "both@x.example", ""),
    ]);
    let pairing = roster.pair(&[person("2", "", "both@x.example", "")]);
    assert_eq!(by(&pairing.certain), [(0, 1, By::LmsId)]);
}
