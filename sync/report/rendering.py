"""How pages are made of templates: nothing undefined, nothing that is not escaped, figures as Vietnamese readers know them."""

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from sync.report.figures import count, percent


def rendered(
    package: str,
    template: str,
    facts: Mapping[str, Any],
    filters: Mapping[str, Callable[..., str]] | None = None,
) -> str:
    """A template of a package's folder `templates`, filled with the facts.

    filters  what the template needs beside `count` and `percent`
    """
    environment = Environment(
        loader=PackageLoader(package), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters.update({"count": count, "percent": percent, **(filters or {})})
    return environment.get_template(template).render(facts)
