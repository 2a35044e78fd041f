//! What whoever runs the server does: backups and the master key.

pub mod backup;
pub mod master_key;
