import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("campaigns", "0004_accepted"),
        ("impact", "0002_measurements_stay"),
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Series",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=80, unique=True)),
                ("title", models.CharField(max_length=160, verbose_name="title")),
                (
                    "about",
                    models.TextField(
                        blank=True, max_length=2000, verbose_name="what it says, and how it is made"
                    ),
                ),
                ("unit", models.CharField(max_length=40, verbose_name="unit")),
                ("source", models.CharField(max_length=200, verbose_name="source")),
                (
                    "source_url",
                    models.URLField(blank=True, max_length=300, verbose_name="address of the source"),
                ),
                ("licence", models.CharField(max_length=80, verbose_name="licence")),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["title", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("unit", ""), _negated=True),
                            models.Q(("source", ""), _negated=True),
                            models.Q(("licence", ""), _negated=True),
                            models.Q(("title", ""), _negated=True),
                        ),
                        name="series_whole",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IndicatorSeries",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "indicator",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="benchmark",
                        to="campaigns.indicator",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="impact.series"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SeriesImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("added", models.PositiveIntegerField()),
                ("changed", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="imports",
                        to="impact.series",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="SeriesValue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("neighbourhood", "Neighbourhood"), ("city", "City")], max_length=13
                    ),
                ),
                ("city", models.CharField(blank=True, max_length=80)),
                ("year", models.PositiveSmallIntegerField()),
                ("value", models.DecimalField(decimal_places=4, max_digits=16)),
                (
                    "neighbourhood",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.neighbourhood",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="values", to="impact.series"
                    ),
                ),
            ],
            options={
                "ordering": ["year", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("city", ""), ("kind", "neighbourhood"), ("neighbourhood__isnull", False)
                            ),
                            models.Q(
                                ("kind", "city"),
                                ("neighbourhood__isnull", True),
                                models.Q(("city", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="series_value_of_one_territory",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("year__gte", 1900), ("year__lte", 2200)), name="series_value_year"
                    ),
                    models.UniqueConstraint(
                        fields=("series", "neighbourhood", "city", "year"),
                        name="series_value_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Study",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("authors", models.CharField(max_length=200, verbose_name="authors")),
                ("published_on", models.DateField(verbose_name="published on")),
                ("about", models.CharField(blank=True, max_length=500, verbose_name="what it is about")),
                ("link", models.URLField(blank=True, max_length=300, verbose_name="link")),
                ("file", models.CharField(blank=True, max_length=200)),
                ("file_kind", models.CharField(blank=True, max_length=8)),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-published_on", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True), models.Q(("authors", ""), _negated=True)
                        ),
                        name="study_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(models.Q(("link", ""), _negated=True), ("file", ""), ("file_kind", "")),
                            models.Q(
                                ("link", ""),
                                models.Q(("file", ""), _negated=True),
                                models.Q(("file_kind", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="study_file_or_link",
                    ),
                ],
            },
        ),
    ]
