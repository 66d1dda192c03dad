"""One verb a file; each parses, calls the workflow of the same name, and prints."""
