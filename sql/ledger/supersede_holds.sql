-- A later delivery has been judged that speaks of these communes completely: what was held of earlier ones can no longer be
-- approved. What is held is earlier if it was extracted no later, or nobody says when: that never outranks what is dated. A
-- run never sets aside itself or what it applies. A case is decided as one: with one of its communes all of them are set aside;
-- and with the approval of a later one that moves as many parcels between the same communes, whatever either is complete for.
WITH earlier AS (
    SELECT s.run_id, s.commune_code, h.reasons
    FROM ledger.hold_state AS s
    JOIN ledger.hold AS h ON h.run_id = s.run_id AND h.commune_code = s.commune_code
    JOIN ledger.run AS r ON r.run_id = s.run_id
    JOIN ledger.run_state AS t ON t.run_id = r.run_id
    LEFT JOIN ledger.change_set AS c ON c.run_id = r.run_id
    WHERE s.province_code = %(province)s
      AND s.state = 'open'
      AND s.run_id <> %(run_id)s
      AND s.run_id IS DISTINCT FROM %(parent_run_id)s
      AND coalesce(c.observed_at, t.extracted_at, '-infinity') <= %(observed_at)s::timestamptz
), spoken AS (
    SELECT e.run_id, e.commune_code, e.reasons
    FROM earlier AS e
    LEFT JOIN ledger.hold AS decided
           ON decided.run_id = %(parent_run_id)s
          AND decided.commune_code = e.commune_code
          AND decided.commune_code = ANY (%(communes)s::text[])
    WHERE e.commune_code = ANY (%(speaks_of)s::text[])
       OR (jsonb_path_exists(e.reasons, '$[*].moves[*]')
           AND NOT EXISTS (
               SELECT
               FROM jsonb_path_query(e.reasons, '$[*].moves[*]') AS move
               WHERE NOT EXISTS (
                   SELECT
                   FROM jsonb_path_query(decided.reasons, '$[*].moves[*]') AS later
                   WHERE later -> 'origin' = move -> 'origin'
                     AND later -> 'target' = move -> 'target'
                     AND later -> 'parcels' >= move -> 'parcels')))
), with_case AS (
    SELECT s.run_id, s.commune_code
    FROM spoken AS s
    UNION
    SELECT s.run_id, member.commune_code
    FROM spoken AS s
    CROSS JOIN LATERAL jsonb_path_query(s.reasons, '$[*].moves[*]') AS move
    CROSS JOIN LATERAL (VALUES (move ->> 'origin'), (move ->> 'target')) AS member (commune_code)
)
UPDATE ledger.hold_state AS s
SET state = 'superseded', decided_by_run = %(run_id)s, updated_at = %(now)s
FROM with_case AS w
WHERE w.run_id = s.run_id
  AND w.commune_code = s.commune_code
  AND s.state = 'open'
