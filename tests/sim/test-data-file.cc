#include "scenarios/sim/data-file.h"
#include "scenarios/sim/distribution.h"
#include "tests/sim/scenario-json.h"

#include <filesystem>
#include <string>
#include <vector>

using namespace sonda::sim;
using namespace sonda::sim::test;

namespace
{

/** A key `key` that names the file data.csv with the given content, in a scenario beside it. */
class Bench
{
  public:
    explicit Bench(const std::string& content)
    {
        m_folder.Write("data.csv", content);
    }

    JsonReader
    Reader()
    {
        return JsonReader(m_json, "f: ", std::filesystem::path(m_folder.Scenario()).parent_path());
    }

    DataTable
    Read()
    {
        JsonReader reader = Reader();
        return ReadTable(reader, "key", {{"value"}, {"value", "weight"}});
    }

    std::string
    Error()
    {
        try
        {
            Read();
            return "";
        }
        catch (const ScenarioError& error)
        {
            return error.what();
        }
    }

    void
    SetKey(const Json& value)
    {
        m_json["key"] = value;
    }

  private:
    TemporaryFolder m_folder;
    Json m_json = {{"key", "data.csv"}};
};

} // namespace

TEST_CASE("a data file is read, with comments, blanks and other line ends", "[data-file]")
{
    const DataTable table =
        Bench("# measured\r\nvalue,weight\r\n1.5, 2\r\n\r\n  # more\r\n1e3,0\r\n").Read();
    CHECK(table.width == 2);
    CHECK(table.cells == std::vector<double>{1.5, 2, 1000, 0});
    CHECK(table.file.name == "data.csv");
}

TEST_CASE("the digest is that of the bytes, and is checked when it is given", "[data-file]")
{
    Bench bench("value\n1\n");
    // printf 'value\n1\n' | sha256sum
    const std::string digest = "1a80986111952a11d02e84dbed98ae00f279469aad0615d17fa81911f8a6b428";
    CHECK(bench.Read().file.sha256 == digest);
    bench.SetKey({{"file", "data.csv"}, {"sha256", digest}});
    CHECK(bench.Error() == "");
    bench.SetKey({{"file", "data.csv"}, {"sha256", std::string(64, '0')}});
    CHECK(bench.Error().find("expected the SHA-256 digest 000") != std::string::npos);
    bench.SetKey({{"file", "data.csv"}});
    CHECK(bench.Error().find("key.sha256: missing") != std::string::npos);
}

TEST_CASE("a bad data file is refused with its line", "[data-file]")
{
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", "cannot be read, or is empty"},
        {"1\n2\n", "data.csv, line 1: expected the header value or value,weight, not '1'"},
        {"values\n2\n", "line 1: expected the header"},
        {"value\n", "expected at least one row below the header"},
        {"value\n1\nx\n", "data.csv, line 3: expected a number from 0 to 1e15, not 'x'"},
        {"value\n-1\n", "line 2: expected a number from 0 to 1e15, not '-1'"},
        {"value\nnan\n", "not 'nan'"},
        {"value\n1e999\n", "not '1e999'"},
        {"value\n1 2\n", "not '1 2'"},
        {"value\n1;2\n", "not '1;2'"},
        {"value\n1,2\n", "line 2: expected 1 columns, not 2"},
        {"value,weight\n1\n", "line 2: expected 2 columns, not 1"},
        {"value,weight\n,1\n", "not ''"},
    };
    for (const auto& [content, expected] : cases)
    {
        const std::string error = Bench(content).Error();
        INFO(error << "\nexpected: " << expected);
        CHECK(error.find(expected) != std::string::npos);
    }
}

TEST_CASE("an empirical distribution has its file's values and mean", "[data-file]")
{
    Bench bench("value,weight\n10,1\n20,3\n");
    bench.SetKey({{"empirical", "data.csv"}});
    JsonReader reader = bench.Reader();
    const Distribution distribution = Distribution::Read(reader, "key", 0, 100);
    CHECK(distribution.Mean() == 17.5);
    const auto variable = distribution.MakeVariable(2);
    for (int i = 0; i < 100; ++i)
    {
        const double value = variable->GetValue();
        CHECK((value == 20 || value == 40));
    }
    const auto refused = [&](double least, double most)
    {
        try
        {
            Distribution::Read(reader, "key", least, most);
            return std::string();
        }
        catch (const ScenarioError& error)
        {
            return std::string(error.what());
        }
    };
    CHECK(refused(0, 15).find("range of this key, 0 to 15, but there is 20") != std::string::npos);
    Bench weightless("value,weight\n10,0\n");
    weightless.SetKey({{"empirical", "data.csv"}});
    reader = weightless.Reader();
    CHECK(refused(0, 15).find("a weight above 0") != std::string::npos);
}
