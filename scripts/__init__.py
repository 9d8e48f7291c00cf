"""What the Makefile calls. Standard library only: most of it runs before anything is installed."""
