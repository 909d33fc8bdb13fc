#ifndef SONDA_MODEL_METRICS_RESULT_FILES_H
#define SONDA_MODEL_METRICS_RESULT_FILES_H

#include "model/metrics/run-recorder.h"

#include <ostream>
#include <string>
#include <utility>
#include <vector>

/**
 * The CSV files of a run (docs/data-dictionary.md). Each function writes a whole file to a stream;
 * numbers are written in the shortest form that reads back as the same value, so that equal runs
 * give equal bytes. An unknown value is an empty cell.
 */
namespace sonda
{

/** \return the shortest text that reads back as \p value; empty for NaN. */
std::string FormatNumber(double value);

/** windows.csv; \p end cuts the last window short. */
void WriteWindows(std::ostream& out, const RunRecorder& run, Instant end);

/** The header row of windows.csv. */
void WriteWindowsHeader(std::ostream& out);

/** Rows of windows.csv: the parts of a run without end are written one after the other. */
void WriteWindowRows(std::ostream& out,
                     const RunRecorder& run,
                     const std::vector<WindowRow>& rows,
                     Instant end);

/** fairness.csv; \p end cuts the last window short. */
void WriteFairness(std::ostream& out, const RunRecorder& run, Instant end);

/** series.csv */
void WriteSeries(std::ostream& out, const RunRecorder& run);

/** ages.csv */
void WriteAges(std::ostream& out, const RunRecorder& run);

/** rtt.csv */
void WriteRtt(std::ostream& out, const RunRecorder& run);

/** rtt-histogram.csv, which replaces rtt.csv when there were too many probes */
void WriteRttHistogram(std::ostream& out, const RunRecorder& run);

/** latency.csv */
void WriteLatency(std::ostream& out, const RunRecorder& run);

using Metrics = std::vector<std::pair<std::string, double>>;

/** summary.csv: what the recorder knows, then \p more. */
void WriteSummary(std::ostream& out, const RunRecorder& run, const Metrics& more);

} // namespace sonda

#endif
