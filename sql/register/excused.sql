-- The findings of a province, and at its seams, that somebody answers for on a day. What quarantines is never excused.
SELECT c.finding_id::text
FROM ledger.finding_case AS c
WHERE c.excused_until >= {as_of}::date
  AND NOT c.quarantines
  AND (c.province_code = {province} OR c.other_province_code = {province})
ORDER BY c.finding_id
