"""What every request and answer passes: services, errors, headers, compression, addresses."""
