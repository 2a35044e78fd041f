//! What whoever runs the server does: backups and the master key, and what they see of the queue.

pub(crate) mod backup;
pub(crate) mod gauges;
pub(crate) mod master_key;
pub(crate) mod old_copies;
