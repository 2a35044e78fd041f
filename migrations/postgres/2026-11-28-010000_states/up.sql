-- The credential's whole life. Same words in both databases; see the first migration.

-- Since when an award counts for nothing until somebody has decided; follows the open entry in regrades whose policy is to
-- suspend. None: it is not under review.
ALTER TABLE awards ADD COLUMN suspended_since BIGINT;
UPDATE awards SET suspended_since = (
    SELECT regrades.found_at FROM regrades
    WHERE regrades.award_id = awards.id AND regrades.state = 'open' AND regrades.policy = 'suspend'
);

-- The holder keeps the public page to themselves: nobody opens it but by a link of theirs.
ALTER TABLE credentials ADD COLUMN hidden BOOLEAN NOT NULL DEFAULT FALSE;

-- Links by which a holder shows a badge for a time, by the digest of the secret part.
CREATE TABLE share_links (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    credential_id TEXT NOT NULL REFERENCES credentials (id),
    digest TEXT NOT NULL UNIQUE,
    made_at BIGINT NOT NULL,
    until BIGINT NOT NULL,
    withdrawn_at BIGINT
);
CREATE INDEX share_links_by_credential ON share_links (credential_id);
