-- Migrations only expand; this is for a developer's own database.
ALTER TABLE tenants DROP COLUMN time_zone_from;
ALTER TABLE tenants DROP COLUMN time_zone;
