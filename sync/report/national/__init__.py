"""The national report: what ministers read. Its figures, and the page and workbook that show them."""
