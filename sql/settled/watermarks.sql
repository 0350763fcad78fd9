-- Up to when the communes that were passed over are known whole. A later snapshot's mark stays.
INSERT INTO land.source_watermark AS w (province_code, commune_code, snapshot_at, sequence, recorded_at, run_id)
SELECT %(province)s, c.commune_code, %(observed_at)s::timestamptz, %(sequence)s, %(now)s, %(run_id)s
FROM unnest(%(communes)s::text[]) AS c (commune_code)
ON CONFLICT (province_code, commune_code) DO UPDATE
SET snapshot_at = excluded.snapshot_at,
    sequence = excluded.sequence,
    recorded_at = excluded.recorded_at,
    run_id = excluded.run_id
WHERE excluded.snapshot_at >= w.snapshot_at
