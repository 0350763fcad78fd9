DROP TABLE rehash_hashes
