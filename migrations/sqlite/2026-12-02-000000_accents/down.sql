-- Migrations only expand; this is for a developer's own database.
ALTER TABLE tenants DROP COLUMN accent;
