"""What became of a message, in words."""

from __future__ import annotations

import json

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sojourn.web.webhooks.models import Delivery, DeliveryState

_PROBLEMS = {
    "name": gettext_lazy("The name of the address is not known."),
    "connection": gettext_lazy("Nobody answered at the address."),
    "tls": gettext_lazy("The certificate of the address is not good."),
    "answer": gettext_lazy("The answer could not be read."),
    "refused": gettext_lazy("The address lies where nothing is sent to."),
}


def outcome(delivery: Delivery) -> str:
    """What the last attempt came to; empty before the first one."""
    if delivery.last_problem:
        return str(_PROBLEMS.get(delivery.last_problem, ""))
    if delivery.last_status is None:
        return ""
    if delivery.state == DeliveryState.SENT:
        return _("Taken in (%(status)s).") % {"status": delivery.last_status}
    return _("The receiver answered with %(status)s.") % {"status": delivery.last_status}


def spaced(body: str) -> str:
    """A message as people read it; what is sent has no spaces."""
    return json.dumps(json.loads(body), indent=2)
