//! The icons that a drawn picture can have: Lucide's (`icons/README.md`), found by their name and the words that go with it.

use std::sync::LazyLock;

use crate::domain::picture::MAX_ICON;

/// One icon a line: name, words, path; parted by tabs, ordered by name.
const LUCIDE: &str = include_str!("icons/lucide.txt");

static ICONS: LazyLock<Vec<Icon>> = LazyLock::new(|| LUCIDE.lines().filter_map(Icon::read).collect());

/// Most icons that one search finds.
pub(crate) const MOST_FOUND: usize = 48;
/// Characters of a search that count.
const MAX_SOUGHT: usize = 60;

/// What is shown before anybody looks for something.
const FIRST: [&str; 40] = [
    "award",
    "trophy",
    "medal",
    "star",
    "crown",
    "rocket",
    "target",
    "lightbulb",
    "brain",
    "graduation-cap",
    "book-open",
    "library",
    "pencil",
    "notebook-pen",
    "languages",
    "speech",
    "presentation",
    "users",
    "handshake",
    "heart-handshake",
    "code-xml",
    "terminal",
    "database",
    "chart-line",
    "chart-pie",
    "calculator",
    "sigma",
    "atom",
    "flask-conical",
    "microscope",
    "dna",
    "leaf",
    "globe",
    "scale",
    "briefcase",
    "wrench",
    "palette",
    "guitar",
    "camera",
    "shield-check",
];

/// A drawing of 24 by 24 units in lines of 2 units with round ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Icon {
    name: &'static str,
    words: &'static str,
    path: &'static str,
}

impl Icon {
    fn read(line: &'static str) -> Option<Self> {
        let mut parts = line.split('\t');
        Some(Self {
            name: parts.next()?,
            words: parts.next()?,
            path: parts.next()?,
        })
    }

    /// The icon of that name.
    #[must_use]
    pub(crate) fn named(name: &str) -> Option<Self> {
        if name.len() > MAX_ICON {
            return None;
        }
        let at = ICONS.binary_search_by(|icon| icon.name.cmp(name)).ok()?;
        ICONS.get(at).copied()
    }

    /// Its name in forms and addresses, as it is stored.
    #[must_use]
    pub(crate) const fn name(self) -> &'static str {
        self.name
    }

    /// Its drawing, as the data of one path.
    #[must_use]
    pub(crate) const fn path(self) -> &'static str {
        self.path
    }

    /// Its name as people read it.
    #[must_use]
    pub(crate) fn title(self) -> String {
        self.name.replace('-', " ")
    }

    /// How well it fits words in lower case: 0 is best; none where one of them is missing.
    fn fits(self, sought: &[String]) -> Option<u8> {
        let begins = |text: &str, word: &str| {
            let mut own = text.split(|c: char| !c.is_ascii_alphanumeric());
            own.any(|one| one.starts_with(word))
        };
        if sought.iter().all(|word| begins(self.name, word)) {
            return Some(u8::from(
                sought.len() != 1 || sought.iter().any(|word| word != self.name),
            ));
        }
        let all = sought
            .iter()
            .all(|word| begins(self.name, word) || begins(self.words, word));
        all.then_some(2)
    }
}

/// The icons of which each word that is looked for begins a word, best first, and how many more there are than are found; what is
/// shown at first where nothing is looked for.
#[must_use]
pub(crate) fn search(sought: &str) -> (Vec<Icon>, usize) {
    let sought: String = sought.chars().take(MAX_SOUGHT).collect::<String>().to_lowercase();
    let words: Vec<String> = sought
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    if words.is_empty() {
        return (FIRST.iter().filter_map(|name| Icon::named(name)).collect(), 0);
    }
    let mut found: Vec<(u8, Icon)> = ICONS
        .iter()
        .filter_map(|icon| Some((icon.fits(&words)?, *icon)))
        .collect();
    // By name within the same fit, since they lie in that order.
    found.sort_by_key(|(fit, _)| *fit);
    let more = found.len().saturating_sub(MOST_FOUND);
    found.truncate(MOST_FOUND);
    (found.into_iter().map(|(_, icon)| icon).collect(), more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_is_there_once_in_order_and_is_found_by_its_name() {
        assert_eq!(ICONS.len(), LUCIDE.lines().count());
        assert!(ICONS.len() >= 400, "{}", ICONS.len());
        assert!(ICONS.is_sorted_by(|one, next| one.name < next.name));
        for icon in ICONS.iter() {
            assert_eq!(Icon::named(icon.name), Some(*icon));
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(
                icon.name.len() <= MAX_ICON && icon.name.chars().all(plain),
                "{}",
                icon.name
            );
            let data = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '.' | '-');
            assert!(
                icon.path.starts_with('M') && icon.path.chars().all(data),
                "{}",
                icon.name
            );
        }
        assert_eq!(Icon::named("no-such-icon"), None);
        assert_eq!(search("").0.len(), FIRST.len(), "each of the first is one");
    }

    #[test]
    fn icons_are_found_by_their_name_and_by_what_goes_with_it() {
        let names = |sought: &str| -> Vec<_> { search(sought).0.into_iter().map(Icon::name).collect() };
        assert_eq!(names("Trophy").first(), Some(&"trophy"));
        assert!(names("prize").contains(&"award"), "{:?}", names("prize"));
        assert!(names("book open").contains(&"book-open"));
        assert_eq!(names("book xyzzy"), Vec::<&str>::new());
        let (some, more) = search("c");
        assert_eq!(some.len(), MOST_FOUND);
        assert!(more > 0);
    }
}
