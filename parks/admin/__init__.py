"""The register in the officials' admin, a module for each subject."""

from parks.admin import (  # noqa: F401  # reason: each registers its pages
    enterprises,
    parks,
    reference,
    space,
    standards,
)
