"""Telling people: who wants to know (subscriptions), what is told (story), how it looks (messages, markup), what has
been told (outbox), how it gets there (senders), and one round of it all (run)."""
