DROP INDEX people_minors_before;
DROP INDEX people_minors;
ALTER TABLE credentials DROP COLUMN visibility_said_at;
ALTER TABLE platforms DROP COLUMN minor_until_at;
ALTER TABLE platforms DROP COLUMN minor_since_at;
ALTER TABLE people DROP COLUMN minor_until_at;
ALTER TABLE people DROP COLUMN minor_since_at;
