"""Uploads of videos: streamed to disk, counted, bounded."""
