"""Runs with one fault each, planted on purpose, and healthy ones, to judge the doctor by."""
