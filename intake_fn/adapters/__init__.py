"""Adapters: a module or package for each system outside. They translate, and hold no rules."""
