"""Accounts: sessions and tokens, the viewer of a request, rate limits."""
