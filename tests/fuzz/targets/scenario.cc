/** Scenario files (0), overrides of a good one (1), and the tables that a scenario names (2). */
#include "scenarios/sim/scenario.h"

#include "model/base/shown.h"
#include "scenarios/sim/data-file.h"
#include "tests/fuzz/targets/check.h"

#include <cmath>
#include <sstream>
#include <sys/mman.h>
#include <unistd.h>

using namespace sonda;
using namespace sonda::fuzz;
using namespace sonda::sim;

namespace
{

constexpr const char* GOOD = R"({
  "name": "good", "duration_s": 20, "warmup_s": 1, "probe": {"interval_s": 1, "window_ms": 100},
  "clients": {"count": 3, "delay_ms": {"uniform": [0.5, 2]}},
  "agents": [{"name": "a", "count": 2, "cores": 2, "speed": 1.5, "ram_mb": 64, "discipline": "fcfs"}],
  "workload": {"load": 0.8, "arrivals": "poisson", "service_ms": {"exponential": 50}}
})";

/** A file that is in memory only. */
class MemoryFile
{
  public:
    explicit MemoryFile(std::string_view content)
        : m_file(memfd_create("fuzz", 0))
    {
        FUZZ_CHECK(m_file >= 0 && write(m_file, content.data(), content.size()) ==
                                      static_cast<ssize_t>(content.size()));
    }

    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    ~MemoryFile()
    {
        close(m_file);
    }

    std::string
    Name() const
    {
        return std::to_string(m_file);
    }

    /** Where the name leads to it. */
    static std::string
    Folder()
    {
        return "/proc/self/fd";
    }

  private:
    int m_file;
};

void
CheckError(const ScenarioError& error)
{
    CheckMessage(error.what());
}

/** What a scenario was read as can be read again, as the same. */
void
Read(const std::string& text, const std::vector<std::string>& overrides)
{
    const MemoryFile file(text);
    try
    {
        const auto json = LoadScenario(MemoryFile::Folder() + "/" + file.Name(), overrides);
        // Files that it names are not there.
        const Scenario scenario = Scenario::Read(json, "/nonexistent/scenario.json");
        const auto whole = scenario.ToJson();
        FUZZ_CHECK(Scenario::Read(whole, "/nonexistent/scenario.json").ToJson() == whole);
    }
    catch (const ScenarioError& error)
    {
        CheckError(error);
    }
}

void
Table(std::string_view text)
{
    const MemoryFile file(text);
    const JsonReader::Json json{{"trace", file.Name()}};
    JsonReader reader(json, "file ", MemoryFile::Folder());
    try
    {
        const DataTable table = ReadTable(reader, "trace", {{"start_s", "rate"}, {"a"}});
        FUZZ_CHECK(table.width == 1 || table.width == 2);
        FUZZ_CHECK(!table.cells.empty() && table.cells.size() % table.width == 0);
        for (const double cell : table.cells)
        {
            FUZZ_CHECK(std::isfinite(cell) && cell >= 0);
        }
    }
    catch (const ScenarioError& error)
    {
        CheckError(error);
    }
}

/** One override a line. */
std::vector<std::string>
Lines(std::string_view text)
{
    std::vector<std::string> lines;
    std::istringstream stream{std::string(text)};
    for (std::string line; std::getline(stream, line);)
    {
        lines.push_back(line);
    }
    return lines;
}

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const Choice choice = Choose(data, size);
    switch (choice.which)
    {
    case 0:
        Read(std::string(choice.text), {});
        break;
    case 1:
        Read(GOOD, Lines(choice.text));
        break;
    case 2:
        Table(choice.text);
        break;
    default:
        break;
    }
    return 0;
}
