-- What was decided about a province beside its deliveries: the same content may say something new now.
DELETE FROM ledger.settled_commune AS s WHERE s.province_code = %(province)s
