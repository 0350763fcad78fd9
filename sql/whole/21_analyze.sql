-- The planner is told what the rest is like.
ANALYZE whole_rest
