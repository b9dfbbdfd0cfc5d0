"""Signups out as a file that no spreadsheet runs, and in from whatever somebody else's program wrote."""

import csv
import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from convene import clock
from convene.access.models import AuditEntry, SignIn
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.people.models import Person
from convene.signups.models import Signup
from tests.journey.visitor import Reader
from tests.web.organise.conftest import World, text


def exported(world: World, path: str) -> list[list[str]]:
    answer = world.client.post(path, data={"kind": "csv"})
    assert answer.status_code == 200 and answer.headers["Content-Disposition"].startswith("attachment")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def upload(world: World, event: int, data: bytes) -> TestResponse:
    """Written out here: werkzeug's own way leaves the file open in which it puts a large body."""
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="people.csv"\r\n\r\n'
    body = {"data": head + data + b"\r\n--x--\r\n", "content_type": "multipart/form-data; boundary=x"}
    return world.client.post(f"/organise/events/{event}/import", **body)


def bring_in(world: World, event: int, looked: TestResponse, **more: Any) -> TestResponse:
    form = next(form for form in Reader(looked.text).forms if "carried" in dict(form.values))
    answer = world.client.post(
        f"/organise/events/{event}/import/bring-in", data={**dict(form.values), **more}
    )
    assert answer.text.rstrip().endswith("</html>")  # read to its end, which is when the work is done
    return answer


def people_at(world: World, event: int) -> dict[str, str]:
    rows = select(Person.name, Signup.state).join(Signup, Signup.person_id == Person.id)
    found = world.read(lambda: db.session.execute(rows.where(Signup.event_id == event)).all())
    return {name: state for name, state in found}


def test_an_export_is_harmless_in_a_spreadsheet_and_written_down(world: World) -> None:
    event = world.event(title="=1+1")
    world.add(event, "=HYPERLINK(1)", "Bo Ash", "\uff0bplus", address=False)
    person_id = world.person("Bo Ash")
    with world.writing():
        bo = db.session.scalars(select(Signup).where(Signup.person_id == person_id)).one()
        bo.attends_online = True
    heads, *rows = exported(world, f"/organise/events/{event}/export")
    names = {row[heads.index("Name")] for row in rows}
    assert names == {"'=HYPERLINK(1)", "Bo Ash", "'\uff0bplus"}
    assert {row[0] for row in rows} == {"'=1+1"}
    comes = {row[heads.index("Name")]: row[heads.index("Comes")] for row in rows}
    assert (comes["Bo Ash"], comes["'=HYPERLINK(1)"]) == ("online", "to the room")
    book = world.client.post(f"/organise/events/{event}/export", data={"kind": "xlsx"})
    with zipfile.ZipFile(io.BytesIO(book.data)) as whole:
        sheet = whole.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "HYPERLINK(1)" in sheet
    verbs = world.read(lambda: list(db.session.scalars(select(AuditEntry.verb))))
    assert verbs.count("signups.exported") == 2
    assert world.client.get(f"/organise/events/{event}/export").status_code == 200
    assert (
        world.read(lambda: list(db.session.scalars(select(AuditEntry.verb)))).count("signups.exported") == 2
    )


def test_everything_at_once_is_taken_away_only_after_a_fresh_sign_in_and_never_another_hosts(
    world: World,
) -> None:
    world.add(world.event(), "Bo Ash")
    world.add(world.event(world.other_host_id), "Zed Far")
    rows = exported(world, "/organise/events/export")
    assert [row[2] for row in rows[1:]] == ["Bo Ash"]
    with world.writing():
        db.session.execute(update(SignIn).values(created_at=clock.now() - timedelta(hours=2)))
    refused = world.client.post("/organise/events/export", data={"kind": "csv"})
    assert refused.status_code == 403 and "Sign in once more" in text(refused)
    foreign = world.event(world.other_host_id)
    assert world.client.post(f"/organise/events/{foreign}/export").status_code == 404
    assert upload(world, foreign, b"Name\nBo").status_code == 404


