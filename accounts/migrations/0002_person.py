import django.db.models.deletion
from django.db import migrations, models

# every account that is known so far is a person of its own
PEOPLE = """
    INSERT INTO accounts_person (id) SELECT id FROM accounts_user;
    UPDATE accounts_user SET person_id = id;
    SELECT setval(pg_get_serial_sequence('accounts_person', 'id'), coalesce(max(id), 0) + 1, false) FROM accounts_person;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tax_code_digest", models.CharField(blank=True, max_length=64, null=True, unique=True)),
            ],
        ),
        migrations.AddField(
            model_name="user",
            name="person",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="accounts",
                to="accounts.person",
            ),
        ),
        migrations.RunSQL(PEOPLE, migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="user",
            name="person",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="accounts",
                to="accounts.person",
            ),
        ),
    ]
