-- A merge that touches a commune says anew whether it is settled.
DELETE FROM ledger.settled_commune AS s
USING merge_commune AS c
WHERE s.province_code = %(province)s
  AND s.commune_code = c.commune_code
