"""What a sender does about a rejected row, by the code of its fault."""

from __future__ import annotations

from collections.abc import Mapping

_ANY = ("Rätta värdet och skicka raden igen.", "Mend the value and send the row again.")
_HINTS: Mapping[str, tuple[str, str]] = {
    "field_count": ("Rätta skiljetecken eller citattecken på raden.", "Mend the separators or the quotes of the row."),
    "field_too_long": ("Korta fältet till 10 000 tecken.", "Shorten the field to 10 000 characters."),
    "nul_byte": ("Ta bort nolltecknet.", "Remove the NUL character."),
    "missing_id": ("Ange källans id.", "Give the source's id."),
    "conflicting_row": ("Behåll en av raderna.", "Keep one of the rows."),
    "missing_kind": ("Ange händelsetypen.", "Give the kind of event."),
    "bad_code": ("Ange tre eller fyra siffror.", "Give three or four digits."),
    "bad_count": ("Ange ett heltal från 1.", "Give a whole number from 1."),
    "no_date": ("Ange ett datum.", "Give a date."),
    "no_such_date": ("Rätta datumet.", "Mend the date."),
    "ambiguous_date": ("Skriv datumet som 2026-01-31.", "Write the date as 2026-01-31."),
    "no_such_time": ("Skriv klockslaget som 0930 eller 09:30.", "Write the time as 0930 or 09:30."),
    "end_before_start": ("Byt plats på början och slut.", "Change places of start and end."),
    "no_position": ("Ange båda koordinaterna, eller lämna båda tomma.", "Give both coordinates, or leave both empty."),
    "swapped_axes": ("Byt plats på koordinaterna.", "Change places of the coordinates."),
    "wrong_crs": ("Räkna om koordinaterna, eller ange systemet med --crs.", "Convert the coordinates, or state the system with --crs."),
    "turned_text": ("Skriv om värdet för hand.", "Write the value anew by hand."),
    "personal_data": ("Ta bort personuppgiften.", "Remove the personal data."),
    "other_spelling": ("Lägg till stavningen i mappningen, eller rätta raden.", "Add the spelling to the mapping, or mend the row."),
    "excel_error": ("Rätta cellen i Excel och spara om filen.", "Mend the cell in Excel and save the file anew."),
    "excel_mangled": (
        "Läs in kolumnen som text, eller skicka källans egen fil.",
        "Import the column as text, or send the source's own file.",
    ),
    "ambiguous_number": ("Skriv talet utan tecken mellan tusental.", "Write the number without marks between thousands."),
    "bad_utf8": ("Spara hela filen som UTF-8.", "Save the whole file as UTF-8."),
    "unclosed_quote": ("Rätta citattecknen.", "Mend the quotes."),
    "unknown_area": (
        "Rätta området, eller läs in indelningen som har det och skicka raden i en ny fil.",
        "Mend the area, or load the edition that has it and send the row in a new file.",
    ),
}


def hint(code: str) -> tuple[str, str]:
    """Give what to do about a fault, in Swedish and in English."""
    return _HINTS.get(code, _ANY)
