//! How many files and connections the system lets this process have open at once.

/// More than this no server of ours needs, and some systems refuse a number without end.
const MOST: u64 = 1 << 20;

/// Raises the soft limit as far as the hard one allows, and says what may be open then. Most systems start a process with
/// 1,024, which a few hundred connections and a database use up.
#[cfg(unix)]
pub(crate) fn raise() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let has = limit.current.unwrap_or(MOST);
    let wanted = limit.maximum.unwrap_or(MOST).min(MOST);
    let raised = Rlimit {
        current: Some(wanted),
        maximum: limit.maximum,
    };
    let open = if has < wanted && setrlimit(Resource::Nofile, raised).is_ok() {
        wanted
    } else {
        has
    };
    tracing::debug!(before = has, now = open, "files and connections that may be open");
    usize::try_from(open.min(MOST)).unwrap_or(usize::MAX)
}

/// Elsewhere the system has no such limit.
#[cfg(not(unix))]
pub(crate) fn raise() -> usize {
    usize::try_from(MOST).unwrap_or(usize::MAX)
}

#[cfg(all(test, unix))]
mod tests {
    use rustix::process::{Resource, getrlimit};

    use super::*;

    #[test]
    fn as_many_may_be_open_as_the_system_allows() {
        let open = raise();
        let limit = getrlimit(Resource::Nofile);
        let allowed = limit.maximum.unwrap_or(MOST).min(MOST);
        assert!(limit.current.is_none_or(|now| now >= allowed), "{limit:?}");
        assert!(u64::try_from(open).unwrap() >= allowed.min(1_024), "{open}");
        assert_eq!(raise(), open, "raising twice changes nothing");
    }
}
