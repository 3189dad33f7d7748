"""One attempt at one analysis: its states, its folder, its run, its end, and what is published."""
