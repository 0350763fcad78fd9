INSERT INTO land.dataset (
    commune_code, commune_valid_from, province_code, run_id, delivery_sha256, extracted_at, accepted_at, complete,
    rows_read, quarantined, unreadable, usability_group, provisional, reasons, measures, excused, policy,
    group_code, group_title, assured_group, rows_with_error, measured, fixes, completeness)
SELECT v.code, v.valid_from, %(province)s, %(run_id)s, %(delivery_sha256)s, %(extracted_at)s, %(now)s, v.complete,
       v.read, v.quarantined, v.unreadable, v."group", v.provisional, v.reasons, v.measures, v.excused,
       v.policy, v.group_code, v.group_title, v.assured_group, v.rows_with_error, v.measured, v.fixes,
       v.completeness
FROM jsonb_to_recordset(%(verdicts)s) AS v (
    code text, valid_from date, decision text, complete boolean, read integer, quarantined integer,
    unreadable integer, "group" smallint, provisional boolean, reasons jsonb, measures jsonb,
    excused integer, policy text, group_code text, group_title jsonb, assured_group smallint, rows_with_error integer,
    measured jsonb, fixes jsonb, completeness jsonb)
WHERE v.decision = 'accept'
ON CONFLICT (commune_code, commune_valid_from) DO UPDATE
SET province_code = excluded.province_code, run_id = excluded.run_id, delivery_sha256 = excluded.delivery_sha256,
    extracted_at = excluded.extracted_at, accepted_at = excluded.accepted_at, complete = excluded.complete,
    rows_read = excluded.rows_read, quarantined = excluded.quarantined, unreadable = excluded.unreadable,
    usability_group = excluded.usability_group, provisional = excluded.provisional, reasons = excluded.reasons,
    measures = excluded.measures, excused = excluded.excused, policy = excluded.policy,
    group_code = excluded.group_code, group_title = excluded.group_title, assured_group = excluded.assured_group,
    rows_with_error = excluded.rows_with_error, measured = excluded.measured, fixes = excluded.fixes,
    completeness = excluded.completeness,
    changed_at = CASE WHEN dataset.changed_at > excluded.extracted_at THEN dataset.changed_at END,
    change_rows = CASE WHEN dataset.changed_at > excluded.extracted_at THEN dataset.change_rows ELSE 0 END,
    change_quarantined = CASE WHEN dataset.changed_at > excluded.extracted_at THEN dataset.change_quarantined ELSE 0 END
