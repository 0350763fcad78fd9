-- Whether anything is known by later data: if not, all of it is news.
-- Of the province, than this full snapshot says. Of a parcel without a source key only the parcel itself says it.
SELECT EXISTS (SELECT FROM land.source_state AS st
               WHERE st.province_code = %(province)s AND st.observed_at > %(observed_at)s::timestamptz)
    OR EXISTS (SELECT FROM land.source_watermark AS w
               WHERE w.province_code = %(province)s AND w.snapshot_at > %(observed_at)s::timestamptz)
    OR EXISTS (SELECT FROM land.parcel AS p
               WHERE p.province_code = %(province)s AND p.source_key IS NULL AND p.observed_at > %(observed_at)s::timestamptz)
    OR EXISTS (SELECT FROM land.parcel_told AS t
               WHERE t.province_code = %(province)s AND t.observed_at > %(observed_at)s::timestamptz) AS later
