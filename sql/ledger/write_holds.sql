INSERT INTO ledger.hold (run_id, commune_code, province_code, reasons, held_at)
SELECT %(run_id)s, v.commune_code, %(province)s, v.reasons, %(now)s
FROM jsonb_to_recordset(%(verdicts)s) AS v (commune_code text, decision text, reasons jsonb)
WHERE v.decision = 'hold'
