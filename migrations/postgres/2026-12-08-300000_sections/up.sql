-- The sections and groups of courses, and who is in them, as gradebook files, launches and the course site's own interface tell.
-- Only teachers choose by them. Same words in both databases; see the first migration.

CREATE TABLE sections (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    course_id TEXT NOT NULL REFERENCES courses (id),
    -- csv, launch or rest.
    source TEXT NOT NULL,
    -- section or group.
    kind TEXT NOT NULL,
    -- Its id where the source has one, else its name.
    section_key TEXT NOT NULL,
    name TEXT NOT NULL
);
CREATE UNIQUE INDEX sections_once ON sections (course_id, source, kind, section_key);

-- One row for each person and section. Of each person what was told last holds, whichever source told it.
CREATE TABLE section_members (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    section_id TEXT NOT NULL REFERENCES sections (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    PRIMARY KEY (section_id, person_id)
);
CREATE INDEX section_members_by_person ON section_members (person_id);
