"""`python -m shadow_trainer COMMAND`."""

from .cli import main

if __name__ == "__main__":
    main()
