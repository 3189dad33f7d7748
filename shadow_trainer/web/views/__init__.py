"""The pages and the API, a blueprint for each resource."""
