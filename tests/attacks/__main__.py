"""`python -m tests.attacks`: measure the attacks and the use of what the sample's public sees, and print it as docs/privacy.md has it."""

from __future__ import annotations

import sys

from sqlalchemy import Engine

from tests.attacks.cities import Lattice, draw, lattices_of
from tests.attacks.measuring import best_value, cells_of, found_out, guessed_ones, use_of
from tests.attacks.solving import Known, recovered, system_of
from trygghetskarta.settings import read_settings
from trygghetskarta.store.cluster import Cluster
from trygghetskarta.store.engine import make_engine


def main() -> None:
    """Print the table of the private server's database, which holds the sample."""
    settings = read_settings()
    engine = make_engine(settings.database_url or Cluster(settings.home).start())
    measure(engine)


def measure(engine: Engine) -> None:
    """Print the table of a database."""
    lattices = lattices_of(engine)
    write = sys.stdout.write
    write(
        "| Källa | rutor | små tal (1–4) | utan | A | B | C | D | LP D | odelat | odelat A | odelat B | odelat C | odelat D |\n|---"
        + "|--:" * 13
        + "|\n"
    )
    for lattice in lattices:
        write(f"| {' | '.join(_found(lattice))} |\n")
    write(
        "\n| Källa | gissade ettor, rätt | säkraste tal | rutor >= 20 | inom 5 % | ändringar >= 10 % | rätt håll |\n|---"
        + "|--:" * 6
        + "|\n"
    )
    for lattice in lattices:
        write(f"| {' | '.join(_guessed(lattice))} |\n")


def _found(lattice: Lattice) -> list[str]:
    whole = draw(lattice.city, 1, divided=False)
    known = (None, *Known)
    divided = [found_out(lattice, elsewhere) for elsewhere in known]
    undivided = [found_out(whole, elsewhere)[0] for elsewhere in known]
    program = int(recovered(system_of(lattice.year(lattice.city.years - 2), Known.ALL_OF_THESE)).sum())
    cells = sum(cells_of(lattice).values())
    return [lattice.city.source.value, *map(str, (cells, divided[0][1], *(found for found, _ in divided), program, *undivided))]


def _guessed(lattice: Lattice) -> list[str]:
    guesses, best, use = guessed_ones(lattice, Known.DISTRICTS_BY_KIND), best_value(lattice), use_of(lattice)
    return [
        lattice.city.source.value,
        f"{guesses.right} av {guesses.made} ({guesses.precision:.0%})",
        f"{best.right} av {best.made} ({best.precision:.0%})",
        str(use.large),
        f"{use.near / use.large:.1%}" if use.large else "–",
        str(use.changes),
        f"{use.told / use.changes:.1%}" if use.changes else "–",
    ]


if __name__ == "__main__":
    main()
