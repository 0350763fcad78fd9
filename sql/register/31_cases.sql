-- The cases that were found as they are now: new ones begin, those that were fixed return. What is told of a commune as a
-- whole does not become less by a delivery that holds a part of it.
INSERT INTO ledger.finding_case AS c (
    finding_id, case_id, check_code, severity, quarantines, province_code, commune_code, handles, names, other_province_code,
    other_commune_code, other_handles, other_names, measure, unit, width_mm, detail, place, state, state_since, state_run_id,
    first_seen_at, first_run_id, last_seen_at, last_run_id)
SELECT f.finding_id,
       -- The id may be the one that a case of another parcel began with, before it was renamed.
       CASE WHEN EXISTS (SELECT FROM ledger.finding_case AS k WHERE k.case_id = f.finding_id)
            THEN gen_random_uuid() ELSE f.finding_id END,
       f.check_code, f.severity, f.quarantines, coalesce(p.province_code, %(province)s), f.commune_code, f.handles, f.names,
       o.province_code, f.other_commune_code, f.other_handles, f.other_names, f.measure, f.unit, f.width_mm, f.detail,
       public.ST_SetSRID(f.stored_wkb::public.geometry, 4756), x.state, %(now)s, %(run_id)s, %(now)s, %(run_id)s, %(now)s, %(run_id)s
FROM register_found AS f
JOIN register_change AS x ON x.finding_id = f.finding_id
LEFT JOIN land.commune AS p
       ON p.commune_code = f.commune_code AND p.valid_from <= %(as_of)s::date
      AND (p.valid_to IS NULL OR p.valid_to > %(as_of)s::date)
LEFT JOIN land.commune AS o
       ON o.commune_code = f.other_commune_code AND o.valid_from <= %(as_of)s::date
      AND (o.valid_to IS NULL OR o.valid_to > %(as_of)s::date)
ON CONFLICT (finding_id) DO UPDATE
SET severity = excluded.severity, quarantines = excluded.quarantines, province_code = excluded.province_code,
    commune_code = excluded.commune_code, handles = excluded.handles, names = excluded.names, other_province_code = excluded.other_province_code,
    other_commune_code = excluded.other_commune_code, other_handles = excluded.other_handles, other_names = excluded.other_names,
    (measure, detail) = (SELECT CASE WHEN kept.larger THEN c.measure ELSE excluded.measure END,
                                CASE WHEN kept.larger THEN c.detail ELSE excluded.detail END
                         FROM (SELECT excluded.check_code = ANY (%(condensing)s::text[]) AND cardinality(excluded.handles) = 0
                                      AND c.state IN ('new', 'open', 'returned') AND c.measure > excluded.measure
                                      AND NOT EXISTS (SELECT FROM register_looked AS l
                                                      WHERE l.commune_code = excluded.commune_code AND l.whole)
                                      AS larger) AS kept),
    unit = excluded.unit, width_mm = excluded.width_mm, place = excluded.place,
    state = excluded.state,
    state_since = CASE WHEN c.state = excluded.state THEN c.state_since ELSE excluded.state_since END,
    state_run_id = CASE WHEN c.state = excluded.state THEN c.state_run_id ELSE excluded.state_run_id END,
    last_seen_at = excluded.last_seen_at, last_run_id = excluded.last_run_id,
    times_returned = c.times_returned + CASE WHEN excluded.state = 'returned' THEN 1 ELSE 0 END
