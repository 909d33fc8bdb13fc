#!/bin/sh
# The guess: an alert on `increase(lost_total[5m]) > 0` fires for the first event of a program, and after
# one event the increase is 1.
#
# What Prometheus does: increase() looks at differences between samples only, so a counter whose series
# appears with the value 1 has not increased at all: the first event of a program that creates its counters
# when it needs them never alarms. And what it sees it extrapolates to the ends of the range: one event in
# 5 minutes is an increase of 1.02 seven seconds after a scrape, so a text that prints it as a count is wrong.
# A counter must therefore be there from the start, with 0, and alerts must not compare with whole numbers.
#
# Needs Debian's prometheus (promtool; seen with 2.42.0 of Debian 12). Exit 1 when it behaves otherwise.
set -eu
promtool --version 2>&1 | head -n 1
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
cat > "$folder/test.yml" <<'EOF'
evaluation_interval: 15s
tests:
  - interval: 15s
    input_series:
      # Both count one event at 2 minutes; the first program made its counter then, the other at its start.
      - {series: 'born_with_one_total', values: '_x7 1x33'}
      - {series: 'born_with_zero_total', values: '0x7 1x33'}
    promql_expr_test:
      - {expr: 'increase(born_with_one_total[5m])', eval_time: 6m7s, exp_samples: [{labels: '{}', value: 0}]}
      - {expr: 'increase(born_with_zero_total[5m])', eval_time: 6m7s, exp_samples: [{labels: '{}', value: 1.024561403508772}]}
EOF
if promtool test rules "$folder/test.yml"; then
    echo "seen: a counter born with 1 has an increase of 0; one event is an increase of 1.02"
else
    echo "changed: increase() behaves otherwise now"
    exit 1
fi
