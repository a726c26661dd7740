import portal.identifiers
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_visit_role'),
        ('inventory', '0002_identifiers'),
        ('orders', '0002_due_first'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='order',
            name='orders_order_reference',
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['enterprise', 'service', '-placed_on'], name='orders_order_service'),
        ),
        migrations.AddField(
            model_name='order',
            name='number_key',
            field=models.GeneratedField(db_persist=True, expression=portal.identifiers.PlainSpelling('number'), output_field=models.CharField(db_collation='C', max_length=30)),
        ),
        migrations.AddField(
            model_name='order',
            name='reference_key',
            field=models.GeneratedField(db_persist=True, expression=portal.identifiers.PlainSpelling('customer_reference'), output_field=models.CharField(db_collation='C', max_length=60)),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['enterprise', 'number_key'], name='orders_order_nkey'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['number_key'], name='orders_order_nkey_all'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['enterprise', 'reference_key'], name='orders_order_rkey'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['reference_key'], name='orders_order_rkey_all'),
        ),
    ]
