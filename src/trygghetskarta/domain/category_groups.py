"""Groups of categories across the sources: what several sources tell about the same matter.

The groups are data, in category_groups.toml. A group chooses categories in each source; it does not merge sources. One event may stand in
several of them, so a sum over sources may count it twice, and the group says so.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from trygghetskarta.domain.sources import SourceId


@dataclass(frozen=True, slots=True)
class CategoryGroup:
    """One group across the sources.

    Attributes:
        code: Its code.
        name: Its Swedish name.
        name_en: Its English name.
        description: What it holds and why, in Swedish.
        description_en: The same in English.
        caution: What a reader must mind, in Swedish.
        caution_en: The same in English.
        addable: True where no event can stand in two of its sources, so that their counts may be added.
        reference: What the choice of categories rests on; None where it is the project's own.
        categories: The codes counted by source; none lies below another.
    """

    code: str
    name: str
    name_en: str
    description: str
    description_en: str
    caution: str
    caution_en: str
    addable: bool
    reference: str | None
    categories: Mapping[SourceId, tuple[str, ...]]


@cache
def category_groups() -> Mapping[str, CategoryGroup]:
    """Read the groups from their file.

    Returns:
        The groups by code, in the order of the file.
    """
    text = files("trygghetskarta.domain").joinpath("category_groups.toml").read_text(encoding="utf-8")
    return {
        code: CategoryGroup(
            code=code,
            name=group["name"],
            name_en=group["name_en"],
            description=group["description"],
            description_en=group["description_en"],
            caution=group["caution"],
            caution_en=group["caution_en"],
            addable=group["addable"],
            reference=group.get("reference"),
            categories={SourceId(source): tuple(codes) for source, codes in group["categories"].items()},
        )
        for code, group in tomllib.loads(text)["groups"].items()
    }
