"""`areas` and `population`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trygghetskarta.cli.connecting import open_engine
from trygghetskarta.cli.documents import AsJson, tell_json, tell_list
from trygghetskarta.cli.ingesting import ingest
from trygghetskarta.domain.areas import AreaLevel, Reshaped, Standing
from trygghetskarta.domain.cities import CITY
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import InvalidQuestionError
from trygghetskarta.serialize.areas import edition_row, link_row, reshaped_row
from trygghetskarta.serialize.swedish import decimal, whole
from trygghetskarta.settings import read_settings
from trygghetskarta.store.statistics import loading

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from trygghetskarta.ingest.editions import LevelFinding, LevelReport
    from trygghetskarta.ingest.nesting import NotNested
    from trygghetskarta.queries.area_links import AreaLink
    from trygghetskarta.settings import Settings

_STANDINGS = {
    Standing.DEFAULT: "gäller nu",
    Standing.EARLIER: "tidigare",
    Standing.INCOMPLETE: "saknar en nivå som den förra har",
    Standing.FUTURE: "gäller från sin dag",
    Standing.HELD: "väntar på godkännande",
    Standing.BESIDE: "vid sidan av stadens egen",
}
_KINDS = {"same": "samma", "merge": "sammanslagning", "split": "delning", "boundary": "flyttad gräns"}

app = typer.Typer(no_args_is_help=True)
population_app = typer.Typer(no_args_is_help=True)


@app.command()
def load(
    file: Annotated[Path, typer.Argument(help="GeoPackage, Shapefile eller GeoJSON; eller en CSV som säger vilka områden som slås ihop.")],
    level: Annotated[AreaLevel, typer.Option(help="Nivån filen har.")],
    edition: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Första dagen indelningen gällde.")],
    code_field: Annotated[str | None, typer.Option(help="Fältet med områdets kod.")] = None,
    name_field: Annotated[str | None, typer.Option(help="Fältet med områdets namn.")] = None,
    parent_field: Annotated[str | None, typer.Option(help="Fältet med det större området; krävs för en CSV.")] = None,
    crs: Annotated[int | None, typer.Option(help="Koordinatsystemets EPSG-nummer, om filen inte säger det.")] = None,
    name: Annotated[str | None, typer.Option(help="Indelningens namn.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Byt ut nivån om indelningen redan har den.")] = False,
    as_json: AsJson = False,
) -> None:
    """Läs in en nivå av en indelning, och visa vad som mättes och lagades. Slutar med 1 när indelningen väntar på godkännande."""
    from trygghetskarta.ingest.area_files import AreaFields
    from trygghetskarta.ingest.editions import LevelOrder, load_level

    settings = read_settings()
    order = LevelOrder(
        file,
        level,
        edition.date(),
        AreaFields(code_field, name_field, parent_field, crs),
        (settings.municipality, settings.municipality_code),
        name,
        replace,
    )
    with loading(open_engine(settings)) as connection:
        report = load_level(connection, order)
        _release_open(connection)
    if as_json:
        tell_json(_report_row(report))
    else:
        typer.echo(told(report))
    raise typer.Exit(1 if report.standing is Standing.HELD else 0)


@app.command()
def approve(
    edition: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="Indelningens första dag.")],
) -> None:
    """Godkänn en indelning som väntar, eller som saknar en nivå: den gäller från sin dag när ingen indelning anges."""
    from trygghetskarta.ingest.reshaped import approve_edition

    with loading(open_engine(read_settings())) as connection:
        approved = approve_edition(connection, edition.date())
        _release_open(connection)
    typer.echo(f"Indelningen från {approved.valid_from} är godkänd: {_STANDINGS[approved.standing]}.")
    if approved.reshaped and approved.standing is not Standing.INCOMPLETE:
        typer.echo(
            f"  Rader utan punkt läses efter sin egen dag: från {approved.valid_from} är en kod med ny mark den nya, "
            "före den dagen den som gällde då.\n  Siffrorna för tiden före är oförändrade i de tidigare indelningarna. Punkter räknas som förut."
        )
    if approved.standing is Standing.INCOMPLETE:
        typer.echo("  Den gäller inte än. Läs in det som fattas, eller godkänn en gång till för att låta den gälla ändå.")


@app.command(name="import")
def import_all(
    replace: Annotated[bool, typer.Option("--replace", help="Byt ut nivåer som en indelning redan har.")] = False,
) -> None:
    """Läs in alla områden som stadens fil (TRYGGHETSKARTA_CITY) nämner: alla eller inga. Slutar med 1 när en indelning väntar på godkännande."""
    reports = import_areas(open_engine(read_settings()), read_settings(), replace=replace)
    for report in reports:
        typer.echo(told(report))
    raise typer.Exit(1 if any(report.standing is Standing.HELD for report in reports) else 0)


def import_areas(engine: Engine, settings: Settings, *, replace: bool = False) -> list[LevelReport]:
    """Load every file of areas that the city's file names: all, or none.

    Args:
        engine: The database.
        settings: What the installation chose.
        replace: Put the levels in the place of those that an edition has.

    Returns:
        What was done and found, a report per file.

    Raises:
        InvalidQuestionError: The city's file names none.
        BadDeliveryError: A file cannot be used, or an edition has its level already.
    """
    from trygghetskarta.ingest.area_files import AreaFields
    from trygghetskarta.ingest.editions import LevelOrder, load_level

    if not CITY.areas:
        raise InvalidQuestionError(
            f"Filen för {CITY.name} nämner inga områden: lägg till [[areas]] i den, eller använd areas load.",
            f"The file of {CITY.name} names no areas: add [[areas]] to it, or use areas load.",
        )
    reports = []
    with loading(engine) as connection:
        for told_of in CITY.areas:
            fields = AreaFields(told_of.fields.get("code"), told_of.fields.get("name"), told_of.fields.get("parent"), told_of.crs)
            level, city = AreaLevel(told_of.level), (settings.municipality, settings.municipality_code)
            # The whole of an edition is there as soon as something of it is; a file of it has the better outline.
            anew = replace or level is AreaLevel.STAD
            reports.append(load_level(connection, LevelOrder(told_of.path, level, told_of.edition, fields, city, told_of.name, anew)))
        _release_open(connection)
    return reports


def _release_open(connection: Connection) -> None:
    """Let what is public elsewhere be seen by the areas as they now are; protected counts are filled in by the next `release`."""
    from trygghetskarta.releasing import release_open

    for source in SourceId:
        release_open(connection, source)


@app.command(name="list")
def list_all(as_json: AsJson = False) -> None:
    """Visa indelningarna och deras nivåer."""
    from trygghetskarta.store.editions import list_editions

    with open_engine(read_settings()).connect() as connection:
        editions = list_editions(connection)
    if as_json:
        tell_list([edition_row(edition) for edition in editions])
        return
    for edition in editions:
        typer.echo(
            f"{edition.valid_from}  EPSG:{edition.srid}  {', '.join(edition.levels)}  {edition.name}; {_STANDINGS[edition.standing]}"
        )
        for line in _waiting(edition.reshaped) if edition.held else ():
            typer.echo(line)
    if not editions:
        typer.echo("Inga områden är inlästa än.")


@app.command()
def check(as_json: AsJson = False) -> None:
    """Mät om varje nivås områden täcker utan överlapp och glapp och ligger helt i sina större, och visa vad de blev i nästa indelning."""
    from trygghetskarta.ingest.editions import check_editions
    from trygghetskarta.queries.area_links import links_of
    from trygghetskarta.store.editions import list_editions

    with open_engine(read_settings()).connect() as connection:
        findings = check_editions(connection)
        days = sorted(edition.valid_from for edition in list_editions(connection))
        changes = [(before, links_of(connection, before, after)) for before, after in pairwise(days)]
    if as_json:
        tell_json(
            {"items": [_finding_row(finding) for finding in findings], "links": [link_row(link) for _, links in changes for link in links]}
        )
    else:
        _tell_checked(findings, changes)
    if any(finding.overlaps for finding in findings):
        raise typer.Exit(1)


def _tell_checked(findings: Sequence[LevelFinding], changes: Sequence[tuple[date, Sequence[AreaLink]]]) -> None:
    for finding in findings:
        typer.echo(
            f"{finding.edition} {finding.level}: {whole(finding.areas)} områden, {decimal(finding.square_metres / 1e6, 2)} km², "
            f"{len(finding.overlaps)} överlapp, {len(finding.holes)} hål, {len(finding.not_nested)} delade mellan större områden"
        )
        for odd in finding.not_nested:
            typer.echo(f"    {odd.area}: {decimal(odd.square_metres, 0)} m² utanför {odd.parent or 'varje större område'}")
    for before, links in changes:
        for line in _became(before, links):
            typer.echo(line)


def _finding_row(finding: LevelFinding) -> dict[str, Any]:
    """Give what was measured of a level as a program reads it; ground in square metres."""
    return {
        "edition": str(finding.edition),
        "level": finding.level.value,
        "areas": finding.areas,
        "squareMetres": round(finding.square_metres, 1),
        "overlaps": [round(m2, 2) for m2 in finding.overlaps],
        "holes": [round(m2, 2) for m2 in finding.holes],
        "notNested": _not_nested_rows(finding.not_nested),
    }


def _not_nested_rows(areas: Sequence[NotNested]) -> list[dict[str, Any]]:
    return [{"code": odd.area, "parent": odd.parent, "squareMetresOutside": round(odd.square_metres, 1)} for odd in areas]


def _report_row(report: LevelReport) -> dict[str, Any]:
    """Give what loading a level did and found as a program reads it; ground in square metres."""
    codes, tiling = report.codes, report.tiling
    return {
        "edition": str(report.edition),
        "level": report.level.value,
        "areas": report.areas,
        "squareMetres": round(report.square_metres, 1),
        "srid": report.srid,
        "turned": report.turned,
        "invalid": [{"code": codes[number], "reason": reason} for number, reason in tiling.invalid],
        "overlaps": [{"codes": [codes[one], codes[other]], "squareMetres": round(m2, 2)} for one, other, m2 in tiling.overlaps],
        "holes": [round(m2, 2) for m2 in tiling.holes],
        "filled": [{"code": codes[number], "squareMetres": round(m2, 2)} for number, m2 in tiling.filled],
        "left": [round(m2, 2) for m2 in tiling.left],
        "notNested": _not_nested_rows(report.not_nested),
        "parentDiffers": list(report.parent_differs),
        "parentsUnknown": report.parents_unknown,
        "eventsMoved": report.events_moved,
        "standing": report.standing.value,
        "lacks": [level.value for level in report.lacks],
        "reshaped": [reshaped_row(area) for area in report.reshaped],
    }


@app.command()
def relink() -> None:
    """Mät på nytt vad områdena blev i andra indelningar, och placera alla händelser på nytt. Behövs efter en uppgradering som säger det."""
    from trygghetskarta.ingest.replace import relink_editions

    with loading(open_engine(read_settings())) as connection:
        moved = relink_editions(connection)
        _release_open(connection)
    typer.echo(f"Länkarna är mätta på nytt; {whole(moved)} händelser med punkt placerades om, och alla som bara har ett område.")


def _became(before: date, links: Sequence[AreaLink]) -> list[str]:
    """Tell what the areas of an edition became in the next, level by level: how many are the same, and each that is not."""
    lines = []
    for level, mine in groupby(links, key=lambda link: link.level):
        of_level = list(mine)
        by_kind = Counter(_KINDS[link.kind] for link in of_level)
        # In the larger areas of an edition that lacks the level, to be part of one is no change.
        is_lacking = of_level[0].to_level is not level
        there = f" (saknas där; till {of_level[0].to_level})" if is_lacking else ""
        told = ", ".join(f"{whole(many)} {kind}" for kind, many in by_kind.items())
        lines.append(f"{before} → {of_level[0].to_edition} {level}{there}: {told}")
        unchanged = {"same", "merge"} if is_lacking else {"same"}
        lines += [
            f"    {link.name} → {link.to_name}: {_KINDS[link.kind]}, {decimal(100 * link.share)} procent av marken"
            for link in of_level
            if link.kind not in unchanged
        ]
    return lines


@population_app.command(name="load")
def load_population(
    files: Annotated[list[Path], typer.Argument(help="CSV med kolumnerna niva, kod, datum, slag och antal.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Gör allt, skriv kvittot, och ångra.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Skriv kvittona som ett JSON-dokument.")] = False,
) -> None:
    """Läs in befolkning per område och datum; detsamma som trygghetskarta ingest population."""
    ingest(SourceId.POPULATION, files, dry_run=dry_run, as_json=as_json)


def told(report: LevelReport) -> str:
    """Give the report on a loaded level as the lines that a person reads."""
    tiling = report.tiling
    turned = f"\n  Ringar vända: {whole(report.turned)}; filens yttre gränser går medurs." if report.turned else ""
    lines = [
        f"Indelningen från {report.edition}: {whole(report.areas)} områden på nivån {report.level}, "
        f"{decimal(report.square_metres / 1e6, 2)} km² i EPSG:{report.srid}.{turned}",
        f"  Ogiltiga gränser: {len(tiling.invalid)}"
        + "".join(f"\n    {report.codes[number]}: {reason}" for number, reason in tiling.invalid),
        f"  Överlapp: {len(tiling.overlaps)} par, {decimal(tiling.overlap_m2, 2)} m² tillsammans; marken gick till områdets lägsta kod.",
    ]
    lines += [
        f"    {report.codes[a]} – {report.codes[b]}: {decimal(m2, 2)} m²" for a, b, m2 in sorted(tiling.overlaps, key=lambda o: -o[2])
    ]
    lines.append(
        f"  Hål: {len(tiling.holes)}" + (f", det största {decimal(tiling.holes[0])} m²" if tiling.holes else "")
        + f"; {len(tiling.filled)} fylldes av grannen, {len(tiling.left)} lämnades."
    )  # fmt: skip
    lines += [f"    {report.codes[number]} fick {decimal(m2, 2)} m²" for number, m2 in tiling.filled]
    lines.append(f"  Delade mellan större områden: {len(report.not_nested)}")
    lines += [f"    {odd.area}: {decimal(odd.square_metres)} m² utanför {odd.parent or 'varje större område'}" for odd in report.not_nested]
    if report.parent_differs:
        lines.append(f"  Filen anger ett annat större område än kartan för: {', '.join(report.parent_differs)}")
    if report.parents_unknown:
        lines.append("  De större områden som filen anger är inte inlästa än, så de är inte jämförda med kartan.")
    if report.events_moved:
        lines.append(f"  {whole(report.events_moved)} händelser placerades om.")
    return "\n".join(lines + _stands(report))


def _waiting(reshaped: Sequence[Reshaped]) -> list[str]:
    """Tell which areas an edition waits for, level by level."""
    lines = []
    for (level, before), of_level in groupby(reshaped, key=lambda one: (one.level, one.before)):
        areas = list(of_level)
        lines.append(f"  {whole(len(areas))} områden på nivån {level} har annan mark än samma kod hade i indelningen från {before}:")
        lines += [f"    {area.code}: {decimal(area.square_metres, 0)} m²" for area in areas]
    return lines


def _stands(report: LevelReport) -> list[str]:
    """Tell what the edition is to a question that names none, where it is not the one that is meant or an earlier one."""
    approve = f"trygghetskarta areas approve {report.edition}"
    match report.standing:
        case Standing.HELD:
            return [
                "  Indelningen väntar på godkännande. Till dess gäller den förra, med sina siffror; den här svarar när den nämns.",
                *_waiting(report.reshaped),
                f"  Godkänn den: {approve}",
            ]
        case Standing.INCOMPLETE:
            lacks = " och ".join(report.lacks)
            return [f"  Indelningen gäller inte än: den saknar {lacks}. Läs in det som fattas, eller låt den gälla ändå: {approve}"]
        case Standing.FUTURE:
            return [f"  Indelningen gäller från {report.edition}; till dess svarar den när den nämns."]
        case _:
            return []
