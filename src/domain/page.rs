//! Long lists, a part at a time.

/// A part of a list: how many rows to skip and how many to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) offset: i64,
    /// Above zero.
    pub(crate) limit: i64,
}

impl Page {
    /// The first `limit` rows.
    #[must_use]
    pub(crate) fn first(limit: i64) -> Self {
        Self { offset: 0, limit }
    }

    /// This one, or the last one of a list that has become shorter than to reach it.
    #[must_use]
    pub(crate) fn within(self, total: i64) -> Self {
        let limit = self.limit.max(1);
        let last = (total.max(1) - 1) / limit * limit;
        Self {
            offset: self.offset.clamp(0, last),
            limit: self.limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_the_end_of_a_list_is_its_last_page() {
        let page = |offset| Page { offset, limit: 50 };
        for (offset, total, expected) in [
            (0, 0, 0),
            (50, 0, 0),
            (50, 50, 0),
            (50, 51, 50),
            (4_950, 120, 100),
            (100, 120, 100),
        ] {
            assert_eq!(page(offset).within(total), page(expected), "{offset} of {total}");
        }
    }
}
