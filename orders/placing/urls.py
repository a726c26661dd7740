from django.urls import URLPattern, path

from orders.placing import api, views

# Inside an enterprise, below orders/; ``outside`` is below the root of the staff face.
customer: list[URLPattern] = [
    path("new/", views.new_order, name="new"),
    path("suggest/sites/", views.suggest_sites, name="suggest_sites"),
    path("suggest/accounts/", views.suggest_accounts, name="suggest_accounts"),
    path("suggest/projects/", views.suggest_projects, name="suggest_projects"),
    path("<str:number>/edit/", views.edit_order, name="edit"),
    path("<str:number>/submit/", views.submit_order, name="submit"),
    path("<str:number>/ask-price/", views.ask_price, name="ask_price"),
    path("<str:number>/withdraw/", views.withdraw_order, name="withdraw"),
    path("<str:number>/quote/", views.answer_quote, name="quote"),
    path("<str:number>/authorisation.pdf", views.authorisation, name="authorisation"),
]
staff: list[URLPattern] = [
    *customer,
    path("<str:number>/price/", views.price_order, name="price"),
    path("<str:number>/take/", views.take_order, name="take"),
    path("<str:number>/return/", views.return_order, name="return"),
    path("<str:number>/reject/", views.reject_order, name="reject"),
]
staff_outside: list[URLPattern] = [
    path("orders/inbox/", views.inbox, name="inbox"),
    path("orders/inbox/export.csv", views.export_inbox, name="export_inbox"),
]
api_customer: list[URLPattern] = [
    path("drafts/", api.Drafts.as_view(), name="drafts"),
    path("<str:number>/contents/", api.Contents.as_view(), name="contents"),
    path("<str:number>/rewrite/", api.Change.as_view(), name="rewrite"),
    path("<str:number>/submit/", api.Submit.as_view(), name="submit"),
    path("<str:number>/ask-price/", api.AskPrice.as_view(), name="ask_price"),
    path("<str:number>/withdraw/", api.Withdraw.as_view(), name="withdraw"),
    path("<str:number>/quote/", api.QuoteAnswer.as_view(), name="quote"),
]
api_staff: list[URLPattern] = [
    *api_customer,
    path("<str:number>/price/", api.PriceIt.as_view(), name="price"),
    path("<str:number>/take/", api.TakeIt.as_view(), name="take"),
    path("<str:number>/return/", api.ReturnIt.as_view(), name="return"),
    path("<str:number>/reject/", api.RejectIt.as_view(), name="reject"),
]
api_inbox = api.Inbox.as_view()
