"""The register's own checks of itself, a module for each subject; each registers its checks."""

from parks.queries.quality import firms, parks, spaces  # noqa: F401  # reason: each registers its checks
