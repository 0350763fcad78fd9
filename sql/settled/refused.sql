-- Objects of which a row was refused in a commune that was passed over were shown, and not applied, once more.
UPDATE land.source_state AS st
SET refused_at = %(observed_at)s::timestamptz
FROM ledger.quarantine_state AS q
WHERE q.province_code = %(province)s
  AND q.commune_code = ANY (%(communes)s::text[])
  AND q.state = 'open'
  AND st.province_code = %(province)s
  AND st.source_alias = q.source_alias
  AND st.refused_at < %(observed_at)s::timestamptz
