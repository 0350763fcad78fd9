-- When a delivery was extracted, where only a person says it: of the run that applies it, and of the decision.
ALTER TABLE ledger.run ADD COLUMN stated_at timestamptz;
ALTER TABLE ledger.approval ADD COLUMN stated_at timestamptz;

-- Times in the future were taken once, and whatever came after them was ignored: they are set to when they were recorded,
-- because nothing is extracted later than it arrives. What was said stays here, and shows who has to deliver anew.
CREATE TABLE ledger.mended_moment (
    province_code text NOT NULL,
    commune_code text NOT NULL,
    said_at timestamptz NOT NULL,
    set_to timestamptz NOT NULL,
    mended_at timestamptz NOT NULL,
    PRIMARY KEY (province_code, commune_code, mended_at)
);

INSERT INTO ledger.mended_moment (province_code, commune_code, said_at, set_to, mended_at)
SELECT m.province_code, m.commune_code, max(m.said_at), min(m.recorded_at), now()
FROM (
    SELECT w.province_code, w.commune_code, w.snapshot_at AS said_at, w.recorded_at FROM land.source_watermark AS w
    UNION ALL
    SELECT d.province_code, d.commune_code, d.extracted_at, d.accepted_at FROM land.dataset AS d
) AS m
WHERE m.said_at > m.recorded_at + interval '15 minutes'
GROUP BY m.province_code, m.commune_code;

UPDATE land.source_watermark
SET snapshot_at = recorded_at
WHERE snapshot_at > recorded_at + interval '15 minutes';

-- What a later delivery said of such a commune was ignored, though its judgement was accepted: live is what came before.
UPDATE land.dataset AS d
SET extracted_at = least(d.extracted_at, m.set_to)
FROM ledger.mended_moment AS m
WHERE m.province_code = d.province_code
  AND m.commune_code = d.commune_code;

UPDATE land.source_state
SET observed_at = least(observed_at, recorded_at),
    refused_at = least(refused_at, recorded_at),
    source_order = CASE WHEN order_kind = 'time' THEN least(source_order, (extract(epoch FROM recorded_at) * 1000000)::bigint)
                        ELSE source_order END
WHERE observed_at > recorded_at + interval '15 minutes'
   OR refused_at > recorded_at + interval '15 minutes'
   OR (order_kind = 'time' AND source_order > (extract(epoch FROM recorded_at) * 1000000)::bigint + 900000000);
