"""Sonda's analysis: runs comparisons, reads result folders, draws figures, writes the report.

Metrics are made by the C++ model code and only read here; nothing in this package recomputes a
response time or a fairness index. Every public name raises AnalysisError for bad input.
"""
