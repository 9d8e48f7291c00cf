"""The register's tables as files. Each module declares one; `declare` makes them known."""
