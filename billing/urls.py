from django.urls import path

from billing import views

_both = [
    path("", views.invoices, name="invoices"),
    path("export.csv", views.export_invoices, name="export"),
    path("invoices/<str:number>/", views.invoice, name="invoice"),
    path("invoices/<str:number>/pdf/", views.pdf, name="pdf"),
    path("invoices/<str:number>/csv/", views.csv, name="csv"),
    path("disputes/", views.disputes, name="disputes"),
    path("disputes/<str:number>/", views.dispute, name="dispute"),
]
customer = [
    *_both,
    path("invoices/<str:number>/lines/<int:pk>/dispute/", views.dispute_line, name="dispute_line"),
    path("disputes/<str:number>/withdraw/", views.withdraw, name="withdraw"),
    path("disputes/<str:number>/note/", views.add_note, name="add_note"),
]
staff = [
    *_both,
    path("disputed-lines/<int:pk>/", views.decide, name="decide"),
    path("disputes/<str:number>/note/", views.add_answer, name="add_note"),
]
staff_outside = [
    path("billing/disputes/", views.queue, name="disputes"),
    path("billing/runs/", views.runs, name="runs"),
    path("billing/runs/<int:pk>/", views.run, name="run"),
    path("billing/runs/<int:pk>/print/", views.print_missing, name="print"),
]
