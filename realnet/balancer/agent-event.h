#ifndef SONDA_REALNET_BALANCER_AGENT_EVENT_H
#define SONDA_REALNET_BALANCER_AGENT_EVENT_H

#include "model/table/status-table.h"

#include <optional>
#include <string>

namespace sonda
{

/** A change of one agent, or of the whole table, ready to be logged. */
struct AgentEvent
{
    std::string id;
    Endpoint server;
    std::optional<Freshness> from; //!< empty: new
    Freshness to{Freshness::FRESH};
    AgentIndex agent{0};
    /** Not empty: the freshness stays, the agent's state has become this. */
    std::optional<ServerState> state{};
    /** Not empty: freshness and state stay, this has happened. */
    std::optional<TableNotice> notice{};
    Origin origin{Origin::AGENT}; //!< who speaks for the server now
    bool hasLeft{false};          //!< said goodbye, or was taken out by hand
    std::uint32_t restingReports{0};
    std::uint32_t row{0}; //!< what led to the rest, in a row
    RestReason restReason{RestReason::NONE};
};

/** \return the event in a few words, without the agent: "joined", "dead", "drain", … */
std::string Describe(const AgentEvent& event);

/** \return whether somebody may have to do something about it. */
bool IsBad(const AgentEvent& event);

/** \return whether the event is the whole table's, a panic for example, and not one agent's. */
bool IsOfTable(const AgentEvent& event);

} // namespace sonda

#endif
