"""`trygghetskarta`: the commands, and how errors end them."""

from __future__ import annotations

import sys

import typer

from trygghetskarta.cli import (
    areas,
    auditing,
    database,
    decomposing,
    deliveries,
    describing,
    details,
    ingesting,
    keys,
    linking,
    measures,
    questions,
    releasing,
    reporting,
    series,
    serving,
    space,
    topics,
    tracing,
    weighing,
)
from trygghetskarta.errors import TrygghetskartaError

app = typer.Typer(name="trygghetskarta", no_args_is_help=True, add_completion=False, help="Brott och trygghet på karta.")
app.add_typer(database.app, name="db", help="Den egna PostGIS-servern, och databasens tabeller.")
app.add_typer(areas.app, name="areas", help="Indelningar av staden.")
app.add_typer(areas.population_app, name="population", help="Befolkning att räkna per.")
app.add_typer(deliveries.app, name="deliveries", help="Leveranser, kvitton och avvisade rader.")
app.add_typer(database.rollup_app, name="rollup", help="Antal per plats och månad.")
app.add_typer(linking.app, name="links", help="Samma händelse i flera källor.")
app.add_typer(weighing.app, name="weights", help="Vikter som säger hur allvarligt ett brott är.")
app.add_typer(measures.app, name="measures", help="Åtgärder, deras mål och effekt.")
app.add_typer(auditing.app, name="audit", help="Loggen över vad som har gjorts, och av vem.")
app.add_typer(reporting.app, name="report", help="Rapporter till nämnderna.")
app.add_typer(keys.app, name="keys", help="API-nycklar.")
app.add_typer(keys.rights_app, name="rights", help="Vad den som loggar in har fått utöver sin roll.")
app.command("ingest")(ingesting.ingest)
app.command("release")(releasing.release)
app.command("compare")(questions.compare)
app.command("series")(series.series)
app.command("decompose")(decomposing.decompose)
app.command("hours")(details.hours)
app.command("hexagons")(details.hexagons)
app.command("hotspots")(space.hotspots)
app.command("concentration")(space.concentration)
app.command("pattern-change")(space.pattern_change)
app.command("density")(space.density)
app.command("near-repeat")(space.near_repeat)
app.command("survey")(topics.survey)
app.command("similar")(topics.similar)
app.command("lens")(topics.lens)
app.command("lagesbild")(reporting.lagesbild)
app.command("trace")(tracing.trace)
app.command("serve")(serving.serve)
app.command("demo")(serving.demo)
app.command("health")(serving.health)
app.command("describe", hidden=True)(describing.describe)


def run() -> None:
    """Run the command line; an error with a remedy is told in one line and ends with 2."""
    try:
        app()
    except TrygghetskartaError as error:
        sys.stderr.write(f"Fel: {error.swedish}\n     {error.english}\n")
        for fault in error.faults:
            if fault.reason != error.swedish:
                sys.stderr.write(f"     {fault.property}: {fault.reason}\n")
        sys.exit(2)