def test_a_file_is_only_looked_at_first_and_names_the_line_of_each_fault(world: World) -> None:
    event = world.event()
    world.add(event, "Bo Ash")
    data = (
        "Name;Email;Town\nCy Dune;cy@example.org;Leeds\n\n;no@example.org;\nDi Elm;not an address;\n"
        "Bo Ash;bo.ash@example.net;\nCy Again;CY@example.org;\nBo Ash;;\nEd Fir;;\n"
    )
    looked = upload(world, event, data.encode())
    said = text(looked)
    assert "Nothing was changed yet" in said
    for words in (
        "There is no name",
        "5 Di Elm",
        "The address is not one",
        "Has a place already",
        "The same address stands in line 2",
        "We know somebody of that name",
        "Bring in 2 people",
    ):
        assert words in said, words
    assert people_at(world, event) == {"Bo Ash": "confirmed"}
    done = text(bring_in(world, event, looked))
    assert "Brought in: 2." in done and "of 7 lines" in done
    assert people_at(world, event) == {"Bo Ash": "confirmed", "Cy Dune": "confirmed", "Ed Fir": "confirmed"}
    assert world.read(lambda: db.session.get_one(Person, world.person("Cy Dune")).place) == "Leeds"
    letters = select(OutgoingMail.to_address)
    assert "cy@example.org" not in world.read(lambda: list(db.session.scalars(letters)))
    again = upload(world, event, data.encode())
    assert "Bring in" not in text(again).replace("Bring in only", "")


def test_beyond_the_places_people_stand_in_line_and_with_a_tick_each_is_written_to(world: World) -> None:
    event = world.event(capacity=2)
    looked = upload(world, event, b"name,email\nA A,a@example.org\nB B,b@example.org\nC C,c@example.org\n")
    assert "2 of them get a place, and 1 comes into line" in text(looked), "the look says what would happen"
    bring_in(world, event, looked, letters="y")
    full = text(upload(world, event, b"name\nD D\n"))
    assert "Every place is taken, or people wait: 1 comes into line" in full
    draft = text(upload(world, world.event(publish=False), b"name\nE E\n"))
    assert "Publish the event first" in draft and "Bring in 1" not in draft
    assert people_at(world, event) == {"A A": "confirmed", "B B": "confirmed", "C C": "waitlisted"}
    rows = select(OutgoingMail.to_address, OutgoingMail.letter)
    sent = {(to, letter) for to, letter in world.read(lambda: db.session.execute(rows).all())}
    assert sent == {
        ("a@example.org", "place_confirmed"),
        ("b@example.org", "place_confirmed"),
        ("c@example.org", "waitlisted"),
    }


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("Name,Email\nZoë Ångström,zoe@example.org".encode("latin-1"), "Zoë Ångström"),
        (b"\xef\xbb\xbf" + "Name,Email\nZoë Ångström,zoe@example.org".encode(), "Zoë Ångström"),
        ("Name\tEmail\nZoë Ångström\tzoe@example.org".encode("utf-16"), "Zoë Ångström"),
        (b'First name,Surname,E-mail\r\n"Ann ""Nan""","O\'Neil",ann@example.org\r\n', 'Ann "Nan" O\'Neil'),
        (b"Name,Email\n'=HYPERLINK(1),x@example.org\n", "=HYPERLINK(1)"),
    ],
)
def test_a_file_is_read_in_whatever_letters_it_was_written(world: World, data: bytes, name: str) -> None:
    event = world.event()
    bring_in(world, event, upload(world, event, data))
    assert list(people_at(world, event)) == [name]


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Choose a CSV file"),
        (b" \n ", "This file is empty"),
        (b"Email,Name,email\na@example.org,A,b@example.org", "Two columns are both for the email address"),
        (b"Foo,Bar\n1,2", "No column is called"),
        (b"PK\x03\x04 a workbook", "No column is called"),
        (b"Name\n" + b"A A\n" * 100_000, "more than 20,000 lines"),
        (b"Name\n" + b"x" * 5_100_000, "larger than 5 MB"),
        (b'Name\n"' + b"x" * 200_000, "cannot be read as CSV"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_in_words(world: World, data: bytes, words: str) -> None:
    answer = upload(world, world.event(), data)
    assert answer.status_code == 422 and words in text(answer)


@pytest.mark.one_database
def test_a_gigabyte_is_refused_before_it_is_read_and_other_pages_take_no_more_than_before(
    world: World,
) -> None:
    event = world.event()
    announced = {
        "CONTENT_LENGTH": str(10**9),
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "wsgi.input": Unread(),
    }
    answer = world.client.post(f"/organise/events/{event}/import", environ_overrides=announced)
    assert answer.status_code == 413
    assert (
        world.client.post(f"/organise/events/{event}/signups", data={"name": "x" * 300_000}).status_code
        == 413
    )


class Unread(io.RawIOBase):
    """A body of which nothing may be read."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        raise AssertionError("the body was read")


@pytest.mark.one_database
def test_what_a_page_carried_is_not_trusted(world: World) -> None:
    event = world.event()
    for carried in ("", "!!", "eJwDAAAAAAE=", "x" * 1000):
        answer = world.client.post(f"/organise/events/{event}/import/bring-in", data={"carried": carried})
        assert answer.status_code == 422, carried
