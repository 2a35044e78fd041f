DROP INDEX awards_by_tenant;
