-- What a rule knows of its columns, so that a badge that rested for one decides again by itself when the column is as it was.
-- Same words in both databases.

-- The maximum that the rules were made for, while the column has another one. None: the same, or an older program changed the
-- state and did not keep it.
ALTER TABLE line_items ADD COLUMN ruled_maximum TEXT;
-- A teacher said that it is graded by a scale. No platform tells.
ALTER TABLE line_items ADD COLUMN is_scale BOOLEAN NOT NULL DEFAULT FALSE;

-- Why a badge rests for its columns, as JSON. None: it does not, or an older program paused it.
ALTER TABLE badges ADD COLUMN pause TEXT;
-- That it decides again by itself, as JSON, for its teachers. None once anybody changed its state.
ALTER TABLE badges ADD COLUMN resumed TEXT;
