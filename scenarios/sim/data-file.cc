#include "scenarios/sim/data-file.h"

#include "model/base/shown.h"

#include "ns3/csv-reader.h"

#include <charconv>
#include <fstream>
#include <sodium.h>
#include <sstream>

namespace sonda::sim
{

namespace
{

/** Far above any time in ms and still exact in whole numbers. */
constexpr double MOST = 1e15;

std::string
Sha256(const std::string& bytes)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    char text[2 * sizeof(digest) + 1];
    sodium_bin2hex(text, sizeof(text), digest, sizeof(digest));
    return text;
}

std::string
Join(const std::vector<std::string>& names)
{
    std::string line;
    for (const auto& name : names)
    {
        line += (line.empty() ? "" : ",") + name;
    }
    return line;
}

/** Parses the text of a file; \p where names scenario, key and file. */
class TableParser
{
  public:
    TableParser(const std::string& text, std::string where)
        : m_stream(text),
          m_csv(m_stream),
          m_where(std::move(where))
    {
    }

    DataTable
    Parse(const std::vector<std::vector<std::string>>& headers)
    {
        DataTable table;
        table.width = ReadHeader(headers);
        while (NextRow())
        {
            if (m_csv.ColumnCount() != table.width)
            {
                Fail(std::to_string(table.width) + " columns, not " +
                     std::to_string(m_csv.ColumnCount()));
            }
            for (std::size_t column = 0; column < table.width; ++column)
            {
                table.cells.push_back(ReadNumber(column));
            }
        }
        if (table.cells.empty())
        {
            Fail("at least one row below the header");
        }
        return table;
    }

  private:
    bool
    NextRow()
    {
        while (m_csv.FetchNextRow())
        {
            if (!m_csv.IsBlankRow())
            {
                return true;
            }
        }
        return false;
    }

    std::string
    Cell(std::size_t column) const
    {
        std::string text;
        m_csv.GetValue(column, text);
        // Files of other systems end their lines with a carriage return.
        const auto end = text.find_last_not_of(" \t\r");
        return end == std::string::npos ? "" : text.substr(0, end + 1);
    }

    std::size_t
    ReadHeader(const std::vector<std::vector<std::string>>& headers)
    {
        std::vector<std::string> found;
        if (NextRow())
        {
            for (std::size_t column = 0; column < m_csv.ColumnCount(); ++column)
            {
                found.push_back(Cell(column));
            }
        }
        std::string allowed;
        for (const auto& header : headers)
        {
            if (found == header)
            {
                return found.size();
            }
            allowed += (allowed.empty() ? "the header " : " or ") + Join(header);
        }
        Fail(allowed + ", not '" + Shown(Join(found)) + "'");
    }

    double
    ReadNumber(std::size_t column) const
    {
        const std::string text = Cell(column);
        const char* const end = text.data() + text.size();
        double value = 0;
        const auto result = std::from_chars(text.data(), end, value);
        if (result.ec != std::errc() || result.ptr != end || !(value >= 0 && value <= MOST))
        {
            Fail("a number from 0 to 1e15, not '" + Shown(text) + "'");
        }
        return value;
    }

    [[noreturn]] void
    Fail(const std::string& expected) const
    {
        throw ScenarioError(m_where + ", line " + std::to_string(m_csv.RowNumber()) +
                            ": expected " + expected);
    }

    std::istringstream m_stream;
    ns3::CsvReader m_csv;
    std::string m_where;
};

} // namespace

JsonReader::Json
DataFile::ToJson() const
{
    return {{"file", name}, {"sha256", sha256}};
}

DataTable
ReadTable(JsonReader& reader,
          const std::string& key,
          const std::vector<std::vector<std::string>>& headers)
{
    DataFile file;
    std::string claimed;
    if (reader.Get(key).is_object())
    {
        JsonReader inner = reader.Object(key);
        file.name = inner.Text("file");
        claimed = inner.Text("sha256");
        inner.Done();
    }
    else
    {
        file.name = reader.Text(key);
    }
    const auto path = reader.Folder() / file.name;
    const std::string where = reader.At(key) + ": " + path.string();
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    // A folder can be opened, but not read.
    if (!stream || !(text << stream.rdbuf()))
    {
        throw ScenarioError(where + ": cannot be read, or is empty (the name is relative to the "
                                    "scenario file)");
    }
    file.sha256 = Sha256(text.str());
    if (!claimed.empty() && claimed != file.sha256)
    {
        throw ScenarioError(where + ": expected the SHA-256 digest " + Shown(claimed) + ", not " +
                            file.sha256 + ": the file has changed");
    }
    DataTable table = TableParser(text.str(), where).Parse(headers);
    table.file = file;
    return table;
}

} // namespace sonda::sim
