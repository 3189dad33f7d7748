"""The queue behind one interface: two back ends, the status, the overview, reconciliation."""
