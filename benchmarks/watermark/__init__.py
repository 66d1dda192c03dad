"""What the mark survives, what it costs, and who can take it away: measured on real files."""
