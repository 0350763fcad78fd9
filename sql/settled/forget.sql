-- Which communes a run has to do with is said anew by it alone: those that it merged; those whose parcels its rows name, for it may
-- have closed a handle of them, or marked them as old; those with a refused row that waited and waits no longer; and those with a case
-- of the register that it wrote.
WITH touched AS (
    SELECT c.commune_code FROM merge_commune AS c
    UNION
    SELECT p.commune_code
    FROM merge_row AS m
    CROSS JOIN LATERAL (VALUES (m.source_uid), (m.national_uid), (m.sheet_uid)) AS named (parcel_uid)
    JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = named.parcel_uid
    WHERE named.parcel_uid IS DISTINCT FROM m.parcel_uid
    UNION
    SELECT q.commune_code FROM ledger.quarantine_state AS q WHERE q.province_code = %(province)s AND q.closed_by_run = %(run_id)s
)
DELETE FROM ledger.settled_commune AS s
USING touched AS t
WHERE s.province_code = %(province)s
  AND s.commune_code = t.commune_code
