-- After a change set: the group as it is now, provisional until the next full snapshot, and what came since the last one.
UPDATE land.dataset AS d
SET provisional = true,
    usability_group = coalesce(v."group", d.usability_group), group_code = coalesce(v.group_code, d.group_code),
    group_title = coalesce(v.group_title, d.group_title), assured_group = coalesce(v.assured_group, d.assured_group),
    rows_read = coalesce(v.read, d.rows_read), quarantined = coalesce(v.quarantined, d.quarantined),
    unreadable = coalesce(v.unreadable, d.unreadable), rows_with_error = coalesce(v.rows_with_error, d.rows_with_error),
    reasons = coalesce(v.reasons, d.reasons), measures = coalesce(v.measures, d.measures),
    measured = coalesce(v.measured, d.measured), fixes = CASE WHEN v.code IS NULL THEN d.fixes ELSE v.fixes END,
    completeness = coalesce(v.completeness, d.completeness),
    excused = coalesce(v.excused, d.excused), policy = coalesce(v.policy, d.policy),
    changed_at = greatest(d.changed_at, %(observed_at)s),
    change_rows = d.change_rows + l.new + l.changed + l.ended_by_row + l.quarantined + l.unreadable,
    change_quarantined = d.change_quarantined + l.quarantined + l.unreadable
FROM jsonb_to_recordset(%(lines)s) AS l (
    commune_code text, valid_from date, new integer, changed integer, ended_by_row integer, quarantined integer,
    unreadable integer, moved_out integer)
LEFT JOIN jsonb_to_recordset(%(verdicts)s) AS v (
    code text, decision text, read integer, quarantined integer, unreadable integer, "group" smallint, reasons jsonb,
    measures jsonb, excused integer, policy text, group_code text, group_title jsonb, assured_group smallint,
    rows_with_error integer, measured jsonb, fixes jsonb, completeness jsonb)
    ON v.code = l.commune_code AND v.decision = 'accept' AND v."group" IS NOT NULL
WHERE d.commune_code = l.commune_code
  AND d.commune_valid_from = l.valid_from
  AND l.new + l.changed + l.ended_by_row + l.quarantined + l.unreadable + l.moved_out > 0
