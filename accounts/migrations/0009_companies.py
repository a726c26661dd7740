import django.db.models.deletion
import portal.tables
from django.db import migrations, models


def name_states(apps, schema_editor):
    """An account that was not active was closed."""
    apps.get_model("accounts", "Account").objects.filter(is_active=False).update(status="closed")


def write_flags(apps, schema_editor):
    apps.get_model("accounts", "Account").objects.exclude(status="active").update(is_active=False)


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0008_account_teams"),
    ]

    operations = [
        migrations.CreateModel(
            name='CustomerNumber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(db_collation='C', max_length=30)),
                ('note', models.CharField(blank=True, max_length=120)),
            ],
        ),
        migrations.AddField(
            model_name='account',
            name='alias',
            field=models.CharField(blank=True, db_default='', max_length=200),
        ),
        migrations.AddField(
            model_name='account',
            name='contract_ends_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='account',
            name='contract_starts_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='account',
            name='delivery',
            field=models.CharField(choices=[('electronic', 'Paperless: a mail with a link'), ('email', 'Paperless: the PDF by mail'), ('paper', 'On paper, by post')], db_default='electronic', default='electronic', max_length=10),
        ),
        migrations.AddField(
            model_name='account',
            name='delivery_from_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='account',
            name='delivery_next',
            field=models.CharField(blank=True, choices=[('electronic', 'Paperless: a mail with a link'), ('email', 'Paperless: the PDF by mail'), ('paper', 'On paper, by post')], db_default='', max_length=10),
        ),
        migrations.AddField(
            model_name='account',
            name='msa_number',
            field=models.CharField(blank=True, db_collation='C', db_default='', max_length=40, verbose_name='MSA'),
        ),
        migrations.AddField(
            model_name='account',
            name='msa_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='account',
            name='payment_days',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='account',
            name='revision',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='account',
            name='service_address',
            field=models.TextField(blank=True, db_default=''),
        ),
        migrations.AddField(
            model_name='account',
            name='status',
            field=models.CharField(choices=[('active', 'Active'), ('suspended', 'Suspended'), ('closed', 'Closed')], db_default='active', default='active', max_length=10),
        ),
        migrations.AddField(
            model_name='account',
            name='status_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='account',
            name='status_reason',
            field=models.CharField(blank=True, db_default='', max_length=300),
        ),
        migrations.AddField(
            model_name='enterprise',
            name='is_self_registration_open',
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name='enterprise',
            name='revision',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='enterprise',
            name='status_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='enterprise',
            name='status_reason',
            field=models.CharField(blank=True, db_default='', max_length=300),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(fields=['enterprise', 'name'], name='accounts_contact_name'),
        ),
        migrations.RunPython(name_states, write_flags),
        migrations.RemoveField(
            model_name='account',
            name='is_active',
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(fields=['enterprise', 'name'], name='accounts_account_name'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['active', 'suspended', 'closed'])), name='account_status_known'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('contract_ends_on__gte', models.F('contract_starts_on')), ('contract_ends_on', None), ('contract_starts_on', None), _connector='OR'), name='accounts_account_contract'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('delivery_from_on', None), ('delivery_next', '')), models.Q(models.Q(('delivery_next', ''), _negated=True), models.Q(('delivery_from_on', None), _negated=True)), _connector='OR'), name='accounts_account_delivery'),
        ),
        migrations.AddField(
            model_name='customernumber',
            name='enterprise',
            field=portal.tables.EnterpriseKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.enterprise'),
        ),
        migrations.AddConstraint(
            model_name='customernumber',
            constraint=models.UniqueConstraint(fields=('enterprise', 'number'), name='accounts_customernumber_once'),
        ),
        migrations.AddConstraint(
            model_name='customernumber',
            constraint=portal.tables.TenantUnique(fields=('enterprise', 'id'), name='accounts_customernumber_enterprise_id_key'),
        ),
    ]
