from django.db import migrations

from sojourn.web.consent.triggers import install


class Migration(migrations.Migration):
    dependencies = [("consent", "0002_records")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
