"""The doors of Sealreel: they parse, call the floors below, and print; they hold no logic of their own."""
