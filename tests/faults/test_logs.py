"""No secret stands in any log: each is given to the real processes, and looked for in all they wrote."""

import base64
import json
import re
import subprocess
import sys

import pytest

from portal.embedded.home import CHECKOUT
from tests.faults.crowd import ask
from tests.faults.sink import PASSWORD as SMTP_PASSWORD

pytestmark = pytest.mark.faults

PASSWORD = "password-canary-55d0e1"


def logs_of(site):
    return {path.name: path.read_text(errors="replace") for path in (site.home / "log").glob("*.log")}


def cookie(headers, name):
    return re.search(rf"{name}=([^;]+)", headers["set-cookie"])[1]


def reset_key(site, crowd):
    """Ask for a reset link, and take it from the mail, where alone it stands."""
    site.sink.bodies.clear()
    ask(site, "/account/password/reset/", face="customer", form={"email": "alice@acme.example"})
    crowd.settle()
    site.until(lambda: any("/reset/key/" in body for body in site.sink.bodies), 20, "the reset mail")
    return re.search(r"/reset/key/([\w-]+)/", "".join(site.sink.bodies))[1]


def test_no_secret_stands_in_any_log(site, crowd):
    key = reset_key(site, crowd)
    sign_in = {"login": "alice@acme.example", "password": PASSWORD}
    status, headers, _ = ask(site, "/account/login/", face="customer", form=sign_in)
    assert status == 302
    session = cookie(headers, "customer-session")
    for path in (f"/account/password/reset/key/{key}/", f"/account/password/reset/key/{key}x/", f"/nowhere/{key}/"):
        ask(site, path, face="customer")
    ask(site, "/account/login/", face="customer", form={"login": "alice@acme.example", "password": "wrong-canary-9a1"})
    ask(site, "/account/2fa/authenticate/", face="customer", session=session, form={"code": "918273"})
    ask(site, "/metrics", headers={"Authorization": "Bearer wrong-canary-token"})
    ask(site, "/metrics", headers={"Authorization": "Bearer metrics-canary-1d8e77"})
    # Something breaks while all of it is at hand: in the page, in the mail, in the line to the server.
    with site.failing_commits("Secret %"):
        assert crowd.write("Secret note-canary-31").status == 500
    site.sink.is_unknown = True
    # A line that is kept from the last mail would serve for this one.
    site.sink.hang_up()
    crowd.write()
    site.until(lambda: any(error for *_, error in crowd.notices()), 20, "a failed try")
    site.sink.is_unknown = False
    crowd.settle()
    secrets = {
        "password": PASSWORD, "wrong password": "wrong-canary-9a1", "session": session,
        "staff's session": site.world["staff"][0], "csrf": "c" * 32, "reset key": key, "code": "918273",
        "SMTP password": SMTP_PASSWORD, "its base64": base64.b64encode(SMTP_PASSWORD.encode()).decode(),
        "metrics token": "metrics-canary-1d8e77", "note": "note-canary-31", **site.secrets,
    }  # fmt: skip
    # They did write of all this, in their own words.
    assert "account_reset_password_from_key" in logs_of(site)["customer-web.log"]
    assert "refused at commit" in logs_of(site)["staff-web.log"]
    found = [(name, log) for log, text in logs_of(site).items() for name, secret in secrets.items() if secret in text]
    assert found == []


def test_each_line_is_an_object_that_says_who_and_where(site, crowd):
    crowd.write()
    crowd.settle()
    ask(
        site, "/e/204817/orders/", face="customer", session=site.world["alice"], headers={"X-Request-ID": "canary-0815"}
    )
    texts = logs_of(site)
    (line,) = [json.loads(each) for each in texts["customer-web.log"].splitlines() if "canary-0815" in each]
    assert (line["route"], line["status"], line["face"]) == ("orders:list", 200, "customer")
    assert (line["role"], line["enterprise"]) == ("portal_app", site.world["enterprise"])
    tasks = [json.loads(each) for each in texts["customer-worker.log"].splitlines() if '"task":' in each]
    assert {"portal.tell", "portal.send"} <= {each["task"] for each in tasks} and all(t["task_id"] for t in tasks)


def test_at_debug_no_statements_values_are_told(site):
    """The loudest level must not be the indiscreet one."""
    code = (
        "import django; django.setup()\n"
        "from accounts.models import User; print(User.objects.filter(password='debug-canary-7').count())"
    )
    given = site.environment("portal_app") | {"LOG_LEVEL": "DEBUG"}
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, env=given, capture_output=True, text=True)
    assert done.stdout.strip() == "0" and "debug-canary-7" not in done.stderr


def test_the_operator_reads_how_things_stand(site, crowd):
    event = site.poison()
    site.tell("UPDATE portal_todo SET state = 'failed' WHERE event_id = %s", event)
    token = {"Authorization": "Bearer metrics-canary-1d8e77"}

    def shows(figure, face="staff"):
        return figure in ask(site, "/metrics", face=face, headers=token)[2]

    site.until(
        lambda: shows('portal_queue_rows{queue="tell",state="failed"} 1.0'), 40, "the failed event in the figures"
    )
    assert shows("portal_queue_late_seconds", "customer") and shows("portal_relay_tick_age_seconds")
    assert json.loads(ask(site, "/readyz")[2]) == {"status": "ok", "database": "ok"}
    # Its people are told after all, when staff have it tried again; here it can only fail once more.
    path = f"/e/204817/untold/{site.ask('SELECT id FROM portal_todo WHERE event_id = %s', event)[0][0]}/try-again/"
    assert ask(site, path, session=site.world["admin"], form={})[0] == 302
    site.until(lambda: site.ask("SELECT attempts > 0 FROM portal_todo WHERE event_id = %s", event)[0][0], 20, "a try")
    site.tell("UPDATE portal_todo SET state = 'cancelled' WHERE event_id = %s", event)


def test_the_nightly_comparison_runs_where_its_rights_are(site):
    code = "import django; django.setup()\nfrom portal import celery; celery.hint('portal.reconcile')"
    subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, env=site.environment("portal_app"), check=True)
    token = {"Authorization": "Bearer metrics-canary-1d8e77"}
    site.until(lambda: "portal_reconcile_findings" in ask(site, "/metrics", headers=token)[2], 30, "its findings")
