-- A domain that said by its identity document that it is an endorser's is asked again from time to time. When it was asked last
-- without an answer, and when it was found to say so no longer.
ALTER TABLE endorsements ADD COLUMN domain_asked_at BIGINT;
ALTER TABLE endorsements ADD COLUMN domain_lost_at BIGINT;
