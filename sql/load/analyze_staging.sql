-- The planner must not guess: a wrong join order over a province's parcels costs minutes.
ANALYZE {tables}
