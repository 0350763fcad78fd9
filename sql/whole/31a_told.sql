-- What the open cases of these communes are about: a row for each name of a parcel, taken apart, and what its case says.
CREATE TEMP TABLE whole_told ON COMMIT DROP AS
SELECT c.finding_id, c.check_code, c.severity, c.quarantines,
       coalesce(c.excused_until >= %(as_of)s::date AND NOT c.quarantines, false) AS excused,
       side.commune_code, n.name, split_part(n.name, '|', 1) AS alias_kind, substr(n.name, strpos(n.name, '|') + 1) AS alias_value
FROM ledger.finding_case AS c
CROSS JOIN LATERAL (VALUES (c.commune_code, c.names), (c.other_commune_code, c.other_names)) AS side (commune_code, names)
CROSS JOIN LATERAL unnest(side.names) AS n (name)
WHERE c.state IN ('new', 'open', 'returned')
  AND side.commune_code IN (SELECT r.commune_code FROM whole_rest AS r)
  AND (c.commune_code IN (SELECT r.commune_code FROM whole_rest AS r)
       OR c.other_commune_code IN (SELECT r.commune_code FROM whole_rest AS r))
