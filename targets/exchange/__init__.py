"""Returns and old numbers as workbooks: what goes out, and how what comes back is read."""
