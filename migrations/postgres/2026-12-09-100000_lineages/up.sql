-- The same achievement in another term: a badge that came into a course by copying belongs to the lineage of what it was copied
-- from, and an award says for which lineage it counts outside its course. Same words in both databases; see the first migration.

-- The badge where the lineage begins. None, where an older program made it: itself.
ALTER TABLE badges ADD COLUMN lineage TEXT;
-- What the rule and the criteria of a copy were when it was copied, and what stands for what in its course. None for others, and
-- for copies from before this was kept.
ALTER TABLE badges ADD COLUMN origin TEXT;
-- Whether its teacher offers it to other courses, where the institution leaves that to them. None: nobody was asked.
ALTER TABLE badges ADD COLUMN offered BOOLEAN;
CREATE INDEX badges_by_lineage ON badges (lineage);

-- For which lineage it counts outside its course. None: it counts as its own badge alone.
ALTER TABLE awards ADD COLUMN lineage TEXT;
CREATE INDEX awards_by_lineage ON awards (lineage, person_id);

-- That a copy with another rule or other criteria counts all the same, as whoever owns a programme says. What was accepted is
-- named by its digest, so that a later change asks again.
CREATE TABLE lineage_acceptances (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    badge_id TEXT NOT NULL REFERENCES badges (id),
    -- SHA-256 in hex of the rule, the outcome and the criteria.
    substance TEXT NOT NULL,
    -- Who it was, as the audit log names them. None once they were erased.
    accepted_by TEXT,
    accepted_at BIGINT NOT NULL,
    PRIMARY KEY (badge_id, substance)
);

-- A badge begins a lineage unless it was copied from one of another course.
WITH RECURSIVE roots (id, lineage) AS (
    SELECT one.id, one.id FROM badges one
    WHERE NOT EXISTS (
        SELECT 1 FROM badges source
        WHERE source.id = one.copied_from AND source.tenant_id = one.tenant_id AND source.course_id <> one.course_id
    )
    UNION ALL
    SELECT one.id, roots.lineage FROM badges one
    JOIN roots ON roots.id = one.copied_from
    JOIN badges source ON source.id = one.copied_from
    WHERE source.tenant_id = one.tenant_id AND source.course_id <> one.course_id
)
UPDATE badges SET lineage = roots.lineage FROM roots WHERE roots.id = badges.id;

-- Whether a copy is what it was copied from is not known of copies from before, so their awards count as their own badge alone.
UPDATE awards SET lineage = badge_id WHERE badge_id IN (SELECT id FROM badges WHERE lineage = id);

-- By the lineage of a badge that a rule names, whoever is awarded one of the same lineage finds the rule.
INSERT INTO rule_inputs (tenant_id, rule_id, kind, input_id)
SELECT DISTINCT named.tenant_id, named.rule_id, 'lineage', badges.lineage
FROM rule_inputs named JOIN badges ON badges.id = named.input_id
WHERE named.kind = 'badge' AND badges.lineage IS NOT NULL;
