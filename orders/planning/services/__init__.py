"""What is done to the plan of an order: answered, reviewed, confirmed, promised, wished for, changed, told."""

from orders.planning.services.answers import (
    WrongAnswers,
    answer_questions,
    confirm_details,
    release_capacity,
    reserve_capacity,
    review_answers,
)
from orders.planning.services.dates import (
    choose_delivery,
    commit_date,
    decide_expedite,
    price_expedite,
    settle_expedite,
)
from orders.planning.services.letters import make_letter
from orders.planning.services.locking import spare_expedite
from orders.planning.services.pace import refresh_pace
from orders.planning.services.reminders import remind
from orders.planning.services.supplements import ask_supplement, decide_supplement, price_of, take_back
from orders.planning.services.templates import clear_steps, set_steps

__all__ = [
    "WrongAnswers",
    "answer_questions",
    "ask_supplement",
    "choose_delivery",
    "clear_steps",
    "commit_date",
    "confirm_details",
    "decide_expedite",
    "decide_supplement",
    "make_letter",
    "price_expedite",
    "price_of",
    "refresh_pace",
    "release_capacity",
    "remind",
    "reserve_capacity",
    "review_answers",
    "set_steps",
    "settle_expedite",
    "spare_expedite",
    "take_back",
]
