-- When the grades of gradebook columns count: platforms tell a tool of grades that students cannot see yet. Same words in
-- both databases; see the first migration.

-- What was chosen for a column. One without a row counts as the course says, or as soon as its grades are there.
CREATE TABLE column_releases (
    line_item_id TEXT NOT NULL PRIMARY KEY REFERENCES line_items (id),
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    -- at_once, on_release
    counting TEXT NOT NULL,
    -- Since when everything in it counts.
    released_at BIGINT,
    -- When it is to be released.
    planned_at BIGINT,
    -- It was held again: grades that changed last up to then still count.
    held_at BIGINT
);

-- What was chosen for the columns of a course of which nobody chose otherwise. No row: nobody was asked yet.
CREATE TABLE course_releases (
    course_id TEXT NOT NULL PRIMARY KEY REFERENCES courses (id),
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    -- at_once, on_release
    counting TEXT NOT NULL,
    answered_at BIGINT NOT NULL
);
