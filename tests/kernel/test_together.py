"""What many events ask alike is asked once while they are told together, and anew otherwise."""

from types import SimpleNamespace

from portal.together import asked_for_all, asked_once, telling

EVENTS = [SimpleNamespace(account_id=1), SimpleNamespace(account_id=2)]


def test_a_question_that_is_the_same_for_all_is_asked_once():
    asked = []

    @asked_once
    def teams(enterprise_id):
        asked.append(enterprise_id)
        return f"Teams of {enterprise_id}"

    with telling(EVENTS):
        assert [teams(7), teams(7), teams(8)] == ["Teams of 7", "Teams of 7", "Teams of 8"]
        assert asked == [7, 8]
    teams(7), teams(7)
    assert asked == [7, 8, 7, 7]


def test_a_question_about_one_is_asked_for_all_that_are_told():
    asked = []

    @asked_for_all("account_id")
    def people(enterprise_id, accounts):
        asked.append(set(accounts))
        return {each: f"People of {each}" for each in accounts}

    with telling(EVENTS):
        assert [people(7, 1), people(7, 2), people(7, 3)] == ["People of 1", "People of 2", "People of 3"]
    assert asked == [{1, 2}, {3}]
