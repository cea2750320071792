"""What the system under us may do, and how processes of one archive stay out of each other's way."""
