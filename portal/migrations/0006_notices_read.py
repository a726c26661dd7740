from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_names_and_start'),
        ('portal', '0005_api_answers'),
    ]

    operations = [
        migrations.AddField(
            model_name='notice',
            name='read_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        # What was told before there was a place to read it is not news.
        migrations.RunSQL(
            "UPDATE portal_notice SET read_at = coalesce(sent_at, created_at) WHERE read_at IS NULL",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('copy', 0), ('read_at', None)), fields=['recipient', 'enterprise'], name='portal_notice_unread'),
        ),
    ]
