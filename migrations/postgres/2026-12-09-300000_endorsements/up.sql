-- Endorsements of badges by other bodies: the invitation, whose issuer was made for it, and what was signed. Same words in both
-- databases; see the first migration.

CREATE TABLE endorsements (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    badge_id TEXT NOT NULL REFERENCES badges (id),
    -- What the body is called, as whoever invited it typed it; nobody else changes it.
    name TEXT NOT NULL,
    -- The address to which whoever invited says that the link went, seen by teachers and administrators alone; once it is answered
    -- or withdrawn, its domain alone.
    email TEXT,
    -- A DNS name that is theirs, who says so (institution or did), and since when.
    domain TEXT,
    domain_by TEXT,
    domain_at BIGINT,
    -- A teacher or an administrator; none: somebody who was erased.
    invited_by_person TEXT,
    invited_by_admin TEXT,
    made_at BIGINT NOT NULL,
    -- The link works until then. SHA-256 of its secret, in lower-case hex.
    until BIGINT NOT NULL,
    link_digest TEXT NOT NULL,
    withdrawn_at BIGINT,
    -- When it was signed here, or brought; with it everything below is set that is not of later days.
    used_at BIGINT,
    -- SHA-256 of the secret of the endorser's own link.
    own_digest TEXT,
    -- The last part of the address of the issuer that was made for it; none for one that was signed elsewhere.
    slug TEXT,
    public_multibase TEXT,
    -- None once the endorser has taken the key.
    sealed_secret TEXT,
    key_taken_at BIGINT,
    -- Which version was endorsed, what was shown of it (JSON), and the digest of what may not change.
    revision INTEGER,
    shown TEXT,
    substance TEXT,
    comment TEXT,
    -- The signed endorsement, and its status list as it is and as it will be once it is taken back: both are signed when it is,
    -- because the endorser may take the key.
    document TEXT,
    list_document TEXT,
    list_revoked TEXT,
    -- Whether new badges carry it inside.
    carried BOOLEAN NOT NULL DEFAULT FALSE,
    ended_at BIGINT,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX endorsements_by_link ON endorsements (link_digest);
CREATE UNIQUE INDEX endorsements_by_own ON endorsements (own_digest);
CREATE UNIQUE INDEX endorsements_by_slug ON endorsements (slug);
CREATE INDEX endorsements_by_badge ON endorsements (badge_id);
CREATE INDEX endorsements_by_tenant ON endorsements (tenant_id);
