"""Compares the simulation with queueing theory: `./sonda validate` (docs/validation.md).

theory/     what is expected: closed forms, fluid limits with their first correction for finite n
models/     the same models simulated anew with numpy, from their definitions, where no theory exists
checks/     which settings are compared, and how sonda-sim is told to simulate them
engine …    runs sonda-sim, judges, prints

theory and models know nothing of sonda-sim, of files or of each other. Times are in mean service
times everywhere unless a name says otherwise.
"""
