-- A status list in its second form: the same list signed as a token (VC-JWT). None: published before lists had tokens, and not
-- signed anew since. Same words in both databases; see the first migration.
ALTER TABLE status_lists ADD COLUMN token TEXT;
