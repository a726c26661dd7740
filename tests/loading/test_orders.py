"""What comes with an order: loaded with it, left alone from then on, and refused where it does not hold together."""

import re

import pytest

from orders.models import ActivationSlot, Answer, Disconnect, Message, MilestoneTemplate, OrderItem, TurnUp

WITH = "410001,ORD-2026-00077,"
FILES = {
    "product_questions.csv": (
        "product,key,kind,words,choices,is_required\n"
        "wave-10g,diverse,yes_no,Diverse?,,yes\nwave-10g,vlan,number,Which VLAN?,,no\n"
    ),
    "milestone_templates.csv": "order_type,family,product,position,kind\nnew,,wave-10g,1,acknowledged\n",
    "answers.csv": (
        "enterprise,order,key,value,status,answered_by,answered_at,reason,reviewed_at\n"
        f"{WITH}diverse,yes,given,Pat Lund,today-9,,\n{WITH}vlan,12,returned,Pat Lund,today-9,In use.,today-8\n"
    ),
    "order_items.csv": (
        "enterprise,order,position,product,is_primary,up_on,up_by\n"
        f"{WITH}1,wave-10g,yes,,\n{WITH}2,wave-10g,no,today-1,Cara Holm\n"
    ),
    "quotes.csv": (
        "enterprise,order,version,status,monthly,one_time,term_months,valid_until_on,director,director_at,engineer,"
        f"engineer_at\n{WITH}1,offered,2850.00,0.00,36,today+20,Dora Vale,today-3,Sam Ortiz,today-2\n"
    ),
    "delivery_choices.csv": (
        "enterprise,order,choice,wanted_on,days,fee,currency,status,chosen_by,chosen_at\n"
        f"{WITH}expedite,today+9,5,900.00,USD,asked,Pat Lund,today-1\n"
        f"{WITH}firm,today+30,,,,replaced,Pat Lund,today-2\n"
    ),
    "activation_slots.csv": (
        "engineer,starts_at,ends_at\ncara@northvane.example,today+3 15:00,today+3 16:00\n"
        "cara@northvane.example,today+4 15:00,today+4 16:00\n"
    ),
    "activation_calls.csv": (
        "enterprise,order,engineer,slot,starts_at,ends_at,contact_name,contact_phone,booked_at,booked_by\n"
        f"{WITH}cara@northvane.example,today+3 15:00,today+3 15:00,today+3 16:00,Pat,+1 218 555 0101,today-2,Pat Lund\n"
    ),
    "activation_tests.csv": (
        "enterprise,order,tested_at,tested_by,has_passed,loss_percent,checks\n"
        f"{WITH}today-1 10:00,Cara Holm,yes,0.010,labels link\n"
    ),
    "turn_ups.csv": (
        "enterprise,order,service,tested_at,signed_at,signed_by,ready_on,accept_by_on,decision,decided_at\n"
        f"{WITH}WV-10G-000001,today-1 10:00,today-1 11:00,Cara Holm,today-1,today+4,waiting,\n"
    ),
    "messages.csv": f"enterprise,order,at,text,is_ours,author\n{WITH}today-1,When will it be done?,no,Pat Lund\n",
    "promises.csv": (
        f"enterprise,order,staff,due_at,made_at,made_by\n{WITH}cara@northvane.example,today+1,today-1,Cara Holm\n"
    ),
    "disconnects.csv": (
        f"enterprise,order,service,stops_on,cancel_by_on,reason\n{WITH}WV-10G-000001,today+30,today+20,not_needed\n"
    ),
    "transfers.csv": (
        "enterprise,order,service,target,effective_on,answer_by_on,giver,given_at\n"
        f"{WITH}WV-10G-000001,5-PIN1,today+9,today+20,pat@pinefall.example,today-1\n"
    ),
}
FAULTS = [
    ("milestone_templates.csv", "new,,wave", "new,voice,wave", r"2 product: is filled, but so is family"),
    ("milestone_templates.csv", "1,acknowledged", "1,design", r"2 kind: the first step is acknowledged"),
    ("answers.csv", "In use.", "", r"3 reason: is filled for what was sent back, and for nothing else"),
    ("order_items.csv", "no,today-1", "yes,today-1", r"3 is_primary: is yes a second time for order ORD-2026-00077"),
    ("order_items.csv", "Cara Holm", "", r"3 up_by: up_on and up_by are both given, or neither"),
    ("order_items.csv", "today-1", "today+1", r"3 up_on: .* is yet to come"),
    ("quotes.csv", "Sam Ortiz,today-2", ",", r"2 engineer: is empty; nothing is offered on one name alone"),
    ("quotes.csv", "offered", "accepted", r"2 answered_at: is empty, but status is accepted"),
    ("delivery_choices.csv", "expedite,today+9", "expedite,", r"2 wanted_on: is empty, but choice is expedite"),
    ("delivery_choices.csv", "USD", "", r"2 currency: is empty, but there is a fee"),
    ("delivery_choices.csv", "replaced", "chosen", r"3 status: stands a second time for order"),
    ("activation_slots.csv", "+4 16:00", "+4 14:00", r"3 ends_at: is before starts_at"),
    ("activation_calls.csv", "example,today+3 15:00", "example,today+4 15:00", r"2 slot: is not starts_at"),
    ("activation_tests.csv", "yes,0.010", "no,0.010", r"2 note: is empty; of a test that was not passed"),
    ("activation_tests.csv", "0.010", "0.0101", r"2 loss_percent: “0.0101” is not a number with at most 3"),
    ("activation_tests.csv", "labels link", "labels lamp", r"2 checks: “lamp” is not known; expected some of link"),
    ("turn_ups.csv", "waiting", "accepted", r"2 decided_at: is empty, but decision is accepted"),
    ("turn_ups.csv", "today-1 10:00", "today-1 09:00", r"2 tested_at: .* is not one of enterprise 410001, order ORD"),
    ("disconnects.csv", "today+20", "today+31", r"2 stops_on: is before cancel_by_on"),
    ("transfers.csv", "today-1", "", r"2 given_at: giver and given_at are both given, or neither"),
    ("promises.csv", "today+1,", "today-2,", r"2 due_at: is before made_at"),
]


