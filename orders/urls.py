from django.urls import path  # noqa: F401

customer: list = []
staff: list = []
staff_outside: list = []
