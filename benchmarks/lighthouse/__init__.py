"""Lighthouse on the pages that most people see; its package and lock file for npm."""
