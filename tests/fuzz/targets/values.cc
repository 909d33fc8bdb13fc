/** Values of options and files: key files (0), addresses (1), networks (2), times (3), numbers (4),
 * ends (5). */
#include "model/protocol/address.h"
#include "model/protocol/auth.h"
#include "model/protocol/ipv6.h"
#include "realnet/balancer/health-checks.h"
#include "realnet/common/network.h"
#include "realnet/common/option-values.h"
#include "tests/fuzz/targets/check.h"

using namespace sonda;
using namespace sonda::fuzz;

namespace
{

void
Keys(const std::string& text)
{
    const auto keys = Keyring::Parse(text, "file");
    if (!keys)
    {
        CheckMessage(keys.GetError().message);
        return;
    }
    const std::string sealed = keys->Seal(Role::REQUEST, "10.0.0.1", "{}");
    FUZZ_CHECK(!keys->Check(Role::REQUEST, "10.0.0.1", sealed));
    FUZZ_CHECK(keys->Check(Role::REQUEST, "10.0.0.2", sealed));
}

void
Addresses(const std::string& text)
{
    const auto quad = ParseIpv4(text);
    if (quad)
    {
        std::string again;
        for (const unsigned part : *quad)
        {
            again += (again.empty() ? "" : ".") + std::to_string(part);
        }
        FUZZ_CHECK(again == text); // it has one form only
    }
    const auto groups = ParseIpv6(text);
    FUZZ_CHECK(!(quad && groups));
    if (groups)
    {
        const std::string form = FormatIpv6(*groups);
        FUZZ_CHECK(ParseIpv6(form) == groups && FormatIpv6(*ParseIpv6(form)) == form);
    }
    if (IsHostAddress(text))
    {
        FUZZ_CHECK(quad ? IsUnicast(*quad) : groups && FormatIpv6(*groups) == text);
    }
    if (const auto group = ParseGroup(text); !group)
    {
        CheckMessage(group.GetError().message);
    }
}

void
Networks(const std::string& text)
{
    const auto network = Network::Parse(text);
    if (!network)
    {
        CheckMessage(network.GetError().message);
        return;
    }
    const std::string address = text.substr(0, text.find('/'));
    FUZZ_CHECK(network->Contains(SocketAddress(address, 1)));
}

void
Times(const std::string& text)
{
    const auto duration = ParseDuration(text);
    const auto atLeast = DurationFrom(std::chrono::milliseconds(10), "so")(text);
    if (!duration)
    {
        CheckMessage(duration.GetError().message);
        FUZZ_CHECK(!atLeast);
        return;
    }
    FUZZ_CHECK(*duration > Duration::zero() && *duration <= std::chrono::hours(1000));
    FUZZ_CHECK(static_cast<bool>(atLeast) == (*duration >= std::chrono::milliseconds(10)));
}

void
Numbers(const std::string& text)
{
    const auto whole = ParseWhole(text, 3, 70'000);
    FUZZ_CHECK(!whole || (*whole >= 3 && *whole <= 70'000));
    const auto real = ParseReal(text, -1.5, 1e6);
    FUZZ_CHECK(!real || (*real >= -1.5 && *real <= 1e6)); // so it is no NaN
    // Whole numbers are numbers.
    FUZZ_CHECK(!whole || real);
    for (const auto& message :
         {whole ? "" : whole.GetError().message, real ? "" : real.GetError().message})
    {
        FUZZ_CHECK(message.size() < 2000);
    }
}

void
Ends(const std::string& text)
{
    for (const bool allowZero : {false, true})
    {
        const auto at = ParseAddressAndPort(text, allowZero);
        if (!at)
        {
            CheckMessage(at.GetError().message);
            continue;
        }
        FUZZ_CHECK(at->port != 0 || allowZero);
        FUZZ_CHECK(!at->address || ParseIpv4(*at->address) || ParseIpv6(*at->address));
        const std::string host = !at->address              ? ""
                                 : ParseIpv4(*at->address) ? *at->address + ":"
                                                           : "[" + *at->address + "]:";
        const auto again = ParseAddressAndPort(host + std::to_string(at->port), allowZero);
        FUZZ_CHECK(again && again->address == at->address && again->port == at->port);
    }
    if (const auto server = ParseStaticServer(text))
    {
        FUZZ_CHECK(server->weight > 0 && server->at.port != 0 && !server->at.address.empty());
    }
}

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static constexpr void (*PARSERS[])(
        const std::string&) = {Keys, Addresses, Networks, Times, Numbers, Ends};
    const Choice choice = Choose(data, size);
    if (choice.which < std::size(PARSERS))
    {
        PARSERS[choice.which](std::string(choice.text));
    }
    return 0;
}
