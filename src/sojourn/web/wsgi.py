"""The WSGI application, for any server that can run one."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sojourn.web.settings")
application = get_wsgi_application()
