"""`python -m sync.lab.pages`: write every page that is made from the code."""

from sync.lab.pages.all_pages import write_pages
from sync.settings import ROOT

write_pages(ROOT / "docs")
