"""What the clock does: repairs, retention, alerts, schedules, the self-test and the numbers for Prometheus."""
