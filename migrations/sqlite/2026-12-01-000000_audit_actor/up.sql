-- What kind of actor an entry of the audit log has: an administrator, an instructor, the command line, Cairn itself. Entries
-- from before have none; an id in them is a person's or an administrator's. Same words in both databases; see the first
-- migration.

ALTER TABLE audit ADD COLUMN actor_kind TEXT;
