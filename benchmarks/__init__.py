"""What is measured and printed, never asserted: timings belong here and not in the tests."""
