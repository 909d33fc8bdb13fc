#ifndef SONDA_MODEL_CONTROL_ANSWER_BUDGET_H
#define SONDA_MODEL_CONTROL_ANSWER_BUDGET_H

#include "model/base/time.h"
#include "model/protocol/pdu.h"

#include <cstddef>
#include <string>
#include <vector>

namespace sonda
{

/**
 * Keeps an agent that answers anybody from being a reflector: who asks may have forged somebody
 * else's address, and that one then gets the answers.
 *
 * On the wire (UDP and IP headers included) an answer is at most FACTOR times as long as its
 * request. What it is longer is counted, in bytes a second, for each address and in total; a
 * request that is as long as its answer costs nothing, so a monitor that fills its requests up to
 * LONGEST_ANSWER is never held up, whatever strangers do. Bounded: MOST_ADDRESSES; who is not among
 * them has the total only. Not thread-safe.
 */
class AnswerBudget
{
  public:
    /** As in QUIC (RFC 9000, 8.1). */
    static constexpr std::size_t FACTOR = 3;

    /** Bytes by which answers may exceed their requests in a second, to one address. */
    static constexpr double ADDRESS_RATE = 64 * 1024;
    /** The same to all together. */
    static constexpr double TOTAL_RATE = 256 * 1024;
    static constexpr std::size_t MOST_ADDRESSES = 256;

    /**
     * \param request bytes of the datagram
     * \param isIpv6 whether it came by IPv6, whose header is longer
     * \return bytes that the answer's datagram may have
     */
    static std::size_t Room(std::size_t request, bool isIpv6);

    /**
     * Pays for an answer of at most \p answer bytes to a request of \p request bytes.
     * \return whether it may be sent
     */
    bool Pay(const std::string& address, std::size_t request, std::size_t answer, Instant now);

  private:
    /** Bytes that may be spent; a second's worth at most. */
    struct Account
    {
        double bytes{0};
        Instant filled{};

        void Fill(double rate, Instant now);
    };

    struct Holder
    {
        std::string address;
        Account account;
    };

    Account& Find(const std::string& address, Instant now);

    Account m_total{TOTAL_RATE, {}};
    std::vector<Holder> m_holders;
};

} // namespace sonda

#endif
