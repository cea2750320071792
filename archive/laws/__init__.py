"""Laws and what a basis says of them: the register of texts and their days, and citations found in a printed basis."""
