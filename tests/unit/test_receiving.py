from __future__ import annotations

import pytest

from trygghetskarta.api.receiving import file_name


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("", "leverans"),
        ("attachment", "leverans"),
        ('attachment; filename="brott mars.csv"', "brott mars.csv"),
        ("attachment; filename=brott.csv", "brott.csv"),
        ("attachment; filename*=UTF-8''br%C3%A4nder.csv", "bränder.csv"),
        ("attachment; filename=\"x.csv\"; filename*=UTF-8''br%C3%A4nder.csv", "bränder.csv"),
        ("attachment; filename*=iso-8859-1'sv'br%E4nder.csv", "bränder.csv"),
        ('attachment; filename="bränder.csv"'.encode().decode("latin-1"), "bränder.csv"),
        (r'attachment; filename="en \"citerad\".csv"', 'en "citerad".csv'),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ("attachment; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd", "passwd"),
        (r'attachment; filename="C:\\Users\\anna\\brott.csv"', "brott.csv"),
        ("attachment; filename*=UTF-8''a%00b%0Ac.csv", "abc.csv"),
        ('attachment; filename=".."', "leverans"),
        ("attachment; filename*=UTF-8''%FF%FE.csv", "\ufffd\ufffd.csv"),
    ],
)
def test_a_file_gets_the_name_its_sender_gives_it_and_no_folder(header: str, name: str) -> None:
    assert file_name(header) == name


def test_a_name_is_no_longer_than_a_disk_takes_and_keeps_its_ending() -> None:
    name = file_name(f"attachment; filename*=UTF-8''{'%C3%A4' * 300}.csv")
    assert name.endswith("ä.csv")
    assert len(name.encode()) <= 200
