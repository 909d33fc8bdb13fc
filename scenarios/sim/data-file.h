#ifndef SONDA_SCENARIOS_SIM_DATA_FILE_H
#define SONDA_SCENARIOS_SIM_DATA_FILE_H

#include "scenarios/sim/json-reader.h"

#include <string>
#include <vector>

namespace sonda::sim
{

/**
 * A CSV file that a scenario refers to. It is written in a scenario as its name, or as
 * {"file": name, "sha256": digest}, which is refused when the file has other bytes. The name is
 * relative to the scenario file.
 */
struct DataFile
{
    std::string name;   //!< as it is written in the scenario
    std::string sha256; //!< of the bytes, 64 hexadecimal digits

    /** \return name and digest, so that a run tells what it read. */
    JsonReader::Json ToJson() const;
};

/** What stands in such a file: a header line, then rows of numbers. */
struct DataTable
{
    DataFile file;
    std::size_t width{0};      //!< columns
    std::vector<double> cells; //!< row after row

    std::size_t
    Rows() const
    {
        return cells.size() / width;
    }

    double
    At(std::size_t row, std::size_t column) const
    {
        return cells[row * width + column];
    }
};

/**
 * Reads the file that a member names. Blank lines and what follows a # are passed over; every cell
 * must be a number from 0 to 1e15.
 * \param headers the column names that are allowed, each a list
 * \return at least one row. Throws ScenarioError, which names the line.
 */
DataTable ReadTable(JsonReader& reader,
                    const std::string& key,
                    const std::vector<std::vector<std::string>>& headers);

} // namespace sonda::sim

#endif
