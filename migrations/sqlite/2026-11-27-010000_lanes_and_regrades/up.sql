-- Who shares a worker with whom, and grades that fell after an award. Same words in both databases; see the first migration.

-- What calls a platform, by the platform that it calls: none for work that calls nobody.
ALTER TABLE jobs ADD COLUMN lane TEXT;

-- A holder no longer meets the rule that the award rests on. Not closed: nobody has decided (open), or somebody decided that
-- the badge stays (kept) and the rule is not met again yet.
CREATE TABLE regrades (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    badge_id TEXT NOT NULL REFERENCES badges (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    award_id TEXT NOT NULL REFERENCES awards (id),
    -- What the institution's policy said at that moment.
    policy TEXT NOT NULL,
    -- open, kept, revoked, over
    state TEXT NOT NULL,
    found_at BIGINT NOT NULL,
    decided_by TEXT REFERENCES people (id),
    reason TEXT,
    decided_at BIGINT
);
CREATE UNIQUE INDEX regrades_one_of_award ON regrades (award_id) WHERE state IN ('open', 'kept');
CREATE INDEX regrades_by_badge ON regrades (badge_id, state);
