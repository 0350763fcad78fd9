DROP TABLE rehash_parcels
