"""`make audit`: known holes in what we depend on, and what each of it is: version, release, age of the pin, licence."""
