"""The pages of an enterprise's record, its accounts, and its contacts, on both faces."""

from accounts.companies.views.accounts import (
    add_account,
    change_account,
    chosen_accounts,
    export_accounts,
    list_accounts,
    set_delivery,
    set_status,
    show_account,
)
from accounts.companies.views.bulk import add_many, template
from accounts.companies.views.contacts import (
    add_contact,
    change_contact,
    export_contacts,
    list_contacts,
    remove_contact,
)
from accounts.companies.views.enterprise import (
    add_number,
    change_record,
    close,
    our_record,
    remove_number,
    reopen,
    their_record,
)
from accounts.companies.views.groups import (
    change_group,
    close_group,
    export_groups,
    list_groups,
    make_group,
    show_group,
    suggest_groups,
)

__all__ = [
    "add_account",
    "add_contact",
    "add_many",
    "add_number",
    "change_account",
    "change_contact",
    "change_group",
    "change_record",
    "chosen_accounts",
    "close",
    "close_group",
    "export_accounts",
    "export_contacts",
    "export_groups",
    "list_accounts",
    "list_contacts",
    "list_groups",
    "make_group",
    "our_record",
    "remove_contact",
    "remove_number",
    "reopen",
    "set_delivery",
    "set_status",
    "show_account",
    "show_group",
    "suggest_groups",
    "template",
    "their_record",
]
