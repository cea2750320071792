"""The machine and the archive, looked after."""
