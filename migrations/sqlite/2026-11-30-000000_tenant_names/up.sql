-- Institutions are found by their names: by the command line, and when somebody signs in at a provider. No two may share
-- one. Same words in both databases; see the first migration.

UPDATE tenants SET name = trim(name) WHERE name <> trim(name);

-- Where two do, the oldest was the one that was found, and keeps the name. The others get a number, "North Coast (2)"; it
-- stands in the console alone, since what an issuer is called on its badges is a name of its own.
UPDATE tenants SET name = tenants.name || ' (' || numbered.place || ')'
FROM (SELECT id, row_number() OVER (PARTITION BY name ORDER BY created_at, id) AS place FROM tenants) AS numbered
WHERE numbered.id = tenants.id AND numbered.place > 1;

-- Where somebody had given that very name already, the id tells them apart.
UPDATE tenants SET name = tenants.name || ' (' || tenants.id || ')'
FROM (SELECT id, row_number() OVER (PARTITION BY name ORDER BY created_at, id) AS place FROM tenants) AS numbered
WHERE numbered.id = tenants.id AND numbered.place > 1;

CREATE UNIQUE INDEX tenants_by_name ON tenants (name);
