"""Each kind of nudge with its finder and what it says."""

from collections.abc import Sequence

from convene.mail.letter import Letter
from convene.nudges import asks, coming_of, letters, of_circles, of_events, of_people, of_sessions
from convene.nudges.finding import Case, Finder
from convene.nudges.models import Nudge
from convene.signups.models import Signup


def load_places(cases: Sequence[Case]) -> Sequence[Signup]:
    return letters.places([case.about.signup_id for case in cases])


def thank_you(nudge: Nudge, case: Case, own_words: str) -> Letter:
    return letters.thank_you(
        nudge, letters.place(case.about.signup_id), None, case.about.in_company, own_words
    )


FINDERS: dict[str, Finder] = {
    "reminder": Finder(of_events.reminders, load=load_places),
    "thank_you": Finder(of_events.thanks, asks.thank_you, load_places, write=thank_you),
    "plan": Finder(of_events.plans, asks.plan, load_places),
    "did_you_meet": Finder(of_events.meetings, asks.did_you_meet, load_places),
    "what_came": Finder(coming_of.find, write=coming_of.write),
    "still_true": Finder(of_people.still_true, asks.still_true, hourly=True),
    "welcome_back": Finder(of_people.silent, asks.welcome_back, hourly=True),
    "action_due": Finder(of_sessions.actions, asks.action_due, of_sessions.load_actions),
    "missed_two": Finder(of_sessions.missed, asks.missed_two, hourly=True),
    "no_action": Finder(of_sessions.without_action, asks.no_action, hourly=True),
    "asked_to_join": Finder(of_circles.asked_to_join, asks.asked_to_join),
    "to_do": Finder(of_people.to_do, asks.to_do),
}
