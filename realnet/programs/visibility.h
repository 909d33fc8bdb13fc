#ifndef SONDA_REALNET_PROGRAMS_VISIBILITY_H
#define SONDA_REALNET_PROGRAMS_VISIBILITY_H

#include "realnet/admin/admin-service.h"
#include "realnet/balancer/shared-balancer.h"
#include "realnet/proxy/proxy-configuration.h"
#include "realnet/record/lan-recorder.h"

#include <memory>
#include <vector>

namespace sonda
{

/**
 * What the command line asks for beside relaying: the admin listener and the record. Owns both and
 * hangs them onto balancer and proxy. Must outlive the proxy, and the balancer must outlive its
 * use.
 */
class Visibility
{
  public:
    /** What the program says of itself. */
    struct Facts
    {
        ProxyFacts proxy; //!< `started`, `instance` and `windowS` are filled in here
        std::uint64_t seed{0};
        std::string commandLine;
    };

    /** \return the parts that were asked for, bound and made; or an error that names the option */
    static Expected<std::unique_ptr<Visibility>> Open(const ProxyConfiguration& configuration,
                                                      Facts facts,
                                                      SharedBalancer& balancer);

    /** \return what Proxy::Parts wants. */
    std::vector<Companion*> Companions() const;

    /** \return where the admin listener is, if there is one. */
    std::optional<Endpoint> AdminAt() const;

  private:
    Visibility() = default;

    std::optional<Error> OpenAdmin(const ProxyConfiguration& configuration,
                                   const Facts& facts,
                                   SharedBalancer& balancer);
    std::optional<Error> OpenRecord(const ProxyConfiguration& configuration,
                                    const Facts& facts,
                                    SharedBalancer& balancer);

    std::unique_ptr<LiveFigures> m_figures;
    std::unique_ptr<AdminService> m_admin;
    std::unique_ptr<LanRecorder> m_record;
    std::optional<Endpoint> m_adminAt;
};

} // namespace sonda

#endif
