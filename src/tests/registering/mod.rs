//! Registering Cairn by itself, in both flavours: invitation, question, answer, first launch; and by hand; and what the
//! self-test of a platform says when something is wrong there.

mod again;
mod by_hand;
mod clicking;
mod closing;
mod copying;
mod faults;
mod refused;
mod skew;
mod testing;
pub(crate) mod way;
