ALTER TABLE people DROP COLUMN email_hash_since_at;
