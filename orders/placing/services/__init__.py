"""What people do to an order until it is in the plan: write, price, sign, check, and give it to a care manager."""

from orders.placing.services.checking import Remark, reject_order, return_order, take_order
from orders.placing.services.drafting import Line, Wish, change_order, draft_order, withdraw_order
from orders.placing.services.papers import print_authorisation
from orders.placing.services.pricing import Price, answer_quote, ask_price, price_order
from orders.placing.services.signing import Signatory, submit_order

__all__ = [
    "Line",
    "Price",
    "Remark",
    "Signatory",
    "Wish",
    "answer_quote",
    "ask_price",
    "change_order",
    "draft_order",
    "price_order",
    "print_authorisation",
    "reject_order",
    "return_order",
    "submit_order",
    "take_order",
    "withdraw_order",
]
