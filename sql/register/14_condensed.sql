-- Open cases of single rows of what the run tells once, of the commune: they are part of that case now, and are neither
-- missing nor mended. Not what somebody answers for, which stays a case of its own. `first_seen_at` lives on in that case.
CREATE TEMP TABLE register_condensed ON COMMIT DROP AS
SELECT c.finding_id, w.finding_id AS whole_id, c.first_seen_at, c.first_run_id
FROM (SELECT f.finding_id, f.check_code, f.commune_code
      FROM register_found AS f
      JOIN merge_finding AS m ON m.finding_id = f.finding_id AND m.row_no = -1
      WHERE f.check_code = ANY (%(condensing)s::text[])) AS w
JOIN ledger.finding_case AS c
  ON c.commune_code = w.commune_code AND c.check_code = w.check_code AND c.other_commune_code IS NULL
WHERE c.state IN ('new', 'open', 'returned')
  AND c.finding_id <> w.finding_id
  AND (c.excused_until IS NULL OR c.excused_until < %(as_of)s::date)
  AND NOT EXISTS (SELECT FROM register_found AS f WHERE f.finding_id = c.finding_id)
  AND NOT EXISTS (SELECT FROM register_renamed AS r WHERE r.before = c.finding_id)
