"""What the views have done: analyses, references, submissions, addresses, downloads."""
