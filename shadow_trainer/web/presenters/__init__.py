"""From what the worker wrote to what a page shows: plain dataclasses, no Flask, no I/O."""
