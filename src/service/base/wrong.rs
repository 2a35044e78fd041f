//! What is wrong with the values of one form: all of it is found before anything is refused, so that a person mends it at once.

use crate::service::base::error::ServiceError;
use crate::service::base::refusal::Refusal;

/// What was found so far.
#[derive(Debug, Default)]
pub(in crate::service) struct Wrong(Vec<Refusal>);

impl Wrong {
    /// Notes something that is wrong; the same again is the same.
    pub(in crate::service) fn note(&mut self, refusal: impl Into<Refusal>) {
        let refusal = refusal.into();
        if !self.0.contains(&refusal) {
            self.0.push(refusal);
        }
    }

    /// The value; in the place of one that is refused stands nothing, which is used for nothing after [`end`](Self::end).
    ///
    /// # Errors
    /// What is no refusal of a value.
    pub(in crate::service) fn take<T: Default>(
        &mut self,
        value: Result<T, ServiceError>,
    ) -> Result<T, ServiceError> {
        match value {
            Err(ServiceError::Refused(refusal)) => {
                self.note(refusal);
                Ok(T::default())
            }
            value => value,
        }
    }

    /// # Errors
    /// [`ServiceError::Refused`] for one thing that is wrong, [`ServiceError::Several`] for more.
    pub(in crate::service) fn end(mut self) -> Result<(), ServiceError> {
        match (self.0.pop(), self.0.is_empty()) {
            (None, _) => Ok(()),
            (Some(only), true) => Err(ServiceError::Refused(only)),
            (Some(last), false) => {
                self.0.push(last);
                Err(ServiceError::Several(self.0))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::base::refusal::{AccountRefusal, InstitutionRefusal};

    #[test]
    fn all_that_is_wrong_is_told_at_once_and_what_is_no_refusal_ends_it() {
        Wrong::default().end().unwrap();
        let mut one = Wrong::default();
        assert_eq!(one.take(Ok(7)).unwrap(), 7);
        assert_eq!(one.take::<u8>(Err(InstitutionRefusal::Name.into())).unwrap(), 0);
        one.note(InstitutionRefusal::Name);
        let error = one.end().unwrap_err();
        assert_eq!(error.code(), "institution.name");

        let mut two = Wrong::default();
        two.note(InstitutionRefusal::Ror);
        two.note(AccountRefusal::Email);
        let error = two.end().unwrap_err();
        let codes: Vec<&str> = error.refusals().iter().map(Refusal::code).collect();
        assert_eq!(codes, ["issuer.ror", "admin.email"]);
        assert!(error.is_invalid());

        let missing = Wrong::default().take::<u8>(Err(ServiceError::NotFound("picture")));
        assert!(matches!(missing, Err(ServiceError::NotFound(_))));
    }
}
