ANALYZE merge_row
