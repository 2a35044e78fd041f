//! Where the built program is.

use std::path::PathBuf;

/// The program that was built together with this test. `cargo test` builds it, since `tests/architecture.rs` is an
/// integration test of the same package.
pub(crate) fn path() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.ancestors().nth(2).unwrap().join("cairn");
    assert!(
        program.exists(),
        "{} is not there: run `cargo build` first",
        program.display()
    );
    program
}
