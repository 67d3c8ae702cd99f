"""Write the made-up sample: `.venv/bin/python data/sample/generate.py`.

Everything is drawn from one seed, so the same bytes come out every time. Nothing outside this folder is read.
"""

from __future__ import annotations

import sys
from pathlib import Path
from zlib import crc32

import numpy as np

# Run as a script this folder is on the path, not the repository; the modules beside this one are imported by their full names.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from data.sample.crimes import by_area, by_point, late
from data.sample.geography import HERE, area_files, build, populate, population_file, use, use_file
from data.sample.happenings import World, make_world
from data.sample.lists import city_reports, explosions, fires, incidents, shootings, survey
from data.sample.press import press_feed
from data.sample.writing import Delivery, write_bytes, write_delivery, write_facit

SEED = 20161


def stream(name: str) -> np.random.Generator:
    """Give a source its own random numbers, so that a change in one leaves the others as they were."""
    return np.random.default_rng([SEED, crc32(name.encode())])


def deliveries(world: World) -> list[Delivery]:
    """Invent every file under `deliveries/`."""
    return [
        *by_area(world, stream("anmalda_brott"), stream("malsagande")),
        late(world, stream("anmalda_brott_sena")),
        by_point(world, stream("anmalda_brott_punkter")),
        *shootings(world, stream("skjutningar")),
        explosions(world, stream("sprangningar")),
        fires(world, stream("brander")),
        press_feed(world, stream("polishandelser")),
        city_reports(world, stream("tyck_till")),
        incidents(world, stream("incidenter")),
        survey(world, stream("trygghetsmatning")),
    ]


def main() -> None:
    """Write all files, and say what was written."""
    basomraden = build(stream("areas"))
    residents, old = populate(basomraden, stream("population"))
    files = {
        **area_files(basomraden),
        "population.csv": population_file(basomraden, residents, old),
        "population_dag_och_bostader.csv": use_file(basomraden, *use(basomraden, residents, stream("dag_och_bostader"))),
    }
    total = 0
    for name, text in files.items():
        size = write_bytes(HERE / name, text.encode())
        total += size
        print(f"{name:45} {size:>9} bytes")
    made = deliveries(make_world(basomraden, residents, stream("world")))
    for delivery in made:
        size = write_delivery(HERE / "deliveries", delivery)
        total += size
        print(f"deliveries/{delivery.name:34} {size:>9} bytes {delivery.good:>6} good {len(delivery.facit):>3} bad")
    total += write_facit(HERE / "deliveries", made)
    print(f"{'all':45} {total:>9} bytes")


if __name__ == "__main__":
    main()
