-- A change set judges no commune: the last full judgement stays, provisional from now on, and counts what came since.
UPDATE land.dataset AS d
SET provisional = true,
    changed_at = greatest(d.changed_at, %(observed_at)s),
    change_rows = d.change_rows + l.new + l.changed + l.ended_by_row + l.quarantined + l.unreadable,
    change_quarantined = d.change_quarantined + l.quarantined + l.unreadable
FROM jsonb_to_recordset(%(lines)s) AS l (
    commune_code text, valid_from date, new integer, changed integer, ended_by_row integer, quarantined integer,
    unreadable integer, moved_out integer)
WHERE d.commune_code = l.commune_code
  AND d.commune_valid_from = l.valid_from
  AND l.new + l.changed + l.ended_by_row + l.quarantined + l.unreadable + l.moved_out > 0
