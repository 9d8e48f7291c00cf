"""The officials' admin of this room, by subject."""

from targets.admin import cycles, dictionary, disclosures, plan, templates  # noqa: F401  # reason: register themselves
