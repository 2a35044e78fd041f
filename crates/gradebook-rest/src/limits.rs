//! How much is read of a platform that anybody may run.

use std::time::Duration;

/// What one reading may take. More is an error that says so, never a list cut in silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one answer.
    pub answer: usize,
    /// How long one call may take: pages of 20 s have been seen.
    pub timeout: Duration,
    /// Pages of one list.
    pub pages: usize,
    /// Columns of a course, and rows of every other list that is read whole.
    pub items: usize,
    /// People of a course.
    pub people: usize,
    /// Calls under way at once, for platforms that allow several: Moodle takes 2 to 4. Canvas is called one at a time.
    pub at_once: usize,
}

impl Default for Limits {
    /// Room for 5,000 people with 40 columns.
    fn default() -> Self {
        Self {
            answer: 8 << 20,
            timeout: Duration::from_mins(1),
            pages: 5_000,
            items: 2_000,
            people: 20_000,
            at_once: 2,
        }
    }
}
