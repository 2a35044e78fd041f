-- A wish to be erased that an administrator declined. Same words in both databases; see the first migration.

-- When it was declined and why, for the person to read; both are gone once they ask again or are erased.
ALTER TABLE erasures ADD COLUMN declined_at BIGINT;
ALTER TABLE erasures ADD COLUMN decline_reason TEXT;
