"""Questions that start a conversation between people who have not met: three for each round, never the same twice."""

QUESTIONS = (
    "Who is somebody outside your family who changed how you see your work?",
    "What brought you here tonight rather than anywhere else?",
    "When did a stranger last do something for you that you still think about?",
    "What is one thing your street, team or town does well that others could borrow?",
    "Where in your week does a relationship make something possible that a service could not?",
    "What would you measure if you could measure only one thing about how people get on?",
    "When has a good relationship stood in the way of a hard conversation?",
    "Who is missing from rooms like this one, and what would they say first?",
    "What have you stopped doing because it got in the way of people?",
    "What do you know now about working with others that you wish you had known at the start?",
    "If you could ask a shop, a school and a surgery to do one thing together, what would it be?",
    "What is the smallest thing you have seen bring two sides together?",
    "What would you like help with that this table might know about?",
    "Which word do people in your field use that everybody else misunderstands?",
    "What are you hopeful about that you rarely get to talk about?",
    "What could two people from this table do together before the month is out?",
    "When did you last change your mind because of a person rather than a fact?",
    "What makes a place feel as if you are expected there?",
)
A_ROUND = 3


def questions(event_id: int, round_number: int) -> list[str]:
    """Three questions for a round; consecutive rounds of one event have different ones."""
    start = (event_id * 5 + (round_number - 1) * A_ROUND) % len(QUESTIONS)
    return [QUESTIONS[(start + step) % len(QUESTIONS)] for step in range(A_ROUND)]
