from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("floor", "0003_power_contracts")]

    operations = [
        migrations.AddField(
            model_name="asset", name="ideals", field=models.JSONField(default=list)
        ),
    ]
