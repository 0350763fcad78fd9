-- Cases whose finding had another id before sheets had their old commune: the same case, under the id of today.
CREATE TEMP TABLE register_renamed ON COMMIT DROP AS
SELECT DISTINCT ON (c.finding_id) c.finding_id AS before, f.finding_id
FROM register_found AS f
JOIN ledger.finding_case AS c ON c.finding_id = f.former_id AND c.check_code = f.check_code
WHERE NOT EXISTS (SELECT FROM ledger.finding_case AS k WHERE k.finding_id = f.finding_id)
  AND NOT EXISTS (SELECT FROM register_found AS x WHERE x.finding_id = c.finding_id)
ORDER BY c.finding_id, f.finding_id
