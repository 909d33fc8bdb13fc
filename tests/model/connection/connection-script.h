#ifndef SONDA_TESTS_MODEL_CONNECTION_CONNECTION_SCRIPT_H
#define SONDA_TESTS_MODEL_CONNECTION_CONNECTION_SCRIPT_H

#include "model/connection/dispatcher.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sonda::test
{

/** How many clients the sequences have. */
constexpr int SCRIPTED_CLIENTS = 2;

/**
 * Agents that can take one connection each, as a picker sees them: the first free one is picked;
 * one whose connect failed rests until all come back.
 */
struct ScriptedAgents
{
    std::array<bool, 2> busy{};
    std::array<bool, 2> rests{};
    bool holdsBack{false}; //!< the policy holds back who cannot be dispatched

    std::optional<AgentIndex> Pick();
    void Ended(AgentIndex agent, Ending::Kind kind);
    void Come();
};

/** One thing that happens to a client, or to all. */
struct Happening
{
    enum class Kind : std::uint8_t
    {
        SERVE,
        CONNECTED,
        CONNECT_FAILED,
        ELSEWHERE,
        MOVED,
        HALF_CLOSED_BY_CLIENT,
        HALF_CLOSED_BY_SERVER,
        FINISHED,
        FINISHED_SILENT,
        RESET_UNTOUCHED,
        RESET_SILENT,
        RESET_LATE,
        CLIENT_RESET,
        SETTLED,
        GONE,
        CUT,
        CLIENT_VANISHED,
        // to all:
        AGENTS_COME,
        DELIVERY_TURNS, //!< from now on the rest has arrived, or has not
        LITTLE_TIME,
        DUE_TIME, //!< until something is due
        COUNT,
    };

    Kind kind;
    int who{0};

    bool
    IsForAll() const
    {
        return kind >= Kind::AGENTS_COME;
    }
};

using Sequence = std::vector<Happening>;

/** \return whether it can befall a client at that stage. */
bool IsPossible(Happening::Kind kind, ConnectionLife::Stage stage);

/** \return such as "3.0, 4.0": kinds by number, then the client. */
std::string ToText(const Sequence& sequence);

/** What a dispatcher tells, in the order in which it does: compared as numbers. */
struct Told
{
    char what;   //!< as in the functions below
    int who{-1}; //!< client
    int agent{-1};
    int detail{0};
    std::int64_t time{0}; //!< ns

    bool
    operator==(const Told& other) const
    {
        return what == other.what && who == other.who && agent == other.agent &&
               detail == other.detail && time == other.time;
    }
};

std::string ToText(const Told& told);

Told ToldEnding(AgentIndex agent, const Ending& ending);
Told ToldEnd(int who, const ConnectionEnd& end);

/** A Dispatcher with scripted agents and clients, and what it told. */
class ScriptedDispatcher : private Picker, private ConnectionDriver
{
  public:
    ScriptedDispatcher(const ConnectionRules& rules, bool holdsBack);

    /** It must be possible. */
    void Do(const Happening& happening, Instant now);

    /** Whether the rest of broken connections has arrived. */
    bool delivered{true};

    ConnectionLife::Stage
    StageOf(int who) const
    {
        return m_lives[static_cast<std::size_t>(who)].GetStage();
    }

    std::optional<Instant>
    NextDue()
    {
        return m_dispatcher.NextDue();
    }

    std::size_t
    DispatchesOut() const
    {
        return m_dispatcher.DispatchesOut();
    }

    ScriptedAgents agents;
    std::vector<Told> told;

  private:
    int Who(const ConnectionLife& life) const;
    Picked Pick(ConnectionLife& life, Instant now) override;
    void Connected(AgentIndex agent, Instant dispatched, Instant now) override;
    void Ended(AgentIndex agent, Instant dispatched, const Ending& ending, Instant now) override;
    void OnWaiting(ConnectionLife& life) override;
    void OnRetry(ConnectionLife& life, Retry why, Instant now) override;
    bool HasDelivered(ConnectionLife& life) override;
    void OnEnded(ConnectionLife& life, const ConnectionEnd& end) override;
    void Befall(const Happening& happening, Instant now);

    Dispatcher m_dispatcher;
    std::array<ConnectionLife, SCRIPTED_CLIENTS> m_lives;
};

} // namespace sonda::test

#endif
