"""Reports: what the office sees of a run, explanations, the ministry's table, the nation. Nothing here imports all of it: a table is quick."""
