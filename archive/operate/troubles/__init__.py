"""What needs a person, by subject; health.py asks each."""
