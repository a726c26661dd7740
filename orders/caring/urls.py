from django.urls import URLPattern, path

from orders.caring import api, views
from orders.caring.views import work

# Inside an enterprise, below orders/; ``outside`` is below the root of the staff face.
_both: list[URLPattern] = [
    path("<str:number>/messages/read/", views.read, name="read"),
    path("<str:number>/escalate/", views.escalate, name="escalate"),
]
customer: list[URLPattern] = [
    *_both,
    path("<str:number>/messages/", views.ask, name="write"),
]
staff: list[URLPattern] = [
    *_both,
    path("<str:number>/messages/", views.answer, name="write"),
    path("<str:number>/messages/close/", views.close_questions, name="close_questions"),
    path("<str:number>/promise/", views.promise, name="promise"),
    path("<str:number>/promise/keep/", views.keep_promise, name="keep_promise"),
    path("<str:number>/resolve/", views.resolve, name="resolve"),
    path("<str:number>/notes/", views.write_note, name="write_note"),
]
staff_outside: list[URLPattern] = [
    path("orders/mine/", work.mine, name="mine"),
    path("orders/mine/export.csv", work.export_mine, name="export"),
    path("orders/mine/chosen/", work.chosen, name="chosen"),
    path("orders/together/", work.together, name="together"),
    path("orders/promises/", work.promises, name="promises"),
    path("orders/portfolio/", work.portfolio, name="portfolio"),
    *(
        path(f"orders/portfolio/{kind}.csv", work.export_portfolio, {"kind": kind}, name=f"portfolio_{kind}")
        for kind in ("customers", "awaited", "ending")
    ),
    path("orders/activations/", work.calendar, name="calendar"),
    path("orders/activations/export.csv", work.export_calendar, name="calendar_export"),
    path("orders/activations/activations.ics", work.ics, name="calendar_ics"),
]
_api_both: list[URLPattern] = [
    path("<str:number>/messages/", api.Messages.as_view(), name="messages"),
    path("<str:number>/promises/", api.Promises.as_view(), name="promises"),
    path("<str:number>/escalations/", api.Escalations.as_view(), name="escalations"),
]
api_customer: list[URLPattern] = [
    *_api_both,
    path("<str:number>/messages/write/", api.MessageWrite.as_view(), name="write"),
    path("<str:number>/escalations/raise/", api.EscalationRaise.as_view(), name="escalate"),
]
api_staff: list[URLPattern] = [
    *_api_both,
    path("<str:number>/messages/write/", api.AnswerWrite.as_view(), name="write"),
    path("<str:number>/promises/keep/", api.PromiseKeep.as_view(), name="keep_promise"),
    path("<str:number>/escalations/raise/", api.EscalationByStaff.as_view(), name="escalate"),
    path("<str:number>/escalations/resolve/", api.EscalationResolve.as_view(), name="resolve"),
    path("<str:number>/notes/", api.Notes.as_view(), name="notes"),
    path("<str:number>/notes/write/", api.NoteWrite.as_view(), name="write_note"),
]
api_staff_outside: list[URLPattern] = [path("mine/", api.Work.as_view(), name="mine")]
