//! Everything that lies in the database encrypted under the master key, for whoever changes that key. Names no tenant: the
//! master key is the installation's.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::schema::{
    endorsements, issuer_keys, issuer_token_keys, rest_accesses, rest_grants, tombstone_keys, tool_keys,
};
use super::{Db, StoreError};

/// Which secret something is, by its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum SealedKind {
    /// `endorsements.sealed_secret`.
    EndorserKey,
    /// `issuer_keys.sealed_secret`.
    IssuerKey,
    /// `issuer_token_keys.sealed_secret`.
    IssuerTokenKey,
    /// `rest_grants.sealed_refresh`.
    RestRefresh,
    /// `rest_accesses.sealed_secret`.
    RestSecret,
    /// `rest_grants.sealed_token`.
    RestToken,
    /// `tombstone_keys.sealed_secret`, by the tenant.
    TombstoneKey,
    /// `tool_keys.sealed_pem`.
    ToolKey,
}

/// A secret as it lies in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sealed {
    pub(crate) kind: SealedKind,
    /// The id of its row.
    pub(crate) id: String,
    pub(crate) text: String,
}

/// Keeps others from adding secrets until the transaction ends. SQLite has one writer anyway.
///
/// # Errors
/// [`StoreError::Busy`] when somebody else holds one of the tables for too long.
pub(crate) fn lock(db: &mut Db) -> Result<(), StoreError> {
    if let Db::Postgres(connection) = db {
        connection.batch_execute(
            "LOCK TABLE endorsements, issuer_keys, issuer_token_keys, rest_accesses, rest_grants, tombstone_keys, tool_keys \
             IN SHARE ROW EXCLUSIVE MODE",
        )?;
    }
    Ok(())
}

/// Every secret there is.
pub(crate) fn all(db: &mut Db) -> Result<Vec<Sealed>, StoreError> {
    let issuer: Vec<(String, String)> = issuer_keys::table
        .order(issuer_keys::id)
        .select((issuer_keys::id, issuer_keys::sealed_secret))
        .load(db)?;
    let token: Vec<(String, String)> = issuer_token_keys::table
        .order(issuer_token_keys::id)
        .select((issuer_token_keys::id, issuer_token_keys::sealed_secret))
        .load(db)?;
    let tool: Vec<(String, String)> = tool_keys::table
        .order(tool_keys::kid)
        .select((tool_keys::kid, tool_keys::sealed_pem))
        .load(db)?;
    let tombstone: Vec<(String, String)> = tombstone_keys::table
        .order(tombstone_keys::tenant_id)
        .select((tombstone_keys::tenant_id, tombstone_keys::sealed_secret))
        .load(db)?;
    let of = |kind| move |(id, text)| Sealed { kind, id, text };
    let mut found: Vec<Sealed> = issuer.into_iter().map(of(SealedKind::IssuerKey)).collect();
    found.extend(token.into_iter().map(of(SealedKind::IssuerTokenKey)));
    found.extend(tombstone.into_iter().map(of(SealedKind::TombstoneKey)));
    found.extend(tool.into_iter().map(of(SealedKind::ToolKey)));
    let endorsers: Vec<(String, Option<String>)> = endorsements::table
        .order(endorsements::id)
        .select((endorsements::id, endorsements::sealed_secret))
        .load(db)?;
    let kept = endorsers.into_iter().filter_map(|(id, text)| Some((id, text?)));
    found.extend(kept.map(of(SealedKind::EndorserKey)));
    found.extend(of_rest(db)?);
    Ok(found)
}

/// What lets platforms be read by REST. Not every key has a secret, nor every token one for the next.
fn of_rest(db: &mut Db) -> Result<Vec<Sealed>, StoreError> {
    let secrets: Vec<(String, Option<String>)> = rest_accesses::table
        .order(rest_accesses::id)
        .select((rest_accesses::id, rest_accesses::sealed_secret))
        .load(db)?;
    let tokens: Vec<(String, String, Option<String>)> = rest_grants::table
        .order(rest_grants::id)
        .select((
            rest_grants::id,
            rest_grants::sealed_token,
            rest_grants::sealed_refresh,
        ))
        .load(db)?;
    let mut found = Vec::new();
    for (id, text) in secrets {
        found.extend(text.map(|text| (SealedKind::RestSecret, id, text)));
    }
    for (id, token, refresh) in tokens {
        found.push((SealedKind::RestToken, id.clone(), token));
        found.extend(refresh.map(|text| (SealedKind::RestRefresh, id, text)));
    }
    let sealed = |(kind, id, text)| Sealed { kind, id, text };
    Ok(found.into_iter().map(sealed).collect())
}

