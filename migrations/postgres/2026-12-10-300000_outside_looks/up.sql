-- How many badges of other issuers were looked at on a day, for one person and for a whole institution: each look may ask servers of
-- strangers, so that there is a bound, which all nodes count together. Numbers of yesterday are forgotten. Same words in both
-- databases; see the first migration.
CREATE TABLE outside_looks (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    -- For whom: the id of a person, of an endorsement, or of the institution itself.
    asker TEXT NOT NULL,
    -- asked: somebody waited for it; planned: a verdict was old.
    kind TEXT NOT NULL,
    -- The day in the zone of the institution: 2026-12-10.
    counted_on TEXT NOT NULL,
    looks BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, asker, kind, counted_on)
);
