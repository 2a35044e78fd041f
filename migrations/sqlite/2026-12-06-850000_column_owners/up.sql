-- Which registration the platform last listed a column to: a column belongs to the one that made it, and is shown to no other.
-- None: not listed since this is kept, so that is told by when the column came to be known. Registrations come and go, so it is
-- no reference. Same words in both databases; see the first migration.
ALTER TABLE line_items ADD COLUMN registration_id TEXT;
