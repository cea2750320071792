"""Pages of html: where the notice stands on them, and what they say of it."""
