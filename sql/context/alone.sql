-- What is asked for each commune is small: a process that helps with it costs more than it does.
SET LOCAL max_parallel_workers_per_gather = 0
