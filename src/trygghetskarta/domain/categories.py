"""The tree of kinds per source.

Each source's tree is data, in category_trees/<source>.toml: groups, and under each group the kinds as the source writes them. A kind that the
tree does not know is kept under its group when its first digits tell which that is, else under `okategoriserad`, and the receipt reports it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from trygghetskarta.domain.areas import code_of_name
from trygghetskarta.domain.sources import SourceId

UNKNOWN_GROUP = "okategoriserad"


@dataclass(frozen=True, slots=True)
class Category:
    """One node of a source's tree.

    Attributes:
        source: The source whose tree it stands in.
        code: Its code, unique within the source.
        parent: The code of the group it stands under; None for a group.
        name: Its Swedish name.
        name_en: Its English name, for groups.
    """

    source: SourceId
    code: str
    parent: str | None
    name: str
    name_en: str | None = None


@dataclass(frozen=True, slots=True)
class CategoryTree:
    """The tree of one source.

    Attributes:
        source: Which source.
        nodes: Every node the tree knows, a group before its kinds.
        known: Category by the kind as the source writes it, case-folded.
        prefixes: Group code by the first digits of a kind.
        digests: Codes of the groups whose rows each tell of many events.
    """

    source: SourceId
    nodes: tuple[Category, ...]
    known: dict[str, Category]
    prefixes: dict[str, str]
    digests: frozenset[str]

    def categorise(self, kind: str) -> tuple[Category, bool]:
        """Give the category of a kind.

        Args:
            kind: As it stands in the file.

        Returns:
            The category, and whether the tree knew it.
        """
        text = " ".join(kind.split())
        category = self.known.get(text.casefold())
        if category is not None:
            return category, True
        for length in (2, 3):
            group = self.prefixes.get(text[:length])
            if group is not None:
                return Category(self.source, text, group, f"Brottskod {text}"), True
        code = code_of_name(text)
        if not code:
            return Category(self.source, UNKNOWN_GROUP, None, "Okategoriserade", "Uncategorised"), False
        return Category(self.source, f"{UNKNOWN_GROUP}-{code}", UNKNOWN_GROUP, text), False

    def is_digest(self, category: Category) -> bool:
        """Tell whether a row of this category stands for many events told at once."""
        return category.parent in self.digests


@cache
def tree_of(source: SourceId) -> CategoryTree:
    """Read the tree of a source from its file.

    Args:
        source: Which source.

    Returns:
        The tree.
    """
    text = files("trygghetskarta.domain").joinpath("category_trees", f"{source}.toml").read_text(encoding="utf-8")
    nodes: list[Category] = []
    known: dict[str, Category] = {}
    prefixes: dict[str, str] = {}
    digests = set()
    for code, group in tomllib.loads(text)["groups"].items():
        nodes.append(Category(source, code, None, group["name"], group["name_en"]))
        for kind in group.get("kinds", []):
            node = Category(source, f"{code}.{code_of_name(kind)}", code, kind)
            nodes.append(node)
            known[kind.casefold()] = node
        for number, name in group.get("types", {}).items():
            node = Category(source, f"{code}.{number}", code, name)
            nodes.append(node)
            known[number] = known[name.casefold()] = node
        prefixes.update(dict.fromkeys(group.get("prefixes", []), code))
        if group.get("digest", False):
            digests.add(code)
    nodes.append(Category(source, UNKNOWN_GROUP, None, "Okategoriserade", "Uncategorised"))
    return CategoryTree(source, tuple(nodes), known, prefixes, frozenset(digests))
