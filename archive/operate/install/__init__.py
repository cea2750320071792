"""Setting the archive up on a machine, and bringing it to another release and back."""
