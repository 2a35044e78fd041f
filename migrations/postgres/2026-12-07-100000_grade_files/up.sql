-- Grades of columns that are none of ours, from gradebook files that teachers bring. Same words in both databases; see the first
-- migration.

-- A file whose grades were taken; the file itself is not kept.
CREATE TABLE grade_files (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    course_id TEXT NOT NULL REFERENCES courses (id),
    -- Nobody once they were erased.
    brought_by TEXT,
    brought_at BIGINT NOT NULL,
    -- As its sender called it.
    name TEXT NOT NULL,
    -- SHA-256 in lower-case hex.
    digest TEXT NOT NULL,
    dialect TEXT NOT NULL,
    -- Rows whose grades were taken, and rows that are of nobody for certain.
    matched INTEGER NOT NULL,
    unmatched INTEGER NOT NULL
);
-- The same file twice is one.
CREATE UNIQUE INDEX grade_files_once ON grade_files (course_id, digest);

-- A column of a course's gradebook that is none of ours.
CREATE TABLE outside_columns (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    course_id TEXT NOT NULL REFERENCES courses (id),
    source TEXT NOT NULL,
    -- The id of its assignment where the source has one, else its title.
    column_key TEXT NOT NULL,
    label TEXT NOT NULL,
    -- Points; none where the source does not say.
    maximum TEXT,
    -- points, percent or words.
    measure TEXT NOT NULL,
    -- item, category or course.
    scope TEXT NOT NULL,
    -- released, ticked or not: of one that does not count no grade is kept.
    counting TEXT NOT NULL,
    ticked_by TEXT,
    ticked_at BIGINT,
    -- The newest file that had it; none once its grades were removed.
    file_id TEXT REFERENCES grade_files (id)
);
CREATE UNIQUE INDEX outside_columns_once ON outside_columns (course_id, source, column_key);

-- What stands for one person in such a column.
CREATE TABLE outside_grades (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    column_id TEXT NOT NULL REFERENCES outside_columns (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    -- points, percent, word or excused.
    form TEXT NOT NULL,
    -- An exact decimal or a word; none of what is excused.
    value TEXT,
    -- The file that said so last.
    file_id TEXT NOT NULL REFERENCES grade_files (id),
    read_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (column_id, person_id)
);
CREATE INDEX outside_grades_by_person ON outside_grades (person_id);

-- By what the files of a course know a person: the member list says so, a row was theirs for certain, or a teacher said so.
CREATE TABLE outside_people (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    course_id TEXT NOT NULL REFERENCES courses (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    -- Their id in the interface of the LMS, and in the student information system.
    lms_id TEXT,
    sis_id TEXT,
    PRIMARY KEY (course_id, person_id)
);
