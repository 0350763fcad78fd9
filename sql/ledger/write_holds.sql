INSERT INTO ledger.hold (run_id, commune_code, province_code, reasons, held_at)
SELECT %(run_id)s, v.code, %(province)s, v.hold_reasons, %(now)s
FROM jsonb_to_recordset(%(verdicts)s) AS v (code text, decision text, hold_reasons jsonb)
-- Of a commune that goes on, while some of its rows wait, as well.
WHERE v.decision = 'hold' OR jsonb_array_length(v.hold_reasons) > 0
