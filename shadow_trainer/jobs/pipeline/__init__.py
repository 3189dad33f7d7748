"""The stages of one analysis, as data flow."""
