from django.urls import URLPattern, path

from orders.caring import views

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
    path("<str:number>/promise/keep/", views.keep_promise, name="keep_promise"),
    path("<str:number>/resolve/", views.resolve, name="resolve"),
    path("<str:number>/notes/", views.write_note, name="write_note"),
]
staff_outside: list[URLPattern] = []
api_customer: list[URLPattern] = []
api_staff: list[URLPattern] = []
