"""Where candidates come from: the built-in set and structure files; databases join them here."""
