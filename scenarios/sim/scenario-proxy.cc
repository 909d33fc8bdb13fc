#include "scenarios/sim/scenario-parts.h"

#include <array>

/** The rules of a scenario's proxies. */
namespace sonda::sim
{

namespace
{

using Json = JsonReader::Json;
using Rules = ProxyRules (*)();

/** The default first. */
constexpr std::array<Named<Rules>, 2> BASES{{
    {&ProxyRules::Bare, "bare"},
    {&ProxyRules::AsShipped, "as-shipped"},
}};

constexpr char NEVER[] = "never";

/** The shortest time that is no 0, as for the options of sonda-proxy. */
constexpr double LEAST_S = 1e-3;

/**
 * Visits every rule with its key and what is allowed: reading and writing are made of this one
 * list. A time that may be without end is written as the text "never" then.
 */
template <typename Target, typename Visitor>
void
ForEachRule(Target& rules, Visitor&& visit)
{
    auto& table = rules.table;
    visit.Time("slow_start_s", table.slowStart, 0);
    visit.Number("slow_start_from", table.slowStartFrom, 1e-3, 1);
    visit.Time("probation_s", table.probation, 0);
    visit.Number("panic_below", table.panicBelow, 0, 1);
    visit.Number("panic_intervals", table.panicIntervals, 10, 1e6);
    visit.Whole("early_resets", table.earlyResetsToRest, 1 << 20);
    visit.Whole("empty_ends", table.emptyEndsToRest, 1 << 20);
    visit.Whole("per_agent_max", table.mostInFlight, 1 << 29);
    visit.Whole("max_agents", table.mostAgents, 1 << 20);
    auto& connection = rules.connection;
    visit.Endless("queue_timeout_s", connection.queue, 0);
    visit.Endless("held_back_timeout_s", connection.heldBack, 0);
    visit.Endless("look_every_s", connection.look, LEAST_S);
    visit.Endless("connect_timeout_s", connection.connect, LEAST_S);
    visit.Endless("idle_timeout_s", connection.idle, LEAST_S);
    visit.Endless("half_closed_timeout_s", connection.halfClosed, LEAST_S);
    visit.Whole("retries_after_reset", connection.retriesAfterReset, 1 << 20);
    visit.Whole("max_connections", connection.mostConnections, 1 << 29);
}

/** Replaces the rules whose keys are there. */
class RuleReader
{
  public:
    explicit RuleReader(JsonReader& reader)
        : m_reader(reader)
    {
    }

    void
    Number(const char* key, double& to, double least, double most)
    {
        to = m_reader.Number(key, least, most, to);
    }

    template <typename T>
    void
    Whole(const char* key, T& to, std::uint64_t most)
    {
        to = static_cast<T>(m_reader.Whole(key, 0, most, to));
    }

    void
    Time(const char* key, Duration& to, double least)
    {
        if (m_reader.Has(key))
        {
            to = FromSeconds(m_reader.Number(key, least, MOST_S));
        }
    }

    void
    Endless(const char* key, Duration& to, double least)
    {
        if (!m_reader.Has(key))
        {
            return;
        }
        const Json& value = m_reader.Get(key);
        if (!value.is_number() && value != NEVER)
        {
            m_reader.Fail(key, "a number, " + RangeText(least, MOST_S) + ", or \"" + NEVER + "\"");
        }
        to = value == NEVER ? NO_TIMEOUT : FromSeconds(m_reader.Number(key, least, MOST_S));
    }

  private:
    JsonReader& m_reader;
};

/** Writes every rule. */
class RuleWriter
{
  public:
    explicit RuleWriter(Json& json)
        : m_json(json)
    {
    }

    void
    Number(const char* key, double value, double, double)
    {
        m_json[key] = value;
    }

    template <typename T>
    void
    Whole(const char* key, T value, std::uint64_t)
    {
        m_json[key] = value;
    }

    void
    Time(const char* key, Duration value, double)
    {
        m_json[key] = ToSeconds(value);
    }

    void
    Endless(const char* key, Duration value, double)
    {
        m_json[key] = value == NO_TIMEOUT ? Json(NEVER) : Json(ToSeconds(value));
    }

  private:
    Json& m_json;
};

} // namespace

ProxyRules
ReadProxyRules(JsonReader& reader, const std::string& key)
{
    if (!reader.Has(key))
    {
        return BASES.front().value();
    }
    const Json& value = reader.Get(key);
    for (const auto& base : BASES)
    {
        if (value == base.name)
        {
            return base.value();
        }
    }
    if (!value.is_object())
    {
        reader.Fail(key, "\"bare\", \"as-shipped\" or an object {…} of rules");
    }
    JsonReader own = reader.Object(key);
    ProxyRules rules = ReadNamed(own, "base", BASES)();
    ForEachRule(rules, RuleReader(own));
    if (own.Has("queue_timeout_s") && !own.Has("held_back_timeout_s"))
    {
        rules.connection.heldBack = rules.connection.queue;
    }
    own.Done();
    return rules;
}

Json
ToJson(const ProxyRules& rules)
{
    Json json = Json::object();
    ForEachRule(rules, RuleWriter(json));
    return json;
}

} // namespace sonda::sim
