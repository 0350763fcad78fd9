-- What the planner believes of a province's tables, or of one of the nation's, looked at again where it cannot be true.
-- Who only reads leaves it as it is.
SELECT CASE WHEN has_function_privilege('land.refresh_statistics(text)', 'EXECUTE') THEN land.refresh_statistics(%(of)s) END
