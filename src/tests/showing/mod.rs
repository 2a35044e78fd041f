//! What is shown: to anybody, to the holder, and to those who teach.

mod accounts;
mod addresses;
mod anew;
mod details;
mod elsewhere;
pub(crate) mod endorsing;
mod everywhere;
mod fallen;
mod forms;
mod glance;
mod holder;
mod kept;
mod life;
mod limits;
mod links;
mod pictures;
mod preview;
pub(crate) mod print;
mod public;
mod reach;
pub(crate) mod records;
mod revoked;
mod sections;
pub(crate) mod stage;
mod students;
mod teaching;
mod timelines;
