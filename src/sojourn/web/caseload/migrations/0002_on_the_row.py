from __future__ import annotations

from typing import Any
from uuid import UUID

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

from sojourn.web.plans.rules import is_shared, only_patched

_WAITING = ("planned", "started")


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What lists narrow by, for the cases that are there already."""
    del schema_editor
    case = apps.get_model("cases", "Case")
    stages = _stages(apps)
    for row in case.objects.only("pk").iterator(chunk_size=500):
        case.objects.filter(pk=row.pk).update(
            **_of_the_plan(apps, row.pk), stage=_stage(apps, row.pk, stages)
        )


def _of_the_plan(apps: Apps, case_id: UUID) -> dict[str, Any]:
    items = apps.get_model("plans", "PlanItem").objects.filter(case_id=case_id)
    approvals = apps.get_model("plans", "Approval").objects.filter(
        subject__case_id=case_id, subject__is_current=True, state="requested"
    )
    counted = [
        item
        for item in items.exclude(state="dropped").defer("goal")
        if is_shared(item.need_class, item.response_class)
        and (item.is_current or item.state not in _WAITING)
    ]
    waiting = [item for item in counted if item.state in _WAITING]
    now = [item.due for item in waiting if item.horizon == "immediate"]
    return {
        "item_due": min((item.due for item in waiting), default=None),
        "immediate_due": min(now, default=None),
        "is_patched": only_patched(
            (item.need, item.horizon, timezone.localdate(item.made_at)) for item in counted
        ),
        "approval_waits": approvals.exists(),
    }


def _stages(apps: Apps) -> dict[str, bool]:
    """For each kept framework, whether its stage may stand on the row."""
    found = {}
    for kept in apps.get_model("cases", "KeptFramework").objects.iterator(chunk_size=10):
        asked = {
            str(row.get("value", ""))
            for row in kept.sheets.get("framework", ())
            if row.get("key") == "stage_question"
        }
        classes = [
            row.get("data_class") or "case_work"
            for row in kept.sheets.get("survey", ())
            if row.get("name") in asked
        ]
        found[kept.pk] = bool(classes) and set(classes) <= {"case_work", "journey"}
    return found


def _stage(apps: Apps, case_id: UUID, stages: dict[str, bool]) -> str:
    newest = (
        apps.get_model("cases", "Assessment")
        .objects.filter(case_id=case_id, is_current=True)
        .order_by("-made_at")
        .values_list("stage", "framework_id")
        .first()
    )
    return newest[0] if newest is not None and stages.get(newest[1], False) else ""


class Migration(migrations.Migration):
    dependencies = [
        ("caseload", "0001_initial"),
        ("cases", "0007_caseload"),
        ("plans", "0002_item_versions"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
