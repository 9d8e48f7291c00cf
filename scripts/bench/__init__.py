"""Benchmarks at district scale: `python -m scripts.bench` (docs/benchmarks.md says how to read them)."""
