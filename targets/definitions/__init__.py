"""What indicators are computed by: definitions as data, their rules, and the numbers they lead to. Pure."""
