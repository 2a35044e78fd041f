//! Accounts of two platforms of one institution that a student says are both theirs: a code is shown in one and typed in the other,
//! and both say yes.

use chrono::{DateTime, TimeDelta, Utc};

use crate::ids::{AccountJoinId, JoinId, PersonId, TenantId};

/// A code can be typed for so long.
pub(crate) const TYPED_WITHIN: TimeDelta = TimeDelta::minutes(10);
/// Once it was typed, whoever was shown it says yes within so long.
pub(crate) const ANSWERED_WITHIN: TimeDelta = TimeDelta::hours(1);

/// What codes are made of: neither 0 and O nor 1, I and L, which are mistaken for each other.
const LETTERS: [char; 31] = [
    '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'M', 'N', 'P',
    'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z',
];
/// How many there are of them.
const MANY: u128 = 31;
/// Letters of a code: 850 thousand million codes.
const LENGTH: usize = 8;

/// A code, told once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Code(String);

impl Code {
    /// The code that these random bytes make.
    #[must_use]
    pub(crate) fn of(bytes: [u8; 16]) -> Self {
        let mut rest = u128::from_be_bytes(bytes);
        let mut text = String::with_capacity(LENGTH);
        for _ in 0..LENGTH {
            let at = usize::try_from(rest % MANY).unwrap_or_default();
            text.extend(LETTERS.get(at));
            rest /= MANY;
        }
        Self(text)
    }

    /// What somebody typed, with whatever they put between; none where it cannot be a code.
    #[must_use]
    pub(crate) fn typed(text: &str) -> Option<Self> {
        let letters = text.chars().filter(|letter| letter.is_alphanumeric());
        let text: String = letters.flat_map(char::to_uppercase).take(LENGTH + 1).collect();
        let is_code = text.chars().count() == LENGTH && text.chars().all(|letter| LETTERS.contains(&letter));
        is_code.then_some(Self(text))
    }

    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is read and typed: "ABCD-EFGH".
    #[must_use]
    pub(crate) fn in_two(&self) -> String {
        let half = LENGTH / 2;
        let (one, two): (String, String) = (
            self.0.chars().take(half).collect(),
            self.0.chars().skip(half).collect(),
        );
        format!("{one}-{two}")
    }
}

/// That a student says that two accounts are theirs, as far as it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccountJoin {
    pub(crate) id: AccountJoinId,
    pub(crate) tenant: TenantId,
    /// Who was shown the code, and stays.
    pub(crate) person: PersonId,
    /// SHA-256 of the institution and the code, in hex.
    pub(crate) digest: String,
    pub(crate) made_at: DateTime<Utc>,
    /// Until when the code can be typed; once it was, until when it can be said yes to.
    pub(crate) until: DateTime<Utc>,
    /// Who typed the code and agreed, and when.
    pub(crate) other: Option<(PersonId, DateTime<Utc>)>,
    /// The join that both agreed to.
    pub(crate) join: Option<JoinId>,
}

impl AccountJoin {
    /// Whether the code can still be typed.
    #[must_use]
    pub(crate) fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.other.is_none() && self.join.is_none() && now < self.until
    }

    /// Who typed the code, while whoever was shown it has not said yes.
    #[must_use]
    pub(crate) fn waits_for(&self, now: DateTime<Utc>) -> Option<&PersonId> {
        let waits = self.join.is_none() && now < self.until;
        self.other.as_ref().map(|(other, _)| other).filter(|_| waits)
    }
}

/// Whether two names may be one person's: they have a word in common, in whatever case and order. Where either has no name, nothing
/// speaks for it.
#[must_use]
pub(crate) fn are_near(one: Option<&str>, other: Option<&str>) -> bool {
    let words = |name: Option<&str>| -> Vec<String> {
        let name = name.unwrap_or_default().to_lowercase();
        let words = name.split(|letter: char| !letter.is_alphanumeric());
        words
            .filter(|word| word.chars().count() > 1)
            .map(str::to_owned)
            .collect()
    };
    let others = words(other);
    words(one).iter().any(|word| others.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_typed_in_any_case_with_anything_between_and_nothing_else_is_one() {
        let code = Code::of([7; 16]);
        assert_eq!(code.as_str().chars().count(), LENGTH);
        let shown = code.in_two();
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            format!("  {} ", shown.replace('-', " - ")),
        ] {
            assert_eq!(Code::typed(&typed).as_ref(), Some(&code), "{typed}");
        }
        for odd in [
            "",
            "ABCD",
            "ABCD-EFG0",
            "ABCD-EFGI",
            "ABCD-EFGHJ",
            "ÄBCD-EFGH",
            "%%%%%%%%",
        ] {
            assert_eq!(Code::typed(odd), None, "{odd}");
        }
        assert_ne!(Code::of([0; 16]), Code::of([1; 16]));
        assert_eq!(Code::of([0; 16]).in_two(), "2222-2222");
    }

    #[test]
    fn names_are_near_when_they_have_a_word_in_common() {
        for (one, other) in [
            ("Ada Lovelace", "LOVELACE, Ada B."),
            ("Łukasz Żak", "żak ł."),
            ("Ada", "ada"),
        ] {
            assert!(are_near(Some(one), Some(other)), "{one} {other}");
        }
        assert!(!are_near(Some("Ada B. Lovelace"), Some("Ben B. Bitdiddle")));
        assert!(!are_near(Some("Ada"), None) && !are_near(None, None));
    }
}
