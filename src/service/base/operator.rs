//! Who may administer, and how far their power reaches: what a use case asks before it changes something.

use crate::domain::audit::Actor;
use crate::ids::{AdminId, TenantId};
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::Forbidden;

/// How far an administrator's power reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The whole installation with all its institutions.
    Everything,
    /// One institution.
    Tenant(TenantId),
}

impl Scope {
    /// Whether it reaches that institution.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] when it does not: another institution is as if it were not there.
    pub(crate) fn allows(&self, tenant: &TenantId) -> Result<(), ServiceError> {
        match self {
            Self::Everything => Ok(()),
            Self::Tenant(own) if own == tenant => Ok(()),
            Self::Tenant(_) => Err(ServiceError::NotFound("institution")),
        }
    }

    /// Requires power over the whole installation.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`] for administrators of one institution.
    pub(crate) fn everything(&self) -> Result<(), ServiceError> {
        match self {
            Self::Everything => Ok(()),
            Self::Tenant(_) => Err(ServiceError::Forbidden(Forbidden::WholeInstallation)),
        }
    }

    /// The one institution, if there is only one.
    #[must_use]
    pub(crate) fn tenant(&self) -> Option<&TenantId> {
        match self {
            Self::Everything => None,
            Self::Tenant(tenant) => Some(tenant),
        }
    }
}

impl From<Option<TenantId>> for Scope {
    fn from(tenant: Option<TenantId>) -> Self {
        tenant.map_or(Self::Everything, Self::Tenant)
    }
}

/// Somebody who is signed in to the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Administrator {
    pub(crate) actor: AdminId,
    pub(crate) name: String,
    pub(crate) scope: Scope,
}

/// Who administers: the same use cases serve the console and the command line.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Operator<'a> {
    /// Somebody who is signed in to the console, within their reach.
    Administrator(&'a Administrator),
    /// Whoever runs commands on the server: nothing is out of their reach.
    CommandLine,
}

impl Operator<'_> {
    /// How the audit log names them.
    #[must_use]
    pub(crate) fn actor(self) -> Actor {
        match self {
            Self::Administrator(admin) => Actor::Administrator(admin.actor.clone()),
            Self::CommandLine => Actor::CommandLine,
        }
    }

    /// How far their power reaches.
    #[must_use]
    pub(crate) fn scope(self) -> Scope {
        match self {
            Self::Administrator(admin) => admin.scope.clone(),
            Self::CommandLine => Scope::Everything,
        }
    }
}

impl<'a> From<&'a Administrator> for Operator<'a> {
    fn from(admin: &'a Administrator) -> Self {
        Self::Administrator(admin)
    }
}