def fill(folder, **spoiled):
    for name, text in FILES.items():
        (folder / name).write_text(spoiled.get(name, text))


@pytest.mark.usefixtures("owner")
def test_what_belongs_to_an_order_comes_with_it_and_is_left_alone_then(folder, load):
    fill(folder)
    assert load(folder).refusal == ""

    # In the types of their questions, and the slot of a booked call is offered to nobody else.
    assert dict(Answer.objects.values_list("key", "value")) == {"diverse": True, "vlan": 12}
    slots = ActivationSlot.objects.order_by("starts_at")
    assert [bool(slot.taken_at) for slot in slots] == [True, False]
    assert ["loss_percent", "0.010"] in TurnUp.objects.get().notice["measured"]
    assert MilestoneTemplate.objects.get().product.code == "wave-10g"
    assert list(OrderItem.objects.values_list("is_primary", "up_by")) == [(True, ""), (False, "Cara Holm")]

    Disconnect.objects.all().delete()
    Message.objects.update(text="Said otherwise since")
    OrderItem.objects.update(up_on=None, up_by="")
    assert "nothing changed" in load(folder).out
    assert Message.objects.get().text == "Said otherwise since" and not Disconnect.objects.exists()
    assert not OrderItem.objects.exclude(up_on=None).exists()


@pytest.mark.usefixtures("owner_who_writes_nothing")
def test_what_does_not_hold_together_is_named_by_file_line_and_column(folder, load):
    for name, before, after, fault in FAULTS:
        assert before in FILES[name], name
        fill(folder, **{name: FILES[name].replace(before, after, 1)})
        found = load(folder).err
        assert re.search(rf"{name}:{fault}", found), (fault, found)


@pytest.mark.usefixtures("owner_who_writes_nothing")
@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("diverse,yes", "diverse,perhaps", "value: Answer yes or no"),
        ("vlan", "colour", "key: the product has no question"),
    ],
)
def test_an_answer_that_the_product_does_not_take_refuses_the_folder(folder, load, before, after, words):
    fill(folder, **{"answers.csv": FILES["answers.csv"].replace(before, after)})

    assert words in load(folder).refusal
