//! What is shown: to anybody, to the holder, and to those who teach.

mod addresses;
mod anew;
mod details;
mod elsewhere;
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
mod print;
mod public;
mod reach;
mod revoked;
mod sections;
pub(crate) mod stage;
mod students;
mod teaching;
