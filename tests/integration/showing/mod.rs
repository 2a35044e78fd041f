//! What is shown: to anybody, to the holder, and to those who teach.

mod fallen;
mod holder;
mod public;
pub mod stage;
mod teaching;
