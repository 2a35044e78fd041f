-- The token form of credentials (VC-JWT). Same words in both databases; see the first migration.

-- Keys of issuers that sign tokens (ES256). A table of their own: a node that does not know them yet never takes one for
-- the key that signs documents.
CREATE TABLE issuer_token_keys (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    issuer_id TEXT NOT NULL REFERENCES issuers (id),
    public_multibase TEXT NOT NULL,
    sealed_secret TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX issuer_token_keys_by_public ON issuer_token_keys (issuer_id, public_multibase);
CREATE UNIQUE INDEX issuer_token_keys_one_active ON issuer_token_keys (issuer_id) WHERE state = 'active';

-- The signed token; never changed. None for what was issued before there were tokens.
ALTER TABLE credentials ADD COLUMN token TEXT;
