-- Which registration the platform last listed a column to: a column belongs to the one that made it, and is shown to no other.
-- None: not listed since this is kept, so that is told by when the column came to be known. Registrations come and go, so it is
-- no reference. Same words in both databases; see the first migration.
ALTER TABLE line_items ADD COLUMN registration_id TEXT;

-- When a column was found not to be listed any more to the registration that it belongs to: it was deleted. None: it is there as
-- far as that one said; to another registration it is not listed anyway.
ALTER TABLE line_items ADD COLUMN gone_at BIGINT;

-- Which registration launched a link last. None: nobody has opened it since this is kept.
ALTER TABLE links ADD COLUMN registration_id TEXT;
