-- Leaving: archives that an institution takes along, and people who are erased. Same words in both databases; see the first
-- migration.

-- An archive of an institution: waiting, running, ready, failed. Its file lies in the data folder for some days.
CREATE TABLE exports (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    state TEXT NOT NULL,
    -- Badges that are in it so far, and that there were when it began.
    badges BIGINT NOT NULL,
    total BIGINT NOT NULL,
    size BIGINT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX exports_by_tenant ON exports (tenant_id, created_at);

-- Somebody asked to be erased. Once it is done it names nobody any more, and so refers to no person.
CREATE TABLE erasures (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    person_id TEXT,
    asked_at BIGINT NOT NULL,
    done_at BIGINT,
    badges BIGINT NOT NULL
);
CREATE UNIQUE INDEX erasures_one_waiting ON erasures (person_id) WHERE done_at IS NULL;

-- Public pages of badges that were erased: enough to say so to whoever has the address, and to count them.
CREATE TABLE erased_pages (
    digest TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    badge_id TEXT NOT NULL,
    erased_at BIGINT NOT NULL
);
