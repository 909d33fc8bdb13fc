#ifndef SONDA_TESTS_SIM_SCENARIO_JSON_H
#define SONDA_TESTS_SIM_SCENARIO_JSON_H

#include "scenarios/sim/scenario.h"
#include "tests/catch.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

/** What the tests of scenario files share. */
namespace sonda::sim::test
{

using Json = JsonReader::Json;

/** \return a scenario with nothing but what is required; two agents a[0] and a[1]. */
inline Json
Minimal()
{
    return Json::parse(R"({
        "name": "small", "duration_s": 10,
        "agents": [{"name": "a", "count": 2}],
        "workload": {"load": 0.5, "service_ms": 50}
    })");
}

/** \return the minimal scenario with one value replaced, given as JSON text. */
inline Json
With(const std::string& pointer, const std::string& value)
{
    Json json = Minimal();
    json[Json::json_pointer(pointer)] = Json::parse(value);
    return json;
}

/** \return what is wrong with the scenario; empty when nothing is. */
inline std::string
ErrorOf(const Json& json, const std::string& file = "file.json")
{
    try
    {
        Scenario::Read(json, file);
        return "";
    }
    catch (const ScenarioError& error)
    {
        return error.what();
    }
}

/** Checks that each scenario is refused with an error that has the text. */
inline void
CheckErrors(const std::vector<std::pair<Json, std::string>>& cases)
{
    for (const auto& [json, expected] : cases)
    {
        const std::string error = ErrorOf(json);
        INFO(error << "\nexpected: " << expected);
        CHECK(error.find(expected) != std::string::npos);
    }
}

/** Checks that a scenario is read, and that what is written of it reads back alike. */
inline Scenario
ReadBack(const Json& json, const std::string& file = "file.json")
{
    INFO(ErrorOf(json, file));
    Scenario scenario = Scenario::Read(json, file);
    const Json resolved = scenario.ToJson();
    CHECK(Scenario::Read(resolved, file).ToJson() == resolved);
    return scenario;
}

/** A folder that is removed at the end. */
class TemporaryFolder
{
  public:
    TemporaryFolder()
        : m_path(std::filesystem::temp_directory_path() /
                 ("sonda-test-sim-" + std::to_string(getpid())))
    {
        std::filesystem::create_directory(m_path);
    }

    ~TemporaryFolder()
    {
        std::filesystem::remove_all(m_path);
    }

    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    void
    Write(const std::string& name, const std::string& content) const
    {
        std::ofstream(m_path / name, std::ios::binary) << content;
    }

    /** \return a name for a scenario in the folder, which need not exist. */
    std::string
    Scenario() const
    {
        return (m_path / "scenario.json").string();
    }

  private:
    std::filesystem::path m_path;
};

} // namespace sonda::sim::test

#endif
