-- Comprehensive Learner Records: of a badge that is earned by badges, the signed document that holds it and its parts, each as it was
-- signed. Made when its holder asks for it, and removed when a badge of theirs is signed anew. Same words in both databases;
-- see the first migration.

CREATE TABLE records (
    credential_id TEXT PRIMARY KEY NOT NULL REFERENCES credentials (id),
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    -- The signed JSON, and the same signed as a compact token: byte by byte as they were signed.
    document TEXT NOT NULL,
    token TEXT NOT NULL,
    made_at BIGINT NOT NULL
);
