-- A result that the platform lists no more, with the moment of its grade: should it come back as it was, because its person
-- was enrolled again or its column shown again, it is the old grade and renews no badge. Same words in both databases; see
-- the first migration.

CREATE TABLE past_results (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    line_item_id TEXT NOT NULL REFERENCES line_items (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    value TEXT NOT NULL,
    maximum TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (line_item_id, person_id)
);
CREATE INDEX past_results_by_person ON past_results (person_id);
