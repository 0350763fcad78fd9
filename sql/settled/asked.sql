-- What the receipt said of those communes that were settled with the content that comes again, and have the same open cases in the register as it has
-- findings: then a merge of it changes nothing there, and the register learns nothing. Not where a refused row has the name of a
-- parcel elsewhere, which it would keep from ending. None while a case of rows of no commune is open: whether it is over is answered
-- by all communes together.
WITH settled AS (
    SELECT s.commune_code, s.commune_valid_from, s.without_geometry, s.run_id
    FROM unnest(%(communes)s::text[], %(contents)s::text[]) AS a (commune_code, content_hmac)
    JOIN ledger.settled_commune AS s
      ON s.province_code = %(province)s AND s.commune_code = a.commune_code AND s.content_hmac = a.content_hmac
    JOIN land.commune AS c
      ON c.commune_code = s.commune_code AND c.valid_from = s.commune_valid_from
     AND c.valid_from <= %(as_of)s::date AND (c.valid_to IS NULL OR c.valid_to > %(as_of)s::date)
    WHERE NOT EXISTS (SELECT FROM ledger.finding_case AS x
                      WHERE x.province_code = %(province)s AND x.commune_code = '-' AND x.state IN ('new', 'open', 'returned'))
), found AS (
    SELECT f.finding_id, f.commune_code, f.severity, f.measure, f.width_mm, f.detail
    FROM unnest(%(finding_ids)s::text[], %(finding_communes)s::text[], %(severities)s::text[], %(measures)s::float[], %(widths)s::float[],
                %(details)s::text[]) AS f (finding_id, commune_code, severity, measure, width_mm, detail)
    WHERE f.commune_code IN (SELECT s.commune_code FROM settled AS s)
), known AS (
    SELECT c.finding_id::text AS finding_id, side.commune_code, c.severity, c.measure, c.width_mm, c.detail
    FROM ledger.finding_case AS c
    CROSS JOIN LATERAL (VALUES (c.commune_code), (c.other_commune_code)) AS side (commune_code)
    WHERE c.state IN ('new', 'open', 'returned')
      AND (c.commune_code = ANY (%(communes)s::text[]) OR c.other_commune_code = ANY (%(communes)s::text[]))
      AND side.commune_code IN (SELECT s.commune_code FROM settled AS s)
), unlike AS (
    (SELECT f.finding_id, f.commune_code, f.severity, f.measure, f.width_mm, f.detail FROM found AS f
     EXCEPT
     SELECT k.finding_id, k.commune_code, k.severity, k.measure, k.width_mm, k.detail FROM known AS k)
    UNION ALL
    (SELECT k.finding_id, k.commune_code, k.severity, k.measure, k.width_mm, k.detail FROM known AS k
     EXCEPT
     SELECT f.finding_id, f.commune_code, f.severity, f.measure, f.width_mm, f.detail FROM found AS f)
)
SELECT l.commune_code, l.read, l.new, l.changed, l.unchanged, l.ended_by_row, l.ignored, l.quarantined, l.unreadable, l.held,
       l.current_before, l.moved_in, l.moved_out, l.ended, l.current_after,
       l.area_before_m2, l.area_in_m2, l.area_out_m2, l.area_after_m2, l.manifest_sha256, s.without_geometry,
       false AS commune_held, s.commune_valid_from AS valid_from
FROM settled AS s
JOIN ledger.receipt_line AS l ON l.run_id = s.run_id AND l.commune_code = s.commune_code
WHERE NOT EXISTS (SELECT FROM unlike AS u WHERE u.commune_code = s.commune_code)
  AND l.quarantined + l.unreadable = (SELECT count(*) FROM ledger.quarantine_state AS q
                                      WHERE q.province_code = %(province)s AND q.commune_code = s.commune_code AND q.state = 'open')
  AND NOT EXISTS (SELECT
                  FROM ledger.quarantine_state AS q
                  CROSS JOIN LATERAL (
                      VALUES ('source_key', q.source_alias), ('national_id', q.national_alias), ('sheet', q.sheet_alias)
                  ) AS h (kind, value)
                  JOIN land.parcel_alias AS a
                    ON a.province_code = %(province)s AND a.alias_kind = h.kind AND a.alias_value = h.value AND a.recorded_to IS NULL
                  JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = a.parcel_uid
                  WHERE q.province_code = %(province)s AND q.commune_code = s.commune_code AND q.state = 'open'
                    AND p.commune_code <> s.commune_code)
ORDER BY s.commune_code
