//! Lists of skills: replaced by name, searched by words, and nobody else's.

use super::*;
use crate::domain::skills::ListedSkill;

fn skill(name: &str, number: u32) -> ListedSkill {
    ListedSkill {
        name: name.into(),
        url: format!("https://skills.example/{number}"),
        code: Some(format!("S{number}")),
    }
}

#[test]
fn a_list_is_searched_by_words_and_replaced_by_its_name() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let bring = |name: &str, all: &[ListedSkill]| {
            write(database, |db| {
                skills::bring(db, &north.tenant, name, all, at(1), &SystemRandom)
            })
        };
        let found = |school: &School, words: &[&str]| -> Vec<String> {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            let found = read(database, |db| skills::search(db, &school.tenant, &words));
            // Skills of one name come in no order of their lists.
            let mut told: Vec<String> = found
                .into_iter()
                .map(|one| format!("{} {}", one.list, one.skill.name))
                .collect();
            told.sort_unstable();
            told
        };
        let all = [
            skill("Clean data", 1),
            skill("clean 100 % of a TABLE", 2),
            skill("Draw charts", 3),
        ];
        bring("ESCO", &all);
        bring("Own", &[skill("Clean data", 1)]);
        assert_eq!(
            found(&north, &["CLEAN", "data"]),
            ["ESCO Clean data", "Own Clean data"]
        );
        assert_eq!(found(&north, &["100 %"]), ["ESCO clean 100 % of a TABLE"]);
        assert_eq!(found(&north, &["clean_data"]), [""; 0]);
        assert_eq!(found(&south, &["clean"]), [""; 0]);

        bring("ESCO", &[skill("Weld", 9)]);
        assert_eq!(found(&north, &["clean"]), ["Own Clean data"]);
        let lists = read(database, |db| skills::lists(db, &north.tenant));
        let told: Vec<(&str, u32)> = lists.iter().map(|one| (one.name.as_str(), one.skills)).collect();
        assert_eq!(told, [("ESCO", 1), ("Own", 1)]);
        let weld = read(database, |db| {
            skills::search(db, &north.tenant, &["weld".to_owned()])
        })
        .remove(0);
        let get = |school: &School| read(database, |db| skills::get(db, &school.tenant, &weld.id));
        assert_eq!(get(&north), Some(weld.clone()));
        assert_eq!(get(&south), None);
        let id = &lists[0].id;
        let remove = |school: &School| write(database, |db| skills::remove(db, &school.tenant, id));
        assert!(!remove(&south) && remove(&north) && !remove(&north));
        assert_eq!(get(&north), None);
    });
}
