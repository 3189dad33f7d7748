"""The services that the views call: analyses, references, submissions, addresses, downloads."""
