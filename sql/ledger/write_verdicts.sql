INSERT INTO ledger.dataset_verdict (
    run_id, commune_code, decision, usability_group, provisional, reasons, measures, excused, policy,
    group_code, group_title, assured_group, rows_read, quarantined, unreadable, rows_with_error, measured, fixes, completeness)
SELECT %(run_id)s, v.code, v.decision, v."group", v.provisional,
       CASE WHEN v.decision = 'hold' THEN v.hold_reasons ELSE v.reasons END,
       v.measures, v.excused, v.policy, v.group_code, v.group_title, v.assured_group, v.read, v.quarantined, v.unreadable,
       v.rows_with_error, v.measured, v.fixes, v.completeness
FROM jsonb_to_recordset(%(verdicts)s) AS v (
    code text, decision text, "group" smallint, provisional boolean, reasons jsonb, hold_reasons jsonb, measures jsonb,
    excused integer, policy text, group_code text, group_title jsonb, assured_group smallint, read integer,
    quarantined integer, unreadable integer, rows_with_error integer, measured jsonb, fixes jsonb, completeness jsonb)
