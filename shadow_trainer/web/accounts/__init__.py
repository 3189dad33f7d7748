"""Who is asking: login, accounts, the viewer of a request and how often he may ask."""
