"""Tags and filters, and the pages of refusal and error."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.conf import settings
from django.template import Context, Template
from django.test import override_settings
from django.utils import timezone as zones
from django.utils import translation

from portal import cells, checks, http
from portal.actors import Actor, ActorKind
from portal.errors import IllegalMove, Refused
from portal.templatetags import portal as tags

ACTOR = Actor(
    kind=ActorKind.CUSTOMER, name="Ana Moreau", enterprise_id=1, enterprise_public_id="204817",
    permissions={"order.view": frozenset({7}), "billing.view": None},
)  # fmt: skip
NOON = datetime(2026, 9, 3, 15, 14, tzinfo=UTC)


def rendered(text, **context):
    return Template(text).render(Context(context))


def test_links_stay_in_the_actors_enterprise():
    assert rendered("{% link 'orders:list' %}", actor=ACTOR) == "/e/204817/orders/"
    assert rendered("{% link 'orders:list' enterprise='9' %}", actor=ACTOR) == "/e/9/orders/"


@pytest.mark.parametrize(
    ("zone", "language", "words"),
    [
        ("America/Denver", "en", "3 Sep 2026 09:14 MDT"),
        ("America/Mexico_City", "es", "3 sep 2026 09:14 CST"),
        ("America/Sao_Paulo", "pt", "3 set 2026 12:14 GMT-3"),
    ],
)
def test_a_moment_is_in_the_readers_zone_and_says_which(zone, language, words):
    with zones.override(zone), translation.override(language):
        assert cells.zoned(NOON) == words
        assert f">{words}</time>" in cells.moment(NOON) and "2026-09-03T15:14:00+00:00" in cells.moment(NOON)


def test_nothing_is_said_of_nothing():
    assert cells.zoned(None) == cells.moment(None) == tags.money(None, "USD") == ""


def test_may_asks_for_the_account_too():
    ask = "{% may code account as it %}{{ it }}"
    assert rendered(ask, actor=ACTOR, code="order.view", account=7) == "True"
    assert rendered(ask, actor=ACTOR, code="order.view", account=8) == "False"
    assert rendered(ask, actor=ACTOR, code="billing.view", account=8) == "True"
    assert rendered("{% may 'order.view' as it %}{{ it }}", actor=ACTOR) == "True"
    assert rendered("{% may 'order.view' as it %}{{ it }}", actor=None) == "False"


def test_states_have_their_tones_and_moves():
    assert tags.tone("held", "order") == "red"
    assert tags.allows("in_progress", "milestone:completed")
    assert not tags.allows("planned", "milestone:completed")


def test_an_item_by_a_key():
    assert tags.get({"a": 1}, "a") == 1


@pytest.mark.parametrize("is_htmx", [True, False])
def test_a_refusal_says_what_why_and_the_way_out(rf, is_htmx):
    request = rf.get("/")
    request.htmx = is_htmx
    request.csp_nonce = "n"
    answer = http.refused(request, Refused("The month is closed.", way_out="Ask your analyst."), back="/back/")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "The month is closed." in text and "Ask your analyst." in text
    assert ("<html" in text) is not is_htmx


def test_refusals_speak_for_themselves():
    assert "no longer possible" in str(IllegalMove().message)
    assert str(Refused()) == "This cannot be done now."


def test_the_page_of_an_error_needs_nothing_else(rf):
    answer = http.server_error(rf.get("/"))
    assert answer.status_code == 500 and b"Traceback" not in answer.content


@pytest.mark.parametrize(("role", "face"), [("portal_owner", "customer"), ("portal_app", "staff")])
def test_a_process_of_the_wrong_role_ends(db, role, face, capsys):
    with override_settings(PORTAL_ROLE=role, FACE=face), pytest.raises(SystemExit) as end:
        checks.refuse_to_serve()
    assert end.value.code == 3
    assert "It will not serve." in capsys.readouterr().err


def test_a_process_whose_user_is_another_ends(db, capsys):
    with override_settings(PORTAL_ROLE="portal_app", FACE="customer"), pytest.raises(SystemExit):
        checks.refuse_to_serve()
    assert "knows it as portal_test" in capsys.readouterr().err


def test_offsets_of_zones_without_letters():
    half = datetime(2026, 9, 3, tzinfo=timezone(timedelta(hours=5, minutes=30), "+0530"))
    assert cells.zone_name(half) == "GMT+5:30"


def test_a_state_and_an_icon_are_written_by_tags():
    written = rendered("{% status label tone %}", label="<late>", tone="red")
    assert written == '<span class="status-word tone-red">&lt;late&gt;</span>'
    assert 'class="status-word tone-gray"' in rendered("{% status label %}", label="no date yet")
    assert "icons.svg#inbox" in rendered('{% icon icon|default:"inbox" %}')


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19) AppleWebKit/605 Version/19 Mobile Safari/604", "Safari, iPhone"),
    ],
)
def test_a_session_says_which_browser_it_is(agent, words):
    assert tags.browser(agent) == words


def test_identifiers_hold_together_and_nothing_else_becomes_markup():
    said = tags.idents("<b>INV-2026-000005</b>")
    assert said == '&lt;b&gt;<span class="ident-text">INV-2026-000005</span>&lt;/b&gt;'


def test_the_words_of_a_mail_are_for_all_who_read_alike():
    """They are rendered once for them: what is of one reader alone would be read by the others."""
    texts = [path.read_text() for path in (settings.BASE_DIR / "templates").rglob("*") if path.is_file()]
    assert {name for text in texts for name in re.findall(r"\brecipient\.(\w+)", text)} == {"face"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("Ethernet 10 Gbps to Denver", "Ethernet 10\xa0Gbps to Denver"),
        ("500 Mbps and 5 kVA", "500\xa0Mbps and 5\xa0kVA"),
        ("Gbps of 3 sites", "Gbps of 3 sites"),
    ],
)
def test_a_figure_stays_with_its_unit(given, said):
    assert tags.units(given) == said
    assert rendered("{{ title|units }}", title=f"<b>{given}") == f"&lt;b&gt;{said}"


def test_a_phone_number_stays_on_one_line():
    assert tags.unbroken("+1 303 555 0100") == "+1\xa0303\xa0555\xa00100"


def test_a_mail_address_breaks_at_its_sign_only_and_is_never_markup():
    assert rendered("{{ value|mail }}", value="<i>@acme.example") == "&lt;i&gt;@<wbr>acme.example"
    assert rendered("{{ value|mail }}", value="at home @ 9 <b>") == "at home @ 9 &lt;b&gt;"
    assert (tags.mail(None), tags.mail(7)) == (None, 7)
