-- What the coach found about badges and somebody dismissed with a reason; what else issuers say of themselves; and the lists of skills
-- that an institution brings. Same words in both databases; see the first migration.

CREATE TABLE dismissed_findings (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    course_id TEXT NOT NULL REFERENCES courses (id),
    -- None for what is of all badges of the course.
    badge_id TEXT REFERENCES badges (id),
    code TEXT NOT NULL,
    -- SHA-256 (hex) of what it was about, the badge included: where that changes, the finding is there again.
    about TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- None where whoever did it was erased.
    dismissed_by TEXT REFERENCES people (id),
    dismissed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX dismissed_findings_once ON dismissed_findings (course_id, about);
CREATE INDEX dismissed_findings_by_badge ON dismissed_findings (badge_id);
CREATE INDEX dismissed_findings_by_person ON dismissed_findings (dismissed_by);

-- JSON: who stands behind it. None where nobody said.
ALTER TABLE issuers ADD COLUMN authority TEXT;

CREATE TABLE skill_lists (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    -- How many skills it has.
    skills INTEGER NOT NULL,
    brought_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX skill_lists_once ON skill_lists (tenant_id, name);

CREATE TABLE listed_skills (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    skill_list_id TEXT NOT NULL REFERENCES skill_lists (id),
    name TEXT NOT NULL,
    -- Its name in lower case, by which it is looked for.
    folded_name TEXT NOT NULL,
    url TEXT NOT NULL,
    code TEXT
);
CREATE UNIQUE INDEX listed_skills_once ON listed_skills (skill_list_id, url);