/// Puts `text` in the place of what `before` says.
///
/// # Errors
/// [`StoreError::Stale`] when that is not what lies there.
pub(crate) fn replace(db: &mut Db, before: &Sealed, text: &str) -> Result<(), StoreError> {
    let changed = match before.kind {
        SealedKind::EndorserKey => diesel::update(endorsements::table.find(&before.id))
            .filter(endorsements::sealed_secret.eq(Some(before.text.as_str())))
            .set(endorsements::sealed_secret.eq(Some(text)))
            .execute(db)?,
        SealedKind::IssuerKey => diesel::update(issuer_keys::table.find(&before.id))
            .filter(issuer_keys::sealed_secret.eq(&before.text))
            .set(issuer_keys::sealed_secret.eq(text))
            .execute(db)?,
        SealedKind::IssuerTokenKey => diesel::update(issuer_token_keys::table.find(&before.id))
            .filter(issuer_token_keys::sealed_secret.eq(&before.text))
            .set(issuer_token_keys::sealed_secret.eq(text))
            .execute(db)?,
        SealedKind::RestRefresh => diesel::update(rest_grants::table.find(&before.id))
            .filter(rest_grants::sealed_refresh.eq(&before.text))
            .set(rest_grants::sealed_refresh.eq(text))
            .execute(db)?,
        SealedKind::RestSecret => diesel::update(rest_accesses::table.find(&before.id))
            .filter(rest_accesses::sealed_secret.eq(&before.text))
            .set(rest_accesses::sealed_secret.eq(text))
            .execute(db)?,
        SealedKind::RestToken => diesel::update(rest_grants::table.find(&before.id))
            .filter(rest_grants::sealed_token.eq(&before.text))
            .set(rest_grants::sealed_token.eq(text))
            .execute(db)?,
        SealedKind::TombstoneKey => diesel::update(tombstone_keys::table.find(&before.id))
            .filter(tombstone_keys::sealed_secret.eq(&before.text))
            .set(tombstone_keys::sealed_secret.eq(text))
            .execute(db)?,
        SealedKind::ToolKey => diesel::update(tool_keys::table.find(&before.id))
            .filter(tool_keys::sealed_pem.eq(&before.text))
            .set(tool_keys::sealed_pem.eq(text))
            .execute(db)?,
    };
    if changed == 1 {
        Ok(())
    } else {
        Err(StoreError::Stale)
    }
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    others: i64,
}

/// How many other connections of Cairn's the database has. SQLite does not know, and answers none.
pub(crate) fn other_connections(db: &mut Db) -> Result<i64, StoreError> {
    match db {
        Db::Sqlite(_) => Ok(0),
        Db::Postgres(connection) => {
            let query = "SELECT count(*) AS others FROM pg_stat_activity WHERE datname = current_database() \
                         AND application_name = 'cairn' AND pid <> pg_backend_pid()";
            let found: Counted = diesel::sql_query(query).get_result(connection)?;
            Ok(found.others)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::keys::KeyState;
    use crate::store::testing::on_both_databases;

    #[derive(QueryableByName)]
    struct Named {
        #[diesel(sql_type = diesel::sql_types::Text)]
        name: String,
    }

    /// Whoever adds a column with something encrypted in it adds it to [`all`] too.
    #[test]
    fn every_column_whose_name_says_so_is_known_here() {
        on_both_databases(|database| {
            let found = database.store.read_blocking(|db| -> Result<Vec<Named>, StoreError> {
                Ok(match db {
                    Db::Sqlite(connection) => diesel::sql_query(
                        "SELECT m.name || '.' || p.name AS name FROM sqlite_schema m, pragma_table_info(m.name) p \
                         WHERE m.type = 'table' AND p.name LIKE '%sealed%' ORDER BY 1",
                    )
                    .load(connection)?,
                    Db::Postgres(connection) => diesel::sql_query(
                        "SELECT (table_name || '.' || column_name)::text AS name FROM information_schema.columns \
                         WHERE table_schema = 'public' AND column_name LIKE '%sealed%' ORDER BY 1",
                    )
                    .load(connection)?,
                })
            });
            let names: Vec<_> = found.unwrap().into_iter().map(|one| one.name).collect();
            assert_eq!(
                names,
                [
                    "endorsements.sealed_secret",
                    "issuer_keys.sealed_secret",
                    "issuer_token_keys.sealed_secret",
                    "rest_accesses.sealed_secret",
                    "rest_grants.sealed_refresh",
                    "rest_grants.sealed_token",
                    "tombstone_keys.sealed_secret",
                    "tool_keys.sealed_pem"
                ]
            );
        });
    }

    #[test]
    fn what_was_changed_meanwhile_is_not_written_over() {
        on_both_databases(|database| {
            let key = crate::store::tool_keys::ToolKey {
                kid: "one".into(),
                sealed_pem: "first".into(),
                state: KeyState::Active,
                created_at: chrono::DateTime::UNIX_EPOCH,
            };
            let done = database.store.write_blocking(|db| {
                lock(db)?;
                crate::store::tool_keys::insert(db, &key)?;
                let found = all(db)?;
                assert_eq!(found.len(), 1);
                replace(db, &found[0], "second")?;
                assert!(matches!(replace(db, &found[0], "third"), Err(StoreError::Stale)));
                assert_eq!(all(db)?[0].text, "second");
                Ok::<_, StoreError>(())
            });
            done.unwrap();
        });
    }
}
