-- How a class came along. How many students stood where with a badge is counted once a day, because decisions change and nobody
-- could tell it afterwards; the table of a class is ordered by how much of a rule holds without reading every record. Both say
-- numbers alone, and nothing of a person that is not in their decision. Same words in both databases; see the first migration.
CREATE TABLE funnel_days (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    badge_id TEXT NOT NULL REFERENCES badges (id),
    -- The day in the zone of the institution: 2026-12-07.
    counted_on TEXT NOT NULL,
    -- Everybody who counted as a student then. The others are parts of it, and no one is in two of them.
    students BIGINT NOT NULL,
    earned BIGINT NOT NULL,
    -- Not awarded: the rule met, one condition missing while others hold, and more than one missing while others hold.
    met BIGINT NOT NULL,
    near BIGINT NOT NULL,
    begun BIGINT NOT NULL,
    PRIMARY KEY (badge_id, counted_on)
);
-- How many conditions of the outermost group hold, and how many must. None where an older program decided last.
ALTER TABLE current_decisions ADD COLUMN met INTEGER;
ALTER TABLE current_decisions ADD COLUMN needed INTEGER;
