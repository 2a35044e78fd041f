-- Migrations only expand; this is for a developer's own database.
DROP TABLE share_links;
ALTER TABLE credentials DROP COLUMN hidden;
ALTER TABLE awards DROP COLUMN suspended_since;
