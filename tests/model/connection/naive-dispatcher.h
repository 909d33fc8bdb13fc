#ifndef SONDA_TESTS_MODEL_CONNECTION_NAIVE_DISPATCHER_H
#define SONDA_TESTS_MODEL_CONNECTION_NAIVE_DISPATCHER_H

#include "tests/model/connection/connection-script.h"

namespace sonda::test
{

/** A fault that is planted into the naive dispatcher, to see that the sequences find it. */
enum class Fault
{
    NONE,
    TURNS_AWAY_AT_ONCE,       //!< nobody to pick: no waiting
    WAITS_ANEW,               //!< nobody to pick: every further refusal begins the wait anew
    RELEASED_BY_LOOKING_ONLY, //!< released by
    LAST_COME_FIRST_SERVED,   //!< released by: the wrong one
    REFUSAL_IS_A_COMPLETION,  //!< refused
    REFUSAL_IS_THE_END,       //!< refused: the next agent is not asked
    TIMEOUT_IS_NOBODYS,       //!< connect timeout: the agent is not blamed
    STANDING_IS_STILL_TIMED,  //!< stands: the connect timeout goes on
    EARLY_RESET_UNSEEN,       //!< early reset
    EARLY_RESET_NOT_RETRIED,  //!< early reset, untouched
    TOUCHED_IS_RETRIED,       //!< early reset, touched
    EMPTY_END_UNSEEN,         //!< an end without a byte
    GONE_IS_A_SUCCESS,        //!< client gone before it stands
    CLIENT_RESET_IS_BAD,      //!< client reset while relaying
    SERVER_RESET_IS_GOOD,     //!< server reset while relaying
    RESET_BEFORE_DELIVERY,    //!< server reset while relaying: does not wait
    SETTLED_AT_THE_END,       //!< server reset while relaying: the picker learns it too late
    IDLE_IS_GOOD,             //!< idle, half-closed, drain, cut
    RETRIED_FOR_EVER,         //!< rules: retries after a reset
    LIMIT_UNHEEDED,           //!< rules: most connections
    NAMES_WHO_NEVER_STOOD,    //!< recorded by: the agent of a failed connect
    RETRIES_NOT_COUNTED,      //!< recorded by
    ENDS_BY_DISPATCH,         //!< recorded by: an end told for every dispatch
    COUNT,
};

/**
 * What a Dispatcher must do, written a second time and as plainly as possible: every client has a
 * few deadlines, and everything is found by looking at all of them.
 */
class NaiveDispatcher
{
  public:
    NaiveDispatcher(const ConnectionRules& rules, bool holdsBack, Fault fault);

    void Do(const Happening& happening, Instant now);

    ConnectionLife::Stage
    StageOf(int who) const
    {
        return m_clients[static_cast<std::size_t>(who)].stage;
    }

    /** \return the earliest moment at which something is due. */
    std::optional<Instant> NextDue() const;

    std::vector<Told> told;

  private:
    using Stage = ConnectionLife::Stage;
    using How = ConnectionEnd::How;

    struct Client
    {
        Stage stage{Stage::NEW};
        bool admitted{false};
        bool out{false};   //!< dispatched; the end was not told yet
        bool begin{false}; //!< the driver is still to connect it
        int agent{0};
        Instant dispatched{};
        int retries{0};
        std::optional<Instant> waitBy;
        std::optional<Instant> serverBy;
        std::optional<Instant> stood;
        std::optional<Instant> due; //!< of its stage
        int dueTicket{0};           //!< of equal ones the first is due first
        Instant settleBy{};
        std::optional<Side> endedFirst;
        Side gone{Side::CLIENT};
        int ticket{0}; //!< in the order of joining; 0: in no line
    };

    bool
    Has(Fault fault) const
    {
        return m_fault == fault;
    }

    Client&
    At(int who)
    {
        return m_clients[static_cast<std::size_t>(who)];
    }

    static Instant
    Later(Instant now, Duration timeout)
    {
        return timeout == NO_TIMEOUT ? Instant::max() : now + timeout;
    }

    void BefallStanding(const Happening& happening, Instant now);
    void SetDue(Client& client, std::optional<Instant> due);
    void Serve(int who, Instant now);
    void Admit(int who, Instant now);
    void Ask(int who, Instant now);
    void Wait(int who, Duration patience, Instant now);
    void TellEnding(int who, Ending ending);
    void Again(int who, Retry why, Instant now);
    void Abort(int who, Side gone, bool untouched, bool silent, Instant now);
    void Look(int who, Instant now);
    void Over(int who, How how, std::optional<Side> by, Instant now);
    void Pass(Instant now);
    void Expire(int who, Instant now);
    void ServeOthers(Instant now);
    int FirstWaiting(Stage stage) const;
    bool IsFull() const;

    ConnectionRules m_rules;
    Fault m_fault;
    ScriptedAgents m_agents;
    bool m_delivered{true};
    std::array<Client, SCRIPTED_CLIENTS> m_clients;
    std::optional<Instant> m_look; //!< when those who wait are looked after
    bool m_isFree{false};
    int m_tickets{0};
};

} // namespace sonda::test

#endif
