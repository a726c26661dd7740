from django.urls import URLPattern

# Inside an enterprise, below orders/; ``outside`` is below the root of the staff face.
customer: list[URLPattern] = []
staff: list[URLPattern] = []
staff_outside: list[URLPattern] = []
api_customer: list[URLPattern] = []
api_staff: list[URLPattern] = []
