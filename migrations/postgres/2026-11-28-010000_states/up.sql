-- The credential's whole life. Same words in both databases; see the first migration.

-- Since when an award counts for nothing until somebody has decided; follows the open entry in regrades whose policy is to
-- suspend. None: it is not under review.
ALTER TABLE awards ADD COLUMN suspended_since BIGINT;
UPDATE awards SET suspended_since = (
    SELECT regrades.found_at FROM regrades
    WHERE regrades.award_id = awards.id AND regrades.state = 'open' AND regrades.policy = 'suspend'
);
