import django.contrib.postgres.indexes
import django.contrib.postgres.search
import portal.identifiers
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_visit_role'),
    ]

    operations = [
        migrations.AddField(
            model_name='enterprise',
            name='name_words',
            field=models.GeneratedField(db_persist=True, expression=portal.identifiers.WordsOf('legal_name', 'custom_name'), output_field=django.contrib.postgres.search.SearchVectorField()),
        ),
        migrations.AddField(
            model_name='user',
            name='start_enterprise_id',
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='user',
            name='has_shortcuts',
            field=models.BooleanField(default=True),
        ),
        migrations.AddIndex(
            model_name='enterprise',
            index=django.contrib.postgres.indexes.GinIndex(fields=['name_words'], name='accounts_enterprise_words'),
        ),
    ]
