-- Badges of other issuers that students bring, as they came, with what a verification found last; and collections of badges that
-- students show for one application. Same words in both databases; see the first migration.

CREATE TABLE foreign_badges (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    -- What the badge is known again by: the id of its credential, else the digest of its bytes.
    badge_key TEXT NOT NULL,
    -- The bytes as they came and the picture that was in them or beside them: JSON of a stored file each, and their digests.
    file TEXT NOT NULL,
    file_digest TEXT NOT NULL,
    picture TEXT,
    picture_digest TEXT,
    -- The address that it was brought by.
    source TEXT,
    -- What the badge says of itself.
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    achievement TEXT,
    issuer TEXT NOT NULL,
    issuer_name TEXT,
    awarded_at BIGINT,
    until BIGINT,
    -- certain or claimed.
    holder TEXT NOT NULL,
    -- genuine, expired, suspended, revoked or wrong: the last verdict, of checked_at; why says more where there is more to say.
    standing TEXT NOT NULL,
    why TEXT,
    checked_at BIGINT NOT NULL,
    -- When its issuer was asked last, whether or not there was an answer.
    tried_at BIGINT NOT NULL,
    kept_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX foreign_badges_once ON foreign_badges (tenant_id, person_id, badge_key);
CREATE INDEX foreign_badges_by_file ON foreign_badges (tenant_id, file_digest);
CREATE INDEX foreign_badges_by_picture ON foreign_badges (tenant_id, picture_digest);

CREATE TABLE collections (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    title TEXT NOT NULL,
    -- The holder's own words.
    words TEXT NOT NULL,
    -- JSON: which awards and which badges of others, in their order.
    items TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    -- The digest of the secret part of its link, when that was made and when it ends; none while nobody else sees it.
    link_digest TEXT,
    link_made_at BIGINT,
    link_until BIGINT
);
CREATE INDEX collections_by_person ON collections (tenant_id, person_id);
CREATE UNIQUE INDEX collections_by_link ON collections (link_digest);
