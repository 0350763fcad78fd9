SELECT f.state, count(*) AS findings
FROM ledger.finding_case AS c
JOIN analyst.finding AS f ON f.finding_id = c.finding_id
WHERE {where}
GROUP BY f.state
