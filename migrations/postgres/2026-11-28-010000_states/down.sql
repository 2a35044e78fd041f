-- Migrations only expand; this is for a developer's own database.
ALTER TABLE awards DROP COLUMN suspended_since;
