INSERT INTO ledger.dataset_verdict (run_id, commune_code, decision, usability_group, provisional, reasons, measures, excused, policy)
SELECT %(run_id)s, v.commune_code, v.decision, v.usability_group, v.provisional, v.reasons, v.measures, v.excused, v.policy
FROM jsonb_to_recordset(%(verdicts)s) AS v (
    commune_code text, decision text, usability_group smallint, provisional boolean, reasons jsonb, measures jsonb,
    excused integer, policy text)
