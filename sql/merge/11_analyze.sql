-- The planner is told what the rows are like.
-- Everything that follows joins it, and a table just made has no statistics.
ANALYZE merge_row
