CREATE TEMP TABLE wanted_cell (prefix text COLLATE "C") ON COMMIT DROP
