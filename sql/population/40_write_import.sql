-- Lines are counted from the lines, what became of them from the outcomes: the table's own check compares the two.
INSERT INTO ledger.population_import (
    import_id, file_name, file_sha256, bytes, actor, imported_at, lines, applied_new, applied_changed, unchanged, late,
    repeated, contradicting, unknown, malformed, withdrawn)
SELECT %(import_id)s, %(file_name)s, %(file_sha256)s, %(bytes)s, %(actor)s, %(imported_at)s,
       (SELECT count(*) FROM population_line) + %(malformed)s,
       count(*) FILTER (WHERE o.outcome = 'applied_new'),
       count(*) FILTER (WHERE o.outcome = 'applied_changed'),
       count(*) FILTER (WHERE o.outcome = 'unchanged'),
       count(*) FILTER (WHERE o.outcome = 'late'),
       coalesce(sum(o.lines - 1), 0),
       count(*) FILTER (WHERE o.outcome = 'contradicting'),
       count(*) FILTER (WHERE o.outcome = 'unknown'),
       %(malformed)s,
       %(withdrawn)s
FROM population_outcome AS o
RETURNING lines, applied_new, applied_changed, unchanged, late, repeated, contradicting, unknown, malformed, withdrawn
