"""The lines of the table, by family: blind picks, fresh information, old boards, idle queues, things that are exact."""
