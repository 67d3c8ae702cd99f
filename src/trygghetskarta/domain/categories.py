"""The tree of kinds per source.

Each source's tree is data, in category_trees/<source>.toml: groups, in them further groups where that helps a reader, and at the ends the
kinds as the source writes them. A kind that the tree does not know is kept under its group when its first digits tell which that is, else
under `okategoriserad`, and the receipt reports it with the nearest kind that is known.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from trygghetskarta.domain.areas import code_of_name
from trygghetskarta.domain.sources import SourceId

UNKNOWN_GROUP = "okategoriserad"

_ALIKE = 0.6
"""How alike two texts are, of 1, before one is shown as what the other may have meant."""


@dataclass(frozen=True, slots=True)
class Category:
    """One node of a source's tree.

    Attributes:
        source: The source whose tree it stands in.
        code: Its code, unique within the source.
        parent: The code of the group it stands under; None for an outermost group.
        name: Its Swedish name.
        name_en: Its English name, for groups.
        valid_from: The year in which a brottskod came into use; None where that is not known, or long ago.
        valid_to: The year in which it stopped being used; None where it has not.
    """

    source: SourceId
    code: str
    parent: str | None
    name: str
    name_en: str | None = None
    valid_from: int | None = None
    valid_to: int | None = None


@dataclass(frozen=True)
class CategoryTree:
    """The tree of one source.

    Attributes:
        source: Which source.
        nodes: Every node the tree knows, each before all that stand under it.
        known: Category by the kind as the source writes it, case-folded.
        prefixes: Group code by the first digits of a kind.
        digests: Codes of the groups whose rows each tell of many events.
    """

    source: SourceId
    nodes: tuple[Category, ...]
    known: Mapping[str, Category]
    prefixes: Mapping[str, str]
    digests: frozenset[str]

    @cached_property
    def by_code(self) -> Mapping[str, Category]:
        """Every node by its code."""
        return {node.code: node for node in self.nodes}

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
                return Category(self.source, text, group, f"Brottskod {text}"), False
        code = code_of_name(text)
        if not code:
            return self.by_code[UNKNOWN_GROUP], False
        return Category(self.source, f"{UNKNOWN_GROUP}-{code}", UNKNOWN_GROUP, text), False

    def nearest(self, kind: str) -> Category | None:
        """Give the known kind that a kind is most like, as a hint to whoever wrote it. Takes some milliseconds.

        Args:
            kind: As it stands in the file.

        Returns:
            Its category; None when none is much like it.
        """
        text = " ".join(kind.split()).casefold()
        matcher = SequenceMatcher(b=text, autojunk=False)

        def likeness(known: str) -> tuple[float, int]:
            matcher.set_seq1(known)
            return (matcher.ratio() if matcher.quick_ratio() >= _ALIKE else 0.0), sum(known.startswith(text[:length]) for length in (2, 3))

        best = max(self.known, key=likeness)
        return self.known[best] if likeness(best)[0] >= _ALIKE else None

    def ancestry(self, code: str) -> tuple[str, ...]:
        """Give a category's code and those of all the groups it stands in, innermost first.

        Args:
            code: A code of the tree, or one first met in a delivery.

        Returns:
            The codes.
        """
        node: Category | None = self.by_code.get(code) or self.categorise(code)[0]
        found = [code]
        while node is not None and node.parent is not None:
            found.append(node.parent)
            node = self.by_code.get(node.parent)
        return tuple(found)

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
    for code, group, parent in _groups(tomllib.loads(text)["groups"], None):
        nodes.append(Category(source, code, parent, group["name"], group["name_en"]))
        for node, spellings in _kinds(source, code, group):
            nodes.append(node)
            known.update(dict.fromkeys((spelling.casefold() for spelling in spellings), node))
        prefixes.update(dict.fromkeys(group.get("prefixes", []), code))
        if group.get("digest", False):
            digests.add(code)
    nodes.append(Category(source, UNKNOWN_GROUP, None, "Okategoriserade", "Uncategorised"))
    return CategoryTree(source, tuple(nodes), known, prefixes, frozenset(digests))


def _groups(groups: Mapping[str, Any], parent: str | None) -> Iterator[tuple[str, Mapping[str, Any], str | None]]:
    """Go through the groups of a file, each before those inside it: code, content, and the code of the group around it."""
    for code, group in groups.items():
        yield code, group, parent
        yield from _groups(group.get("groups", {}), code)


def _kinds(source: SourceId, group_code: str, group: Mapping[str, Any]) -> Iterator[tuple[Category, tuple[str, ...]]]:
    """Give the kinds that stand right under a group, with the ways in which the source may write each."""
    for kind in group.get("kinds", []):
        yield Category(source, f"{group_code}.{code_of_name(kind)}", group_code, kind), (kind,)
    for number, said in group.get("types", {}).items():
        names = [said] if isinstance(said, str) else said
        yield Category(source, f"{group_code}.{number}", group_code, names[0]), (number, *names)
    for brottskod, said in group.get("codes", {}).items():
        about: Mapping[str, Any] = {"name": said} if isinstance(said, str) else said
        yield Category(source, brottskod, group_code, about["name"], None, about.get("from"), about.get("to")), (brottskod,)
