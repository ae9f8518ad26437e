from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def begin(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Every case that is there has begun its first episode. No version before could close one."""
    del schema_editor
    case, episode = apps.get_model("cases", "Case"), apps.get_model("cases", "Episode")
    episode.objects.bulk_create(
        [
            episode(
                case_id=row.pk,
                organisation_id=row.organisation_id,
                number=1,
                opened_at=row.opened_at,
                opened_by_id=row.worker_id,
            )
            for row in case.objects.filter(episodes=None).iterator()
        ],
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_episodes")]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
