-- Stacks that an institution owns, over badges of any of its courses. Same words in both databases; see the first migration.

-- Whether it is where the institution keeps what belongs to no course: nobody was ever launched into it, and it is in no list.
ALTER TABLE courses ADD COLUMN home BOOLEAN;
CREATE UNIQUE INDEX courses_one_home ON courses (tenant_id) WHERE home IS NOT NULL;

-- What an institution says of a stack beside its badge, which stands in its home and is a badge like any other.
CREATE TABLE programmes (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    badge_id TEXT NOT NULL REFERENCES badges (id),
    -- What the end of a part does to the whole: keeps, lapses or renewal.
    parts_end TEXT NOT NULL,
    -- Whether somebody who began under an earlier version of its rule may finish under it.
    finish_begun BOOLEAN NOT NULL,
    -- JSON: the badges of its rule that come before it and are no parts of it.
    prerequisites TEXT NOT NULL,
    -- The administrator who saved it last.
    saved_by TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX programmes_once ON programmes (badge_id);
CREATE INDEX programmes_by_tenant ON programmes (tenant_id);

-- That one student need not have one part.
CREATE TABLE programme_waivers (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    -- The badge of the stack, and the badge that is waived.
    badge_id TEXT NOT NULL REFERENCES badges (id),
    part_id TEXT NOT NULL REFERENCES badges (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    reason TEXT NOT NULL,
    -- An administrator.
    waived_by TEXT NOT NULL,
    waived_at BIGINT NOT NULL,
    taken_back_at BIGINT
);
CREATE UNIQUE INDEX programme_waivers_once ON programme_waivers (badge_id, part_id, person_id) WHERE taken_back_at IS NULL;
CREATE INDEX programme_waivers_by_person ON programme_waivers (person_id);

-- That a second administrator looked at a programme before it decides.
CREATE TABLE programme_reviews (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    badge_id TEXT NOT NULL REFERENCES badges (id),
    -- SHA-256, in lower-case hex, of what is looked at: design, rule and terms.
    digest TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    -- waits, approved or changes.
    state TEXT NOT NULL,
    answered_by TEXT,
    answered_at BIGINT,
    -- What is to be changed.
    note TEXT
);
CREATE UNIQUE INDEX programme_reviews_once ON programme_reviews (badge_id, digest);
