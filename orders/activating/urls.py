from django.urls import URLPattern, path

from orders.activating import views

# Inside an enterprise, below orders/; ``outside`` is below the root of the staff face.
customer: list[URLPattern] = [
    path("<str:number>/ready/", views.clear_as_customer, name="ready"),
]
staff: list[URLPattern] = [
    path("<str:number>/not-ready/", views.hold, name="not_ready"),
    path("<str:number>/ready/", views.clear_as_staff, name="ready"),
]
staff_outside: list[URLPattern] = []
api_customer: list[URLPattern] = []
api_staff: list[URLPattern] = []
