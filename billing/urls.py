from django.urls import path

from billing import api, views
from billing.views import posting

_both = [
    path("", views.invoices, name="invoices"),
    path("export.csv", views.export_invoices, name="export"),
    path("chosen/", views.chosen_invoices, name="chosen"),
    path("invoices/<str:number>/", views.invoice, name="invoice"),
    path("invoices/<str:number>/pdf/", views.pdf, name="pdf"),
    path("invoices/<str:number>/csv/", views.csv, name="csv"),
    path("disputes/", views.disputes, name="disputes"),
    path("disputes/export.csv", views.export_disputes, name="disputes_export"),
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
    path("billing/disputes/export.csv", views.export_queue, name="disputes_export"),
    path("billing/postings/", posting.postings, name="postings"),
    path("billing/postings/export.csv", posting.export_postings, name="postings_export"),
    path("billing/postings/chosen/", posting.chosen_postings, name="postings_chosen"),
    path("billing/postings/undo/", posting.undo_postings, name="postings_undo"),
    path("billing/runs/", views.runs, name="runs"),
    path("billing/runs/<int:pk>/", views.run, name="run"),
    path("billing/runs/<int:pk>/print/", views.print_missing, name="print"),
]

_api_both = [
    path("invoices/", api.Invoices.as_view(), name="invoices"),
    path("invoices/<str:number>/", api.InvoiceDetail.as_view(), name="invoice"),
    path("invoices/<str:number>/lines/", api.InvoiceLines.as_view(), name="lines"),
    path("invoices/<str:number>/pdf/", api.InvoicePdf.as_view(), name="pdf"),
    path("disputes/", api.Disputes.as_view(), name="disputes"),
    path("disputes/<str:number>/", api.DisputeDetail.as_view(), name="dispute"),
]
api_customer = [
    *_api_both,
    path("invoices/<str:number>/disputes/", api.InvoiceDisputes.as_view(), name="open_dispute"),
    path("disputes/<str:number>/withdraw/", api.DisputeWithdraw.as_view(), name="withdraw"),
]
api_staff = [
    *_api_both,
    path("disputed-lines/<int:pk>/decide/", api.DisputedLineDecide.as_view(), name="decide"),
]
