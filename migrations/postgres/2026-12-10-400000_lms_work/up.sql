-- What was handed in to a column of the LMS, as its interface tells it to whoever may see it. Same words in both databases; see the
-- first migration.

-- JSON: how it was handed in, and of its files name, media type, size and time; only while a rule names the column. No address of
-- a file is ever kept, and nothing of what is in it.
ALTER TABLE outside_cells ADD COLUMN work TEXT;
