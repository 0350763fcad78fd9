INSERT INTO ledger.hold (run_id, commune_code, province_code, reasons, held_at)
SELECT %(run_id)s, v.code, %(province)s, v.hold_reasons, %(now)s
FROM jsonb_to_recordset(%(verdicts)s) AS v (code text, decision text, hold_reasons jsonb)
WHERE v.decision = 'hold'
