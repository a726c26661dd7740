from django.db import migrations, models

ROLES = [
    ("care_manager", "Customer care manager"),
    ("account_director", "Account director"),
    ("sales_engineer", "Sales engineer"),
    ("billing_analyst", "Billing analyst"),
    ("service_manager", "Service manager"),
    ("csm", "Customer service manager"),
    ("success", "Customer success"),
]


def name_roles(apps, schema_editor):
    """The place in the account team was a sentence in English; it becomes a code that each reader's language says."""
    visits = apps.get_model("accounts", "StaffVisit").objects
    for role, label in ROLES:
        visits.filter(reason=f"Account team: {label}").update(role=role, reason="")


def write_sentences(apps, schema_editor):
    visits = apps.get_model("accounts", "StaffVisit").objects
    for role, label in ROLES:
        visits.filter(role=role).update(reason=f"Account team: {label}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_enterprises_of")]
    operations = [
        migrations.AddField("staffvisit", "role", models.CharField(blank=True, choices=ROLES, max_length=20)),
        migrations.AlterField("staffvisit", "reason", models.CharField(blank=True, max_length=200)),
        migrations.RunPython(name_roles, write_sentences),
        migrations.AddConstraint(
            "staffvisit",
            models.CheckConstraint(
                condition=models.Q(("reason", ""), ("role", ""), _negated=True), name="accounts_staffvisit_why"
            ),
        ),
    ]
