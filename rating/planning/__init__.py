"""What would change a score: what-if, the nearest step of every item, the cheapest path to a star. Pure, as the engine is.

Cohorts are held fixed throughout: means, ranks and quotas stay those of the snapshot, whatever one entity changes.
"""
