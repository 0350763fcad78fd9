-- The open cases of a province that may be of a commune as a whole: those of such checks that name no parcel.
SELECT c.finding_id::text
FROM ledger.finding_case AS c
WHERE c.province_code = {province}
  AND c.state IN ('new', 'open', 'returned')
  AND c.check_code = ANY ({codes}::text[])
  AND cardinality(c.handles) = 0
ORDER BY c.finding_id
