"""What a browser says of itself, in the words of whoever owns it."""

from __future__ import annotations

# The first that fits: most browsers name others, too.
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
            ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"), ("curl", "curl"))  # fmt: skip
SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
           ("Mac OS X", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux"))  # fmt: skip


def device_words(agent: str) -> str:
    """``Firefox on Windows``; ``Unknown browser`` where nothing is recognised."""
    browser = next((words for mark, words in BROWSERS if mark in agent), "Unknown browser")
    system = next((words for mark, words in SYSTEMS if mark in agent), "")
    return f"{browser} on {system}" if system else browser
