-- The number of this import.
SELECT coalesce(max(i.import_id), 0) + 1 AS import_id FROM ledger.population_import AS i
