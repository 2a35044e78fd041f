-- Migrations only expand; this is for a developer's own database.
DROP INDEX tenants_by_name;
