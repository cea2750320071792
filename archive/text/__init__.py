"""When two texts are the same to a reader: what is no text of a document, what is struck out, how a date is written."""
