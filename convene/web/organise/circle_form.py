"""The form of a circle: its words and ways."""

from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, SelectField

from convene.circles import queries
from convene.circles.models import Circle
from convene.people import team
from convene.web.forms import AtMost, Form, Paragraphs, Words
from convene.web.organise.event_fields import Whole, a_room_address
from convene.web.organise.event_form import FORMATS, wrong

JOINING = [
    SelectChoice("open", "Whoever comes has a place, while there are places"),
    SelectChoice("asking", "People ask, and the host answers"),
]
PAST = [
    SelectChoice("all", "Everything"),
    SelectChoice("story", "What was found and done, but no notes and no conversations"),
    SelectChoice("nothing", "Nothing from before they came"),
]


class CircleForm(Form):
    """The words and ways of a circle."""

    revision = HiddenField()
    title = Words("What is it called?", [AtMost(140, "The name")])
    about = Paragraphs("What is it for?", [AtMost(10_000, "This")])
    for_whom = Paragraphs("Who is it for?", [AtMost(2000, "This")])
    how_it_runs = Paragraphs("How does it run?", [AtMost(4000, "This")])
    agreements = Paragraphs("What members agree on", [AtMost(10_000, "The agreements")])
    joining = RadioField("How do people come in?", choices=JOINING, default="open")
    places = Whole("How many places?", 1, 200)
    past_shown = RadioField(
        "What does somebody who comes later see of the past?", choices=PAST, default="all"
    )
    talks = BooleanField("Members write to one another between sessions")
    hosts_in_turn = BooleanField("Members host in turn")
    host = SelectField("Who looks after it?", validate_choice=False)
    format = RadioField("How do people meet?", choices=FORMATS)
    venue = Words("Where?", [AtMost(300, "The place")])
    online_url = Words("Link to join", [AtMost(500, "The link"), a_room_address])
    access_info = Paragraphs("Getting in and taking part", [AtMost(2000, "This")])

    def offer(self, circle: Circle) -> None:
        people = {role.person_id: role.person.name for role in team.of_host(circle.organisation_id)}
        people |= {member.person_id: member.person.name for member in queries.members(circle.id)}
        self.host.choices = [SelectChoice("", "The owners of the organisation")]
        self.host.choices += [SelectChoice(str(person_id), name) for person_id, name in people.items()]

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        if not self.title.data:
            wrong(self.title, "Enter a name")
        if self.host.data not in [choice.value for choice in self.host.choices]:
            wrong(self.host, "Choose somebody from the list")
        return bool(fine and not self.errors)


PLAIN = (
    "title", "about", "for_whom", "how_it_runs", "joining", "past_shown", "talks", "hosts_in_turn", "format", "venue",
    "online_url", "access_info",
)  # fmt: skip


def typed_of(circle: Circle) -> dict[str, Any]:
    newest = queries.agreement(circle.id)
    return {
        **{name: getattr(circle, name) for name in PLAIN},
        "agreements": newest.words if newest else "",
        "places": circle.places,
        "host": str(circle.host_id or ""),
    }
