-- Whether anything is known by later data: if not, all of it is news.
-- Of the province, than this full snapshot says.
SELECT EXISTS (SELECT FROM land.source_state AS st
               WHERE st.province_code = %(province)s AND st.observed_at > %(observed_at)s::timestamptz)
    OR EXISTS (SELECT FROM land.source_watermark AS w
               WHERE w.province_code = %(province)s AND w.snapshot_at > %(observed_at)s::timestamptz) AS later
