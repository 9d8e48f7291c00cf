"""The register in the officials' admin, a module for each subject."""

from parks.admin import enterprises, parks, reference, standards  # noqa: F401  # reason: each registers its pages
