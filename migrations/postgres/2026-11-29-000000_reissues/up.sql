-- Badges that are signed anew under their own ids. Same words in both databases; see the first migration.

-- What the holder had left out of the signed document, as JSON, so that it can be put back as it was; none: nothing.
ALTER TABLE credentials ADD COLUMN left_out TEXT;
-- When it was signed anew last, and why: 'key' (its key was withdrawn), 'holder' (they asked for it).
ALTER TABLE credentials ADD COLUMN reissued_at BIGINT;
ALTER TABLE credentials ADD COLUMN reissued_for TEXT;
