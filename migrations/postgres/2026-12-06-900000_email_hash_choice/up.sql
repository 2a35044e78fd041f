-- Whether a person wants a salted hash of their e-mail address in what is signed for them. Same words in both databases; see
-- the first migration.

-- Since when new badges have it; none: they have not, as for everybody who never chose.
ALTER TABLE people ADD COLUMN email_hash_since_at BIGINT;
