//! Randomness as a parameter: the operating system's in production, a seeded stream in tests.

use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

/// Where a component gets unpredictable bytes.
pub trait Random: Send + Sync + std::fmt::Debug {
    /// Fills `buffer` with random bytes.
    fn fill(&self, buffer: &mut [u8]);
}

/// A source of randomness that can be shared between workers.
pub type SharedRandom = Arc<dyn Random>;

/// `N` random bytes.
#[must_use]
pub fn bytes<const N: usize>(random: &dyn Random) -> [u8; N] {
    let mut buffer = [0; N];
    random.fill(&mut buffer);
    buffer
}

/// `N` random bytes in unpadded base64url: tokens, nonces, slugs.
#[must_use]
pub fn token<const N: usize>(random: &dyn Random) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes::<N>(random))
}

/// The operating system's source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    /// # Panics
    /// When the operating system cannot give random bytes: nothing safe can be done without them.
    #[expect(
        clippy::panic,
        clippy::disallowed_methods,
        reason = "the one place that reads the system source; without it nothing is safe"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        if let Err(error) = getrandom::fill(buffer) {
            panic!("the operating system gives no random bytes: {error}");
        }
    }
}

/// A reproducible stream for tests: SHA-256 of seed and counter. Never for secrets.
#[derive(Debug)]
pub struct SeededRandom(Mutex<(u64, u64)>);

impl SeededRandom {
    /// A stream that depends on `seed` alone.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new((seed, 0)))
    }
}

impl Random for SeededRandom {
    fn fill(&self, buffer: &mut [u8]) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for chunk in buffer.chunks_mut(32) {
            let mut hash = Sha256::new();
            hash.update(state.0.to_le_bytes());
            hash.update(state.1.to_le_bytes());
            state.1 = state.1.wrapping_add(1);
            let block = hash.finalize();
            for (to, from) in chunk.iter_mut().zip(block.iter()) {
                *to = *from;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_its_stream_and_another_does_not() {
        let first: [u8; 40] = bytes(&SeededRandom::new(1));
        assert_eq!(first, bytes::<40>(&SeededRandom::new(1)));
        assert_ne!(first, bytes::<40>(&SeededRandom::new(2)));
    }
}
