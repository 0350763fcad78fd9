DROP TABLE rehash_agreed
