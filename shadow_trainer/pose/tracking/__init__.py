"""Who is in the frame, who of them throws, and when."""
