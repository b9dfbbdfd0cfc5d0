"""The list of cities without a zone of their own names each once, as it is looked up, with a zone that exists."""

from convene.calendar import zones
from convene.calendar.cities import CITIES, zone_of
from convene.people.words import plain


def test_every_city_is_listed_once_as_it_is_looked_up() -> None:
    listed = ", ".join(CITIES.values()).split(", ")
    assert len(listed) == len(set(listed)) == len(zone_of())
    assert [city for city in listed if plain(city).replace(".", "") != city] == []


def test_every_zone_is_one_that_is_offered() -> None:
    assert set(CITIES) <= set(zones.names())


def test_no_city_has_a_zone_of_its_own() -> None:
    own = {plain(name.rpartition("/")[2].replace("_", " ")) for name in zones.names()}
    assert own.isdisjoint(zone_of())
