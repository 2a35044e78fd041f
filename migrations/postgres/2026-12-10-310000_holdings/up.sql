-- Who holds what in an institution is counted over all of its courses, by when it was awarded.
CREATE INDEX awards_by_tenant ON awards (tenant_id, awarded_at);
