#!/bin/sh
# Guess: pandas.read_csv(…, dtype=str) gives a str for every cell that has text. A column of names is read as it stands
# in the file; only empty cells are missing values.
#
# Seen: a server that is called NA, null, None or nan has no name any more: these words become float NaN before the
# type is looked at, and the rows are then left out by groupby() without a word. keep_default_na=False keeps them.
#
# Debian 12: python3-pandas 1.5.3. No network.
set -eu
/usr/bin/python3 - <<'END'
import io
import sys

import pandas

text = "agent,picks\nweb1,1\nNA,2\nnull,3\nnan,4\n"
read = pandas.read_csv(io.StringIO(text), dtype={"agent": str, "picks": float})
kept = pandas.read_csv(io.StringIO(text), dtype={"agent": str, "picks": float}, keep_default_na=False)
print("pandas", pandas.__version__)
print("types of the cells with dtype=str:", [type(cell).__name__ for cell in read["agent"]])
print("sum of picks by agent:", read.groupby("agent")["picks"].sum().to_dict(), "of", read["picks"].sum())
print("with keep_default_na=False:", kept.groupby("agent")["picks"].sum().to_dict())
lost = [cell for cell in read["agent"] if isinstance(cell, float)]
sys.exit(0 if len(lost) == 3 and len(read.groupby("agent")) == 1 and len(kept.groupby("agent")) == 4 else 1)
END
