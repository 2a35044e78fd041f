-- What rows refer to, in columns of its own: nobody has to look for an id in the text of a document. Same words in both
-- databases; see the first migration.

-- The person whom the work concerns, so that it goes when they are erased. None for work that concerns nobody, and for what an
-- older program enqueued: there the payload says it. No reference, as whoever adds work would lock the person for it.
ALTER TABLE jobs ADD COLUMN person_id TEXT;
CREATE INDEX jobs_by_person ON jobs (tenant_id, person_id);

-- The SHA-256 of the file that was handed in, in hex; the empty text: no file. None: an older program wrote the row, and the
-- artefact says it. The hourly sweep fills it in, a part of the rows at a time.
ALTER TABLE submissions ADD COLUMN file_digest TEXT;
CREATE INDEX submissions_by_file ON submissions (tenant_id, file_digest);

-- What somebody did is looked for when they are erased, and when they take their data along.
CREATE INDEX audit_by_actor ON audit (tenant_id, actor_id);
