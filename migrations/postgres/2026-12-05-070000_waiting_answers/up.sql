-- A frame that keeps no cookies offers a window. What is chosen there for the course is posted to the platform by the frame,
-- whose page alone has the form for it: here it waits until the frame fetches it. Same text in both databases.

-- One row for each window that was let in. It ends after two hours at the latest, and goes with the visit of the window.
CREATE TABLE waiting_answers (
    -- The SHA-256 of the secret that the frame alone has, in hex.
    digest TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    -- The visit of the window. No reference: visits are swept by themselves.
    session_id TEXT NOT NULL,
    -- Whether something is chosen there. No: the window shows a page, and nothing will come.
    choosing BOOLEAN NOT NULL,
    -- The content items and what is said beside them, as JSON; emptied when the frame has them.
    answer TEXT,
    -- When the frame fetched it: once.
    given_at BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX waiting_answers_by_session ON waiting_answers (tenant_id, session_id);
CREATE INDEX waiting_answers_by_expiry ON waiting_answers (expires_at);

-- Where the platform wants the person back who was given a whole window of it (launch_presentation.return_url). None where
-- it shows the tool in a frame, and for what an older program wrote.
ALTER TABLE sessions ADD COLUMN return_url TEXT;
