"""Another archive's captures, versions and changes enter this one, as if both had been one from the beginning."""
