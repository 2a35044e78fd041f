//! What is told of a transaction once it is committed: a count, a line of the log. Work that is rolled back, or begun anew
//! because another transaction stood in its way, must not have told it.

use std::cell::RefCell;

use super::Db;

type Tell = Box<dyn FnOnce()>;

thread_local! {
    /// What waits for the end of the transaction of this thread: work on a connection never leaves its thread.
    static WAITING: RefCell<Vec<Tell>> = const { RefCell::new(Vec::new()) };
}

/// Counts or logs something once the transaction is committed in which this is called.
pub(crate) fn once_committed(_within: &mut Db, tell: impl FnOnce() + 'static) {
    WAITING.with_borrow_mut(|waiting| waiting.push(Box::new(tell)));
}

/// A transaction of this thread from its beginning; holds what waited before. What is not committed is not told.
pub(super) struct Telling(Vec<Tell>);

impl Telling {
    pub(super) fn begin() -> Self {
        Self(WAITING.take())
    }

    pub(super) fn committed(self) {
        for tell in WAITING.take() {
            tell();
        }
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        WAITING.set(std::mem::take(&mut self.0));
    }
}
