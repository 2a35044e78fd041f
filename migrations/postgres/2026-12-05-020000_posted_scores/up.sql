-- What became of the scores that were sent to gradebooks: one row for each column and person. Same words in both databases;
-- see the first migration.
CREATE TABLE posted_scores (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    course_id TEXT NOT NULL REFERENCES courses (id),
    line_item_id TEXT NOT NULL REFERENCES line_items (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    -- The hand-in that the last attempt was about; it may be gone by now.
    submission_id TEXT NOT NULL,
    -- The last grade of ours that the platform took, in the points in which it was sent; empty before the first.
    given TEXT,
    maximum TEXT,
    -- What became of the last attempt: 'taken', 'stands' (another grade is there), 'excused' (ours was taken away), 'refused'.
    outcome TEXT NOT NULL,
    -- The grade that stands there, if one does.
    there TEXT,
    there_maximum TEXT,
    -- Why it was refused, and what the platform said.
    refusal TEXT,
    said TEXT,
    tried_at BIGINT NOT NULL,
    -- When a grade was last sent anew because the points of its column had been changed.
    anew_at BIGINT,
    PRIMARY KEY (line_item_id, person_id)
);
CREATE INDEX posted_scores_by_course ON posted_scores (course_id, outcome);
CREATE INDEX posted_scores_by_person ON posted_scores (person_id);
