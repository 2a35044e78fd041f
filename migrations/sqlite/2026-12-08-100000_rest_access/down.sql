DROP TABLE rest_consents;
DROP TABLE rest_grants;
DROP TABLE rest_accesses;
