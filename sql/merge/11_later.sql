-- Whether anything of the province is known by later data than this full snapshot: if not, all of it is news.
SELECT EXISTS (SELECT FROM land.source_state AS st
               WHERE st.province_code = %(province)s AND st.observed_at > %(observed_at)s)
    OR EXISTS (SELECT FROM land.source_watermark AS w
               WHERE w.province_code = %(province)s AND w.snapshot_at > %(observed_at)s) AS later
