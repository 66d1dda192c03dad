"""How well clips of a generator keep to their prompts, judged by a network that learned from renders alone."""
