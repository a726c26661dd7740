"""The permissions of this app, and which of the carrier's roles are shipped with which."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from accounts.permissions import STAFF_ROLES
from portal.errors import Text


class Permission(StrEnum):
    ORDER_VIEW = "order.view"
    ORDER_CREATE = "order.create"
    ORDER_CANCEL = "order.cancel"
    ORDER_EXPEDITE = "order.expedite"
    ORDER_ACCEPT = "order.accept"
    ORDER_APPROVE_ONLY = "order.approve_only"
    SERVICE_CHANGE = "service.change"
    DISCONNECT_REQUEST = "disconnect.request"
    MILESTONE_COMPLETE = "milestone.complete"
    MILESTONE_CHANGE = "milestone.change"
    ORDER_ASSIGN = "order.assign"
    ORDER_PRICE = "order.price"
    ORDER_REVIEW = "order.review"
    ORDER_ACTIVATE = "order.activate"
    ORDER_CARE = "order.care"


CUSTOMER: dict[str, Text] = {
    Permission.ORDER_VIEW: _("See orders, and hear when a milestone is done or a date moves"),
    Permission.ORDER_CREATE: _("Place orders"),
    Permission.ORDER_CANCEL: _("Cancel orders"),
    Permission.ORDER_EXPEDITE: _("Ask for an earlier date, at a charge"),
    Permission.ORDER_ACCEPT: _("Accept what was delivered"),
    Permission.ORDER_APPROVE_ONLY: _("Accept the terms of a quote, and nothing else"),
    Permission.SERVICE_CHANGE: _("Ask for changes of services, and renew and transfer them"),
    Permission.DISCONNECT_REQUEST: _("Have services disconnected"),
}
STAFF: dict[str, Text] = {
    Permission.ORDER_VIEW: _("See customers' orders"),
    Permission.ORDER_CREATE: _("Enter orders for customers"),
    Permission.ORDER_CANCEL: _("Cancel orders for customers"),
    Permission.SERVICE_CHANGE: _("Enter changes, renewals and transfers for customers"),
    Permission.DISCONNECT_REQUEST: _("Enter disconnects for customers"),
    Permission.MILESTONE_COMPLETE: _("Complete milestones of orders"),
    Permission.MILESTONE_CHANGE: _("Move the dates of milestones and write notes on them"),
    Permission.ORDER_ASSIGN: _("Check submitted orders, return them, and give them a care manager"),
    Permission.ORDER_PRICE: _("Price what is priced case by case"),
    Permission.ORDER_REVIEW: _("Review technical answers and reserve capacity"),
    Permission.ORDER_ACTIVATE: _("Activate services: slots, tests and the sign-off"),
    Permission.ORDER_CARE: _("Look after orders: promises, messages, internal notes, customer not ready"),
}

_DELIVERERS = {"care_manager", "platform_admin"}
_SELLERS = {"account_director", "account_manager", "sales_engineer"}
_ENGINEERS = {"sales_engineer", "technical_assurance"}


def _of(role: str) -> list[str]:
    if role in _DELIVERERS:
        return list(STAFF)
    found: list[str] = [Permission.ORDER_VIEW]
    if role in _SELLERS:
        found += [Permission.ORDER_CREATE, Permission.SERVICE_CHANGE, Permission.ORDER_PRICE]
    if role in _ENGINEERS:
        found += [Permission.ORDER_REVIEW]
    if role == "activation_engineer":
        found += [Permission.ORDER_ACTIVATE]
    return found


STAFF_GRANTS: dict[str, list[str]] = {role: _of(role) for role in STAFF_ROLES}
