#include "model/selection/policy.h"

#include "model/selection/best.h"
#include "model/selection/sample.h"
#include "model/selection/unscored.h"

#include <charconv>

namespace sonda
{

namespace
{

using Result = Expected<std::unique_ptr<Policy>>;

/** A row of the table of policies: what it is, and how it is made from its parameter. */
struct Row
{
    PolicyInfo info;
    Result (*make)(const std::string& parameter);
};

template <typename T>
Result
MakePlain(const std::string&)
{
    return Result(std::make_unique<T>());
}

Result
MakeSample(const std::string& parameter)
{
    std::size_t choices = 0;
    const char* const end = parameter.data() + parameter.size();
    const auto [next, error] = std::from_chars(parameter.data(), end, choices);
    if (error != std::errc() || next != end || choices < 1 || choices > SamplePolicy::MAX_CHOICES)
    {
        return Error{"needs the number of candidates to draw, 1 to " +
                     std::to_string(SamplePolicy::MAX_CHOICES) + ", as in 'sample:2'"};
    }
    return Result(std::make_unique<SamplePolicy>(choices));
}

const std::vector<Row>&
Rows()
{
    static const std::vector<Row> rows = {
        {{"head", "", "the best score; of equals always the same one", true},
         MakePlain<HeadPolicy>},
        {{"best", "", "the best score; of equals a random one", true}, MakePlain<BestPolicy>},
        {{"sample", ":d", "the best of d candidates drawn at random", true}, MakeSample},
        {{"random", "", "every candidate alike", false}, MakePlain<RandomPolicy>},
        {{"round-robin", "", "the candidates in turn", false}, MakePlain<RoundRobinPolicy>},
        {{"weighted", "", "at random in proportion to the weights", false},
         MakePlain<WeightedPolicy>},
    };
    return rows;
}

const Row*
FindRow(const std::string& text)
{
    const std::string name = text.substr(0, text.find(':'));
    for (const auto& row : Rows())
    {
        if (row.info.name == name)
        {
            return &row;
        }
    }
    return nullptr;
}

} // namespace

void
Policy::OnDispatch(const StatusTable&, AgentIndex, Instant)
{
}

void
Policy::OnCompletion(const StatusTable&, AgentIndex, const Ending&, Instant)
{
}

void
Policy::OnReport(const StatusTable&, AgentIndex, Instant)
{
}

void
Policy::OnNotice(const StatusTable&, AgentIndex, Instant)
{
}

void
Policy::OnRemoved(AgentIndex)
{
}

void
Policy::WantedProbes(const StatusTable&, Instant, RandomStream&, std::vector<AgentIndex>&)
{
}

const std::vector<PolicyInfo>&
AllPolicies()
{
    static const std::vector<PolicyInfo> all = []
    {
        std::vector<PolicyInfo> infos;
        for (const auto& row : Rows())
        {
            infos.push_back(row.info);
        }
        return infos;
    }();
    return all;
}

Expected<std::unique_ptr<Policy>>
MakePolicy(const std::string& text, const Oracle*)
{
    const Row* row = FindRow(text);
    if (row == nullptr)
    {
        std::string names;
        for (const auto& info : AllPolicies())
        {
            names += " " + info.name + info.parameter;
        }
        return Error{"policy, column 1: there is no policy '" + text.substr(0, text.find(':')) +
                     "'; policies:" + names};
    }
    const auto colon = text.find(':');
    if (colon != std::string::npos && row->info.parameter.empty())
    {
        return Error{"policy, column " + std::to_string(colon + 1) + ": " + row->info.name +
                     " takes no parameter, not '" + text.substr(colon) + "'"};
    }
    auto made = row->make(colon == std::string::npos ? "" : text.substr(colon + 1));
    if (!made)
    {
        const std::size_t column = colon == std::string::npos ? text.size() + 1 : colon + 2;
        return Error{"policy, column " + std::to_string(column) + ": " + row->info.name + " " +
                     made.GetError().message};
    }
    return made;
}

bool
LooksAtScores(const std::string& text)
{
    const Row* row = FindRow(text);
    return row == nullptr || row->info.looksAtScores;
}

} // namespace sonda
