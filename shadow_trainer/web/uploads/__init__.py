"""Videos on their way in: streamed to disk, counted, bounded."""
