"""How long to look: a short search by default, a long one with SOJOURN_DEEP=1."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_CALM = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

settings.register_profile("short", max_examples=40, deadline=None, suppress_health_check=_CALM)
settings.register_profile("deep", max_examples=600, deadline=None, suppress_health_check=_CALM)
settings.load_profile("deep" if os.environ.get("SOJOURN_DEEP") else "short")
