"""Who is in the picture, who of them throws, and when."""
