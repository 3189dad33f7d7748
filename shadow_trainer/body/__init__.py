"""The body: named landmarks and bones, and series of them over time. Data and numpy alone."""
