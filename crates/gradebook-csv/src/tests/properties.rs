//! What holds for any bytes, and for any table.

use proptest::prelude::*;

use crate::matching::{Pairing, Roster};
use crate::{Export, Gradebook, Limits, PersonKey, changes};

/// Bytes that are more likely to be a table than any are.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"Student,ID,SIS User ID,Section,Quiz (7),Final Score\n".to_vec()),
        Just(b"\"First name\";\"Email address\";\"A (Real)\";\"A (Feedback)\"\n".to_vec()),
        Just(b"    Points Possible,,,,10.00,(read only)\n".to_vec()),
        Just(b",,,,Manual Posting,\n".to_vec()),
        Just(b"\"Ng, Li\",1,2,A,9.5,EX\n".to_vec()),
        Just(b"\xEF\xBB\xBF".to_vec()),
        Just(b"\xFF\xFE".to_vec()),
        Just(b"\xFE\xFF".to_vec()),
        Just(b"sep=;\n".to_vec()),
        "[\"\\\\,;\t:\r\n=+@' %.0-9a-cé-]{0,12}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..12),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn tight() -> impl Strategy<Value = Limits> {
    (
        0_usize..400,
        0_u64..9,
        0_usize..9,
        0_usize..30,
        0_usize..60,
        0_usize..9,
    )
        .prop_map(|(bytes, lines, columns, cell, row, grades)| Limits {
            bytes,
            lines,
            columns,
            cell,
            row,
            grades,
        })
}

fn person() -> impl Strategy<Value = PersonKey> {
    let key = || prop::option::of("[0-2]{1,2}");
    (key(), key(), key(), key(), prop::option::of("[ab]( [ab])?")).prop_map(
        |(lms_id, sis_id, login, email, name)| PersonKey {
            lms_id,
            sis_id,
            login,
            email,
            name,
        },
    )
}

fn placed(pairing: &Pairing) -> Vec<usize> {
    let certain = pairing.certain.iter().map(|pair| pair.row);
    let proposed = pairing.proposed.iter().map(|pair| pair.row);
    let ambiguous = pairing.ambiguous.iter().map(|one| one.row);
    let mut all: Vec<usize> = certain.chain(proposed).chain(ambiguous).collect();
    all.extend(&pairing.unmatched);
    all.sort_unstable();
    all
}

proptest! {
    #[test]
    fn no_bytes_make_reading_panic(bytes in bytes()) {
        if let Ok(export) = Export::read(&bytes, &Limits::default()) {
            prop_assert!(changes(&export, &export).grades.is_empty());
        }
    }

    #[test]
    fn what_is_read_is_within_every_limit(bytes in bytes(), limits in tight()) {
        let Ok(export) = Export::read(&bytes, &limits) else {
            return Ok(());
        };
        prop_assert!(bytes.len() <= limits.bytes);
        prop_assert!(export.columns.len() <= limits.columns);
        let rows = u64::try_from(export.rows.len() + export.skipped.len()).unwrap();
        prop_assert!(rows < limits.lines);
        prop_assert!(export.rows.iter().map(|row| row.grades().count()).sum::<usize>() <= limits.grades);
        prop_assert!(export.columns.iter().all(|column| column.title.len() <= limits.cell));
    }

    #[test]
    fn rows_can_be_read_again_and_are_the_same(bytes in bytes()) {
        if let Ok(book) = Gradebook::open(&bytes, &Limits::default()) {
            let first: Vec<_> = book.rows().collect();
            let second: Vec<_> = book.rows().collect();
            prop_assert_eq!(first, second);
        }
    }

    #[test]
    fn a_table_is_read_back_as_it_was_written(
        cells in prop::collection::vec(("[a-zé\",;'= ]{1,8}", 1_u32..9_999, prop::option::of(0_i64..100_000)), 0..8),
        mark in prop::sample::select(vec![',', ';', '\t']),
    ) {
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let mut file = ["Student", "ID", "Section", "Quiz (7)"].join(&mark.to_string());
        for (name, id, grade) in &cells {
            let grade = grade.map_or(String::new(), |grade| format!("{}.{:02}", grade / 100, grade % 100));
            file += &format!("\n{}{mark}{id}{mark}A{mark}{grade}", quoted(name));
        }
        file.push('\n');
        let export = Export::read(file.as_bytes(), &Limits::default()).unwrap();
        prop_assert!(export.skipped.is_empty());
        let read: Vec<_> = export.rows.iter().map(|row| (row.person.lms_id.clone().unwrap(), row.grade(3).clone())).collect();
        let written: Vec<_> = cells.iter().map(|(_, id, grade)| {
            let grade = grade.map_or(crate::Grade::Empty, |grade| crate::Grade::Points(rust_decimal::Decimal::new(grade, 2)));
            (id.to_string(), grade)
        }).collect();
        prop_assert_eq!(read, written);
    }

    #[test]
    fn every_row_is_placed_once_and_no_member_twice(
        members in prop::collection::vec(person(), 0..6),
        rows in prop::collection::vec(person(), 0..6),
    ) {
        let pairing = Roster::new(&members).pair(&rows);
        prop_assert_eq!(placed(&pairing), (0..rows.len()).collect::<Vec<_>>());
        let certain = pairing.certain.iter().map(|pair| pair.member);
        let mut taken: Vec<usize> = certain.chain(pairing.proposed.iter().map(|pair| pair.member)).collect();
        let all = taken.len();
        taken.sort_unstable();
        taken.dedup();
        prop_assert_eq!(taken.len(), all);
    }
}
