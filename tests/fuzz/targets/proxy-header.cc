/** Headers of the PROXY protocol, versions 1 and 2. */
#include "realnet/common/proxy-protocol.h"
#include "tests/fuzz/targets/check.h"

using namespace sonda;
using namespace sonda::fuzz;

namespace
{

using Outcome = ProxyHeader::Outcome;

bool
Same(const SocketAddress& a, const SocketAddress& b)
{
    return a.Address() == b.Address() && a.Port() == b.Port();
}

/** The header that we would send for the same ends means the same. */
void
RoundTrip(const ProxiedEnds& ends)
{
    for (const ProxyProtocol version : {ProxyProtocol::V1, ProxyProtocol::V2})
    {
        const std::string made = MakeProxyHeader(version, ends);
        const ProxyHeader again = ParseProxyHeader(made);
        FUZZ_CHECK(again.outcome == Outcome::COMPLETE && again.length == made.size());
        FUZZ_CHECK(again.ends && Same(again.ends->source, ends.source) &&
                   Same(again.ends->destination, ends.destination));
    }
}

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes = Text(data, size);
    const ProxyHeader header = ParseProxyHeader(bytes);
    if (header.outcome != Outcome::COMPLETE)
    {
        FUZZ_CHECK(!header.ends);
        if (header.outcome == Outcome::INCOMPLETE)
        {
            FUZZ_CHECK(size < MOST_HEADER_BYTES);
            // What is a beginning had only beginnings before it.
            FUZZ_CHECK(size == 0 ||
                       ParseProxyHeader(bytes.substr(0, size - 1)).outcome == Outcome::INCOMPLETE);
        }
        return 0;
    }
    FUZZ_CHECK(header.length > 0 && header.length <= size && header.length <= MOST_HEADER_BYTES);
    for (std::size_t part = 0; part < header.length; ++part)
    {
        FUZZ_CHECK(ParseProxyHeader(bytes.substr(0, part)).outcome == Outcome::INCOMPLETE);
    }
    const ProxyHeader alone = ParseProxyHeader(bytes.substr(0, header.length));
    FUZZ_CHECK(alone.outcome == Outcome::COMPLETE && alone.length == header.length);
    if (header.ends)
    {
        RoundTrip(*header.ends);
    }
    return 0;
}
