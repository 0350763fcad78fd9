-- What is asked for each commune of a province is planned once.
SET LOCAL plan_cache_mode = force_generic_plan
