-- What holders say of their badges themselves, and the timelines ("how I learned this") that they show: by a link that ends, or to
-- anybody who has the address. Same words in both databases; see the first migration.

-- What one person is on the way to is asked for over all their courses.
CREATE INDEX current_decisions_by_person ON current_decisions (person_id);

-- The holder's own words on an award; never part of what is signed.
CREATE TABLE holder_notes (
    award_id TEXT PRIMARY KEY NOT NULL REFERENCES awards (id),
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    -- Plain text; empty where there is a link alone.
    note TEXT NOT NULL,
    -- Where work of theirs is: http or https.
    link TEXT,
    -- Whether others read it where they see the badge.
    shown BOOLEAN NOT NULL,
    written_at BIGINT NOT NULL
);

CREATE TABLE timelines (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    -- NULL: of all awards.
    award_id TEXT REFERENCES awards (id),
    -- SHA-256 of the secret part of its address, in hex.
    digest TEXT NOT NULL,
    -- That secret part, where it is shown to anybody: its holder is told the address again.
    slug TEXT,
    -- Whose it is and what of, while it is shown to anybody: at most one is. NULL for links, and once it was withdrawn.
    public_of TEXT,
    show_name BOOLEAN NOT NULL,
    show_evidence BOOLEAN NOT NULL,
    made_at BIGINT NOT NULL,
    -- NULL: until it is withdrawn.
    until BIGINT,
    withdrawn_at BIGINT
);
CREATE UNIQUE INDEX timelines_by_digest ON timelines (digest);
CREATE UNIQUE INDEX timelines_one_public ON timelines (public_of);
CREATE INDEX timelines_by_person ON timelines (person_id);
CREATE INDEX timelines_by_award ON timelines (award_id);
