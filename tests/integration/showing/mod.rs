//! What is shown: to anybody, to the holder, and to those who teach.

mod holder;
mod public;
pub(crate) mod stage;
mod teaching;
