INSERT INTO ledger.receipt_column (run_id, commune_code, column_group, changed, emptied, closed, added)
SELECT %(run_id)s, c.commune_code, c.column_group, c.changed, c.emptied, c.closed, c.added
FROM jsonb_to_recordset(%(columns)s) AS c (
    commune_code text, column_group text, changed integer, emptied integer, closed integer, added integer)
