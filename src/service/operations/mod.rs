//! What whoever runs the server does: backups and the master key.

pub(crate) mod backup;
