#ifndef SONDA_TESTS_MODEL_SUPPORT_MONITOR_BENCH_H
#define SONDA_TESTS_MODEL_SUPPORT_MONITOR_BENCH_H

#include "model/control/monitor.h"
#include "tests/catch.h"
#include "tests/model/support/samples.h"
#include "tests/model/support/seeded-stream.h"

#include <optional>
#include <string>
#include <vector>

namespace sonda::test
{

/** A monitor with the nonces of its requests, and an agent at 10.0.0.7 to answer them. */
struct MonitorBench
{
    explicit MonitorBench(MonitorOptions options = {}, std::optional<Keyring> ring = std::nullopt)
        : keyring(ring),
          monitor(options, ring)
    {
        answer.server = {"10.0.0.7", 80};
        answer.id = "seven";
        answer.hold = Duration(0);
    }

    /** Asks the group. */
    ProbeRequest
    Probe(double second)
    {
        return Sent(monitor.Probe(At(second), "10.0.0.1", random));
    }

    /** Asks one agent. */
    ProbeRequest
    ProbeAgent(double second)
    {
        return Sent(monitor.ProbeAgent(At(second), "10.0.0.1", random));
    }

    /** \return the verdict on an answer to the request of that number. */
    std::string
    Answer(std::size_t round, Instant now)
    {
        answer.nonce = nonces.at(round);
        return Hear(Encode(answer), "10.0.0.7", now);
    }

    /** \return the verdict on a notice of agent \p id, sent \p hold seconds after the request. */
    std::string
    Notice(std::size_t round, const std::string& id, double hold, Instant now)
    {
        ProbeResponse notice = answer;
        notice.id = id;
        notice.notice = true;
        notice.nonce = nonces.at(round);
        notice.hold = FromSeconds(hold);
        return Hear(Encode(notice), "10.0.0.7", now);
    }

    std::string
    Hear(const std::string& datagram, const std::string& source, Instant now)
    {
        const auto heard = monitor.OnDatagram(datagram, source, now);
        if (heard)
        {
            return "accepted";
        }
        const auto reason = heard.GetError().reason;
        CHECK(monitor.Refusals().Get(reason) > 0);
        return ToString(reason);
    }

    ProbeRequest
    Sent(const std::string& datagram)
    {
        const auto request = DecodeRequest(datagram);
        nonces.push_back(request->nonce.value());
        return *request;
    }

    SeededStream random{1};
    std::optional<Keyring> keyring;
    Monitor monitor;
    ProbeResponse answer;
    std::vector<std::string> nonces;
};

} // namespace sonda::test

#endif
