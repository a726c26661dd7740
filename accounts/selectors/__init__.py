"""Who is who: actors, enterprises, account teams, and the people to tell."""

from accounts.selectors.actors import (
    find_actor,
    find_user,
    get_customer_actor,
    get_permissions,
    get_person_actor,
    get_staff_actor,
)
from accounts.selectors.companies import (
    find_accounts,
    find_enterprise_id,
    find_enterprises,
    find_house_id,
    get_enterprise,
    list_accounts,
    list_all_enterprises,
    list_enterprises_of,
    list_few_enterprises_of,
    suggest_enterprises,
)
from accounts.selectors.people import Person, get_membership, list_administrators, list_contacts, list_people_with
from accounts.selectors.serving import (
    get_assignment,
    get_card,
    get_open_visit,
    list_platform_administrators,
    list_team,
    list_visits,
)

__all__ = [
    "Person",
    "find_accounts",
    "find_actor",
    "find_enterprise_id",
    "find_enterprises",
    "find_house_id",
    "find_user",
    "get_assignment",
    "get_card",
    "get_customer_actor",
    "get_enterprise",
    "get_membership",
    "get_open_visit",
    "get_permissions",
    "get_person_actor",
    "get_staff_actor",
    "list_accounts",
    "list_administrators",
    "list_all_enterprises",
    "list_contacts",
    "list_enterprises_of",
    "list_few_enterprises_of",
    "list_people_with",
    "list_platform_administrators",
    "list_team",
    "list_visits",
    "suggest_enterprises",
]
