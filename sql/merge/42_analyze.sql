-- The planner is told what has become of the rows.
-- It knows them as they came: without a parcel each, where all were new, and all accepted.
ANALYZE merge_row
