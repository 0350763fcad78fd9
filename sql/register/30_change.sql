-- What becomes of each case that was found or settled: the state after the run, and the one before (NULL for a new one). A
-- case of a commune that was open as cases of its rows is not new.
CREATE TEMP TABLE register_change ON COMMIT DROP AS
SELECT f.finding_id, c.state AS before,
       CASE WHEN c.finding_id IS NULL AND x.whole_id IS NULL THEN 'new' WHEN c.state IN ('fixed', 'retired') THEN 'returned' ELSE 'open' END AS state,
       CASE WHEN r.finding_id IS NOT NULL THEN 'renamed'
            WHEN c.state IN ('open', 'new', 'returned') AND c.severity <> f.severity THEN 'severity'
            ELSE 'found' END AS because,
       f.severity,
       r.finding_id IS NOT NULL OR c.severity IS DISTINCT FROM f.severity AS told
FROM register_found AS f
LEFT JOIN ledger.finding_case AS c ON c.finding_id = f.finding_id
LEFT JOIN (SELECT DISTINCT x.whole_id FROM register_condensed AS x) AS x ON x.whole_id = f.finding_id
LEFT JOIN register_renamed AS r ON r.finding_id = f.finding_id
UNION ALL
SELECT s.finding_id, c.state, s.state, s.because, s.severity, false
FROM register_settled AS s
JOIN ledger.finding_case AS c ON c.finding_id = s.finding_id
