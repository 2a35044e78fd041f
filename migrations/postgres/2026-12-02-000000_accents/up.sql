-- The colour that an institution gives to the pages of Cairn. Same words in both databases; see the first migration.

-- As #rrggbb; none is Cairn's own.
ALTER TABLE tenants ADD COLUMN accent TEXT;
