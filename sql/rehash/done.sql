DROP TABLE rehash_intact, rehash_agreed
