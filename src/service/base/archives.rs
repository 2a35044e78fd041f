//! What a ZIP that somebody sends is looked at for before it is opened.

/// Whether an archive can have no more entries than are looked at. Whoever reads its index makes room for all that it says to have: a file
/// of 16 MB has room for some 350,000, and an index of the larger form (ZIP64) says any number, which nothing that is brought here needs.
pub(in crate::service) fn has_few(bytes: &[u8], most: usize) -> bool {
    let found = |mark: &[u8]| bytes.windows(4).filter(|four| *four == mark).count();
    let is_large = found(b"PK\x06\x06") > 0 && found(b"PK\x06\x07") > 0;
    !is_large && found(b"PK\x01\x02") <= most
}
