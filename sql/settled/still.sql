-- Which of these communes are settled still: nobody decided anything since they were asked for.
SELECT s.commune_code
FROM ledger.settled_commune AS s
WHERE s.province_code = %(province)s
  AND s.commune_code = ANY (%(communes)s::text[])
