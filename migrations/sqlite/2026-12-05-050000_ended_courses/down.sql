-- Migrations only expand; this is for a developer's own database.
ALTER TABLE sessions DROP COLUMN reading;
ALTER TABLE enrolments DROP COLUMN teaches;
ALTER TABLE courses DROP COLUMN ended_as;
ALTER TABLE courses DROP COLUMN ended_at;
ALTER TABLE courses DROP COLUMN refused_at;
