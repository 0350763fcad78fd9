-- How many parcels live in each commune, counted once by the merge that knows it: questions about the nation do not go through the
-- parcels of the nation. Nothing here checks that a number is not negative: a counter that somebody changed is for the reconciliation
-- to name, and for the next merge to ask about; it must never be what stops one.
-- Who merges ends first, and nobody begins meanwhile: else what a run writes meanwhile would go uncounted.
LOCK TABLE ledger.province_state IN EXCLUSIVE MODE;

CREATE TABLE land.commune_count (
    province_code text NOT NULL,
    commune_code text NOT NULL,
    parcels bigint NOT NULL,
    stale_parcels bigint NOT NULL,
    without_geometry bigint NOT NULL,
    area_m2 numeric NOT NULL,
    PRIMARY KEY (province_code, commune_code)
);

INSERT INTO land.commune_count (province_code, commune_code, parcels, stale_parcels, without_geometry, area_m2)
SELECT p.province_code, p.commune_code, count(*), count(p.stale_since), count(*) - count(p.area_m2), coalesce(sum(p.area_m2), 0)
FROM land.parcel AS p
GROUP BY p.province_code, p.commune_code;
