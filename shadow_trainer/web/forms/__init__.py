"""What a form or a request sends, checked and turned into values."""
