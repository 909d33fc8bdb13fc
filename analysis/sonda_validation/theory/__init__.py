"""Expected values: functions of the model's parameters alone. Times in mean service times."""
