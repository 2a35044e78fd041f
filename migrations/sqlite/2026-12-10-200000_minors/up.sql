-- What an institution says of students who are under 16: their badges stay inside the course site. It is said of a person, or of
-- everybody whom a platform names; of all, it stands in the policy. What was shown to others before the word was taken back stays
-- switched off, so that nothing comes back by itself.

-- Since when it holds; none: it does not.
ALTER TABLE people ADD COLUMN minor_since_at BIGINT;
-- When it was taken back last.
ALTER TABLE people ADD COLUMN minor_until_at BIGINT;
ALTER TABLE platforms ADD COLUMN minor_since_at BIGINT;
ALTER TABLE platforms ADD COLUMN minor_until_at BIGINT;
-- When the holder said last what others see; none for what was never said, and for what was said before this was kept.
ALTER TABLE credentials ADD COLUMN visibility_said_at BIGINT;
CREATE INDEX people_minors ON people (tenant_id, folded_name, id) WHERE minor_since_at IS NOT NULL;
CREATE INDEX people_minors_before ON people (tenant_id) WHERE minor_until_at IS NOT NULL;
