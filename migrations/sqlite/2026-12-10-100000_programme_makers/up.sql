-- Instructors who were given the power to make programmes. Same words in both databases; see the first migration.

CREATE TABLE programme_makers (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    -- An administrator.
    given_by TEXT NOT NULL,
    given_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX programme_makers_once ON programme_makers (tenant_id, person_id);
CREATE INDEX programme_makers_by_person ON programme_makers (person_id);

-- The instructor who did it, where none of the administrators did: saved_by is none then, and asked_by is empty.
ALTER TABLE programmes ADD COLUMN saved_by_person TEXT;
ALTER TABLE programme_reviews ADD COLUMN asked_by_person TEXT;
ALTER TABLE programme_reviews ADD COLUMN answered_by_person TEXT;
