-- Grades of whole courses, read by the interface of their LMS. Same words in both databases; see the first migration.

-- What the interface tells of a column beside its grades. The newest list of columns that was read to its end has it:
ALTER TABLE outside_columns ADD COLUMN listed BOOLEAN NOT NULL DEFAULT FALSE;
-- The column of ours that it is, by its ids.
ALTER TABLE outside_columns ADD COLUMN line_item_id TEXT;
-- The title of its category, and when it is due for those without a date of their own.
ALTER TABLE outside_columns ADD COLUMN category TEXT;
ALTER TABLE outside_columns ADD COLUMN due_at BIGINT;
-- Moodle: the id of its activity in completion, the sort of module, and the id among those of its sort.
ALTER TABLE outside_columns ADD COLUMN activity TEXT;
ALTER TABLE outside_columns ADD COLUMN module TEXT;
ALTER TABLE outside_columns ADD COLUMN instance TEXT;
-- Whether it tells what was handed in, and what was completed.
ALTER TABLE outside_columns ADD COLUMN hand_ins BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE outside_columns ADD COLUMN completion BOOLEAN NOT NULL DEFAULT FALSE;
-- Why none of its grades is read: unpublished, anonymous, totals or ungraded.
ALTER TABLE outside_columns ADD COLUMN withheld TEXT;

-- The id of a person in the interface, as LTI says it: never what a file or a teacher said.
ALTER TABLE outside_people ADD COLUMN api_id TEXT;

-- What the interface tells of one person in one column.
CREATE TABLE outside_cells (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    column_id TEXT NOT NULL REFERENCES outside_columns (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    -- points, percent, word, passed or excused; none where no grade may be seen.
    form TEXT,
    -- An exact decimal, a word or a truth; none of what is excused.
    value TEXT,
    -- Points behind a word or a mark.
    points TEXT,
    -- When the grade was read last, and first as it is.
    read_at BIGINT,
    changed_at BIGINT,
    -- What was handed in last, whether after the date of this person, and whether the LMS counts it as missing.
    handed_in_at BIGINT,
    late BOOLEAN,
    missing BOOLEAN NOT NULL DEFAULT FALSE,
    hand_in_read_at BIGINT,
    -- Whether it is complete, whether its grade passes, and since when.
    completed BOOLEAN,
    passed BOOLEAN,
    completed_at BIGINT,
    completion_read_at BIGINT,
    PRIMARY KEY (column_id, person_id)
);
CREATE INDEX outside_cells_by_person ON outside_cells (person_id);

-- How the interface was read, for each course in which it ever was.
CREATE TABLE rest_readings (
    course_id TEXT PRIMARY KEY NOT NULL REFERENCES courses (id),
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    -- Whether it was on when that was looked at last.
    was_on BOOLEAN NOT NULL,
    -- When somebody asked for all of it to be read.
    asked_at BIGINT,
    -- Since when a reading is under way, and how many cells it has read.
    begun_at BIGINT,
    cells BIGINT NOT NULL,
    -- When a reading ended last.
    ended_at BIGINT,
    -- When each part was read last.
    site_at BIGINT,
    people_at BIGINT,
    whole_at BIGINT,
    changes_at BIGINT,
    hand_ins_at BIGINT,
    completion_at BIGINT,
    -- From when on changes are asked for, by the clock of the LMS.
    changes_since BIGINT,
    -- What was covered, and what went wrong: JSON.
    coverage TEXT,
    trouble TEXT
);

-- Whose turn it is to use an access to an interface: one at a time.
CREATE TABLE rest_turns (
    access TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    holder TEXT NOT NULL,
    until BIGINT NOT NULL
);
