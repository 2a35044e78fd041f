//! Registrations as they were last read. A launch is verified with one of these, and its transaction reads the row again:
//! so nothing here has to be invalidated, on this node or another.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::ids::RegistrationId;
use lti::registration::Registration;

/// Most registrations that are kept; beyond, it begins anew.
const MOST: usize = 1_000;

/// The registrations of recent logins and launches.
#[derive(Debug, Default)]
pub(crate) struct Remembered(Mutex<HashMap<RegistrationId, Arc<Registration>>>);

impl Remembered {
    fn all(&self) -> MutexGuard<'_, HashMap<RegistrationId, Arc<Registration>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, id: &RegistrationId) -> Option<Arc<Registration>> {
        self.all().get(id).cloned()
    }

    pub(crate) fn keep(&self, registration: &Registration) {
        let mut all = self.all();
        if all
            .get(&registration.id)
            .is_some_and(|kept| **kept == *registration)
        {
            return;
        }
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(registration.id.clone(), Arc::new(registration.clone()));
    }
}
