-- Whom no reading and no launch may bring back: people who were erased and whom a platform goes on naming. Same words in both
-- databases.

-- The key of an institution under which such names are hidden: a name may be a small number, which a plain digest would give
-- away to whoever counts. Encrypted under the master key.
CREATE TABLE tombstone_keys (
    tenant_id TEXT NOT NULL PRIMARY KEY REFERENCES tenants (id),
    sealed_secret TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- One for each name of each of them, until they agree to be kept again.
CREATE TABLE tombstones (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    -- HMAC-SHA-256 of platform and name, in lower-case hex.
    digest TEXT NOT NULL,
    erasure_id TEXT NOT NULL REFERENCES erasures (id),
    erased_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, digest)
);
