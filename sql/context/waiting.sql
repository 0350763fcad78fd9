-- The refused rows of a commune that wait to be put right, as of WAITING_SCHEMA.
SELECT {of_waiting}, q.source_alias, q.national_alias, q.sheet_alias, q.shape, encode(st_asbinary(q.geom, 'NDR'), 'hex') AS geom
FROM ledger.quarantine_state AS q
WHERE q.province_code = {province}
  AND q.commune_code = {commune}
  AND q.state = 'open'
