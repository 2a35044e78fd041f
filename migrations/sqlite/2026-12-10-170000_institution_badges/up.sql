-- Badges that an institution owns and that its courses take, each with what of its own stands in the places of their rule. Same words
-- in both databases; see the first migration.

-- What an institution says of one beside its badge, which stands in its home, awards nothing itself, and is where the lineage begins
-- of all that courses make of it.
CREATE TABLE institution_badges (
    badge_id TEXT PRIMARY KEY NOT NULL REFERENCES badges (id),
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    -- JSON: the design, and the rule with its places.
    draft TEXT NOT NULL,
    -- Counts edits of the draft, from 1.
    revision INTEGER NOT NULL,
    -- JSON: the same as courses take it. None before it was published.
    published TEXT,
    -- Counts what was published, from 1; 0 before.
    version INTEGER NOT NULL,
    published_at BIGINT,
    -- Whether every course may take it.
    everywhere BOOLEAN NOT NULL,
    -- The administrator who saved it last.
    saved_by TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX institution_badges_by_tenant ON institution_badges (tenant_id);

-- Who may take one that is not for every course: the courses of a platform, or one course.
CREATE TABLE institution_badge_reach (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    badge_id TEXT NOT NULL REFERENCES badges (id),
    -- Not a reference: a platform from which nobody ever came may be removed, and then this means nobody.
    platform_id TEXT,
    course_id TEXT REFERENCES courses (id)
);
CREATE UNIQUE INDEX institution_badge_reach_platform ON institution_badge_reach (badge_id, platform_id) WHERE platform_id IS NOT NULL;
CREATE UNIQUE INDEX institution_badge_reach_course ON institution_badge_reach (badge_id, course_id) WHERE course_id IS NOT NULL;
