-- Migrations only expand; this is for a developer's own database.
ALTER TABLE credentials DROP COLUMN token;
DROP TABLE issuer_token_keys;
