//! Names for the people of the practice LMS.

/// The thirty students of the first course: given name, family name.
pub(crate) const STUDENTS: [(&str, &str); 30] = [
    ("Ada", "Adeyemi"),
    ("Ben", "Bergström"),
    ("Chiamaka", "Chukwu"),
    ("Dmitri", "Danilov"),
    ("Esperanza", "Echeverría"),
    ("Farid", "Farahani"),
    ("Grace", "Gallagher"),
    ("Hiroshi", "Hayashi"),
    ("Ines", "Iglesias"),
    ("Jamal", "Jackson"),
    ("Katarzyna", "Kowalska"),
    ("Liam", "Lindqvist"),
    ("Mei", "Moua"),
    ("Ngozi", "Nwosu"),
    ("Oluwaseun", "Okafor"),
    ("Priya", "Patel"),
    ("Quentin", "Quesnel"),
    ("Rosa", "Rodríguez"),
    ("Siobhán", "O’Sullivan"),
    ("Thanh", "Trần"),
    ("Uma", "Upadhyay"),
    ("Viktor", "Varga"),
    ("Wanjiru", "Wambui"),
    ("Ximena", "Xirau"),
    ("Yusuf", "Yıldız"),
    ("Zoë", "Zimmermann"),
    ("Amélie", "Aubert"),
    ("Bao", "Begay"),
    ("Cyrus", "Çelik"),
    ("Dalia", "D’Angelo"),
];

/// Given and family name of the `n`th student, counted from 0. After the first thirty, given and family names are
/// combined anew and then numbered, so that no two of many thousands are called the same.
#[must_use]
pub(crate) fn student(n: usize) -> (String, String) {
    let count = STUDENTS.len();
    let round = n / count;
    let given = STUDENTS.get(n % count).map_or("Sam", |name| name.0);
    let family = STUDENTS
        .get((n + round * 7) % count)
        .map_or("Smith", |name| name.1);
    let again = round / count;
    if again == 0 {
        (given.into(), family.into())
    } else {
        (given.into(), format!("{family} {}", again + 1))
    }
}

/// `text` in plain lower-case letters: what an address can hold.
#[must_use]
pub(crate) fn plain(text: &str) -> String {
    let plain: String = text
        .to_lowercase()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    if plain.is_empty() { "student".into() } else { plain }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    #[test]
    fn five_thousand_students_have_five_thousand_names() {
        let names: HashSet<_> = (0..5_000).map(super::student).collect();
        assert_eq!(names.len(), 5_000);
    }
}
