"""What others do: published ideas, built anew on what can be had offline, and judged exactly as the detector is."""
