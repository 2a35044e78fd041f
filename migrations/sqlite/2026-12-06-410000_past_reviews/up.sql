-- Reviews in whose place another one was put: what somebody wrote to a student is not lost because somebody else reviewed the
-- same work. Same words in both databases.
CREATE TABLE past_reviews (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    -- They go with the work that they are about.
    submission_id TEXT NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    -- changes_asked, approved or declined
    state TEXT NOT NULL,
    reviewed_by TEXT NOT NULL REFERENCES people (id),
    reviewed_at BIGINT NOT NULL,
    message TEXT NOT NULL,
    score TEXT,
    replaced_at BIGINT NOT NULL
);
CREATE INDEX past_reviews_by_submission ON past_reviews (tenant_id, submission_id);
