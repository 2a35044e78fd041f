-- That a student says that accounts of two platforms of one institution are both theirs: a code that is shown in one visit and typed
-- in another, and what became of it. Same words in both databases; see the first migration.

CREATE TABLE account_joins (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    -- Who was shown the code, and stays.
    person_id TEXT NOT NULL REFERENCES people (id),
    -- SHA-256 of the institution and the code, in hex. A code is good for one account.
    digest TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    -- Until when the code can be typed; once it was, until when the one who was shown it can say yes.
    until_at BIGINT NOT NULL,
    -- Who typed it and agreed; NULL while nobody did.
    other_id TEXT REFERENCES people (id),
    answered_at BIGINT,
    -- The join that both agreed to; no reference, like the sides of a join. NULL before.
    join_id TEXT,
    -- Whether their names had no word in common then: afterwards the one who stayed is called what either LMS said last. NULL before.
    names_differ BOOLEAN
);
CREATE UNIQUE INDEX account_joins_by_digest ON account_joins (tenant_id, digest);
CREATE INDEX account_joins_by_person ON account_joins (person_id);
CREATE INDEX account_joins_by_other ON account_joins (other_id);
