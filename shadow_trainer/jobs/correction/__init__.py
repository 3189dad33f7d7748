"""Corrections of a finished analysis, measured again in a child that waits loaded."""
