"""The tables of circles, in four rooms: the circle, who is in it, its sessions, what it remembers and says."""

from convene.circles.models.circle import Agreement, Challenge, Circle, Learning
from convene.circles.models.joining import HOLDING, Member, PollMark, PollOption, Skip, TimePoll
from convene.circles.models.memory import Action, CircleQuestion, Insight, Resource, Stance
from convene.circles.models.sessions import AgendaPart, CircleSession, Note, NoteVersion
from convene.circles.models.talk import Mention, Post, Thread

__all__ = [
    "HOLDING", "Action", "AgendaPart", "Agreement", "Challenge", "Circle", "CircleQuestion", "CircleSession",
    "Insight", "Learning", "Member", "Mention", "Note", "NoteVersion", "PollMark", "PollOption", "Post", "Resource",
    "Skip", "Stance", "Thread", "TimePoll",
]  # fmt: skip
