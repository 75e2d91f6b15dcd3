"""Tables read, documents and files written whole."""
