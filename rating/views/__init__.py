"""Pages of 星级评定."""
