//! The order in which people count names: "Step 2" before "Step 10".

/// A piece of a name: a run of digits, or what stands between two.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Piece {
    /// By length first, so that no number is too large; without zeros before it.
    Number(usize, String),
    Text(String),
}

/// What names are sorted by. Case does not count.
#[must_use]
pub(crate) fn key(name: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let lower = name.to_lowercase();
    let mut rest = lower.as_str();
    while let Some(first) = rest.chars().next() {
        let is_number = first.is_ascii_digit();
        let end = rest
            .find(|letter: char| letter.is_ascii_digit() != is_number)
            .unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        pieces.push(if is_number {
            let digits = piece.trim_start_matches('0');
            Piece::Number(digits.len(), digits.to_owned())
        } else {
            Piece::Text(piece.to_owned())
        });
        rest = after;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_count_as_numbers() {
        let mut names = [
            "Step 10", "step 2", "", "Step 2b", "Step", "10 steps", "Step 002", "9 ä",
        ];
        names.sort_by_cached_key(|name| (key(name), *name));
        let sorted = [
            "", "9 ä", "10 steps", "Step", "Step 002", "step 2", "Step 2b", "Step 10",
        ];
        assert_eq!(names, sorted);
    }
}
