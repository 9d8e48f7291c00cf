"""Demonstration data: the plan's parks and clearly fictitious ones, eleven quarters, through the real actions."""
