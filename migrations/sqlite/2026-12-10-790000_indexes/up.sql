-- For what is asked often and was looked for in whole tables. Same words in both databases; see the first migration.

-- Whom a person stands for is asked for each page of a badge, and for each stack.
CREATE INDEX people_by_joined_into ON people (joined_into);
-- Who may take a badge of the institution is asked for the first page of each course; the unique indexes hold a part of the rows each.
CREATE INDEX institution_badge_reach_by_badge ON institution_badge_reach (badge_id);
