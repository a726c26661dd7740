"""The customer companies and the people on both sides, as load_carrier brings them in."""

from accounts.loading import companies, members, sign_ins

FILES = (
    companies.ENTERPRISES,
    companies.CUSTOMER_NUMBERS,
    companies.ACCOUNTS,
    sign_ins.STAFF,
    sign_ins.PEOPLE,
    *members.FILES,
)
