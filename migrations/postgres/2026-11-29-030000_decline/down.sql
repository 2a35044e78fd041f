-- Migrations only expand; this is for a developer's own database.
ALTER TABLE erasures DROP COLUMN decline_reason;
ALTER TABLE erasures DROP COLUMN declined_at;
